"""Claire assigns and revokes without a mouse; what she did holds at the next page; Olivier reads the journal."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
UNPAID = "Aides aux impayés d’énergie par quartier"
REASON = "Étude sur la précarité énergétique, saison 2"


def assign_by_keyboard(claire: Visitor, name: str, title: str) -> None:
    """From the home page to the saved access, with the keys only."""
    page = claire.open("/")
    claire.tab_to("nav a", "Administration")
    claire.enter()
    claire.look("administration")
    claire.tab_to("main a", "Attribuer un accès")
    claire.enter()
    claire.look("attribuer")
    claire.tab_to("input[name=subject]")
    claire.type(name)
    claire.press("Escape")
    claire.tab_to("select[name=role]")
    claire.type("Agent")
    claire.tab_to("input[name=scope]")
    claire.type(title)
    claire.press("Escape")
    claire.tab_to("input[name=reason]")
    claire.type(REASON)
    claire.tab_to("button", "Voir ce que cela change")
    claire.enter()
    expect(page.locator(".diff")).to_contain_text(name)
    expect(page.locator(".diff ins")).to_contain_text("jeux")
    expect(page.locator(".diff ins")).not_to_contain_text("tableau")
    claire.look("attribuer-avant-apres")
    claire.tab_to("button", "Enregistrer cet accès")
    claire.enter()


def test_an_access_given_and_taken_back_holds_at_the_next_page(as_: As, whole: Whole) -> None:
    claire, hugo = as_("claire"), as_("hugo")
    path = whole.path("dataset", UNPAID)
    hugo.open(path)
    expect(hugo.page.locator("main")).to_contain_text("Sur demande")

    assign_by_keyboard(claire, "Hugo Lambert", UNPAID)
    expect(claire.page.locator(".said")).to_contain_text("C’est fait")
    claire.look("acces-attribue")
    hugo.open(path)
    expect(hugo.page.locator("main")).not_to_contain_text("Sur demande")
    expect(hugo.page.locator("main")).to_contain_text("Puis-je le lire")
    hugo.open("/mes-acces")
    expect(hugo.page.locator("main")).to_contain_text(REASON)
    # Administering is not holding.
    claire_there = claire.context.new_page()
    claire_there.goto(whole.portal + path)
    expect(claire_there.locator("main")).to_contain_text("Sur demande")
    claire_there.close()

    claire.tab_to("input[name=reason]")
    claire.type("Étude terminée plus tôt que prévu")
    claire.tab_to("button", "Retirer")
    claire.enter()
    expect(claire.page.locator(".said")).to_contain_text("Accès retiré")
    claire.look("acces-retire")
    hugo.open(path)
    expect(hugo.page.locator("main")).to_contain_text("Sur demande")
    assert hugo.context.request.get(f"{whole.portal}{path}/apercu.json").status == 403


def test_claire_cannot_assign_to_herself(as_: As) -> None:
    claire = as_("claire")
    page = claire.open("/administration/acces/attribuer")
    page.locator("input[name=subject]").fill("claire")
    page.locator("input[name=scope]").fill(UNPAID)
    page.locator("input[name=reason]").fill("Pour voir")
    with page.expect_navigation() as answer:
        page.get_by_role("button", name="Voir ce que cela change").click()
    assert answer.value.status == 403
    claire.expected("status of 403")
    expect(page.get_by_role("alert")).to_be_visible()
    claire.look("attribuer-refuse")


def test_claire_sees_who_has_access_and_what_a_person_has(as_: As, whole: Whole) -> None:
    claire = as_("claire")
    page = claire.open("/administration/chercher?q=sofia", "acces-chercher")
    page.get_by_role("link", name="Sofia Roy").click()
    expect(page.locator("main")).to_contain_text("Dossiers individuels du RSA")
    claire.look("acces-personne")
    claire.open(whole.path("dataset", "Dossiers individuels du RSA").replace("/donnees/", "/administration/elements/"))
    expect(page.locator("main")).to_contain_text("Sofia Roy")
    claire.look("acces-element")


def test_who_holds_nothing_there_finds_no_administration(as_: As) -> None:
    awa = as_("awa")
    awa.open("/administration/", "refuse", status=403)


def test_olivier_says_why_then_reads_the_journal(as_: As) -> None:
    olivier = as_("olivier")
    page = olivier.open("/administration/journal", "journal-motif")
    page.locator("input[name=reason]").fill("Contrôle trimestriel des accès")
    page.get_by_role("button", name="Ouvrir le journal").click()
    expect(page.locator("main")).to_contain_text("Contrôle trimestriel des accès")
    expect(page.locator("tbody tr").first).to_contain_text("Olivier Nguyen")
    olivier.look("journal")
