"""Grants and denials: every right is a row, with who, why, from when to when. Absences, which lend one's own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Role, Sensitivity, Source
from dataspace.db import Base, Ordered, Word


class Grant(Base):
    """A role given to a person, a unit, a group or a usage, on a unit or on one asset."""

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN subject_unit_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN group_name IS NULL THEN 0 ELSE 1 END) + (CASE WHEN usage_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        CheckConstraint("(unit_id IS NULL) <> (asset_id IS NULL)", name="one_scope"),
        CheckConstraint("ends IS NULL OR ends > starts", name="ends_after_start"),
        Index("ix_access_grant_person", "person_id", "ends"),
        Index("ix_access_grant_subject_unit", "subject_unit_id", "ends"),
        Index("ix_access_grant_group", "group_name", "ends"),
        Index("ix_access_grant_asset", "asset_id", "ends"),
        Index("ix_access_grant_unit", "unit_id", "ends"),
        Index("ix_access_grant_usage", "usage_id", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    group_name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(Word(Role))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    with_services: Mapped[bool] = mapped_column(default=False)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    # On one asset: how high it was when this was decided. Raised since, its content waits for a new decision.
    up_to: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity), default=Sensitivity.CONFIDENTIAL)
    source: Mapped[Source] = mapped_column(Word(Source))
    purpose: Mapped[str] = mapped_column(String(400), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    conditions: Mapped[str] = mapped_column(String(64), default="")
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # A usage: its members of the moment have it, as long as it lasts.
    usage_id: Mapped[int | None] = mapped_column(ForeignKey("usage.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class GrantUse(Base):
    """The day a grant last served: a day and nothing finer, only the last one (PRODUCT P10). Kept by auth/using.py."""

    __tablename__ = "grant_use"
    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"), primary_key=True, autoincrement=False)
    day: Mapped[date]


class Denial(Base):
    """A conflict of interest (déport), on an asset or on a theme and its children: it always wins.

    Ended before its day, it keeps its row: `ends` moves.
    """

    __tablename__ = "denial"
    __table_args__ = (CheckConstraint("(asset_id IS NULL) <> (theme_id IS NULL)", name="one_object"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    reason: Mapped[str] = mapped_column(String(400), default="")
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Absence(Base):
    """While `person` is away, `delegate` decides and gives opinions in her place, by her right; without one, the next
    director up is asked at once."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends > starts", name="ends_after_start"),
        CheckConstraint("person_id <> delegate_id", name="somebody_else"),
        Index("ix_absence_delegate", "delegate_id", "ends"),
        Index("ix_absence_person", "person_id", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
