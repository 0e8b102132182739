"""What every test may ask for: a database of its own, the portal on it, its people, things, clock and visitors."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask
import pytest
import time_machine
from sqlalchemy import Engine, event
from sqlalchemy.orm import sessionmaker

from dataspace import db
from dataspace.app import create_app
from dataspace.auth import Access, Policy, policy
from dataspace.config import Settings, shipped
from tests import people, postgres
from tests.browser import chromium
from tests.make import Make
from tests.shared import session_folder
from tests.site import Site
from tests.sparing import Compiled, Route, in_haste

__all__ = ["chromium"]
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
Clone = Callable[..., str]
flask.Flask.url_rule_class = Route


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--of-engine", action="store_true", help="only the tests that a database is given to")
    parser.addoption("--engine", choices=("sqlite", "postgresql", "both"), default="sqlite", help="database engine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--of-engine"):
        engine = config.getoption("--engine")
        config.hook.pytest_deselected(items=[item for item in items if _engine_of(item) != engine])
        items[:] = [item for item in items if _engine_of(item) == engine]


def _engine_of(item: pytest.Item) -> str | None:
    spec = getattr(item, "callspec", None)
    return spec.params.get("engine_name") if spec is not None else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        names = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        if only := metafunc.definition.get_closest_marker("engines"):
            names = list(only.args)
        metafunc.parametrize("engine_name", names, scope="session")


def _bare(url: str) -> None:
    db.upgrade(url)


def _valmer(url: str) -> None:
    """Migrated, with the small métropole of `people.py` in it."""
    db.upgrade(url)
    engine = db.engine(url)
    with db.writing(db.sessions(engine)) as session:
        people.settle(session)
    engine.dispose()


TEMPLATES = {"bare": _bare, "valmer": _valmer}


@pytest.fixture(scope="session")
def clone(engine_name: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Clone]:
    """Gives a fresh copy of a template (`bare` or `valmer`), whatever the engine; its URL. One copy for each `name`."""
    with ExitStack() as stack:
        if engine_name == "sqlite":
            folder, copies = tmp_path_factory.mktemp("templates"), tmp_path_factory.mktemp("bases")

            def copy(template: str, name: str = "") -> str:
                source, target = folder / f"{template}.sqlite", copies / f"{name or template}.sqlite"
                if not source.exists():
                    TEMPLATES[template](f"sqlite:///{source}")
                for leftover in copies.glob(f"{target.name}-*"):
                    leftover.unlink()
                shutil.copyfile(source, target)
                return f"sqlite:///{target}"
        else:
            server = stack.enter_context(postgres.server(session_folder(tmp_path_factory)))

            def copy(template: str, name: str = "") -> str:
                return server.clone(f"{worker_id}_{name or template}", server.template(template, TEMPLATES[template]))

        yield copy


@pytest.fixture(scope="module")
def base(clone: Clone, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database for the laws of a module: each world is written there, then undone (tests/rights/living.py)."""
    engine = db.engine(clone("bare", request.module.__name__.rpartition(".")[2]))
    yield engine
    engine.dispose()


@pytest.fixture
def engine_url(clone: Clone) -> str:
    """A database of this test's own, with the cast settled in it."""
    return clone("valmer")


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """The engine of each database of this worker: an engine remembers the statements it has compiled."""
    return {}


@pytest.fixture
def engine(engine_url: str, engines: dict[str, Engine]) -> Iterator[Engine]:
    """The guarded engine of the test's database; no connection of it outlives the test."""
    if engine_url not in engines:
        engines[engine_url] = db.engine(engine_url)
        if engine_url.startswith("sqlite"):
            event.listen(engines[engine_url], "connect", in_haste)
    yield engines[engine_url]
    engines[engine_url].dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Any]:
    """Makes guarded sessions on the test's database, as the portal does."""
    return db.sessions(engine)


@pytest.fixture
def settings(engine_url: str, tmp_path: Path) -> Settings:
    return settings_for(engine_url, tmp_path)


def settings_for(url: str, folder: Path) -> Settings:
    """How the portal of a test runs, on the database at `url`."""
    return Settings(
        database_url=url,
        storage_url=f"file://{folder / 'files'}",
        portal_url="http://localhost",
        secret_key="a secret for the tests, and only them",
        oidc_issuer="http://127.0.0.1:1/idp",
        oidc_client_id="portal",
        oidc_client_secret="another secret for the tests",
        dpo_name="Inès Caron",
        dpo_email="ines@valmer.example",
    )


@pytest.fixture
def app(settings: Settings, engine: Engine) -> flask.Flask:
    """The whole portal, as it is served."""
    app = create_app(settings, engine=engine)
    app.jinja_env.bytecode_cache = Compiled()
    return app


@pytest.fixture
def site(app: flask.Flask) -> Site:
    """Visitors of the portal: `site.as_("awa").get("/donnees/")`; every page opened is inspected."""
    return Site(app)


@pytest.fixture
def make(sessions: sessionmaker[Any], the_policy: Policy) -> Make:
    """Makes what a story needs: `make.dataset("Fuites 2026", unit="eau")`."""
    return Make(sessions, the_policy)


@pytest.fixture(scope="session")
def the_policy() -> Policy:
    """The policy that is shipped."""
    return policy.load(shipped("policies"))


@pytest.fixture
def access(sessions: sessionmaker[Any], the_policy: Policy) -> Iterator[Callable[..., Access]]:
    """`access("awa")`: on her behalf, in a session of its own that is open until the end of the test."""
    with ExitStack() as stack:

        def of(login: str, *, moment: datetime | None = None) -> Access:
            session = stack.enter_context(sessions())
            return Access(people.actor(session, login), session, the_policy, moment=moment)

        yield of


@pytest.fixture
def that_monday() -> Iterator[None]:
    """Time runs, from the Monday of `clock` on: for stories that name a day to come."""
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still, on a Monday at noon in Valmer: `clock.shift(timedelta(days=1))`, `clock.move_to(...)`."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
