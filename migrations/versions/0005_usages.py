"""Usages: what data is used for, their members, and what the register says of them"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BEFORE = (
    "(CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN subject_unit_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN group_name IS NULL THEN 0 ELSE 1 END)"
)
_SUBJECT = "ck_access_grant_one_subject"
_OF_A_GRANT = {
    "ck_access_grant_one_scope": "(unit_id IS NULL) <> (asset_id IS NULL)",
    "ck_access_grant_ends_after_start": "ends IS NULL OR ends > starts",
}


def upgrade() -> None:
    op.create_table(
        "usage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=1000), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_usage_ends_after_start")),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_usage_has_a_purpose")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_usage_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage")),
        sa.UniqueConstraint("public_id", name=op.f("uq_usage_public_id")),
    )
    op.create_index(op.f("ix_usage_unit_id"), "usage", ["unit_id"])
    op.create_table(
        "usage_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends >= starts", name=op.f("ck_usage_member_ends_after_start")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_usage_member_added_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_usage_member_person_id_person")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_member_usage_id_usage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_member")),
        sa.UniqueConstraint("public_id", name=op.f("uq_usage_member_public_id")),
    )
    op.create_index("ix_usage_member_person", "usage_member", ["person_id", "ends"])
    op.create_index("ix_usage_member_usage", "usage_member", ["usage_id", "ends"])
    _with_usages()
    op.create_table(
        "usage_sheet",
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=24), nullable=False),
        sa.Column("health_ground", sa.String(length=24), nullable=True),
        sa.Column("controller_id", sa.Integer(), nullable=False),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("kept_until", sa.DateTime(), nullable=False),
        sa.Column("review_date", sa.DateTime(), nullable=False),
        sa.CheckConstraint("retention_months > 0", name=op.f("ck_usage_sheet_keeps_for_a_time")),
        sa.ForeignKeyConstraint(["controller_id"], ["unit.id"], name=op.f("fk_usage_sheet_controller_id_unit")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_sheet_usage_id_usage")),
        sa.PrimaryKeyConstraint("usage_id", name=op.f("pk_usage_sheet")),
    )
    op.create_index(op.f("ix_usage_sheet_review_date"), "usage_sheet", ["review_date"])
    op.create_table(
        "usage_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_usage_recipient_unit_id_unit")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_recipient_usage_id_usage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_recipient")),
        sa.UniqueConstraint("public_id", name=op.f("uq_usage_recipient_public_id")),
    )
    op.create_index("uq_usage_recipient_kind", "usage_recipient", ["usage_id", "kind", "unit_id"], unique=True)
    op.create_table(
        "usage_asset",
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_usage_asset_asset_id_asset")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_asset_usage_id_usage")),
        sa.PrimaryKeyConstraint("usage_id", "asset_id", name=op.f("pk_usage_asset")),
    )
    op.create_index(op.f("ix_usage_asset_asset_id"), "usage_asset", ["asset_id"])
    op.create_table(
        "usage_join",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("answered", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_usage_join_answered_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_usage_join_person_id_person")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_join_usage_id_usage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_join")),
        sa.UniqueConstraint("public_id", name=op.f("uq_usage_join_public_id")),
    )
    op.create_index(op.f("ix_usage_join_person_id"), "usage_join", ["person_id"])
    waits = sa.text("state = 'asked'")
    op.create_index("uq_usage_join_waiting", "usage_join", ["usage_id", "person_id"], unique=True, sqlite_where=waits,
                    postgresql_where=waits)  # fmt: skip
    op.create_table(
        "usage_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("usage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("stance", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("on_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_usage_opinion_person_id_person")),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name=op.f("fk_usage_opinion_usage_id_usage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_opinion")),
    )
    op.create_index(op.f("ix_usage_opinion_usage_id"), "usage_opinion", ["usage_id"])


def downgrade() -> None:
    for table in ("usage_opinion", "usage_join", "usage_asset", "usage_recipient", "usage_sheet"):
        op.drop_table(table)
    # A right whose subject is not known any more is nobody's.
    op.execute("UPDATE access_request SET grant_id = NULL, state = 'withdrawn' WHERE grant_id IN "
               "(SELECT id FROM access_grant WHERE usage_id IS NOT NULL)")  # fmt: skip
    op.execute("DELETE FROM access_grant WHERE usage_id IS NOT NULL")
    _without_usages()
    op.drop_table("usage_member")
    op.drop_table("usage")


def _as_it_is(subject: str) -> sa.Table:
    """The table as SQLite has it, its checks said by us: which of them it tells of depends on versions."""
    table = sa.Table("access_grant", sa.MetaData(), autoload_with=op.get_bind())
    table.constraints = {one for one in table.constraints if not isinstance(one, sa.CheckConstraint)}
    for name, text in ({_SUBJECT: f"{subject} = 1"} | _OF_A_GRANT).items():
        table.append_constraint(sa.CheckConstraint(text, name=op.f(name)))
    return table


def _is_remade() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _with_usages() -> None:
    subject = f"{_BEFORE} + (CASE WHEN usage_id IS NULL THEN 0 ELSE 1 END)"
    foreign = op.f("fk_access_grant_usage_id_usage")
    if _is_remade():
        with op.batch_alter_table("access_grant", recreate="always", copy_from=_as_it_is(subject)) as batch_op:
            batch_op.add_column(sa.Column("usage_id", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(foreign, "usage", ["usage_id"], ["id"])
    else:
        op.add_column("access_grant", sa.Column("usage_id", sa.Integer(), nullable=True))
        op.create_foreign_key(foreign, "access_grant", "usage", ["usage_id"], ["id"])
        op.drop_constraint(op.f(_SUBJECT), "access_grant", type_="check")
        op.create_check_constraint(op.f(_SUBJECT), "access_grant", f"{subject} = 1")
    op.create_index("ix_access_grant_usage", "access_grant", ["usage_id", "ends"])


def _without_usages() -> None:
    op.drop_index("ix_access_grant_usage", "access_grant")
    if _is_remade():
        with op.batch_alter_table("access_grant", recreate="always", copy_from=_as_it_is(_BEFORE)) as batch_op:
            batch_op.drop_constraint(op.f("fk_access_grant_usage_id_usage"), type_="foreignkey")
            batch_op.drop_column("usage_id")
    else:
        op.drop_constraint(op.f("fk_access_grant_usage_id_usage"), "access_grant", type_="foreignkey")
        op.drop_constraint(op.f(_SUBJECT), "access_grant", type_="check")
        op.drop_column("access_grant", "usage_id")
        op.create_check_constraint(op.f(_SUBJECT), "access_grant", f"{_BEFORE} = 1")
