"""Proofs, tools asked for, conformity of the BI"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bi_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("boards", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("repaired", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bi_check")),
    )
    with op.batch_alter_table("bi_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bi_check_at"), ["at"], unique=False)

    op.create_table(
        "held_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=600), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_form_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_form")),
        sa.UniqueConstraint("public_id", name=op.f("uq_held_form_public_id")),
    )
    with op.batch_alter_table("held_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_form_person_id"), ["person_id"], unique=False)

    op.create_table(
        "taken_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.CheckConstraint("ends >= taken_at", name=op.f("ck_taken_role_ends_after_taking")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_taken_role_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_role")),
    )
    with op.batch_alter_table("taken_role", schema=None) as batch_op:
        batch_op.create_index("ix_taken_role_person", ["person_id", "session", "ends"], unique=False)

    op.create_table(
        "tool_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("purpose", sa.String(length=1000), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("wanted_by", sa.DateTime(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tool_request_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tool_request_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tool_request_public_id")),
    )
    with op.batch_alter_table("tool_request", schema=None) as batch_op:
        batch_op.create_index("ix_tool_request_person", ["person_id"], unique=False)
        batch_op.create_index("ix_tool_request_unit", ["unit_id", "state"], unique=False)

    op.create_table(
        "tool_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("note", sa.String(length=600), nullable=False),
        sa.CheckConstraint("state IS NOT NULL OR note <> ''", name=op.f("ck_tool_event_says_something")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tool_event_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["tool_request.id"], name=op.f("fk_tool_event_request_id_tool_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_event")),
    )
    with op.batch_alter_table("tool_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tool_event_request_id"), ["request_id"], unique=False)

    op.create_table(
        "tool_support",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tool_support_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["tool_request.id"], name=op.f("fk_tool_support_request_id_tool_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "person_id", name=op.f("pk_tool_support")),
    )
    op.create_table(
        "endless_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject_unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("with_services", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("is_favourable", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("advised_by_id", sa.Integer(), nullable=True),
        sa.Column("advised_at", sa.DateTime(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(is_favourable IS NULL) = (advised_at IS NULL)", name=op.f("ck_endless_opinion_opinion_is_dated")
        ),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (subject_unit_id IS NULL)", name=op.f("ck_endless_opinion_one_subject")
        ),
        sa.CheckConstraint("(unit_id IS NULL) <> (asset_id IS NULL)", name=op.f("ck_endless_opinion_one_scope")),
        sa.ForeignKeyConstraint(["advised_by_id"], ["person.id"], name=op.f("fk_endless_opinion_advised_by_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_endless_opinion_asked_by_id_person")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_endless_opinion_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["access_grant.id"], name=op.f("fk_endless_opinion_grant_id_access_grant")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_endless_opinion_person_id_person")),
        sa.ForeignKeyConstraint(["subject_unit_id"], ["unit.id"], name=op.f("fk_endless_opinion_subject_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_endless_opinion_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endless_opinion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_endless_opinion_public_id")),
    )


def downgrade() -> None:
    op.drop_table("endless_opinion")
    op.drop_table("tool_support")
    with op.batch_alter_table("tool_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tool_event_request_id"))

    op.drop_table("tool_event")
    with op.batch_alter_table("tool_request", schema=None) as batch_op:
        batch_op.drop_index("ix_tool_request_unit")
        batch_op.drop_index("ix_tool_request_person")

    op.drop_table("tool_request")
    with op.batch_alter_table("taken_role", schema=None) as batch_op:
        batch_op.drop_index("ix_taken_role_person")

    op.drop_table("taken_role")
    with op.batch_alter_table("held_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_form_person_id"))

    op.drop_table("held_form")
    with op.batch_alter_table("bi_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bi_check_at"))

    op.drop_table("bi_check")
