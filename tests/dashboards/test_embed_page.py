"""A board in a real browser: it comes, or a sentence says within five seconds that it does not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import flask
import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from dataspace import db
from dataspace.auth import Task, system
from dataspace.bi.server import BiServer
from dataspace.child import LOOPBACK
from dataspace.dashboards import services
from tests.dashboards.test_real_superset import BY_UNIT, SHARED, bi, drawn, folder, http, settings
from tests.make import Make
from tests.site import Site

__all__ = ["bi", "drawn", "folder", "http", "settings"]
pytestmark = [
    pytest.mark.superset,
    # Flask-Compress forgets to close the static files it compresses; Python closes them when it forgets them.
    pytest.mark.filterwarnings(r"ignore:Exception ignored in. <_io.FileIO name='.*/static/"),
]

PROMISED = 5_000  # ms, by the clock of the page
SLOWEST = 60_000
Open = Callable[[str, str], Page]


@pytest.fixture
def portal(app: flask.Flask) -> Iterator[str]:
    """The portal, served for real; not where Superset lets itself be framed, which is the point."""
    server = make_server(LOOPBACK, 0, app, threaded=True)
    app.config["TRUSTED_HOSTS"].append(f"{LOOPBACK}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_as(portal: str, site: Site, chromium: Browser) -> Iterator[Open]:
    """`open_as("luc", path)`: that person's browser, on that page."""
    with ExitStack() as windows:

        def opened(login: str, path: str) -> Page:
            cookie = site.as_(login).client.get_cookie("dataspace")
            assert cookie is not None
            window = windows.enter_context(chromium.new_context(locale="fr-FR"))
            window.add_cookies([{"name": "dataspace", "value": cookie.value, "url": portal}])
            page = window.new_page()
            page.clock.install()
            page.goto(portal + path)
            return page

        yield opened


def test_a_blocked_frame_is_explained_within_five_seconds(open_as: Open, make: Make, drawn: str) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=[BY_UNIT, SHARED], external_id=drawn)
    page = open_as("viviane", f"/tableaux-de-bord/{board.public_id}")
    page.clock.run_for(PROMISED)
    expect(page.get_by_text("Ce tableau ne s’affiche pas pour l’instant")).to_be_visible(timeout=SLOWEST)
    expect(page.get_by_role("link", name="Réessayer")).to_be_visible()


def test_a_board_not_drawn_yet_opens_by_itself(open_as: Open, make: Make, drawn: str, bi: BiServer) -> None:
    board = make.dashboard("Budget exécuté", slug="budget", unit="finances", sources=[BY_UNIT, SHARED])
    page = open_as("viviane", f"/tableaux-de-bord/{board.public_id}")
    expect(page.get_by_text("Les tableaux de bord démarrent")).to_be_visible(timeout=SLOWEST)
    with db.writing(make.sessions) as session:
        services.connect(system(session, Task.PROVISION, make.policy), "budget", drawn)
    page.wait_for_selector(f".embed iframe[src^='{bi.url}']", state="attached", timeout=SLOWEST)


def test_a_right_lost_meanwhile_is_told_in_words(open_as: Open, make: Make, drawn: str) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=[BY_UNIT, SHARED])
    page = open_as("viviane", f"/tableaux-de-bord/{board.public_id}")
    expect(page.get_by_text("Les tableaux de bord démarrent")).to_be_visible(timeout=SLOWEST)
    make.denial("viviane", asset=board)
    expect(page.get_by_text("Ce tableau ne vous est plus ouvert")).to_be_visible(timeout=SLOWEST)
