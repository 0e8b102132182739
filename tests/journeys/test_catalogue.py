"""Awa looks for data: words, true counts, a page, its file; what is on request; what she may not know of."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import As
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
CANTEENS = "Cantines scolaires : repas servis"
UNPAID = "Aides aux impayés d’énergie par quartier"
# A list whose pages are walked cannot be endless.
PAGES = 5


def told(page: Page) -> int:
    """How many results the page says there are."""
    said = page.locator(".bar [role=status]").inner_text()
    return int(re.sub(r"\D", "", said.split(",")[0]))


def counted(page: Page) -> int:
    """How many there are, page after page."""
    total = 0
    for _ in range(PAGES):
        total += page.locator("li.dataset").count()
        following = page.locator("nav.pages a[rel=next]")
        if not following.count():
            return total
        following.click()
        page.wait_for_load_state()
    raise AssertionError("the list never ends")


def test_awa_searches_and_opens_a_dataset_without_a_mouse(as_: As) -> None:
    awa = as_("awa")
    page = awa.open("/")
    awa.press("/")
    awa.type("cantine")
    awa.enter()
    expect(page.locator("h1")).to_have_text("Recherche")
    awa.look("recherche")
    awa.tab_to("main a", CANTEENS)
    awa.enter()
    expect(page.locator("h1")).to_have_text(CANTEENS)
    awa.look("jeu")


def test_words_without_accents_find_words_with(as_: As) -> None:
    page = as_("awa").open("/donnees/?q=ecoles", "donnees-ecoles")
    expect(page.locator("li.dataset").first).to_contain_text("Écoles")


def test_every_facet_counts_what_it_then_shows(as_: As) -> None:
    awa = as_("awa")
    page = awa.open("/donnees/", "donnees")
    whole_list = told(page)
    assert counted(page) == whole_list
    page = awa.open("/donnees/")
    facets = page.locator(".facets fieldset").evaluate_all(
        """(sets) => sets.map((set) => [...set.querySelectorAll("label")].slice(0, 3).map((label) => {
            const box = label.querySelector("input");
            return [box.name, box.value, label.querySelector(".n").innerText];
        }))"""
    )
    assert len(facets) >= 4
    for name, value, count in (box for facet in facets for box in facet):
        page = awa.open(f"/donnees/?{name}={value}")
        assert told(page) == int(re.sub(r"\D", "", count)), f"{name}={value}"
        assert told(page) < whole_list or len(facets) == 1, f"{name}={value}"


def test_a_facet_answers_as_soon_as_it_is_ticked(as_: As) -> None:
    page = as_("awa").open("/donnees/")
    box = page.locator(".facets label", has_text="Ouvert").first
    count = int(box.locator(".n").inner_text())
    box.locator("input").check()
    page.wait_for_url("**sensibilite=**")
    expect(page.locator("li.dataset")).to_have_count(min(count, 20))
    as_("awa").look("donnees-filtrees")


def test_a_dataset_is_read_and_taken_away(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    page = awa.open(whole.path("dataset", CANTEENS))
    for heading in ("Les premières lignes", "Ce que c’est", "Ses colonnes", "Ses règles", "L’emporter", "Qui sait"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    for term in ("Puis-je le lire", "Fraîcheur", "Direction responsable", "Usage permis"):
        expect(page.locator("dt", has_text=term).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Interne")
    with page.expect_download() as started:
        page.locator(".take a").first.click()
    lines = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    expected = whole.world.dataset("cantines-repas")
    assert len(lines) == 1 + sum(1 for _ in whole.world.rows(expected))


def test_what_is_on_request_says_why_and_whom_to_ask(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    path = whole.path("dataset", UNPAID)
    page = awa.open(path, "sur-demande")
    expect(page.locator("h1")).to_have_text(UNPAID)
    expect(page.locator("main")).to_contain_text("Qui décide")
    expect(page.locator("main")).to_contain_text("Maud Kerbrat")
    expect(page.get_by_role("heading", name="Pourquoi ce n’est pas ouvert")).to_be_visible()
    # The demonstration has a request of hers under way: it stands where the form would.
    expect(page.get_by_role("link", name="Votre demande est en cours")).to_be_visible()
    assert awa.context.request.get(f"{whole.portal}{path}/apercu.json").status == 403


def test_what_she_may_not_know_of_is_what_never_existed(as_: As, whole: Whole) -> None:
    awa = as_("awa")
    hidden = whole.path("dataset", "Ouvrages d’eau potable : points de vulnérabilité")
    page = awa.open(hidden, "introuvable", status=404)
    said = page.locator("main").inner_html()
    page = awa.open(hidden[:-4] + "0000", status=404)
    assert page.locator("main").inner_html() == said
    page = awa.open("/donnees/?q=vulnérabilité")
    assert "Ouvrages d’eau potable" not in page.locator("main").inner_text()
