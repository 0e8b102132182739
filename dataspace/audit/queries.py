"""Reading and verifying the journal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, inspect, or_, select, true
from sqlalchemy.orm import Session

from dataspace.audit.journal import GENESIS, Act, hash_of
from dataspace.audit.models import Anchor, Event, Head
from dataspace.auth import Access, Permission
from dataspace.auth.models import Asset, Grant
from dataspace.auth.queries import root_unit
from dataspace.db import rows
from dataspace.errors import Refused

# Fewer readers than this could be told apart.
FEWEST = 5
# How many lines a text is looked for in.
LOOKED_THROUGH = 200_000
_READING = (Act.OPENED, Act.EXPORTED, Act.GUEST_TOKEN)


_LAST_CHANGE = select(Head.changed)


@dataclass(frozen=True)
class Fault:
    """The first line that does not follow from the one before."""

    seq: int
    what: str


@dataclass(frozen=True)
class Sought:
    """What lines are looked for: all of these at once. `units` are codes; `text` is in a title or a reason."""

    text: str = ""
    act: str = ""
    subject_id: str = ""
    units: Collection[str] | None = None
    actor_ids: Collection[int] | None = None
    since: datetime | None = None
    until: datetime | None = None


def last_change(session: Session) -> int:
    """Number of the last line that tells of a change: what was counted before it may be otherwise now."""
    return int(rows(session, _LAST_CHANGE, {})[0].changed)


def search(
    access: Access, sought: Sought | None = None, *, before: int | None = None, limit: int = 50, **said: Any
) -> list[Event]:
    """Lines of the journal, newest first, `before` a number. Needs journal:read, and only as far as it stands.

    A text is looked for in the last lines of the period only (`LOOKED_THROUGH`): no index knows what a reason says.
    """
    stmt = _found(access, sought or Sought(**said)).order_by(Event.seq.desc()).limit(limit)
    if before is not None:
        stmt = stmt.where(Event.seq < before)
    return list(access.session.scalars(stmt))


def last_on_right(access: Access, grant: Grant) -> Event | None:
    """The last line on this right: who changed it, and when. Needs rights:see; the caller has been shown the right."""
    access.require(Permission.RIGHTS_SEE)
    acts = (Act.GRANT_GIVEN, Act.GRANT_CHANGED, Act.GRANT_REVOKED)
    about = Event.facts["grant"].as_string() == grant.public_id
    return access.session.scalars(
        select(Event).where(Event.act.in_(acts), about).order_by(Event.seq.desc()).limit(1)
    ).first()


def counted(access: Access, sought: Sought, *, at_most: int) -> int:
    """How many lines `search` would find, counting no further than `at_most`. Needs journal:read."""
    inner = _found(access, sought).with_only_columns(Event.seq).limit(at_most).subquery()
    return access.session.scalar(select(func.count()).select_from(inner)) or 0


def _found(access: Access, sought: Sought) -> Select[Any]:
    stmt = select(Event).where(_reached(access))
    if sought.act:
        stmt = stmt.where(Event.act == sought.act)
    if sought.subject_id:
        stmt = stmt.where(Event.subject_id == sought.subject_id)
    if sought.units is not None:
        stmt = stmt.where(Event.affectation.in_(sought.units))
    if sought.actor_ids is not None:
        stmt = stmt.where(Event.actor_id.in_(sought.actor_ids))
    if sought.since is not None:
        stmt = stmt.where(Event.at >= sought.since)
    if sought.until is not None:
        stmt = stmt.where(Event.at < sought.until)
    for word in sought.text.split():
        like = f"%{word.lower().replace('%', '').replace('_', '')}%"
        reason = Event.facts["reason"].as_string()
        stmt = stmt.where(or_(func.lower(Event.subject_title).like(like), func.lower(reason).like(like)))
    if sought.text.split():
        last = select(func.max(Event.seq))
        if sought.until is not None:
            last = last.where(Event.at < sought.until)
        stmt = stmt.where(Event.seq > last.scalar_subquery() - LOOKED_THROUGH)
    return stmt


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
    anchor = session.scalars(select(Anchor).order_by(Anchor.seq.desc()).limit(1)).first()
    expected, number = (anchor.hash, anchor.seq) if anchor else (GENESIS, 0)
    is_attested = anchor is None
    with session.scalars(select(Event).order_by(Event.seq).execution_options(yield_per=500)) as lines:
        for event in lines:
            number += 1
            line = {c.key: getattr(event, c.key) for c in inspect(Event).column_attrs}
            if event.seq != number:
                return Fault(number, "ligne manquante")
            if event.previous != expected or hash_of(line) != event.hash:
                return Fault(event.seq, "ligne modifiée")
            expected = event.hash
            told = event.facts
            if anchor and event.act == Act.JOURNAL_PURGED and told.get("anchor_hash") == anchor.hash:
                is_attested = is_attested or told.get("anchor") == anchor.seq
    head = session.scalar(select(Head).where(Head.id == 1))
    if head is None or (head.seq, head.hash) != (number, expected):
        return Fault(number + 1, "lignes supprimées à la fin")
    if not is_attested:
        # Whoever takes lines away by hand could write an anchor, but not the line of a purge in the chain.
        return Fault(number + 1, "lignes supprimées au début, sans purge au journal")
    return None


def own(access: Access, *, skipped: int = 0, limit: int = 50) -> list[Event]:
    """The actor's own lines, newest first; counted among hers: their numbers would tell how much others do."""
    stmt = select(Event).where(Event.actor_id == access.actor.person_id).order_by(Event.seq.desc())
    return list(access.session.scalars(stmt.offset(skipped).limit(limit)))


@dataclass(frozen=True)
class Month:
    """How many people opened something in a month; None under five, so that nobody is told apart (PRODUCT P10)."""

    start: datetime
    readers: int | None


def readers_by_month(access: Access, asset: Asset, starts: list[datetime]) -> list[Month]:
    """For each month that begins at `starts` (in order; the last has no end). Needs rights:see on the asset."""
    access.require(Permission.RIGHTS_SEE, asset)
    found = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        stmt = select(func.count(func.distinct(Event.actor_id))).where(
            Event.subject_kind == str(asset.kind), Event.subject_id == asset.public_id, Event.act.in_(_READING),
            Event.at >= start,
        )  # fmt: skip
        readers = access.session.scalar(stmt if end is None else stmt.where(Event.at < end)) or 0
        found.append(Month(start, readers if readers >= FEWEST else None))
    return found


def last(access: Access) -> int:
    """The number of the last line. Needs journal:read."""
    access.require(Permission.JOURNAL_READ)
    return access.session.scalar(select(Head.seq).where(Head.id == 1)) or 0


def last_about(access: Access, act: Act, kind: str, subject_id: str) -> Event | None:
    """The last line of `act` on one thing. The caller decides whether the actor may know of the thing."""
    stmt = select(Event).where(Event.subject_kind == kind, Event.subject_id == subject_id, Event.act == act)
    return access.session.scalars(stmt.order_by(Event.seq.desc()).limit(1)).first()


def counts_on(session: Session, act: Act, kind: str, ids: Collection[str]) -> dict[str, int]:
    """How many times `act` was done to each of these things of that kind; absent when never."""
    if not ids:
        return {}
    stmt = (
        select(Event.subject_id, func.count())
        .where(Event.subject_kind == kind, Event.subject_id.in_(sorted(ids)), Event.act == act.value)
        .group_by(Event.subject_id)
    )
    return {row[0]: row[1] for row in session.execute(stmt)}
