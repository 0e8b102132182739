"""The mapping table changed on screen, the waiting room, people from a file"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice", sa.String(length=400), nullable=False, server_default=""))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("notice", server_default=None)

    op.create_table(
        "person_claim",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=400), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_claim_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "origin", "claim", "value", name=op.f("pk_person_claim")),
    )
    with op.batch_alter_table("person_claim", schema=None) as batch_op:
        batch_op.create_index("ix_person_claim_value", ["value", "claim"], unique=False)
    # What was kept did not say who had spoken: it is the authority's own only when nobody else ever did.
    op.execute(
        "INSERT INTO person_claim (person_id, origin, claim, value)"
        " SELECT person_id, '', 'groups', name FROM person_group"
        " WHERE (SELECT COUNT(DISTINCT issuer) FROM identity) <= 1"
    )

    with op.batch_alter_table("group_mapping", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("changed_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    _name_lines()
    with op.batch_alter_table("group_mapping", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("version", existing_type=sa.Integer(), server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_group_mapping_public_id"), ["public_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_group_mapping_changed_by_id_person"), "person", ["changed_by_id"], ["id"]
        )
    op.execute("INSERT INTO stamp (name, version) VALUES ('directory', '0')")

    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (grant_id IS NOT NULL)", name=op.f("ck_arrival_accepted_by_a_grant")
        ),
        sa.CheckConstraint("state <> 'refused' OR answer <> ''", name=op.f("ck_arrival_refused_with_a_reason")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_arrival_decided_by_id_person")),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("fk_arrival_grant_id_access_grant")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_arrival_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_arrival_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("public_id", name=op.f("uq_arrival_public_id")),
    )
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.create_index("ix_arrival_unit", ["state", "unit_id"], unique=False)
        batch_op.create_index(
            "ix_arrival_waiting", ["person_id"], unique=True, sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )  # fmt: skip

    op.create_table(
        "directory_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_directory_import_public_id")),
    )
    op.create_table(
        "directory_import_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["directory_import.id"], name=op.f("fk_directory_import_line_import_id_directory_import")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_directory_import_line_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import_line")),
    )
    with op.batch_alter_table("directory_import_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_import_line_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_directory_import_line_person_id"), ["person_id"], unique=False)


def _name_lines() -> None:
    """Lines that are there already get an address: a random one, as those made later."""
    import secrets

    table = sa.table("group_mapping", sa.column("id", sa.Integer), sa.column("public_id", sa.String))
    connection = op.get_bind()
    for (line,) in connection.execute(sa.select(table.c.id)).all():
        connection.execute(table.update().where(table.c.id == line).values(public_id=secrets.token_hex(9)))


def downgrade() -> None:
    op.drop_table("directory_import_line")
    op.drop_table("directory_import")
    op.drop_table("arrival")
    op.execute("DELETE FROM stamp WHERE name = 'directory'")
    with op.batch_alter_table("group_mapping", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_group_mapping_changed_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_group_mapping_public_id"), type_="unique")
        batch_op.drop_column("version")
        batch_op.drop_column("changed_by_id")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("public_id")
    op.drop_table("person_claim")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("notice")
