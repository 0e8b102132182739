"""What a dataset or a link adds to the asset it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dataspace.auth.models import Asset
from dataspace.auth.models.assets import public_id
from dataspace.auth.words import RowAttribute
from dataspace.db import GUARDED, Base, Word


class Rhythm(StrEnum):
    """How often the producer promises an update; `days` is when it counts as late."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    ONCE = "once"

    @property
    def days(self) -> int | None:
        return {
            "continuous": 1,
            "daily": 2,
            "weekly": 8,
            "monthly": 35,
            "quarterly": 100,
            "yearly": 380,
        }.get(self)

    @property
    def label(self) -> str:
        return {
            "continuous": "en continu", "daily": "chaque jour", "weekly": "chaque semaine", "monthly": "chaque mois",
            "quarterly": "chaque trimestre", "yearly": "chaque année", "once": "une fois",
        }[self]  # fmt: skip


class Dataset(Base):
    """A described set of data (jeu de données), in the terms of DCAT."""

    __tablename__ = "dataset"
    __table_args__ = {"info": GUARDED}
    __attached__ = ("resource", "dataset_column", "row_rule")
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    description: Mapped[str] = mapped_column(Text, default="")
    producer: Mapped[str] = mapped_column(String(200), default="")
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    licence: Mapped[str] = mapped_column(String(120), default="")
    promised_rhythm: Mapped[Rhythm] = mapped_column(Word(Rhythm), default=Rhythm.ONCE)
    temporal: Mapped[str] = mapped_column(String(200), default="")
    spatial: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(40), default="")
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    asset: Mapped[Asset] = relationship(lazy="raise")
    resources: Mapped[list["Resource"]] = relationship(
        lazy="raise", order_by="Resource.id", cascade="all, delete-orphan"
    )
    columns: Mapped[list["DatasetColumn"]] = relationship(
        lazy="raise", order_by="DatasetColumn.position", cascade="all, delete-orphan"
    )
    row_rules: Mapped[list["RowRule"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Resource(Base):
    """A file of a dataset (DCAT distribution), kept through fsspec."""

    __tablename__ = "resource"
    __table_args__ = {"info": GUARDED}
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.asset_id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    storage_key: Mapped[str] = mapped_column(String(255))
    encoding: Mapped[str] = mapped_column(String(32), default="utf-8")
    delimiter: Mapped[str] = mapped_column(String(1), default=";")
    bytes: Mapped[int]
    rows: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]


class DatasetColumn(Base):
    """A column, as its reader must understand it."""

    __tablename__ = "dataset_column"
    __table_args__ = {"info": GUARDED}
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.asset_id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200), default="")
    type: Mapped[str] = mapped_column(String(24), default="text")
    unit: Mapped[str] = mapped_column(String(40), default="")
    description: Mapped[str] = mapped_column(String(600), default="")


class RowRule(Base):
    """Which rows a reader gets: those where `column` holds one of her units or territories."""

    __tablename__ = "row_rule"
    __table_args__ = {"info": GUARDED}
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.asset_id"), index=True)
    column: Mapped[str] = mapped_column(String(200))
    attribute: Mapped[RowAttribute] = mapped_column(Word(RowAttribute))


class Link(Base):
    """A report, application, service or API that lives elsewhere (Business Objects, Power BI...)."""

    __tablename__ = "link"
    __table_args__ = {"info": GUARDED}
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000), default="")
    system: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    asset: Mapped[Asset] = relationship(lazy="raise")
