"""One demonstration and one Chromium for all the journeys; each person signs in once, then keeps her cookies."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from dataspace.demo.world import PASSWORD
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole, running

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK = {"width": 1280, "height": 900}
As = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with running(tmp_path_factory.mktemp("whole") / "var") as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, else Playwright's (tools/bootstrap.py has one ready)."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    # As root, Chromium has no sandbox to start in.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found and Path(found), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, StorageState]:
    """What each person's browser keeps between two journeys, by login."""
    return {}


@pytest.fixture
def nobody(whole: Whole, chromium: Browser) -> Iterator[Visitor]:
    """Somebody whose browser is not signed in."""
    with chromium.new_context(viewport=DESK, locale="fr-FR", timezone_id="Europe/Paris") as context:
        yield Visitor(whole, context)


@pytest.fixture
def as_(whole: Whole, chromium: Browser, cookies: dict[str, StorageState]) -> Iterator[As]:
    """`as_("awa")`: her browser, signed in."""
    with ExitStack() as stack:
        here: dict[str, Visitor] = {}

        def visitor(login: str) -> Visitor:
            if login in here:
                return here[login]
            context = stack.enter_context(
                chromium.new_context(
                    viewport=DESK, locale="fr-FR", timezone_id="Europe/Paris", storage_state=cookies.get(login)
                )
            )
            here[login] = Visitor(whole, context, login)
            if login not in cookies:
                here[login].sign_in(login, PASSWORD)
                cookies[login] = context.storage_state()
            return here[login]

        yield visitor
