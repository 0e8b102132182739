"""The real Superset of a session, with the boards of `valmer.py` in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dataspace.bi.server import BiServer
from dataspace.dashboards.port import RowFilter, Rule, Subject
from dataspace.dashboards.provision import Account, Provisioned, provision
from dataspace.dashboards.superset import Superset
from dataspace.dashboards.superset_rest import SupersetRest
from tests.shared import session_folder, turn
from tests.superset import valmer
from tests.superset.guest import Charts, Guest
from tests.superset.server import PORTAL, superset

AWA = Subject("awa.diallo", "Awa", "Diallo")


@pytest.fixture(scope="session")
def http() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return session_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def bi(folder: Path) -> Iterator[BiServer]:
    with superset(folder) as running:
        yield running


@pytest.fixture(scope="session")
def boards(bi: BiServer, http: requests.Session, folder: Path) -> Provisioned:
    """Valmer's two boards, drawn in Superset."""
    with turn(folder, "boards"):
        return provision(
            http,
            bi.url,
            admin=Account(bi.admin, bi.secrets.admin_password),
            service=Account("portal", bi.secrets.service_password),
            warehouse=valmer.warehouse(folder),
            tables=valmer.TABLES,
            boards=valmer.BOARDS,
            portal_origin=PORTAL,
        )


@pytest.fixture(scope="session")
def portal(bi: BiServer, http: requests.Session, boards: Provisioned) -> Superset:
    """The portal's adapter, signed in as its service account."""
    return Superset(http, bi.url, username="portal", password=bi.secrets.service_password)


@pytest.fixture(scope="session")
def admin(bi: BiServer, http: requests.Session) -> SupersetRest:
    return SupersetRest(http, bi.url, bi.admin, bi.secrets.admin_password)


@pytest.fixture(scope="session")
def service(bi: BiServer, http: requests.Session, boards: Provisioned) -> SupersetRest:
    """The service account without our adapter: what a mistake of ours would send."""
    return SupersetRest(http, bi.url, "portal", bi.secrets.service_password)


@pytest.fixture(scope="session")
def activity(boards: Provisioned) -> str:
    """External id of the board « Activité des directions »."""
    return boards.boards["activite-des-directions"].external_id


@pytest.fixture(scope="session")
def works(boards: Provisioned) -> str:
    """External id of the board « Travaux de voirie »."""
    return boards.boards["travaux"].external_id


@pytest.fixture(scope="session")
def charts(admin: SupersetRest, activity: str) -> Charts:
    """Queries of the charts of « Activité des directions »."""
    return Charts(admin, activity)


class Readers:
    """Opens the activity board for somebody."""

    def __init__(self, portal: Superset, url: str, board: str) -> None:
        self._portal = portal
        self._url = url
        self._board = board

    def of(self, *directorates: str) -> Guest:
        """A reader who works for these directorates; the towns are shared."""
        return self.with_rules(RowFilter("activite", "direction", directorates), RowFilter.all_rows("communes"))

    def with_rules(self, *rules: Rule) -> Guest:
        """A reader with exactly these rules."""
        ticket = self._portal.embed(self._board, subject=AWA, row_filters=rules)
        return Guest(self._url, ticket.token)


@pytest.fixture(scope="session")
def readers(portal: Superset, bi: BiServer, activity: str) -> Readers:
    return Readers(portal, bi.url, activity)
