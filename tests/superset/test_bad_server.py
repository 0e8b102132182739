"""At Superset's address something else answers, or answers badly: the portal is told so, in time."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from dataspace.child import LOOPBACK, free_port
from dataspace.dashboards.port import ProviderDown, ProviderError
from dataspace.dashboards.superset import Superset
from tests.superset.conftest import AWA

pytestmark = pytest.mark.superset

BOARD = "00000000-0000-4000-8000-000000000000"
LOGIN_PAGE = b"<!doctype html><title>Connexion</title><form method=post>"


class Server(BaseHTTPRequestHandler):
    """Answers every request in the one way its subclass was given."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with contextlib.suppress(ConnectionError):
            self.answer()

    do_POST = do_GET

    def say(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


def login_page(request: Server) -> None:
    request.say(200, LOGIN_PAGE, "text/html")


def redirection_loop(request: Server) -> None:
    request.say(302, b"", Location="/login/")


def broken_json(request: Server) -> None:
    request.say(200, b'{"access_token": "a')


def another_api(request: Server) -> None:
    request.say(200, b'["bonjour"]')


def empty_object(request: Server) -> None:
    request.say(200, b"{}")


def strange_tokens(request: Server) -> None:
    request.say(200, b'{"access_token": "a.b.c", "result": 3, "token": []}')


def error_page(request: Server) -> None:
    request.say(500, b"<h1>OperationalError: postgresql://lecteur:motdepasse@entrepot</h1>", "text/html")


def not_found(request: Server) -> None:
    request.say(404, b"<h1>nginx</h1>", "text/html")


def too_many(request: Server) -> None:
    request.say(429, b"{}")


def hangs_up(request: Server) -> None:
    request.close_connection = True


def cut_short(request: Server) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b'{"result"')
    request.close_connection = True


def falsely_compressed(request: Server) -> None:
    request.say(200, b"not gzip", **{"Content-Encoding": "gzip"})


def drips(request: Server) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    for _ in range(5000):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


def silent(request: Server) -> None:
    time.sleep(30)


def endless(request: Server) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b" " * 1_000_000)


QUICK = (
    login_page,
    redirection_loop,
    broken_json,
    another_api,
    empty_object,
    strange_tokens,
    error_page,
    not_found,
    too_many,
    hangs_up,
    cut_short,
    falsely_compressed,
    endless,
)


@contextlib.contextmanager
def at_its_place(behaviour: Callable[[Server], None], http: requests.Session) -> Iterator[Superset]:
    server = ThreadingHTTPServer((LOOPBACK, 0), type("Bad", (Server,), {"answer": behaviour}))
    server.daemon_threads = True
    # A browser that waits for a silent thread would hang the test's end.
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield Superset(http, f"http://{LOOPBACK}:{server.server_port}", username="portal", password="secret")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("behaviour", QUICK)
def test_whatever_answers_the_portal_says_it_is_down(
    behaviour: Callable[[Server], None], http: requests.Session
) -> None:
    with at_its_place(behaviour, http) as portal:
        for act in (
            portal.list_dashboards,
            lambda: portal.datasets(BOARD),
            lambda: portal.embed(BOARD, subject=AWA, row_filters=[]),
        ):
            with pytest.raises(ProviderDown) as down:
                act()
            assert "motdepasse" not in str(down.value)
        health = portal.health()
        assert not health.is_up
        assert health.reason


@pytest.mark.parametrize("behaviour", [drips, silent])
def test_a_slow_server_does_not_hold_the_page(behaviour: Callable[[Server], None], http: requests.Session) -> None:
    with at_its_place(behaviour, http) as portal:
        started = time.monotonic()
        with pytest.raises(ProviderDown):
            portal.embed(BOARD, subject=AWA, row_filters=[])
        assert time.monotonic() - started < 7


def test_nobody_at_the_address(http: requests.Session) -> None:
    portal = Superset(http, f"http://{LOOPBACK}:{free_port()}", username="portal", password="secret")
    started = time.monotonic()
    with pytest.raises(ProviderError, match="ne répond pas"):
        portal.embed(BOARD, subject=AWA, row_filters=[])
    assert not portal.health().is_up
    assert time.monotonic() - started < 5


def test_browsers_may_reach_it_at_another_address(http: requests.Session) -> None:
    portal = Superset(
        http, "http://superset.interne:8088", username="p", password="p", public_url="https://bi.valmer.example/bi/"
    )
    assert portal.frame_origin == "https://bi.valmer.example"
    assert portal.open_url(BOARD) == f"https://bi.valmer.example/bi/superset/dashboard/{BOARD}/"
