"""Tokens, shares, and asking the provider again"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("is_narrowed", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("last_used", sa.Date(), nullable=True),
        sa.Column("last_program", sa.String(length=40), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("ends > created", name=op.f("ck_api_token_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_api_token_revoked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_token_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_person", ["person_id", "ends"], unique=False)

    op.create_table(
        "api_token_asset",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_api_token_asset_asset_id_asset")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_api_token_asset_token_id_api_token")),
        sa.PrimaryKeyConstraint("token_id", "asset_id", name=op.f("pk_api_token_asset")),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("up_to", sa.SmallInteger(), nullable=False),
        sa.Column("row_column", sa.String(length=200), nullable=True),
        sa.Column("row_values", sa.JSON(), nullable=True),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(row_column IS NULL) = (row_values IS NULL)", name=op.f("ck_share_whole_row_cut")),
        sa.CheckConstraint("NOT is_for_all OR up_to <= 1", name=op.f("ck_share_named_above_internal")),
        sa.CheckConstraint("ends > created", name=op.f("ck_share_ends_after_start")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_share_asset_id_asset")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_share_author_id_person")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_share_revoked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("public_id", name=op.f("uq_share_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_share_secret_hash")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index("ix_share_asset", ["asset_id", "ends"], unique=False)
        batch_op.create_index("ix_share_author", ["author_id", "ends"], unique=False)

    op.create_table(
        "share_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_share_reader_person_id_person")),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_reader_share_id_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_reader")),
        sa.UniqueConstraint("share_id", "person_id", name=op.f("uq_share_reader_share_id_person_id")),
    )
    with op.batch_alter_table("share_reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_reader_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_share_reader_share_id"), ["share_id"], unique=False)

    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renewal", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("checked", sa.DateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.drop_column("checked")
        batch_op.drop_column("renewal")

    with op.batch_alter_table("share_reader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_share_reader_share_id"))
        batch_op.drop_index(batch_op.f("ix_share_reader_person_id"))

    op.drop_table("share_reader")
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.drop_index("ix_share_author")
        batch_op.drop_index("ix_share_asset")

    op.drop_table("share")
    op.drop_table("api_token_asset")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("ix_api_token_person")

    op.drop_table("api_token")
