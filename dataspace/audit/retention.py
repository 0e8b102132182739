"""How long the journal is kept (6 to 12 months by default: CNIL 2021-122), and purging it so that it stays provable.

The last line purged leaves an anchor: its number and hash. The purge is itself a line, which says the same; the chain
is then verified from the anchor on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from dataspace.audit.journal import Act, record
from dataspace.audit.models import Anchor, Event
from dataspace.auth import HouseAccess
from dataspace.errors import Invalid

MONTH = timedelta(days=30.5)


@dataclass(frozen=True)
class Bounds:
    """In months: what must be kept, and what must not be kept longer."""

    least: int
    most: int


def purge(house: HouseAccess, *, before: datetime | None, bounds: Bounds, reason: str) -> int:
    """Take away the lines older than `before` (default: past the longest keeping); how many there were.

    Raises Invalid when it would take what must still be kept.
    """
    before = before or house.moment - bounds.most * MONTH
    if before > house.moment - bounds.least * MONTH:
        raise Invalid(
            f"Le journal se garde au moins {bounds.least} mois : cette date est trop récente.",
            "Donnez une date plus ancienne, ou changez DATASPACE_JOURNAL_LEAST_MONTHS avec l’accord du DPO.",
        )
    session = house.session
    # What is chained is a run: the first line kept stops it, whatever the dates after it.
    first_kept = session.scalar(select(func.min(Event.seq)).where(Event.at >= before))
    stmt = select(Event).where(Event.at < before).order_by(Event.seq.desc())
    if first_kept is not None:
        stmt = stmt.where(Event.seq < first_kept)
    last = session.scalars(stmt.limit(1)).first()
    if last is None:
        return 0
    gone = session.scalar(select(func.count()).select_from(Event).where(Event.seq <= last.seq)) or 0
    session.add(Anchor(seq=last.seq, hash=last.hash, at=house.moment))
    record(house, Act.JOURNAL_PURGED, anchor=last.seq, anchor_hash=last.hash, lines=gone, before=before, reason=reason)
    session.execute(delete(Event).where(Event.seq <= last.seq))
    return gone
