"""Who sees which board, and what it says before any figure is drawn."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dataspace.audit import Act, Event
from dataspace.auth import Access
from dataspace.auth.queries import theme_by_code, unit_by_code
from dataspace.auth.words import RowAttribute, Sensitivity
from dataspace.child import LOOPBACK
from dataspace.config import Settings
from dataspace.dashboards import queries, services
from dataspace.dashboards.port import NoRows, RowFilter, Rule
from dataspace.errors import Invalid, Refused
from tests.conftest import settings_for
from tests.dashboards.conftest import ask_ticket, board_of, shown
from tests.make import Make
from tests.people import BREZOLLES, CHARTRES, DREUX
from tests.site import Page, Site

Of = Callable[..., Access]
BY_UNIT = [("budget", "direction", "unit")]
BY_AREA = [("rsa", "insee", "area")]
HEADLINE = {"value": 4812, "unit": "foyers", "note": "−1,6\u00a0% en un an", "points": [1, 2, 3]}


def acts(make: Make, *names: Act) -> list[Event]:
    with make.sessions() as session:
        return [event for event in session.query(Event).order_by(Event.seq) if event.act in names]


def scrubbed(page: Page) -> str:
    """The answer without what changes at each one."""
    return re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page.text if not page.is_html else str(page.soup))


def cut_to(rule: Rule) -> set[str] | None:
    """The values that a rule keeps; None when it keeps every row."""
    return set(rule.values) if isinstance(rule, RowFilter) else None


def test_zoe_cannot_tell_that_a_confidential_dashboard_exists(site: Site, make: Make) -> None:
    board = make.dashboard("Fuites 2026", unit="eau", card="confidential", sources=BY_UNIT)
    zoe = site.as_("zoe")
    there = zoe.get(f"/tableaux-de-bord/{board.public_id}", status=404)
    never = zoe.get(f"/tableaux-de-bord/{'0' * len(board.public_id)}", status=404)
    assert scrubbed(there) == scrubbed(never)
    assert ask_ticket(zoe, board.public_id, status=404).json == ask_ticket(zoe, "0" * 18, status=404).json
    assert "Fuites" not in zoe.get("/tableaux-de-bord/").text


def test_awa_finds_the_boards_of_her_directorate_first(site: Site, make: Make) -> None:
    make.dashboard("Budget de l’eau", unit="eau", theme="eau", sensitivity="open", sources=BY_UNIT)
    make.dashboard("RSA : suivi mensuel", unit="insertion", sources=BY_AREA)
    page = site.as_("awa").get("/tableaux-de-bord/")
    mine, other = page.words("h2")
    assert mine.startswith("Les tableaux de votre direction")
    assert mine.endswith("Solidarité")
    assert other == "Direction du Cycle de l’eau"
    assert page.words(".rows .title") == ["RSA : suivi mensuel", "Budget de l’eau"]


def test_the_shelf_of_the_home_page_holds_the_readers_own_boards(access: Of, make: Make) -> None:
    make.dashboard("Budget de l’eau", unit="eau", theme="eau", sensitivity="open", sources=BY_UNIT)
    make.dashboard("RSA : suivi mensuel", unit="insertion", sources=BY_AREA)
    assert [board.asset.title for board in queries.shelf(access("awa"))] == ["RSA : suivi mensuel"]


def test_viviane_knows_of_a_board_that_solidarite_keeps(site: Site, make: Make) -> None:
    board = make.dashboard("RSA", sensitivity="restricted", card="internal", sources=BY_AREA, headline=HEADLINE)
    page = site.as_("viviane").get(f"/tableaux-de-bord/{board.public_id}")
    assert "Sur demande" in page.main
    assert "Luc Moreau" in page.main
    assert not page.select(".embed")
    assert "4\u202f812" not in site.as_("viviane").get("/tableaux-de-bord/").text


def test_a_board_on_request_gives_no_ticket_and_the_journal_says_so(site: Site, make: Make) -> None:
    board = make.dashboard("RSA", sensitivity="restricted", card="internal", sources=BY_AREA, external_id="x")
    refusal = ask_ticket(site.as_("viviane"), board.public_id, status=403)
    assert refusal.json["etat"] == "refuse"
    (line,) = acts(make, Act.GUEST_TOKEN_REFUSED)
    assert (line.subject_id, line.facts["motif"], line.affectation) == (board.public_id, "droit", "finances")


def test_a_figure_of_everyone_is_told_only_to_who_sees_every_row(site: Site, make: Make) -> None:
    make.dashboard("Budget exécuté", unit="finances", sources=BY_UNIT, headline=HEADLINE)
    assert "4 812" in site.as_("jerome").get("/tableaux-de-bord/").main.replace("\u202f", " ")
    assert "4 812" not in site.as_("viviane").get("/tableaux-de-bord/").main.replace("\u202f", " ")


def test_luc_and_viviane_have_rules_of_their_own(access: Of, make: Make) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=[*BY_UNIT, ("exercices", "", "")])
    readers = (access(login) for login in ("luc", "viviane"))
    luc, viviane = (services.row_rules(reader, board_of(reader, board.public_id)) for reader in readers)
    assert {rule.dataset: cut_to(rule) for rule in luc} == {
        "budget": {"solidarite", "insertion", "action-sociale-nord"},
        "exercices": None,
    }
    assert cut_to(viviane[0]) == {"finances", "budget"}


def test_a_territory_narrower_than_the_unit_cuts_the_rows(access: Of, make: Make, site: Site) -> None:
    board = make.dashboard("RSA", sources=BY_AREA)
    make.person("baptiste", "Baptiste", "Lemoine")
    make.membership("baptiste", "action-sociale-nord")
    make.grant("baptiste", "agent", "action-sociale-nord")
    (rule,) = services.row_rules(access("baptiste"), board_of(access("baptiste"), board.public_id))
    assert cut_to(rule) == {BREZOLLES, DREUX}
    (whole,) = services.row_rules(access("luc"), board_of(access("luc"), board.public_id))
    assert cut_to(whole) == {BREZOLLES, CHARTRES, DREUX}
    assert "28059" in site.as_("baptiste").get(f"/tableaux-de-bord/{board.public_id}").main


def test_who_works_for_no_unit_gets_no_row_and_no_ticket(access: Of, make: Make, site: Site) -> None:
    board = make.dashboard("RSA", sources=BY_AREA, external_id="x")
    make.person("hugo", "Hugo", "Sans-Unité")
    make.grant("hugo", "agent", board)
    with pytest.raises(NoRows):
        services.row_rules(access("hugo"), board_of(access("hugo"), board.public_id))
    page = site.as_("hugo").get(f"/tableaux-de-bord/{board.public_id}")
    assert shown(page).startswith("Aucune ligne de ce tableau ne vous concerne")
    ask_ticket(site.as_("hugo"), board.public_id, status=403)
    assert [line.facts["motif"] for line in acts(make, Act.GUEST_TOKEN_REFUSED)] == ["lignes"]


def test_the_contract_says_what_the_reader_sees(site: Site, make: Make) -> None:
    board = make.dashboard(
        "RSA",
        sources=BY_AREA,
        freshness="Chaque 12 du mois, données du mois précédent.",
        definitions=[["Foyer allocataire", "Perçoit un versement dans le mois."]],
    )
    page = site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
    contract = page.words(".contract")[0]
    for said in ("3 communes", "1 définition", "Chaque 12 du mois", "Foyer allocataire", "Luc Moreau"):
        assert said in contract


def test_opening_a_restricted_board_is_journaled_once(site: Site, make: Make) -> None:
    board = make.dashboard("RSA", sensitivity="restricted", sources=BY_AREA)
    for _ in range(2):
        site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
    assert [line.subject_id for line in acts(make, Act.OPENED)] == [board.public_id]


def test_while_the_bi_starts_the_page_says_that_it_will_come(site: Site, make: Make) -> None:
    board = make.dashboard("RSA", sources=BY_AREA)
    page = site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
    assert shown(page).startswith("Les tableaux de bord démarrent")
    assert not page.select("iframe")
    assert site.as_("awa").get("/tableaux-de-bord/etat").json == {"etat": "demarre"}
    assert ask_ticket(site.as_("awa"), board.public_id, status=503).json["etat"] == "demarre"


class TestSilentBi:
    """It takes connections and never answers."""

    @pytest.fixture
    def settings(self, engine_url: str, tmp_path: Path) -> Iterator[Settings]:
        with socket.create_server((LOOPBACK, 0)) as silent:
            url = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
            yield settings_for(engine_url, tmp_path).model_copy(update={"bi_url": url})

    def test_the_page_answers_within_five_seconds(self, site: Site, make: Make) -> None:
        board = make.dashboard("RSA", sources=BY_AREA, external_id="5c6f4b5e-7f0c-4d5c-9a62-0a5b6a3a9f0e")
        start = time.monotonic()
        page = site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
        assert time.monotonic() - start < 5
        assert "démarrent" in shown(page)
        assert not page.select("iframe")


class TestNoBi:
    """None is configured."""

    @pytest.fixture
    def settings(self, engine_url: str, tmp_path: Path) -> Settings:
        return settings_for(engine_url, tmp_path)

    def test_the_page_says_so(self, site: Site, make: Make) -> None:
        board = make.dashboard("RSA", sources=BY_AREA)
        assert "ne sont pas installés" in shown(site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}"))
        assert ask_ticket(site.as_("awa"), board.public_id, status=503).json["etat"] == "absent"


def test_a_steward_declares_a_board_of_her_directorate_only(access: Of) -> None:
    lucie = access("lucie")
    eau, finances = (unit_by_code(lucie.session, code) for code in ("eau", "finances"))
    theme = theme_by_code(lucie.session, "eau")
    assert eau and finances and theme
    source = services.Source("fuites", "insee", RowAttribute.AREA)
    facts = {"theme": theme, "sensitivity": Sensitivity.INTERNAL, "sources": [source]}
    board = services.declare(lucie, slug="fuites", title="Fuites", unit=eau, **facts)  # type: ignore[arg-type]
    assert [found.asset.title for found in queries.shelf(lucie)] == ["Fuites"]
    assert board.sources[0].attribute is RowAttribute.AREA
    with pytest.raises(Refused):
        services.declare(lucie, slug="budget", title="Budget", unit=finances, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [services.Source("fuites", "insee")],
        [services.Source("fuites", attribute=RowAttribute.AREA)],
        [services.Source("")],
    ],
)
def test_a_board_says_how_each_source_is_cut(access: Of, sources: list[services.Source]) -> None:
    lucie = access("lucie")
    eau, theme = unit_by_code(lucie.session, "eau"), theme_by_code(lucie.session, "eau")
    assert eau and theme
    with pytest.raises(Invalid):
        services.declare(
            lucie, slug="x", title="X", unit=eau, theme=theme, sensitivity=Sensitivity.OPEN, sources=sources
        )


def test_above_internal_a_board_says_why_it_is_closed_and_until_when(site, make):
    board = make.dashboard(
        unit="solidarite", sensitivity="restricted", ground="secret-statistique", sources=[("t", "", "")],
        review_date=datetime(2027, 6, 15, tzinfo=UTC),
    )  # fmt: skip
    page = site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
    assert "Secret statistique" in page.main
    assert "À revoir avant le 15 juin 2027" in page.main.replace("\u00a0", " ")
