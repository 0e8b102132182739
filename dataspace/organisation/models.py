"""A place under another unit, proposed by somebody who does not administer it, until its manager answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.db import Base, Word


class PlacementState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Placement(Base):
    """`unit` is to be put under `parent`: until accepted it inherits nothing there, and stays where it was."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_or_waiting"),
        CheckConstraint("unit_id <> parent_id", name="not_under_itself"),
        Index("ix_placement_parent", "parent_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    # Where it hung when this was proposed; None for a unit just made.
    from_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[PlacementState] = mapped_column(Word(PlacementState), default=PlacementState.WAITING)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")

    def settle(
        self, by: int | None, at: datetime, state: PlacementState = PlacementState.WITHDRAWN, note: str = ""
    ) -> None:
        """It is answered."""
        self.state, self.decided_by_id, self.decided_at, self.note = state, by, at, note


# One answer is waited for at a time.
_waiting = Placement.state == PlacementState.WAITING
Index(
    "ix_placement_waiting", Placement.unit_id, unique=True, sqlite_where=_waiting, postgresql_where=_waiting
)  # fmt: skip
