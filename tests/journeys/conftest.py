"""One demonstration for all the journeys; each person signs in once, then keeps her cookies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState

from dataspace.demo.world import PASSWORD
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole, running

DESK = {"width": 1280, "height": 900}
HERE = Path(__file__).parent
As = Callable[..., Visitor]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey is told in the order it was written: what somebody did is there for the next one."""
    places = [place for place, item in enumerate(items) if item.path.is_relative_to(HERE)]
    told = sorted((items[place] for place in places), key=lambda item: (str(item.path), item.location[1] or 0))
    for place, item in zip(places, told, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with running(tmp_path_factory.mktemp("whole") / "var") as started:
        yield started


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
    """`as_("awa")`: her browser, signed in; `afresh` for what asks for a recent sign-in."""
    with ExitStack() as stack:
        here: dict[str, Visitor] = {}

        def visitor(login: str, *, afresh: bool = False) -> Visitor:
            if afresh:
                cookies.pop(login, None)
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
