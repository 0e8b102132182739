"""One server for all the workers of a test session: the first one in starts it, the last one out stops it."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Facts = dict[str, Any]


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that every xdist worker of this session sees."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def turn(folder: Path, name: str) -> Iterator[None]:
    """One worker at a time."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(folder: Path, name: str, start: Callable[[], Facts], stop: Callable[[Facts], None]) -> Iterator[Facts]:
    """What `start` answered (plain JSON), whichever worker called it; `stop` receives it once nobody is left."""
    book = folder / f"{name}.json"
    with turn(folder, name):
        entry = json.loads(book.read_text()) if book.exists() else {"users": 0}
        if not entry["users"]:
            entry["facts"] = start()
        entry["users"] += 1
        book.write_text(json.dumps(entry))
    try:
        yield entry["facts"]
    finally:
        with turn(folder, name):
            entry = json.loads(book.read_text())
            entry["users"] -= 1
            if not entry["users"]:
                stop(entry["facts"])
            book.write_text(json.dumps(entry))
