"""Reviews of accesses, and the day each grant last served"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grant_use",
        sa.Column("grant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("fk_grant_use_grant_id_access_grant")),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_grant_use")),
    )
    # Before this day nobody can say that a right was not used.
    stamp = sa.table("stamp", sa.column("name", sa.String), sa.column("version", sa.String))
    op.execute(stamp.insert().values(name="grant-use", version=datetime.now(UTC).date().isoformat()))
    op.create_table(
        "review_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("deadline", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("deadline > opened_at", name=op.f("ck_review_campaign_deadline_after_opening")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_review_campaign_opened_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_campaign_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_campaign")),
        sa.UniqueConstraint("number", name=op.f("uq_review_campaign_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_campaign_public_id")),
    )
    op.create_table(
        "review_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject_unit_id", sa.Integer(), nullable=True),
        sa.Column("group_name", sa.String(length=200), nullable=True),
        sa.Column("usage_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["review_campaign.id"], name=op.f("fk_review_place_campaign_id_review_campaign")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_place_person_id_person")),
        sa.ForeignKeyConstraint(["subject_unit_id"], ["unit.id"], name=op.f("fk_review_place_subject_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_place_unit_id_unit")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_review_place_usage_id_usage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_place")),
    )
    with op.batch_alter_table("review_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_place_campaign_id"), ["campaign_id"], unique=False)
    op.create_table(
        "review_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("main", sa.String(length=24), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("can_lapse", sa.Boolean(), nullable=False),
        sa.Column("is_unused", sa.Boolean(), nullable=False),
        sa.Column("needs_reason", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome NOT IN ('kept', 'removed') OR answered_at IS NOT NULL",
            name=op.f("ck_review_line_answers_are_dated"),
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_review_line_answered_by_id_person")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["review_campaign.id"], name=op.f("fk_review_line_campaign_id_review_campaign")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("fk_review_line_grant_id_access_grant")),
        sa.ForeignKeyConstraint(["place_id"], ["review_place.id"], name=op.f("fk_review_line_place_id_review_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_line_public_id")),
    )
    with op.batch_alter_table("review_line", schema=None) as batch_op:
        batch_op.create_index("ix_review_line_campaign", ["campaign_id", "outcome", "risk"], unique=False)
        batch_op.create_index("ix_review_line_place", ["place_id", "outcome"], unique=False)
        batch_op.create_index("ix_review_line_due", ["outcome", "due"], unique=False)
        batch_op.create_index("ix_review_line_grant", ["grant_id"], unique=False)
    op.create_table(
        "review_record",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["review_campaign.id"], name=op.f("fk_review_record_campaign_id_review_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "height", name=op.f("pk_review_record")),
    )


def downgrade() -> None:
    for table in ("review_record", "review_line", "review_place", "review_campaign", "grant_use"):
        op.drop_table(table)
    stamp = sa.table("stamp", sa.column("name", sa.String), sa.column("version", sa.String))
    op.execute(stamp.delete().where(stamp.c.name == "grant-use"))
