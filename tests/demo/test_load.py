"""The demo in a real database: every page has its facts, each person her rights, and a second load changes nothing."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, selectinload

from dataspace import db
from dataspace.audit import queries as journal
from dataspace.auth import Access, HouseAccess, Permission, Policy, Task, counts, directory, queries, search, system
from dataspace.auth.models import Asset, asset_search
from dataspace.auth.words import RowAttribute, Source
from dataspace.catalog.files import Files
from dataspace.catalog.models import Dataset
from dataspace.config import Settings
from dataspace.dashboards import queries as dashboards
from dataspace.dashboards import services as dashboard_services
from dataspace.dashboards.models import Dashboard
from dataspace.dashboards.port import RowFilter
from dataspace.demo.load import load
from dataspace.demo.world import TODAY, World, build
from dataspace.referents import queries as referents
from tests import people
from tests.conftest import Clone, settings_for
from tests.servers import CHECKOUT

MORNING = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)
READ = (Permission.CARD_SEE, Permission.DATASET_READ)
On = Callable[[str], Access]


@pytest.fixture(scope="module")
def world() -> World:
    return build()


@pytest.fixture(scope="module")
def loaded(clone: Clone, world: World, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a portal whose demo was loaded on the morning of the world's day."""
    settings = settings_for(clone("bare"), tmp_path_factory.mktemp("demo"))
    with time_machine.travel(MORNING, tick=False):
        load(settings, world, lambda _: None)
    return settings


@pytest.fixture(scope="module")
def engine(loaded: Settings) -> Iterator[sa.Engine]:
    engine = db.engine(loaded.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with db.sessions(engine)() as session:
        yield session


@pytest.fixture
def on(session: Session, the_policy: Policy) -> On:
    """`on("awa")`: on her behalf, at noon of the same day."""
    return lambda login: Access(people.actor(session, login), session, the_policy, moment=NOON)


@pytest.fixture
def house(session: Session, the_policy: Policy) -> HouseAccess:
    with time_machine.travel(NOON, tick=False):
        return system(session, Task.COUNTS, the_policy)


def found(access: Access, text: str) -> list[str]:
    """Titles that `text` finds, the best first."""
    engine = access.session.get_bind().dialect.name
    sought = search.sought(text)
    assert sought is not None
    stmt = access.select(Asset, Permission.CARD_SEE, using=[asset_search])
    stmt = stmt.join(asset_search, asset_search.c.rowid == Asset.id).where(search.matches(engine))
    rows = access.session.scalars(stmt.order_by(search.rank(engine)), {"sought": sought.written_for(engine)})
    return [asset.title for asset in rows]


def board(access: Access, slug: str, world: World) -> Dashboard:
    title = next(card.board.title for card in world.boards if card.slug == slug)
    return next(
        listed.dashboard
        for shelf in dashboards.shelves(access)
        for listed in shelf.boards
        if listed.asset.title == title
    )


def rows_in(settings: Settings) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of them."""
    engine = db.engine(settings.database_url, guarded=False)
    with engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        held = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in tables.sorted_tables
        }
    engine.dispose()
    return {name: (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()) for name, rows in held.items()}


def test_everything_of_the_world_is_there(house: HouseAccess, world: World) -> None:
    kinds = [asset.kind.value for asset in house.session.scalars(house.select(Asset, Permission.CARD_SEE))]
    assert kinds.count("dataset") == len(world.datasets)
    assert kinds.count("dashboard") == len(world.boards)
    assert kinds.count("seat") == len(world.seats)
    assert len(kinds) == sum(map(len, (world.datasets, world.boards, world.seats, world.links)))
    assert len(queries.units(house.session)) == len(world.units)
    assert len(queries.mappings(house.session)) == len(world.mappings)


def test_a_second_load_changes_nothing_and_says_so(loaded: Settings, world: World) -> None:
    said: list[str] = []
    before = rows_in(loaded)
    load(loaded, world, said.append)
    assert rows_in(loaded) == before
    assert said == ["démonstration : déjà en place"]


def test_an_interrupted_load_leaves_an_empty_database(tmp_path: Path, world: World) -> None:
    """SQLite of its own: the rule is the transaction's, the same on both engines."""
    settings = settings_for(f"sqlite:///{tmp_path / 'valmer.sqlite'}", tmp_path)
    db.upgrade(settings.database_url)
    empty = rows_in(settings)
    (tmp_path / "files").write_text("where the folder of files should be")
    with pytest.raises(Exception, match="rangé"):
        load(settings, world, lambda _: None)
    assert rows_in(settings) == empty
    (tmp_path / "files").unlink()
    load(settings, world, lambda _: None)
    assert rows_in(settings)["asset"][0] > 80


def test_addresses_are_the_same_for_the_same_world(house: HouseAccess, world: World) -> None:
    """Written in the documentation and in the shared links of a demonstration: they may not move."""
    stmt = house.select(Asset, Permission.CARD_SEE).where(Asset.title == world.dataset("cantines-repas").title)
    assert house.session.scalars(stmt).one().public_id == hashlib.sha256(b"card/cantines-repas").hexdigest()[:18]


def test_counts_and_journal_hold(house: HouseAccess) -> None:
    assert counts.rebuild(house) == 0
    assert journal.verify(house.session) is None


def test_a_process_that_only_loads_keeps_the_counts_too() -> None:
    """`make run` loads without the portal: nobody else would import what keeps them."""
    only = "import sys; import dataspace.demo.load; sys.exit('dataspace.auth.counts' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", only], cwd=CHECKOUT, check=False).returncode == 0


