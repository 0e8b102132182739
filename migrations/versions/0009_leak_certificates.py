"""Certificates of the walk that looks for leaks, and how late a copy of the journal is"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leak_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("surfaces", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("leaks", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("again", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.CheckConstraint("ended >= started", name=op.f("ck_leak_certificate_ends_after_start")),
        sa.CheckConstraint("number > 0 AND leaks >= 0 AND requests >= 0", name=op.f("ck_leak_certificate_counts")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_leak_certificate_whole_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leak_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_leak_certificate_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_leak_certificate_public_id")),
    )
    with op.batch_alter_table("leak_certificate", schema=None) as batch_op:
        batch_op.create_index("ix_leak_certificate_leaks", ["leaks", "number"], unique=False)
    op.create_table(
        "journal_sink_lag",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journal_sink_lag")),
    )
    # The journal of one person is read by her lines, that of a thing by its acts: the rest is asked by date.
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_at", ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_at")
    op.drop_table("journal_sink_lag")
    with op.batch_alter_table("leak_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_leak_certificate_leaks")
    op.drop_table("leak_certificate")
