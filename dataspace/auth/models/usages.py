"""A usage: what data is used for, and by whom. Rights given to it are its members', each named and dated."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.db import Base


class Usage(Base):
    """A purpose that a unit answers for, until a day: ended, nothing given to it opens anything.

    Ended before its day, it keeps its row: `ends` moves.
    """

    __tablename__ = "usage"
    __table_args__ = (
        CheckConstraint("ends >= starts", name="ends_after_start"),
        CheckConstraint("purpose <> ''", name="has_a_purpose"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(1000))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class UsageMember(Base):
    """Somebody who takes part in a usage until a day; gone before it, she keeps her row: `ends` moves."""

    __tablename__ = "usage_member"
    __table_args__ = (
        CheckConstraint("ends >= starts", name="ends_after_start"),
        Index("ix_usage_member_person", "person_id", "ends"),
        Index("ix_usage_member_usage", "usage_id", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(400), default="")
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class UsageAsset(Base):
    """An asset that the usage needs; it opens nothing: its responsible directorate decides."""

    __tablename__ = "usage_asset"
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)
