"""A run of revocations: the portal under gunicorn with two workers, read under load while rights are taken and given.

A violation is an answer that contradicts a change acknowledged before the question left, on whichever worker.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import bs4
import flask
import requests

from dataspace import db
from dataspace.auth import policy, sessions
from dataspace.child import LOOPBACK, Child, free_port
from dataspace.config import shipped
from tests import people
from tests.make import Make

MANAGER, READERS = "luc", ("remi", "marc", "bruno", "claire")
WORKERS = 2
SECRET = "only for a run on this machine, never deployed"
# How many answers to the person concerned each change waits for: enough to meet both workers.
ANSWERS = 4
_CHECKOUT = Path(__file__).parents[1]


@dataclass
class Run:
    """How many of each; `errors` are answers of 500 and more, or none at all; `workers` are those that answered."""

    revocations: int = 0
    requests: int = 0
    violations: int = 0
    errors: int = 0
    workers: int = 0

    def shown(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Known:
    """What is acknowledged of a reader's right; None while it changes."""

    is_open: bool | None


class Load:
    """Readers who ask without end, one thread each, and what they were answered."""

    def __init__(self, url: str, path: str, cookies: dict[str, str]) -> None:
        self.found, self.ended = Run(), threading.Event()
        self.known = dict.fromkeys(cookies, Known(is_open=True))
        self.answered: Counter[str] = Counter()
        self._address, self._lock = url + path, threading.Lock()
        self._threads = [threading.Thread(target=self._read, args=one, daemon=True) for one in cookies.items()]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.ended.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, login: str) -> None:
        """Until she was answered a few times more."""
        enough, deadline = self.answered[login] + ANSWERS, time.monotonic() + 30
        while self.answered[login] < enough and time.monotonic() < deadline:
            time.sleep(0.005)

    def _read(self, login: str, cookie: str) -> None:
        while not self.ended.is_set():
            before, status = self.known[login], _status(self._address, cookie)
            is_same = self.known[login] is before
            with self._lock:
                self.found.requests += 1
                self.found.errors += status >= 500
                self.found.violations += is_same and before.is_open is not None and (status == 200) != before.is_open
                self.answered[login] += 1


def run(url: str, folder: Path, *, seconds: float) -> Run:
    """Take and give back a right of each reader in turn, on the migrated database at `url` with the cast in it."""
    engine = db.engine(url)
    make = Make(db.sessions(engine), policy.load(shipped("policies")))
    asset = make.dataset("Fuites", unit="solidarite", sensitivity="confidential")
    held = {login: make.grant(login, "agent", asset, ends=make.tomorrow()).public_id for login in READERS}
    cookies = {login: _signed_in(make, login) for login in (MANAGER, *READERS)}
    engine.dispose()
    with portal(url, folder) as (address, log):
        load = Load(address, f"/api/1/donnees/{asset.public_id}", {login: cookies[login] for login in READERS})
        token = _token(f"{address}/administration/acces/{held[READERS[0]]}", cookies[MANAGER])
        load.start()
        try:
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                login = READERS[load.found.revocations % len(READERS)]
                for act, is_open in (("retirer", False), ("retablir", True)):
                    load.known[login] = Known(None)
                    _post(f"{address}/administration/acces/{held[login]}/{act}", token)
                    load.known[login] = Known(is_open)
                    load.wait_for(login)
                load.found.revocations += 1
        finally:
            load.stop()
        load.found.workers = len(set(log.read_text().split()))
    return load.found


@contextmanager
def portal(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """A running portal; its address, and a log where each answer leaves the number of its worker."""
    port, log = free_port(), folder / "workers.log"
    address = f"http://{LOOPBACK}:{port}"
    child = Child(
        "portail",
        [
            *(sys.executable, "-m", "gunicorn", "dataspace.app:create_app()", "--worker-class=gthread"),
            *(f"--workers={WORKERS}", "--threads=4", f"--bind={LOOPBACK}:{port}", "--no-control-socket"),
            *(f"--access-logfile={log}", "--access-logformat=%(p)s"),
        ],
        log=folder / "portail.log",
        environment={
            "DATASPACE_DATABASE_URL": url, "DATASPACE_STORAGE_URL": f"file://{folder / 'files'}",
            "DATASPACE_SECRET_KEY": SECRET, "DATASPACE_PORTAL_URL": address, "DATASPACE_LOG_LEVEL": "ERROR",
        },
        directory=_CHECKOUT,
    )  # fmt: skip
    child.start()
    try:
        child.wait_for(f"{address}/sante", 60)
        yield address, log
    finally:
        child.stop()


def _signed_in(make: Make, login: str) -> str:
    """The cookie of a session of hers, as the return from the identity provider makes it."""
    with make.writing() as session:
        handle, _ = sessions.open_for(
            session, people.person(session, login), db.now(), issuer="bench", auth_time=db.now()
        )
    signer = flask.Flask("signer")
    signer.secret_key = SECRET
    serializer = signer.session_interface.get_signing_serializer(signer)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": handle, "_fresh": True}))


def _status(address: str, cookie: str) -> int:
    """The answer's status; 599 when there is none. Each question has a connection of its own: any worker may answer."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            asked = {"Accept": "application/json", "Cookie": f"dataspace={cookie}", "Connection": "close"}
            return http.get(address, headers=asked, timeout=30, allow_redirects=False).status_code
    except requests.RequestException:
        return 599


def _token(address: str, cookie: str) -> tuple[str, str]:
    """A CSRF token, and the cookie that it goes with."""
    with requests.Session() as http:
        http.trust_env = False
        page = http.get(address, headers={"Cookie": f"dataspace={cookie}"}, timeout=30)
    page.raise_for_status()
    field = bs4.BeautifulSoup(page.text, "html.parser").select_one("input[name=csrf_token]")
    assert field is not None
    return str(field["value"]), page.cookies.get("dataspace") or cookie


def _post(address: str, token: tuple[str, str]) -> None:
    """Done and acknowledged, or an error."""
    value, cookie = token
    with requests.Session() as http:
        http.trust_env = False
        sent = {"csrf_token": value, "reason": "fin de mission"}
        asked = {"Cookie": f"dataspace={cookie}", "Connection": "close"}
        answer = http.post(address, sent, headers=asked, timeout=30, allow_redirects=False)
    if answer.status_code != 303:
        raise AssertionError(f"{address}: {answer.status_code}\n{answer.text[:2000]}")
