"""The second sink: each line of the journal, once committed, appended as JSON to a file elsewhere.

Who rewrites the whole database cannot rewrite what has already left it: `dataspace audit verify` compares both.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, inspect, select
from sqlalchemy.orm import Session, sessionmaker

from dataspace.audit import sinks
from dataspace.audit.journal import WRITTEN, hash_of, plain
from dataspace.audit.models import Event, SinkLag
from dataspace.db import GuardedSession, writing

PLACE = sinks.FILE


def places(path: Path | None, syslog: str) -> dict[str, Any]:
    """What a maker of sessions must know for its lines to be copied: `sessions.configure(info=places(...))`."""
    return {PLACE: path, sinks.SYSLOG: syslog}


@event.listens_for(GuardedSession, "after_commit")
def _copy(session: Session) -> None:
    lines = session.info.pop(WRITTEN, [])
    if not lines:
        return
    sinks.spread(session, lines)
    path = session.info.get(PLACE)
    if path is not None:
        try:
            _append(path, lines)
        except OSError as error:
            # The act is committed: a copy that fails must not make it look undone.
            sinks.missed(session, PLACE, lines[0]["seq"], error)


def _append(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    text = "".join(json.dumps(plain(line), sort_keys=True, ensure_ascii=False) + "\n" for line in lines)
    # One write to a file opened for appending: two workers never mix their lines.
    place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(place, text.encode())
        os.fsync(place)
    finally:
        os.close(place)


def catch_up(maker: sessionmaker[Any], path: Path) -> int:
    """Append the lines that the copy has not received; how many. Raises OSError when it still cannot be written."""
    copied = {line["seq"] for line in _read(path)} if path.exists() else set()
    with maker() as session:
        stmt = select(Event).order_by(Event.seq).execution_options(yield_per=500)
        missing = [_line(kept) for kept in session.scalars(stmt) if kept.seq not in copied]
    if missing:
        _append(path, missing)
    with writing(maker) as session:
        session.execute(delete(SinkLag).where(SinkLag.name == PLACE))
    return len(missing)


def _line(kept: Event) -> dict[str, Any]:
    return {column.key: getattr(kept, column.key) for column in inspect(Event).column_attrs}


@event.listens_for(GuardedSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(WRITTEN, None)


def differing(session: Session, path: Path) -> int | None:
    """The number of the first line where the copy and the journal disagree, or None. A line purged here is no fault."""
    kept = {row.seq: row.hash for row in session.execute(select(Event.seq, Event.hash))}
    first = min(kept, default=0)
    copied: set[int] = set()
    for line in _read(path):
        copied.add(line["seq"])
        is_whole = hash_of(line) == line["hash"]
        if not is_whole or kept.get(line["seq"], line["hash"] if line["seq"] < first else "") != line["hash"]:
            return int(line["seq"])
    started = min(copied, default=0)
    return next((seq for seq in sorted(kept) if copied and seq > started and seq not in copied), None)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for text in file:
            yield json.loads(text)
