"""The second sink: each line of the journal, once committed, appended as JSON to a file elsewhere.

Who rewrites the whole database cannot rewrite what has already left it: `dataspace audit verify` compares both.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from dataspace.audit.journal import WRITTEN, hash_of, plain
from dataspace.audit.models import Event
from dataspace.db import GuardedSession

PLACE = "journal-copy"
log = structlog.get_logger()


@event.listens_for(GuardedSession, "after_commit")
def _copy(session: Session) -> None:
    lines = session.info.pop(WRITTEN, [])
    path = session.info.get(PLACE)
    if path is None or not lines:
        return
    text = "".join(json.dumps(plain(line), sort_keys=True, ensure_ascii=False) + "\n" for line in lines)
    try:
        # One write to a file opened for appending: two workers never mix their lines.
        place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(place, text.encode())
            os.fsync(place)
        finally:
            os.close(place)
    except OSError:
        # The act is committed: a copy that fails must not make it look undone.
        log.exception("journal-copy", first=lines[0]["seq"])


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
