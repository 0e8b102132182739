"""The demo's métropole holds together: same every time, every reference resolves, the cast is there, all fictional."""

import re
import sqlite3
import time
from contextlib import closing
from datetime import date

import pytest

from dataspace.auth import words
from dataspace.catalog.models import Rhythm
from dataspace.demo.world import TODAY, World, build


@pytest.fixture(scope="module")
def world() -> World:
    return build()


def test_two_builds_are_equal_and_other_days_move_the_dates() -> None:
    assert build() == build()
    later = build(date(2027, 2, 1))
    assert later != build()
    assert later.person("remi").memberships[0].ends == date(2027, 2, 10)


def test_rows_are_drawn_again_the_same(world: World, tmp_path) -> None:
    again = build()
    for dataset in world.datasets:
        assert list(world.rows(dataset)) == list(again.rows(dataset)), dataset.slug
    for name in ("a", "b"):
        world.write_warehouse(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_building_the_world_is_quick() -> None:
    started = time.perf_counter()
    build()
    assert time.perf_counter() - started < 2, "rows must not be drawn by build()"


def test_it_is_as_large_as_promised(world: World) -> None:
    assert len(world.communes) == 40
    assert len(world.people) == 60
    assert len(world.units) >= 60
    assert len(world.datasets) >= 30
    assert len(world.links) == 8
    assert len(world.boards) == 6
    assert len(world.seats) == 40
    assert len(world.themes) >= 25


def test_every_reference_resolves(world: World) -> None:
    units, themes = {unit.code for unit in world.units}, {theme.code for theme in world.themes}
    logins, places = {person.login for person in world.people}, {commune.insee for commune in world.communes}
    cards = [*world.datasets, *world.links]
    boards = {board.slug for board in world.boards}
    assets = {card.slug for card in cards} | boards
    assert len(assets) == len(cards) + len(boards), "a slug names one asset"
    assert {unit.parent for unit in world.units} <= units | {None}
    assert {area for unit in world.units for area in unit.areas} <= places
    assert {theme.parent for theme in world.themes} <= themes | {None}
    for person in world.people:
        assert person.memberships, person.login
        assert {held.unit for held in person.memberships} <= units
        assert {area for held in person.memberships for area in held.areas} <= places
    assert {mapping.unit for mapping in world.mappings} <= units
    for card in cards:
        assert {card.unit} <= units and {card.theme} <= themes and {card.steward} <= logins, card.slug
    for board in world.boards:
        assert {board.unit} <= units and {board.theme} <= themes and {board.contract.owner} <= logins
        assert world.dataset(board.dataset)
        assert {source.table for source in board.sources} == set(board.board.tables)
        assert world.headlines[board.slug].points
    for seat in world.seats:
        assert {seat.unit} <= units and {seat.theme} <= themes and set(seat.areas) <= places
        assert {seat.holder, seat.deputy} <= logins | {None} and seat.fallback in logins
    groups = {group for person in world.people for group in person.groups}
    subjects = {"person": logins, "unit": units, "group": groups}
    for grant in world.grants:
        assert grant.subject in subjects[grant.subject_kind] and grant.granted_by in logins
        assert (grant.unit in units) != (grant.asset in assets)
    for denial in world.denials:
        assert denial.person in logins and ((denial.theme in themes) != (denial.asset in assets))


def test_words_are_those_of_the_portal(world: World) -> None:
    levels = [level.code for level in words.Sensitivity]
    for card in [*world.datasets, *world.links]:
        assert levels.index(card.card_sensitivity) <= levels.index(card.sensitivity)
        words.Protection(card.protection), words.State(card.state), words.AssetKind(card.kind)
    for dataset in world.datasets:
        Rhythm(dataset.rhythm)
        if dataset.row_rule:
            words.RowAttribute(dataset.row_rule[1])
    for unit in world.units:
        words.UnitKind(unit.kind)
    for mapping in world.mappings:
        words.Role(mapping.role)
    for grant in world.grants:
        words.Role(grant.role), words.Source(grant.source)
    for person in world.people:
        words.PersonKind(person.kind)
        for held in person.memberships:
            words.MembershipKind(held.kind)


def test_above_internal_a_ground_and_a_review_date_are_given(world: World) -> None:
    grounds = {ground.code for ground in world.closure_grounds}
    for card in [*world.datasets, *world.links]:
        closed = card.sensitivity in ("restricted", "confidential")
        assert (card.closure in grounds) == closed, card.slug
        assert (card.review is not None and card.review > TODAY) == closed, card.slug
    for board in world.boards:
        assert (board.closure in grounds) == (board.sensitivity in ("restricted", "confidential")), board.slug


def test_nobody_here_can_be_reached(world: World) -> None:
    phones = [person.phone for person in world.people] + [seat.phone for seat in world.seats]
    assert all(re.fullmatch(r"02 61 91 \d\d \d\d", phone) for phone in phones)
    addresses = [person.email for person in world.people] + [seat.mailbox for seat in world.seats]
    assert all(re.fullmatch(r"[a-z0-9.-]+@valmer\.example", address) for address in addresses)
    assert all(".example/" in link.url for link in world.links)
    people = [person.login for person in world.people], [person.email for person in world.people]
    assert all(len(set(values)) == 60 for values in people)


def test_the_cast_is_there(world: World) -> None:
    roles = {person.login: set(world.roles(person)) for person in world.people}
    assert roles["awa"] == {"agent"} and world.person("awa").unit == "insertion"
    assert roles["luc"] == {"agent", "director"} and roles["viviane"] == {"agent", "director"}
    assert roles["antoine"] == {"elected", "executive"} and roles["patrice"] == {"executive"}
    assert "dpo" in roles["ines"] and "auditor" in roles["olivier"]
    assert [login for login, held in roles.items() if "admin" in held] == ["claire", "bruno", "katell"]
    assert "steward" in roles["nora"] and "contributor" in roles["theo"]
    assert roles["paul"] == roles["zoe"] == {"partner"}
    assert roles["ghislain"] == set(), "no group maps him: he gets the clear page"
    assert world.unit(world.person("marc").unit).kind == "commune"
    assert sorted(held.quota for held in world.person("thomas").memberships) == [40, 60]
    assert {held.kind for held in world.person("florence").memberships} == {"affectation", "interim"}
    assert {"mandate", "delegation", "commission", "group"} == {held.kind for held in world.person("nadia").memberships}
    assert world.person("remi").memberships[0].ends, "he is leaving"


def test_the_house_has_its_exceptions(world: World) -> None:
    assert [unit.code for unit in world.units if unit.kind == "authority"] == ["valmer", "ccas"]
    assert len(world.unit("ads-commun").areas) == 2, "the shared service acts for two communes"
    assert sum(unit.kind == "commune" for unit in world.units) == 8
    assert sum(unit.kind == "partner" for unit in world.units) == 2
    assert world.person("paul").memberships[0].areas == (), "a partner has no territory of ours"


def test_the_directory_answers_drinking_water_and_canteens(world: World) -> None:
    water = next(seat for seat in world.seats if seat.title == "Eau potable")
    assert (water.holder, water.deputy) == ("lucie", "hakim")
    canteens = next(seat for seat in world.seats if seat.title == "Cantines")
    assert (canteens.holder, canteens.fallback) == (None, "sofia")


def test_rows_fit_their_columns(world: World) -> None:
    python = {"text": str, "date": str, "integer": int, "decimal": (int, float)}
    for dataset in world.datasets:
        rows = list(world.rows(dataset))
        assert len(rows) >= 50, dataset.slug
        names = [column.name for column in dataset.columns]
        assert len(set(names)) == len(names)
        assert not dataset.row_rule or dataset.row_rule[0] in names
        for row in rows:
            assert len(row) == len(names), dataset.slug
            for column, value in zip(dataset.columns, row, strict=True):
                assert value is None or isinstance(value, python[column.type]), (dataset.slug, column.name, value)
                assert column.type != "date" or date.fromisoformat(value) <= TODAY, (dataset.slug, value)


def test_rows_are_cut_by_codes_that_exist(world: World) -> None:
    known = {"unit": {unit.code for unit in world.units}, "area": {commune.insee for commune in world.communes}}
    for dataset in world.datasets:
        if dataset.row_rule:
            column, attribute = dataset.row_rule
            index = [each.name for each in dataset.columns].index(column)
            assert {row[index] for row in world.rows(dataset)} <= known[attribute], dataset.slug


def test_boards_read_columns_that_the_warehouse_has(world: World, tmp_path) -> None:
    world.write_warehouse(tmp_path / "entrepot.sqlite")
    with closing(sqlite3.connect(tmp_path / "entrepot.sqlite")) as warehouse:
        for card in world.boards:
            for source in card.sources:
                if source.attribute:
                    assert (
                        warehouse.execute(f'SELECT COUNT(DISTINCT "{source.column}") FROM "{source.table}"').fetchone()[
                            0
                        ]
                        > 1
                    )
                else:
                    assert source.column == ""
            for chart in card.board.charts:
                wanted = [name for name in (chart.by, chart.series, *chart.columns) if name]
                wanted += [f'{measure.aggregate}("{measure.column}")' for measure in chart.measures]
                where = f"WHERE {chart.where}" if chart.where else ""
                assert "SELECT" not in where, "the BI refuses sub-queries"
                assert warehouse.execute(f"SELECT {', '.join(wanted)} FROM {chart.table} {where}").fetchone()


def test_french_is_spaced_and_punctuated_as_printed(world: World) -> None:
    said = [text for card in [*world.datasets, *world.links] for text in (card.title, card.summary, card.description)]
    said += [text for seat in world.seats for text in (seat.title, seat.summary)]
    said += [text for board in world.boards for text in (board.board.title, board.summary, board.board.note)]
    said += [grant.reason for grant in world.grants] + [denial.reason for denial in world.denials]
    wrong = [text for text in said if re.search(r"'| [:;?!%€]|« | »", text)]
    assert wrong == []
