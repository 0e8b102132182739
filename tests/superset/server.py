"""A real Superset for the tests, its own tables copied from a home prepared once for each version."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataspace.bi import server
from dataspace.bi.server import BiServer
from dataspace.child import LOOPBACK, free_port
from tests.shared import Facts, shared

CHECKOUT = Path(__file__).parents[2]
VENV = CHECKOUT / ".venv-bi"
# Python complains of a process whose object is forgotten while it runs.
STARTED: list[BiServer] = []
PORTAL = f"http://{LOOPBACK}:5100"


def prepared_home(home: Path) -> Path:
    """`home`, filled as after a first start: 18 s the first time on this checkout, a copy afterwards."""
    recipe = b"".join((server.HERE / name).read_bytes() for name in ("constraints.txt", "first_start.py", "server.py"))
    kept = CHECKOUT / "var" / "test-bi" / hashlib.sha256(recipe).hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    with (kept.parent / "turn.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        BiServer(VENV, kept, 1, PORTAL).prepare()
        shutil.copytree(kept, home)
    return home


@contextmanager
def superset(folder: Path) -> Iterator[BiServer]:
    """One running Superset for all the workers of a session."""

    def at(port: int) -> BiServer:
        return BiServer(VENV, folder / "bi", port, PORTAL)

    def start() -> Facts:
        prepared_home(folder / "bi")
        port = free_port()
        running = at(port)
        STARTED.append(running)
        running.start()
        running.wait()
        return {"port": port}

    def stop(facts: Facts) -> None:
        for running in STARTED or [at(facts["port"])]:
            running.stop()

    with shared(folder, "bi", start, stop) as facts:
        yield at(facts["port"])
