"""The provider of these tests: a real Canaille, of their own since they lock people out and change its keys."""

from collections.abc import Iterator

import pytest

from dataspace.child import free_port
from dataspace.idp.server import IdpServer
from tests.idp.browser import Browser
from tests.idp.cast import PEOPLE
from tests.servers import CHECKOUT

PORTAL = "http://127.0.0.1:5100"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdpServer]:
    home = tmp_path_factory.mktemp("canaille")
    server = IdpServer(CHECKOUT / ".venv-idp", home, free_port(), PORTAL, PEOPLE)
    server.prepare()
    server.start()
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
def browser(provider: IdpServer) -> Browser:
    return Browser(provider, PORTAL)
