"""A proposal to make something more open, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Protection, Sensitivity
from dataspace.db import Base, Ordered, Word


class WideningState(StrEnum):
    """As kept; what is past its day is over when it is read, never by a nightly job."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Widening(Base):
    """From one level to a more open one, proposed by one person until a day; confirmed by another, or not at all."""

    __tablename__ = "widening"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_or_waiting"),
        CheckConstraint("state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("expires > proposed_at", name="expires_after"),
        Index("ix_widening_asset", "asset_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    # What it was when this was proposed: it is not the same proposal on anything else.
    from_sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    from_card_sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    from_protection: Mapped[Protection] = mapped_column(Word(Protection))
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    card_sensitivity: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    protection: Mapped[Protection] = mapped_column(Word(Protection))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    ground: Mapped[str] = mapped_column(String(64), default="")
    review_date: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(400))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    expires: Mapped[datetime]
    state: Mapped[WideningState] = mapped_column(Word(WideningState), default=WideningState.WAITING)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")


_waiting = Widening.state == WideningState.WAITING
Index("ix_widening_waiting", Widening.asset_id, unique=True, sqlite_where=_waiting, postgresql_where=_waiting)
