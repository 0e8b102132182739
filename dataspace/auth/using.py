"""The day each grant last served: what nobody uses can be given back (PRODUCT F21), and nothing finer is kept (P10).

Written at most once a day for a grant, in a small transaction of its own, never on lists. The directory's grants are
left out: nobody reviews them, and the day of each would tell who was at work.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Date, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from dataspace.auth.models import Grant, GrantUse, Stamp
from dataspace.db import writing

# Since when this is kept: before that day, nobody can say that a right was not used.
SINCE = "grant-use"
# What this process has noted today, so that it asks nothing more.
_noted: WeakKeyDictionary[Any, tuple[date, set[str]]] = WeakKeyDictionary()
log = structlog.get_logger()


def note(maker: sessionmaker[Any], grants: Iterable[str], moment: datetime) -> None:
    """Keep the day of `moment` for these grants (public ids). A day that cannot be written stops nobody's work."""
    day = moment.date()
    with maker() as session:
        bind = session.get_bind()
        kept = _noted.get(bind)
        known = kept[1] if kept is not None and kept[0] == day else set()
        new = sorted(set(grants) - known)
        if not new:
            return
        try:
            served = select(Grant.public_id).join(GrantUse, GrantUse.grant_id == Grant.id)
            told = set(session.scalars(served.where(Grant.public_id.in_(new), GrantUse.day >= day)))
            if missing := [name for name in new if name not in told]:
                session.rollback()
                _write(maker, missing, day, bind.dialect.name)
        except SQLAlchemyError:
            log.warning("grant use", grants=len(new))
            return
    _noted[bind] = (day, known | set(new))


def measured_since(session: Session) -> date | None:
    """Since which day uses are kept; None when it is not known."""
    said = session.scalar(select(Stamp.version).where(Stamp.name == SINCE))
    return date.fromisoformat(said) if said else None


def last_days(session: Session, grant_ids: Iterable[int]) -> dict[int, date]:
    """The day each of these grants last served; those that never did are absent."""
    stmt = select(GrantUse.grant_id, GrantUse.day).where(GrantUse.grant_id.in_(sorted(set(grant_ids))))
    return {row.grant_id: row.day for row in session.execute(stmt)}


def _write(maker: sessionmaker[Any], grants: list[str], day: date, engine: str) -> None:
    insert: Any = postgresql.insert if engine == "postgresql" else sqlite.insert
    those = select(Grant.id, literal(day, Date())).where(Grant.public_id.in_(grants)).order_by(Grant.id)
    stmt = insert(GrantUse).from_select(["grant_id", "day"], those)
    later = stmt.on_conflict_do_update(
        index_elements=[GrantUse.grant_id], set_={"day": stmt.excluded.day}, where=GrantUse.day < stmt.excluded.day
    )
    with writing(maker) as session:
        session.execute(later)
