"""A dashboard of the authority's BI, as the portal knows it: rights stay here, the BI only renders."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dataspace.auth.models import Asset
from dataspace.auth.words import RowAttribute
from dataspace.db import GUARDED, Base, Word


class Dashboard(Base):
    """A board: its contract with the reader, and how the provider names it."""

    __tablename__ = "dashboard"
    __table_args__ = {"info": GUARDED}
    __attached__ = ("dashboard_source",)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    provider: Mapped[str] = mapped_column(String(24), default="superset")
    # Empty until the provider has it.
    external_id: Mapped[str] = mapped_column(String(64), default="")
    freshness: Mapped[str] = mapped_column(String(300), default="")
    scope_note: Mapped[str] = mapped_column(String(400), default="")
    # (term, meaning) pairs.
    definitions: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    # Headline of the home page: {value, unit, note, points: [..]}, computed from the same rows as the charts.
    headline: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    late_days: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asset: Mapped[Asset] = relationship(lazy="raise")
    sources: Mapped[list["DashboardSource"]] = relationship(lazy="raise", order_by="DashboardSource.id")


class DashboardSource(Base):
    """One dataset that the provider's board reads, and its row rule; no attribute means declared shared by all."""

    __tablename__ = "dashboard_source"
    __table_args__ = {"info": GUARDED}
    id: Mapped[int] = mapped_column(primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(ForeignKey("dashboard.asset_id"), index=True)
    # Not called "dataset" in the database: the guard would take it for the table.
    dataset: Mapped[str] = mapped_column("provider_dataset", String(200))
    column: Mapped[str] = mapped_column(String(200), default="")
    attribute: Mapped[RowAttribute | None] = mapped_column(Word(RowAttribute))


class BiCheck(Base):
    """The last comparisons of the BI with what the portal declares: what differed, and what was put back."""

    __tablename__ = "bi_check"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(String(40), default="")
    boards: Mapped[int]
    # Objects of conformity.Finding, as they were told.
    findings: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    repaired: Mapped[list[str]] = mapped_column(JSON, default=list)
