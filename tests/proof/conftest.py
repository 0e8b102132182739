"""A real portal under gunicorn on the loopback, on a tiny world, and the command that walks through it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dataspace.child import LOOPBACK, Child, free_port
from dataspace.cli import main
from dataspace.config import shipped
from tests.servers import CHECKOUT

SECRET = "only for a run on this machine, never deployed"


@dataclass
class Running:
    """A portal that runs; `leaks` is the command, as a timer runs it beside."""

    environment: dict[str, str]
    log: Path

    @property
    def address(self) -> str:
        return self.environment["DATASPACE_PORTAL_URL"]

    def leaks(self, *arguments: str, **settings: str) -> tuple[int, dict[str, Any]]:
        """The exit code, and what was said in JSON."""
        asked = ["leaks", "--json", "--rate", "1000", "--seed", "valmer", *arguments]
        done = CliRunner().invoke(main, asked, env=self.environment | settings)
        assert done.exit_code in (0, 1, 2), done.output
        assert done.stdout, f"{done.output}\n{done.exception}\n{self.log.read_text()[-2000:]}"
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def portal(engine_url: str, tmp_path: Path) -> Callable[..., Any]:
    """`with portal() as running`, on this test's database; `factory` is what gunicorn serves."""

    @contextmanager
    def run(factory: str = "dataspace.app:create_app()", policies: Path | None = None) -> Iterator[Running]:
        port = free_port()
        environment = {
            "DATASPACE_DATABASE_URL": engine_url, "DATASPACE_STORAGE_URL": f"file://{tmp_path / 'files'}",
            "DATASPACE_SECRET_KEY": SECRET, "DATASPACE_PORTAL_URL": f"http://{LOOPBACK}:{port}",
            "DATASPACE_LOG_LEVEL": "ERROR", "DATASPACE_POLICIES_DIR": str(shipped("policies")),
        }  # fmt: skip
        served = environment | ({"DATASPACE_POLICIES_DIR": str(policies)} if policies else {})
        command = [sys.executable, "-m", "gunicorn", factory, "--worker-class=gthread", "--threads=4"]
        child = Child(
            "portail", [*command, f"--bind={LOOPBACK}:{port}", "--no-control-socket"],
            log=tmp_path / f"portail-{port}.log", environment=served, directory=CHECKOUT,
        )  # fmt: skip
        child.start()
        try:
            child.wait_for(f"http://{LOOPBACK}:{port}/sante", 60)
            yield Running(environment, child.log)
        finally:
            child.stop()

    return run
