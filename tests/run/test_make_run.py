"""`make run` as a person lives it: started, stopped, started again, refused when something is in the way.

Superset is left out here (its minute belongs to the journeys): the environment says the authority has its own.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from dataspace.child import LOOPBACK, free_port, is_free
from tests.servers import CHECKOUT

SECONDS = 90


@dataclass
class Run:
    """One `make run` in a folder of its own."""

    var: Path
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None

    @property
    def ports(self) -> list[int]:
        return [int(self.environment[name]) for name in ("PORT", "IDP_PORT")]

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dataspace.demo.run", "--var", str(self.var)],
            cwd=CHECKOUT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def told(self) -> str:
        """What the terminal shows up to the table."""
        assert self.process is not None
        assert self.process.stdout is not None
        lines: list[str] = []
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            lines.append(line)
            if "Ctrl-C" in line or not line:
                break
        return "".join(lines)

    def stop(self, number: signal.Signals) -> int:
        """End it, and give the status it left with."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.communicate(timeout=SECONDS)
        return self.process.returncode

    def refused(self) -> str:
        """What it says when it leaves by itself, with a status that is not 0."""
        self.start()
        assert self.process is not None
        said, _ = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode == 1
        return said

    @property
    def facts(self) -> dict[str, object]:
        return json.loads((self.var / "run" / "demo.json").read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    ports = {name: str(free_port()) for name in ("PORT", "IDP_PORT", "BI_PORT")}
    made = Run(tmp_path / "var", {**ports, "DATASPACE_BI_URL": f"http://{LOOPBACK}:1"})
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGTERM)


def test_it_starts_tells_stops_and_starts_where_it_was(run: Run) -> None:
    run.start()
    table = run.told()
    assert "awa " in table
    assert run.facts["portal"] == f"http://{LOOPBACK}:{run.environment['PORT']}"
    assert requests.get(f"{run.facts['portal']}/pret", timeout=10).status_code == 200
    assert requests.get(f"{run.facts['idp']}/.well-known/openid-configuration", timeout=10).status_code == 200
    accounts = run.facts["accounts"]
    assert isinstance(accounts, list)
    assert {"login", "password", "name", "unit", "roles"} == accounts[0].keys()
    assert run.stop(signal.SIGINT) == 0
    assert all(is_free(port) for port in run.ports)

    secret = (run.var / "secret-key").read_text()
    run.start()
    assert "comptes déjà inscrits" in run.told()
    assert (run.var / "secret-key").read_text() == secret
    assert run.stop(signal.SIGTERM) == 0
    assert all(is_free(port) for port in run.ports)


def test_a_second_run_is_refused_and_a_killed_one_does_not_hold_the_ports_of_the_next(run: Run) -> None:
    run.start()
    run.told()
    assert "tourne déjà ici" in Run(run.var, run.environment).refused()
    run.stop(signal.SIGKILL)
    assert not any(is_free(port) for port in run.ports)
    run.start()
    assert "Ctrl-C" in run.told()


@pytest.mark.parametrize("variable", ["PORT", "IDP_PORT"])
def test_a_taken_port_is_refused_by_its_name(run: Run, variable: str) -> None:
    with socket.socket() as squatter:
        squatter.bind((LOOPBACK, int(run.environment[variable])))
        squatter.listen()
        assert f"{variable}=" in run.refused()


def test_the_identity_provider_of_the_authority_replaces_ours(run: Run) -> None:
    run.environment["DATASPACE_OIDC_ISSUER"] = "https://sso.valmer.example"
    run.start()
    assert "https://sso.valmer.example" in run.told()
    assert is_free(int(run.environment["IDP_PORT"]))
