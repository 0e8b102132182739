"""The journal sent to a real syslog socket, after commit; what it misses is said, and sent again."""

import json
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import Act, copy, sinks
from dataspace.audit.models import SinkLag
from dataspace.auth import Task, system
from dataspace.cli import main

WHY = "contrôle du 23 novembre"


@pytest.fixture(autouse=True)
def nothing_known():
    """No server is thought silent, and no connection kept, from another test."""
    yield
    sinks.hang_up()


@pytest.fixture
def write(sessions, the_policy):
    """`write(url, "vrai")`: one line, on a portal that copies to `url`."""

    def line(url: str, *reasons: str, path: Path | None = None) -> None:
        sessions.configure(info=copy.places(path, url))
        with db.writing(sessions) as session:
            for reason in reasons:
                audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason=reason)

    return line


class Server:
    """A TCP syslog server, on a port of its own."""

    def __init__(self, port: int = 0) -> None:
        self.listening = socket.create_server(("127.0.0.1", port))
        self.port = self.listening.getsockname()[1]
        self.received = b""
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._read, args=[connection], daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection:
            while chunk := connection.recv(65536):
                self.received += chunk

    def wait(self, lines: int) -> list[str]:
        for _ in range(200):
            if self.received.count(b"\n") >= lines:
                break
            threading.Event().wait(0.02)
        return self.received.decode().splitlines()

    def stop(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


def told(message: str) -> dict:
    """The line inside a message of RFC 5424."""
    head, _, body = message.partition("\ufeff")
    priority, version_and_when, host, app, process, kind, structured, _ = head.replace(">1 ", "> ").split(" ")
    assert (priority, app, process, kind, structured) == ("<86>", "dataspace", "-", "journal", "-"), message
    assert version_and_when.startswith("20") and host
    return json.loads(body)


def test_a_datagram_server_receives_the_line_once_committed(write, sessions, the_policy):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        url = f"udp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(RuntimeError), db.writing(sessions) as session:
            sessions.configure(info=copy.places(None, url))
            audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason="annulé")
            raise RuntimeError
        write(url, "vrai\r\n<1>faux")
        message = server.recv(65536).decode()
    assert message.startswith("<86>1 20") and "\n" not in message
    line = told(message)
    assert (line["seq"], line["facts"]["reason"], line["act"]) == (1, "vrai\r\n<1>faux", "house")


def test_a_unix_socket_receives_it_too(write, tmp_path):
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        server.settimeout(5)
        write(f"unix://{path}", "vrai")
        assert told(server.recv(65536).decode())["facts"]["reason"] == "vrai"


def test_a_server_that_is_down_loses_nothing_says_how_late_it_is_and_catches_up(
    write, sessions, site, settings, monkeypatch
):
    server = Server()
    url = f"tcp://127.0.0.1:{server.port}"
    write(url, "première")
    assert [told(line)["seq"] for line in server.wait(1)] == [1]
    server.stop()
    sinks.hang_up()
    write(url, "deuxième", "troisième")
    write(url, "quatrième")
    with sessions() as session:
        assert session.scalars(select(SinkLag.first)).all() == [2]
        assert audit.queries.verify(session) is None
    page = site.as_("odile").get("/administration/journal").submit({"reason": WHY}, form="form.ask").follow()
    assert "La copie « syslog » a" in page.main.replace("\u00a0", " ") and "de retard" in page.main
    for name, value in {"DATABASE_URL": settings.database_url, "SECRET_KEY": "x" * 40, "JOURNAL_SYSLOG": url}.items():
        monkeypatch.setenv(f"DATASPACE_{name}", value)
    still = CliRunner().invoke(main, ["audit", "copy"])
    assert still.exit_code == 1 and "ne répond pas" in still.output
    server = Server(server.port)
    done = CliRunner().invoke(main, ["audit", "copy"])
    assert done.exit_code == 0, done.output
    assert [told(line)["facts"].get("reason") for line in server.wait(3)][:3] == ["deuxième", "troisième", "quatrième"]
    assert "de retard" not in site.as_("odile").get("/administration/journal").main
    server.stop()


def test_a_file_that_could_not_be_written_catches_up(write, sessions, tmp_path):
    path = tmp_path / "absent" / "copie.jsonl"
    write("", "première", path=path)
    with sessions() as session:
        assert [late.name for late in sinks.lags(session)] == ["fichier"]
    path.parent.mkdir()
    write("", "deuxième", path=path)
    assert copy.catch_up(sessions, path) == 1
    with sessions() as session:
        assert sinks.lags(session) == []
        assert copy.differing(session, path) is None
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize("wrong", ["syslog", "udp://hote", "http://hote:514", "unix://"])
def test_a_sink_that_cannot_be_is_refused_at_the_start(wrong, settings):
    with pytest.raises(ValueError, match="DATASPACE_JOURNAL_SYSLOG"):
        type(settings)(secret_key="x" * 40, journal_syslog=wrong)


def test_the_journal_is_kept_six_months_at_least_and_twelve_at_most_but_for_a_written_hold(settings):
    made = type(settings)
    for months in ({"journal_least_months": 5}, {"journal_most_months": 13}, {"journal_most_months": 5}):
        with pytest.raises(ValueError, match=r"JOURNAL|journal"):
            made(secret_key="x" * 40, **months)
    held = made(secret_key="x" * 40, journal_most_months=24, journal_legal_hold="procédure pénale 26/118")
    assert held.journal_most_months == 24
