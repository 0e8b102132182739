"""A board of the real Superset inside the portal's page: seen, cut to its reader, explained when it does not come."""

from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, Response, expect

from dataspace.child import LOOPBACK, free_port
from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
BUDGET = "Exécution budgétaire"
PROMISE = 5_000  # ms, by the clock of the page
DRAWN = 30_000


def board(page: Page) -> FrameLocator:
    return page.frame_locator(".embed__frame iframe")


def drawn_rows(visitor: Visitor, path: str) -> list[dict[str, Any]]:
    """Open a board, and give every row that Superset sent to this browser for its charts."""
    came: list[Response] = []
    page = visitor.page
    page.on("response", lambda answer: came.append(answer) if "/api/v1/chart/data" in answer.url else None)
    visitor.open(path)
    expect(board(page).locator("canvas, svg.marks").first).to_be_visible(timeout=DRAWN)
    expect(board(page).locator("table tbody tr").first).to_be_visible(timeout=DRAWN)
    return [row for answer in came if answer.ok for result in answer.json()["result"] for row in result["data"]]


def test_awa_opens_the_board_of_her_directorate(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    page = awa.open("/tableaux-de-bord/", "tableaux")
    page.get_by_role("link", name="RSA : suivi mensuel").click()
    expect(page.locator("h1")).to_have_text("RSA : suivi mensuel")
    expect(board(page).locator("canvas").first).to_be_visible(timeout=DRAWN)
    expect(board(page).get_by_text("Foyers allocataires par territoire")).to_be_visible()
    expect(board(page).locator("table tbody tr").first).to_be_visible(timeout=DRAWN)
    expect(page.locator("[data-when]:visible")).to_have_count(0)
    page.locator(".contract > summary").click()
    expect(page.locator(".contract")).to_contain_text("Foyer allocataire")
    awa.look("tableau")


def test_two_directors_see_other_rows_of_the_same_board(as_: As, whole: Whole) -> None:
    path = whole.path("dashboard", BUDGET)
    seen = {}
    for login in ("luc", "viviane"):
        rows = drawn_rows(as_(login), path)
        seen[login] = {row["direction_nom"] for row in rows if "direction_nom" in row}
    short = {code: whole.world.unit(code).short_name for code in ("solidarite", "finances")}
    assert seen == {"luc": {short["solidarite"]}, "viviane": {short["finances"]}}


def test_a_board_on_request_is_calm(as_: As, whole: Whole) -> None:
    page = as_("awa").open(whole.path("dashboard", BUDGET), "tableau-sur-demande")
    expect(page.locator("main")).to_contain_text("Qui décide")
    expect(page.locator("iframe")).to_have_count(0)


def said_within(page: Page, words: str) -> None:
    """The page, its clock installed when it was opened, says `words` before its own five seconds are over."""
    page.clock.run_for(PROMISE)
    expect(page.locator("[data-when]:visible").filter(has_text=words)).to_be_visible(timeout=DRAWN)


def seen_by_every_worker(page: Page) -> None:
    """Each worker of the portal has had Superset's answer: one that never had it would say that it starts."""
    ask = """async () => (await Promise.all(Array.from({length: 24}, () =>
        fetch("/tableaux-de-bord/etat").then((answer) => answer.json())))).every((said) => said.etat === "pret")"""
    for _ in range(3):
        page.wait_for_function(ask, polling=500)


def test_a_silent_superset_is_said_within_five_seconds(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    path = whole.path("dashboard", "RSA : suivi mensuel")
    awa.open(path)
    expect(board(awa.page).locator("canvas").first).to_be_visible(timeout=DRAWN)
    seen_by_every_worker(awa.page)
    with whole.silent_superset():
        awa.page.clock.install()
        page = awa.open(path)
        said_within(page, "Ce tableau ne s’affiche pas pour l’instant")
        awa.look("tableau-muet")
        awa.open("/donnees/")
        awa.open("/")


def test_a_superset_that_was_never_there_is_said_too(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    path = whole.path("dashboard", "RSA : suivi mensuel")
    with whole.other_portal(DATASPACE_BI_URL=f"http://{LOOPBACK}:{free_port()}") as elsewhere:
        page = awa.context.new_page()
        page.clock.install()
        page.goto(elsewhere + path)
        said_within(page, "Les tableaux de bord démarrent")
        page.close()


def test_a_blocked_frame_is_said_within_five_seconds(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    page = awa.page
    page.route(f"{whole.bi}/embedded/**", lambda route: route.abort("blockedbyclient"))
    page.clock.install()
    awa.open(whole.path("dashboard", "RSA : suivi mensuel"))
    said_within(page, "Ce tableau ne s’affiche pas pour l’instant")
    # Superset's kit speaks to the frame it believes is there.
    awa.expected("postMessage")
    awa.look("tableau-bloque")
