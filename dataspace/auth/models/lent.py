"""What lends a person's rights: a token, to a program of hers; a link, to a colleague. Neither ever exceeds her."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Sensitivity
from dataspace.db import Base, Ordered


class ApiToken(Base):
    """A program's key to part of what its owner may do. Only the hash of the secret is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("ends > created", name="ends_after_start"),
        Index("ix_api_token_person", "person_id", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # Words of Permission; what they need is worked out when read (auth/tokens.py).
    scopes: Mapped[list[str]] = mapped_column(JSON)
    # Held to the assets of `api_token_asset`: said apart, so that an empty list never means all of them.
    is_narrowed: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]
    ends: Mapped[datetime]
    # Which day, and by what kind of program: enough to know whether it still serves.
    last_used: Mapped[date | None] = mapped_column(Date)
    last_program: Mapped[str] = mapped_column(String(40), default="")
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_reason: Mapped[str] = mapped_column(String(400), default="")

    @property
    def title(self) -> str:
        return self.name


class ApiTokenAsset(Base):
    """One of the assets that a narrowed token is held to."""

    __tablename__ = "api_token_asset"
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)


class Share(Base):
    """A link that opens one asset to be read, in its reader's own name, as long as its author still reads it."""

    __tablename__ = "share"
    __table_args__ = (
        CheckConstraint("ends > created", name="ends_after_start"),
        CheckConstraint("(row_column IS NULL) = (row_values IS NULL)", name="whole_row_cut"),
        # Whoever is signed in: never above internal.
        CheckConstraint("NOT is_for_all OR up_to <= 1", name="named_above_internal"),
        Index("ix_share_author", "author_id", "ends"),
        Index("ix_share_asset", "asset_id", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    is_for_all: Mapped[bool] = mapped_column(default=False)
    # How high the content was when it was shared: raised since, the link is dead.
    up_to: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    row_column: Mapped[str | None] = mapped_column(String(200))
    row_values: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    purpose: Mapped[str] = mapped_column(String(400))
    created: Mapped[datetime]
    ends: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_reason: Mapped[str] = mapped_column(String(400), default="")


class ShareReader(Base):
    """One of the colleagues that a link is for."""

    __tablename__ = "share_reader"
    __table_args__ = (UniqueConstraint("share_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    share_id: Mapped[int] = mapped_column(ForeignKey("share.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
