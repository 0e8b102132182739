"""Requests and mails"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_absence_ends_after_start")),
        sa.CheckConstraint("person_id <> delegate_id", name=op.f("ck_absence_somebody_else")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_absence_delegate_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_delegate", ["delegate_id", "ends"], unique=False)
        batch_op.create_index("ix_absence_person", ["person_id", "ends"], unique=False)

    op.create_table(
        "standing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("need", sa.String(length=24), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=True),
        sa.Column("to_role", sa.String(length=24), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_standing_rule_author_id_person")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_standing_rule_theme_id_theme")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_standing_rule_to_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_standing_rule_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_standing_rule_public_id")),
    )
    with op.batch_alter_table("standing_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standing_rule_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "asset_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_condition_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_condition")),
    )
    with op.batch_alter_table("asset_condition", schema=None) as batch_op:
        batch_op.create_index("uq_asset_condition_version", ["asset_id", "version"], unique=True)

    op.create_table(
        "mail_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("next_try", sa.DateTime(), nullable=False),
        sa.Column("sent", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_mail_outbox_asset_id_asset")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_outbox_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_outbox")),
        sa.UniqueConstraint("once", name=op.f("uq_mail_outbox_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_outbox_public_id")),
    )
    with op.batch_alter_table("mail_outbox", schema=None) as batch_op:
        batch_op.create_index("ix_mail_outbox_due", ["sent", "next_try"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_outbox_person_id"), ["person_id"], unique=False)

    op.create_table(
        "access_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_unit_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("need", sa.String(length=24), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("conditions", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("submitted", sa.DateTime(), nullable=True),
        sa.Column("needs_visa", sa.Boolean(), nullable=False),
        sa.Column("needs_advice", sa.Boolean(), nullable=False),
        sa.Column("extends_id", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (grant_id IS NOT NULL)", name=op.f("ck_access_request_approval_is_the_grant")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_access_request_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["extends_id"], ["access_grant.id"], name=op.f("fk_access_request_extends_id_access_grant")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["access_grant.id"], name=op.f("fk_access_request_grant_id_access_grant")
        ),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_access_request_owner_unit_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_request_person_id_person")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["standing_rule.id"], name=op.f("fk_access_request_rule_id_standing_rule")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_access_request_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_request_public_id")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index("ix_access_request_asset", ["asset_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_request_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(
            "ix_access_request_open",
            ["person_id", "asset_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )
        batch_op.create_index("ix_access_request_state", ["state", "submitted"], unique=False)

    op.create_table(
        "request_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("opinion", sa.String(length=24), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["on_behalf_id"], ["person.id"], name=op.f("fk_request_event_on_behalf_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_event_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["access_request.id"], name=op.f("fk_request_event_request_id_access_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event")),
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_event_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_event_request_id"))

    op.drop_table("request_event")
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.drop_index("ix_access_request_state")
        batch_op.drop_index(
            "ix_access_request_open",
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        )
        batch_op.drop_index(batch_op.f("ix_access_request_grant_id"))
        batch_op.drop_index("ix_access_request_asset")

    op.drop_table("access_request")
    with op.batch_alter_table("mail_outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_outbox_person_id"))
        batch_op.drop_index("ix_mail_outbox_due")

    op.drop_table("mail_outbox")
    with op.batch_alter_table("asset_condition", schema=None) as batch_op:
        batch_op.drop_index("uq_asset_condition_version")

    op.drop_table("asset_condition")
    with op.batch_alter_table("standing_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_rule_unit_id"))

    op.drop_table("standing_rule")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_person")
        batch_op.drop_index("ix_absence_delegate")

    op.drop_table("absence")
