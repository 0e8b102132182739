"""The tree of units, and the shared tree of themes."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.words import UnitKind
from dataspace.db import Base, Word


class Unit(Base):
    """A place in the organisation: authority, pôle, directorate, service, commune, partner, space."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[UnitKind] = mapped_column(Word(UnitKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    # A child nobody accepted inherits nothing: anyone could otherwise hang himself under a directorate.
    is_accepted: Mapped[bool] = mapped_column(default=False)
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Closed, it keeps its row and its name for the journal, and hangs under nobody.
    closed: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Theme(Base):
    """A thématique of the shared tree; a conflict of interest may be declared on one."""

    __tablename__ = "theme"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    eu_code: Mapped[str | None] = mapped_column(String(8))


class Stamp(Base):
    """The version of a thing kept in memory: changes with it, in the same transaction."""

    __tablename__ = "stamp"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
