"""The one table of what is owned, its counts and its search index."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.words import AssetKind, Protection, Sensitivity, State
from dataspace.db import GUARDED, Base, Ordered, Word


def public_id() -> str:
    """A random identifier that tells nothing: no order, no date, no neighbour (72 bits)."""
    return secrets.token_hex(9)


class Asset(Base):
    """What is owned by a unit and must be protected; each domain joins its own facts to it."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("card_sensitivity <= sensitivity", name="card_at_most_content"),
        CheckConstraint("sensitivity < 2 OR (ground <> '' AND review_date IS NOT NULL)", name="closing_needs_a_ground"),
        Index("ix_asset_card", "card_sensitivity", "updated"),
        Index("ix_asset_level", "sensitivity", "updated"),
        Index("ix_asset_unit_card", "unit_id", "card_sensitivity", "updated"),
        Index("ix_asset_unit_level", "unit_id", "sensitivity", "updated"),
        Index("ix_asset_theme", "theme_id", "updated"),
        Index("ix_asset_theme_kind", "theme_id", "kind", "updated"),
        Index("ix_asset_updated", "updated"),
        {"info": GUARDED},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    kind: Mapped[AssetKind] = mapped_column(Word(AssetKind))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"))
    sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    card_sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    protection: Mapped[Protection] = mapped_column(Word(Protection), default=Protection.NONE)
    state: Mapped[State] = mapped_column(Word(State), default=State.DRAFT)
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(String(600), default="")
    # Why it is closed (coded, CRPA) and when that is looked at again (PRODUCT P8).
    ground: Mapped[str] = mapped_column(String(64), default="")
    review_date: Mapped[datetime | None]
    updated: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_protected(self) -> bool:
        return self.protection is not Protection.NONE


class Seen(NamedTuple):
    """An asset as one reads it: the columns of `Asset`, under their names, without what the ORM keeps to write them."""

    id: int
    public_id: str
    kind: AssetKind
    unit_id: int
    theme_id: int
    sensitivity: Sensitivity
    card_sensitivity: Sensitivity
    protection: Protection
    state: State
    title: str
    summary: str
    ground: str
    review_date: datetime | None
    updated: datetime

    @property
    def is_protected(self) -> bool:
        return self.protection is not Protection.NONE


# An asset, for what only reads it.
Known = Asset | Seen


class AssetCount(Base):
    """How many assets share these facts; kept in the transaction that changes one (auth/counts.py)."""

    __tablename__ = "asset_count"
    __table_args__ = (Index("ix_asset_count_cover", "state", "unit_id"), {"info": GUARDED})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity), primary_key=True)
    card_sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity), primary_key=True)
    is_protected: Mapped[bool] = mapped_column(primary_key=True)
    state: Mapped[State] = mapped_column(Word(State), primary_key=True)
    kind: Mapped[AssetKind] = mapped_column(Word(AssetKind), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True)
    n: Mapped[int]


# Stems of the searchable words. FTS5 on SQLite, a tsvector of the same stems on PostgreSQL: made by the migrations,
# known here so that the guard and the queries name it. `asset_id` is the rowid of FTS5.
asset_search = Table("asset_search", Base.metadata, Column("rowid", Integer, primary_key=True),
                     Column("stems", Text), info={**GUARDED, "handmade": True})  # fmt: skip
