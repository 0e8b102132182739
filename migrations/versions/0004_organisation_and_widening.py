"""Units that close, places that wait for an answer, and openings that two people decide"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added as they are: SQLite would otherwise copy a table that nearly every other one refers to.
    op.add_column("unit", sa.Column("closed", sa.DateTime(), nullable=True))
    op.add_column("unit", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_placement_decided_or_waiting")),
        sa.CheckConstraint("unit_id <> parent_id", name=op.f("ck_placement_not_under_itself")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_placement_unit_id_unit")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_placement_parent_id_unit")),
        sa.ForeignKeyConstraint(["from_id"], ["unit.id"], name=op.f("fk_placement_from_id_unit")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_placement_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_placement_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index("ix_placement_unit_id", "placement", ["unit_id"])
    op.create_index("ix_placement_parent", "placement", ["parent_id", "state"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_placement_waiting", "placement", ["unit_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "widening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("from_sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("from_card_sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("from_protection", sa.String(length=24), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("card_sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("protection", sa.String(length=24), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("review_date", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_widening_decided_or_waiting")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name=op.f("ck_widening_two_people")
        ),
        sa.CheckConstraint("expires > proposed_at", name=op.f("ck_widening_expires_after")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_widening_asset_id_asset")),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_widening_from_unit_id_unit")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_widening_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_widening_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_widening_public_id")),
    )
    op.create_index("ix_widening_asset", "widening", ["asset_id", "state"])
    op.create_index(
        "ix_widening_waiting", "widening", ["asset_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    op.drop_table("widening")
    op.drop_table("placement")
    op.drop_column("unit", "version")
    op.drop_column("unit", "closed")
