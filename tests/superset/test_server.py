"""The Superset that travels with the portal: started, stopped, found again; what it lets a browser do."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dataspace.bi.server import BiServer, PortTaken, Refusal, Secrets
from dataspace.child import LOOPBACK, free_port
from dataspace.dashboards.port import ProviderDown, RowFilter
from dataspace.dashboards.provision import Account, Provisioned, provision
from dataspace.dashboards.superset import Superset
from tests.superset import valmer
from tests.superset.conftest import AWA
from tests.superset.server import PORTAL, VENV, prepared_home

pytestmark = pytest.mark.superset

RULES = [RowFilter.all_rows("activite"), RowFilter.all_rows("communes")]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[BiServer]:
    """A Superset of this test alone, prepared, not started."""
    server = BiServer(VENV, prepared_home(tmp_path / "bi"), free_port(), PORTAL)
    yield server
    server.stop()


def test_it_stops_the_portal_says_so_and_finds_it_again(own: BiServer, http: requests.Session, tmp_path: Path) -> None:
    own.start()
    own.wait()
    made = provision(
        http,
        own.url,
        admin=Account(own.admin, own.secrets.admin_password),
        service=Account("portal", own.secrets.service_password),
        warehouse=valmer.warehouse(tmp_path),
        tables=valmer.TABLES,
        boards=valmer.BOARDS,
        portal_origin=PORTAL,
    )
    board = made.boards["activite-des-directions"].external_id
    portal = Superset(http, own.url, username="portal", password=own.secrets.service_password)
    before = portal.embed(board, subject=AWA, row_filters=RULES)

    own.stop()
    started = time.monotonic()
    with pytest.raises(ProviderDown):
        portal.embed(board, subject=AWA, row_filters=RULES)
    assert not portal.health().is_up
    assert time.monotonic() - started < 5

    lines: list[str] = []
    own.prepare(lines.append)
    assert lines == ["Superset : déjà préparé"]
    own.start()
    own.wait()
    assert portal.embed(board, subject=AWA, row_filters=RULES).dashboard_uuid == before.dashboard_uuid


def test_a_port_already_taken_is_said_with_what_to_do(own: BiServer) -> None:
    port = int(own.url.rpartition(":")[2])
    with socket.create_server((LOOPBACK, port)), pytest.raises(PortTaken, match="BI_PORT"):
        own.start()


def test_a_venv_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="make bi"):
        BiServer(tmp_path / "absent", tmp_path / "home", free_port(), PORTAL).prepare()


def test_it_does_not_start_with_a_secret_everyone_knows(tmp_path: Path) -> None:
    strong = Secrets.kept_in(tmp_path)
    known = "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"
    secrets = Secrets(strong.secret_key, known, strong.admin_password, strong.service_password)
    server = BiServer(VENV, tmp_path / "bi", free_port(), PORTAL, secrets=secrets)
    with pytest.raises(Refusal, match="journal"):
        server.prepare()
    assert "SUPERSET_GUEST_SECRET" in server.log.read_text()


def test_its_secrets_are_its_own_and_for_its_user_only(tmp_path: Path) -> None:
    mine = Secrets.kept_in(tmp_path / "a")
    assert mine == Secrets.kept_in(tmp_path / "a")
    assert mine != Secrets.kept_in(tmp_path / "b")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a").iterdir()} == {0o600}
    assert mine.guest_secret not in repr(mine)


def test_its_version_is_the_one_we_pinned(portal: Superset) -> None:
    pinned = (Path("dataspace/bi/constraints.txt").read_text().partition("apache-superset==")[2]).split()[0]
    assert portal.health().version == pinned


def test_what_is_installed_is_what_we_pinned() -> None:
    listed = subprocess.run(
        [
            VENV / "bin" / "python",
            "-c",
            "import importlib.metadata as m; [print(f'{d.name}=={d.version}') for d in m.distributions()]",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    ).stdout
    installed = {line.lower().replace("_", "-").replace(".", "-") for line in listed.split()}
    lines = Path("dataspace/bi/constraints.txt").read_text().splitlines()
    pinned = {line.replace(".", "-") for line in lines if line and not line.startswith("#")}
    # Some are for other versions of Python only.
    assert installed <= pinned


# --- What it lets a browser do ----------------------------------------------------------------------------------------


@pytest.fixture
def page(portal: Superset, http: requests.Session, bi: BiServer, activity: str) -> str:
    """Address of the page inside the frame."""
    return f"{bi.url}/embedded/{portal.embed(activity, subject=AWA, row_filters=RULES).dashboard_uuid}"


def test_the_portal_alone_may_frame_it(http: requests.Session, page: str) -> None:
    framed = http.get(page, headers={"Referer": f"{PORTAL}/tableaux-de-bord/x"}, timeout=30)
    assert framed.status_code == 200
    assert f"frame-ancestors 'self' {PORTAL};" in framed.headers["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed.headers
    assert http.get(page, headers={"Referer": "http://ailleurs.example/"}, timeout=30).status_code == 403
    assert http.get(page, timeout=30).status_code == 403


def test_it_names_no_other_host_and_its_cookie_is_its_own(http: requests.Session, page: str) -> None:
    answer = requests.get(page, headers={"Referer": f"{PORTAL}/"}, timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert re.findall(r"https?://[^ ;]+", policy) == [PORTAL]
    assert "https:" not in policy.split()
    assert set(answer.cookies.keys()) <= {"superset_session"}


def test_it_speaks_french_before_anyone_signs_in(http: requests.Session, bi: BiServer, boards: Provisioned) -> None:
    words = requests.get(f"{bi.url}/superset/language_pack/fr/", timeout=30, allow_redirects=False)
    assert words.status_code == 200
    assert words.json()["locale_data"]["superset"][""]["lang"] == "fr"