def test_awa_finds_by_words_what_she_may_know_of(on: On, world: World) -> None:
    awa = on("awa")
    assert world.dataset("cantines-repas").title in found(awa, "cantine")
    assert "Cantines" in found(awa, "cantine"), "and whom to call"
    assert world.dataset("ecoles-effectifs").title in found(awa, "ecoles")
    assert world.boards[0].board.title in found(awa, "rsa")
    for hidden in ("signalements internes", "points de vulnérabilité", "informations préoccupantes", "projections"):
        assert not found(awa, hidden), hidden


def test_each_dataset_has_its_file_as_described(house: HouseAccess, loaded: Settings, world: World) -> None:
    files = Files(loaded.storage_url, at_most=loaded.upload_max_bytes)
    stmt = house.select(Dataset, *READ).options(selectinload(Dataset.resources), selectinload(Dataset.columns))
    datasets = {dataset.asset.title: dataset for dataset in house.session.scalars(stmt)}
    for card in world.datasets:
        kept = datasets[card.title]
        assert [column.name for column in kept.columns] == [column.name for column in card.columns]
        assert [column.type for column in kept.columns] == [column.type for column in card.columns]
        assert kept.asset.updated < MORNING
        (resource,) = kept.resources
        with files.reading(resource.storage_key) as stored:
            text = stored.read().decode()
        assert resource.rows == text.count("\n") - 1 == len(list(world.rows(card)))


def test_rights_are_those_that_signing_in_would_give(on: On, house: HouseAccess, world: World) -> None:
    for person in world.people:
        known = queries.person_by_login(house.session, person.login)
        assert known is not None
        assert not directory.sync(house, known, {"groups": list(person.groups)}), person.login
        held = {(h.role.value, h.source) for h in on(person.login).facts.held}
        assert {role for role, source in held if source is Source.SSO} == set(world.roles(person))


def test_rows_are_cut_to_each_reader(on: On, world: World) -> None:
    luc, baptiste, awa = on("luc"), on("baptiste"), on("awa")
    (budget,) = dashboard_services.row_rules(luc, board(luc, "execution-du-budget", world))
    assert isinstance(budget, RowFilter)
    assert "solidarite" in budget.values
    assert "finances" not in budget.values
    north = {commune.insee for commune in world.communes if commune.territory == "nord"}
    assert set(baptiste.row_values(RowAttribute.AREA)) == north
    assert len(awa.row_values(RowAttribute.AREA)) == len(world.communes)


def test_what_was_given_by_hand_opens_and_a_conflict_closes(on: On) -> None:
    def opened(login: str) -> set[str]:
        access = on(login)
        return {asset.title for asset in access.session.scalars(access.select(Asset, Permission.DATASET_READ))}

    assert "Dossiers individuels du RSA" in opened("sofia"), "a person named on it"
    assert "Dossiers individuels du RSA" not in opened("luc"), "not her director"
    pierre = on("pierre")
    assert pierre.facts.denied_assets
    assert on("gabriel").facts.denied_themes
    assert not on("ghislain").facts.held


def test_the_directory_answers_even_where_nobody_sits(on: On) -> None:
    water = next(c for c in referents.search(on("awa"), "eau potable").contacts if c.asset.title == "Eau potable")
    assert water.holder is not None
    assert (water.holder.login, water.deputy and water.deputy.login) == ("lucie", "hakim")
    canteens = next(c for c in referents.search(on("awa"), "cantines").contacts if c.asset.title == "Cantines")
    assert canteens.holder is None
    assert canteens.answers is not None
    assert canteens.answers.login == "sofia"


def test_boards_tell_their_figure_and_their_delay(house: HouseAccess, world: World) -> None:
    kept = {card.slug: dashboards.by_slug(house, card.slug) for card in world.boards}
    for slug, dashboard in kept.items():
        assert dashboard is not None
        assert dashboard.headline["value"] == world.headlines[slug].value
        assert dashboard.external_id == "", "until Superset has drawn it"
    assert {slug for slug, dashboard in kept.items() if dashboard and dashboard.late_days} == {"autonomie-apa-pch"}
