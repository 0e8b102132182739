"""Who waits to be received, and what a file of people changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.db import Base, Word


class ArrivalState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"waiting": "en attente", "accepted": "accueillie", "refused": "refusée", "withdrawn": "retirée"}[self]


class Arrival(Base):
    """Somebody whom nothing maps asks a unit to receive her; accepting is a grant."""

    __tablename__ = "arrival"
    __table_args__ = (
        CheckConstraint("(state = 'accepted') = (grant_id IS NOT NULL)", name="accepted_by_a_grant"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused_with_a_reason"),
        Index("ix_arrival_unit", "state", "unit_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    note: Mapped[str] = mapped_column(String(400), default="")
    state: Mapped[ArrivalState] = mapped_column(Word(ArrivalState), default=ArrivalState.WAITING)
    created: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # What she is told: why not, or a word of welcome.
    answer: Mapped[str] = mapped_column(String(400), default="")
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


# One at a time: to ask elsewhere is to withdraw.
_waits = Arrival.state == ArrivalState.WAITING
Index("ix_arrival_waiting", Arrival.person_id, unique=True, sqlite_where=_waits, postgresql_where=_waits)


class DirectoryImport(Base):
    """A file of people that was applied; undone as a whole."""

    __tablename__ = "directory_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class DirectoryImportLine(Base):
    """What a file changed for one person: facts, values, places and rights, as they were and as it left them."""

    __tablename__ = "directory_import_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("directory_import.id"), index=True)
    number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_new: Mapped[bool]
    before: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
