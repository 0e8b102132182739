"""The whole as `make run` starts it: real Canaille, real Superset with the demo's boards, the portal under gunicorn."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dataspace.child import LOOPBACK, Child, free_port
from dataspace.demo.world import World, build
from dataspace.web.french import today
from tests.servers import CHECKOUT
from tests.superset.server import prepared_home

# What the demonstration says when the boards are drawn, then when the portal has proven that nothing leaks.
DRAWN, PROVEN = "prêts,", "étanchéité :"
WORDS = "words.log"
ADDRESSES = {"dataset": "/donnees", "dashboard": "/tableaux-de-bord", "seat": "/referents"}


class DidNotCome(AssertionError):
    """The demonstration ended, or went on without what the journeys need."""


@dataclass(frozen=True)
class Whole:
    """A running demonstration: its addresses, its world, and where it writes."""

    var: Path
    world: World
    ports: Mapping[str, int]
    process: subprocess.Popen[bytes]

    @property
    def portal(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['PORT']}"

    @property
    def idp(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['IDP_PORT']}"

    @property
    def bi(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['BI_PORT']}"

    def wait_for(self, words: str, seconds: float = 240) -> None:
        """Return when the demonstration has said `words`. Raises DidNotCome when it goes on without, or is silent."""
        until = time.monotonic() + seconds
        while words not in (said := (self.var / WORDS).read_text()):
            has_ended = self.process.poll() is not None
            if has_ended or "continue sans eux" in said or time.monotonic() > until:
                raise DidNotCome(said)
            time.sleep(0.2)

    def path(self, kind: str, title: str) -> str:
        """The deep link that an intranet page would hold: identifiers are drawn when the demo is loaded."""
        with closing(sqlite3.connect(f"file:{self.var / 'dataspace.sqlite'}?mode=ro", uri=True)) as base:
            rows = base.execute("SELECT public_id, title FROM asset WHERE kind = ?", [kind]).fetchall()
        # Whichever spaces are unbreakable.
        titled = {" ".join(name.split()): f"{ADDRESSES[kind]}/{public_id}" for public_id, name in rows}
        return titled[" ".join(title.split())]

    @contextmanager
    def silent_superset(self) -> Iterator[None]:
        """Superset holds its tongue, as when its machine is overloaded: connections open, nothing answers."""
        group = int((self.var / "log" / "bi.pid").read_text())
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextmanager
    def other_portal(self, **settings: str) -> Iterator[str]:
        """A second portal on the same database and cookies, with other settings; its address."""
        port = free_port()
        url = f"http://{LOOPBACK}:{port}"
        ours = {
            "DATASPACE_DATABASE_URL": f"sqlite:///{self.var / 'dataspace.sqlite'}",
            "DATASPACE_STORAGE_URL": f"file://{self.var / 'files'}",
            "DATASPACE_SECRET_KEY": (self.var / "secret-key").read_text(),
            "DATASPACE_PORTAL_URL": url,
            "DATASPACE_OIDC_ISSUER": self.idp,
        }
        portal = Child(
            "autre portail",
            [sys.executable, "-m", "gunicorn", "dataspace.app:create_app()", f"--bind={LOOPBACK}:{port}"],
            log=self.var / "log" / "autre-portail.log",
            environment={**ours, **settings},
            directory=CHECKOUT,
        )
        portal.start()
        try:
            portal.wait_for(f"{url}/sante", 60)
            yield url
        finally:
            portal.stop()


@contextmanager
def running(var: Path) -> Iterator[Whole]:
    """Start everything in `var`, wait until Superset's boards are drawn, then stop everything.

    The demo's day is the real one, as for a person: a fixed day would end its accesses while the portal's clock goes
    on. What journeys expect is therefore taken from `world`, never written as a figure or a date.
    """
    day = today()
    var.mkdir(parents=True)
    (var / "day").write_text(day.isoformat())
    prepared_home(var / "bi")
    ports = {name: free_port() for name in ("PORT", "IDP_PORT", "BI_PORT")}
    with (var / WORDS).open("w") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "dataspace.demo.run", "--var", str(var)],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **{name: str(port) for name, port in ports.items()}},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
    whole = Whole(var, build(day), ports, process)
    try:
        whole.wait_for(DRAWN)
        yield whole
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
