"""The last change told by the journal"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journal_head", sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE journal_head SET changed = seq")


def downgrade() -> None:
    op.drop_column("journal_head", "changed")
