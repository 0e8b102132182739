"""The counts of assets by what rights and facets ask: kept with each change, read instead of the catalogue."""

import secrets
from collections import Counter
from typing import Any

from sqlalchemy import Executable, event, func, inspect, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dataspace.auth.access import HouseAccess
from dataspace.auth.models import Asset, AssetCount, Stamp
from dataspace.auth.words import Protection
from dataspace.db import GuardedSession, declare, rows

_KEY = ("unit_id", "sensitivity", "card_sensitivity", "is_protected", "state", "kind", "theme_id")
_FACTS = tuple("protection" if name == "is_protected" else name for name in _KEY)

_NAME = "counts"
_STAMP = select(Stamp.version).where(Stamp.name == _NAME)
_CHANGED = "assets-changed"


def version(session: Session) -> str | None:
    """Changes with the assets, in the transaction that changes one: what was counted at a version is true at it.

    None in a transaction that has changed some: what it counts is its own until it commits.
    """
    session.flush()
    if _CHANGED in session.info:
        return None
    return next((stamp.version for stamp in rows(session, _STAMP, {})), "")


def rebuild(access: HouseAccess) -> int:
    """Count everything again; returns how many rows of counts were wrong (`dataspace counts verify`)."""
    session = access.session
    # Whatever was wrong, or repaired beside us: nothing that was counted before is believed any more.
    session.info[_CHANGED] = True
    wrong: Counter[tuple[Any, ...]] = Counter()
    for *key, n in session.execute(_differing()):
        wrong[tuple(key)] += n
    deltas = {key: n for key, n in wrong.items() if n}
    _apply(session, deltas)
    return len(deltas)


def _differing() -> Executable:
    """What is there (n), and what is kept (-n), read at one moment: what others change meanwhile is no fault."""
    protected = (Asset.protection != Protection.NONE).label("is_protected")
    columns = [protected if c == "is_protected" else getattr(Asset, c) for c in _KEY]
    there = select(*columns, func.count().label("n")).group_by(*columns)
    kept = select(*(getattr(AssetCount, c) for c in _KEY), -AssetCount.n)
    return declare(union_all(there, kept), {"asset": 1, "asset_count": 1})


@event.listens_for(GuardedSession, "before_flush")
def _keep(session: Session, _context: Any, _instances: Any) -> None:
    deltas: Counter[tuple[Any, ...]] = Counter()
    for asset in (thing for thing in session.new if isinstance(thing, Asset)):
        deltas[_key_of(asset)] += 1
    for asset in (thing for thing in session.dirty if isinstance(thing, Asset)):
        before, after = _key_before(asset), _key_of(asset)
        if before != after:
            deltas[after] += 1
            deltas[before] -= 1
    for asset in (thing for thing in session.deleted if isinstance(thing, Asset)):
        deltas[_key_before(asset)] -= 1
    if deltas:
        # Even when they make up for one another: an asset granted by name is counted as the one it is.
        session.info[_CHANGED] = True
        _apply(session, deltas)


@event.listens_for(GuardedSession, "before_commit")
def _stamp(session: Session) -> None:
    if session.in_nested_transaction():
        return
    # Last, so that those who change other assets hardly wait. At random: a version undone is never met again.
    session.flush()
    if session.info.pop(_CHANGED, False):
        stamp = _dialect(session).insert(Stamp).values(name=_NAME, version=secrets.token_hex(8))
        stamp = stamp.on_conflict_do_update(index_elements=["name"], set_={"version": stamp.excluded.version})
        session.connection().execute(stamp)


@event.listens_for(GuardedSession, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _key(values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(values[f] != Protection.NONE if f == "protection" else values[f] for f in _FACTS)


def _key_of(asset: Asset) -> tuple[Any, ...]:
    values = {name: getattr(asset, name) for name in _FACTS}
    return _key(values | {"protection": values["protection"] or Protection.NONE})


def _key_before(asset: Asset) -> tuple[Any, ...]:
    state = inspect(asset)
    before = {}
    for name in _FACTS:
        history = state.attrs[name].history
        before[name] = history.deleted[0] if history.deleted else getattr(asset, name)
    return _key(before)


def _apply(session: Session, deltas: Any) -> None:
    # Sorted, so that two writers lock the same rows in the same order.
    changes = [
        dict(zip(_KEY, key, strict=True)) | {"n": delta}
        for key, delta in sorted(deltas.items(), key=lambda item: tuple(str(part) for part in item[0]))
        if delta
    ]
    if not changes:
        return
    insert = _dialect(session).insert(AssetCount)
    upsert = insert.on_conflict_do_update(index_elements=list(_KEY), set_={"n": AssetCount.n + insert.excluded.n})
    # One by one: the flush makes the unit's identity known only through its own statements.
    session.connection().execute(declare(upsert, {"asset_count": 3}), changes)
