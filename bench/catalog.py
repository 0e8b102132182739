"""The catalogue: a page with total and facets, a search, one card; for who sees nearly all and for who sees little."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import make_url

from bench.limit import Card, Limit, Listed
from bench.naive import Naive
from bench.portal import Browser, portal
from bench.rounds import WARM_UP, Measure, clock_for, in_turn
from bench.words import Text
from bench.world import DENSE, FILE, SPARSE, World, file_content, load
from dataspace import db
from dataspace.auth import Permission, policy
from dataspace.auth.models import Asset
from dataspace.auth.search import sought
from dataspace.auth.words import AssetKind, Protection, Sensitivity, State
from dataspace.config import shipped

LIST = "/donnees/"
NAIVE_ROUNDS = 3
_READERS = {"dense": DENSE, "sparse": SPARSE}


class Different(AssertionError):
    """Two ways to the same page answered differently: nothing is timed."""


@dataclass(frozen=True)
class Workload:
    """A page of the portal, and the limit's way to what is on it."""

    name: str
    browser: Browser
    path: str
    limit: Callable[[], Any]
    answer: Callable[[dict[str, Any]], Any]
    is_naive: bool = False


class Bench:
    """A database filled with the world, and everything that asks it."""

    def __init__(self, url: str, folder: Path, texts: Iterator[Text], stack: ExitStack) -> None:
        db.upgrade(url)
        self.policies = shipped("policies")
        self.policy = policy.load(self.policies)
        self.world: World = load(url, self.policy, texts)
        self.url, self.folder = url, folder
        self.file = folder / "files" / FILE
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(file_content())
        self.app = portal(url, folder)
        stack.callback(self.app.extensions["engine"].dispose)
        # The naive design reads the cards itself: no door, hence no guard.
        self.bare = db.engine(url, guarded=False)
        stack.callback(self.bare.dispose)
        self.engine = self.bare.dialect.name
        self.browsers = {name: Browser.sign_in(self.app, login) for name, login in _READERS.items()}
        self.connection = bare_connection(url)
        stack.callback(self.connection.close)
        with self.browsers["dense"].access() as access:
            tree = access.facts.tree
        self.limits = {
            name: Limit(self.connection, self.engine, tree, self.policy, is_sparse=name == "sparse")
            for name in _READERS
        }

    def run(
        self, *, rounds: int, tell: Callable[[str, Measure], None] = lambda _name, _measure: None
    ) -> dict[str, Measure]:
        """Every workload, in turn with its limit; raises Different before timing what does not answer the same."""
        found = {}
        for work in self.workloads():
            found[work.name] = self.measure(work, NAIVE_ROUNDS if work.is_naive else rounds)
            tell(work.name, found[work.name])
        return found

    def workloads(self) -> Iterator[Workload]:
        for reader, browser in self.browsers.items():
            limit, handle = self.limits[reader], browser.handle
            yield Workload(f"list_{reader}", browser, LIST, lambda li=limit, h=handle: li.listing(h), listed)
            for word, typed in (("common", self.world.common_word), ("rare", self.world.rare_word)):
                asked = sought(typed)
                yield Workload(
                    f"search_{word}_{reader}", browser, f"{LIST}?q={quote(typed)}",
                    lambda li=limit, h=handle, a=asked: li.search(h, a), listed,
                )  # fmt: skip
            public_id = self.readable_card(browser)
            yield Workload(
                f"show_{reader}",
                browser,
                f"{LIST}{public_id}",
                lambda li=limit, h=handle, p=public_id: li.show(h, p, self.file),
                shown,
            )
        for reader, browser in self.browsers.items():
            limit, handle = self.limits[reader], browser.handle
            yield Workload(
                f"naive_list_{reader}", browser, LIST, lambda li=limit, h=handle: li.listing(h), listed, is_naive=True
            )

    def measure(self, work: Workload, rounds: int) -> Measure:
        template, context = work.browser.answer(work.path)
        wanted, by_limit = work.answer(context), work.limit()
        same(work.name, wanted, by_limit)

        def ours() -> None:
            work.browser.get(environ)

        def limit() -> None:
            work.limit()
            template.render(context)

        if work.is_naive:
            naive = Naive(self.bare, self.policies)

            def by_enforce() -> Listed:
                with work.browser.access() as access:
                    return naive.listing(access)

            def ours() -> None:
                by_enforce()
                with work.browser.asking(work.path):
                    template.render(context)

            same(work.name, wanted, by_enforce())
        environ = work.browser.environ(work.path)
        around = lambda: work.browser.asking(work.path)  # noqa: E731
        warm_up = 0 if work.is_naive else WARM_UP
        return in_turn(ours, limit, around, rounds=rounds, clock=clock_for(self.engine), warm_up=warm_up)

    def plans(self, browser: Browser, path: str) -> list[str]:
        """How SQLite goes about each statement of a page."""
        seen: list[tuple[str, Any]] = []

        def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            seen.append((statement, parameters))

        engine = self.app.extensions["engine"]
        event.listen(engine, "before_cursor_execute", keep)
        browser.get(browser.environ(path))
        event.remove(engine, "before_cursor_execute", keep)
        cursor = self.connection.cursor()
        return [
            line[3]
            for statement, parameters in seen
            if statement.startswith(("SELECT", "WITH"))
            for line in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    def readable_card(self, browser: Browser) -> str:
        """A dataset of hers that has a file."""
        with browser.access() as access:
            stmt = access.select(Asset, Permission.DATASET_READ).where(
                Asset.kind == AssetKind.DATASET, Asset.state == State.PUBLISHED, Asset.id % 3 != 0,
                Asset.sensitivity <= Sensitivity.INTERNAL, Asset.protection == Protection.NONE,
            )  # fmt: skip
            return access.session.scalars(stmt.order_by(Asset.id).limit(1)).one().public_id


def listed(context: dict[str, Any]) -> Listed:
    """What a page of the list says, from what its template was given."""
    facets = {
        facet["name"]: {option["value"]: option["count"] for option in facet["options"] if option["count"]}
        for facet in context["facets"]
        if facet["name"] != "acces"
    }
    rows = [row["url"].rpartition("/")[2] for row in context["rows"]]
    return Listed(rows, context["total"], context["on_request_total"], facets)


def shown(context: dict[str, Any]) -> Card:
    """What a card says."""
    names = [column["name"] for column in context["columns"]]
    people = [person["email"] for person in context["people"]]
    return Card(context["dataset"]["title"], names, people, context["preview"]["rows"])


def same(name: str, ours: Any, other: Any) -> None:
    """Raises Different unless both are equal."""
    if ours != other:
        raise Different(f"{name}: the portal answers {ours!r}, the other way {other!r}")


def bare_connection(url: str) -> Any:
    """The driver's own connection, as its documentation opens it."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        from pysqlite3 import dbapi2

        return dbapi2.connect(target.database, isolation_level=None)
    import psycopg

    return psycopg.connect(target.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)
