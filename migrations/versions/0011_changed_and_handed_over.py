"""The last change told by the journal; what is handed to another unit by two people"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journal_head", sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE journal_head SET changed = seq")
    with op.batch_alter_table("widening") as table:
        table.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_widening_unit_id_unit"), "unit", ["unit_id"], ["id"])
    op.execute("UPDATE widening SET unit_id = from_unit_id")
    with op.batch_alter_table("widening") as table:
        table.alter_column("unit_id", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("widening") as table:
        table.drop_constraint(op.f("fk_widening_unit_id_unit"), type_="foreignkey")
        table.drop_column("unit_id")
    op.drop_column("journal_head", "changed")
