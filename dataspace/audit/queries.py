"""Reading and verifying the journal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select, true
from sqlalchemy.orm import Session

from dataspace.audit.journal import GENESIS, hash_of
from dataspace.audit.models import Event, Head
from dataspace.auth import Access, Permission
from dataspace.auth.queries import root_unit
from dataspace.errors import Refused


@dataclass(frozen=True)
class Fault:
    """The first line that does not follow from the one before."""

    seq: int
    what: str


def search(
    access: Access, *, act: str = "", subject_id: str = "", actor_ids: Collection[int] | None = None,
    since: datetime | None = None, before: int | None = None, limit: int = 50,
) -> list[Event]:  # fmt: skip
    """Lines of the journal, newest first, `before` a number. Needs journal:read, and only as far as it stands."""
    stmt = select(Event).where(_reached(access)).order_by(Event.seq.desc()).limit(limit)
    if act:
        stmt = stmt.where(Event.act == act)
    if subject_id:
        stmt = stmt.where(Event.subject_id == subject_id)
    if actor_ids is not None:
        stmt = stmt.where(Event.actor_id.in_(actor_ids))
    if since is not None:
        stmt = stmt.where(Event.at >= since)
    if before is not None:
        stmt = stmt.where(Event.seq < before)
    return list(access.session.scalars(stmt))


def _reached(access: Access) -> ColumnElement[bool]:
    """The authority of the portal reads every line; a partner or another controller, those of its own people."""
    cells, host = access.scope(Permission.JOURNAL_READ).cells, root_unit(access.session)
    if not cells:
        raise Refused
    if host is not None and host.id in cells:
        return true()
    return Event.affectation.in_([access.facts.tree[unit].code for unit in cells])


def verify(session: Session) -> Fault | None:
    """The first broken line, or None when the whole chain holds (`dataspace audit verify`)."""
    expected, number = GENESIS, 0
    with session.scalars(select(Event).order_by(Event.seq).execution_options(yield_per=500)) as lines:
        for event in lines:
            number += 1
            line = {c.key: getattr(event, c.key) for c in inspect(Event).column_attrs}
            if event.seq != number:
                return Fault(number, "ligne manquante")
            if event.previous != expected or hash_of(line) != event.hash:
                return Fault(event.seq, "ligne modifiée")
            expected = event.hash
    head = session.scalar(select(Head).where(Head.id == 1))
    if head is None or (head.seq, head.hash) != (number, expected):
        return Fault(number + 1, "lignes supprimées à la fin")
    return None


def last(access: Access) -> int:
    """The number of the last line. Needs journal:read."""
    access.require(Permission.JOURNAL_READ)
    return access.session.scalar(select(Head.seq).where(Head.id == 1)) or 0
