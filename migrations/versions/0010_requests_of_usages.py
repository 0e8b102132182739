"""Requests in the name of a usage"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Said in one statement that both engines take: SQLite would otherwise copy a table that others refer to.
    foreign = "CONSTRAINT fk_access_request_usage_id_usage REFERENCES usage (id)"
    op.execute(f"ALTER TABLE access_request ADD COLUMN usage_id INTEGER {foreign}")
    op.create_index(op.f("ix_access_request_usage_id"), "access_request", ["usage_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_access_request_usage_id"), "access_request")
    op.drop_column("access_request", "usage_id")
