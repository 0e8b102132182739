"""The real servers tests talk to, started once for all the workers of a session."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dataspace.child import LOOPBACK, free_port
from dataspace.idp.server import IdpServer
from tests.shared import Facts, shared

CHECKOUT = Path(__file__).parents[1]


@contextmanager
def identity_provider(folder: Path, people: Sequence[Mapping[str, Any]]) -> Iterator[IdpServer]:
    """A running provider seeded with `people`; `allow(origin)` is how a worker's own portal joins it."""
    home = folder / "idp"

    def at(port: int) -> IdpServer:
        return IdpServer(CHECKOUT / ".venv-idp", home, port, f"http://{LOOPBACK}:1", people)

    def start() -> Facts:
        port = free_port()
        provider = at(port)
        provider.prepare()
        provider.start()
        provider.wait()
        return {"port": port}

    with shared(folder, "idp", start, lambda facts: at(facts["port"]).stop()) as facts:
        yield at(facts["port"])
