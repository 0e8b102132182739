"""Luc answers a review without a mouse, in a few keys; what he removes ends once he has read who loses what."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journeys")
AUTUMN = "Revue d’automne"
# A unit's right that nobody uses; among the last lines of his table.
UNUSED = "APA et PCH"


def enter_the_review(luc: Visitor) -> Page:
    """From the home page to the table, with the keys only."""
    page = luc.open("/")
    luc.tab_to("nav a", "Administration")
    luc.enter()
    luc.tab_to("main a", "Revues des accès")
    luc.enter()
    expect(page.locator("nav a[aria-current=page]")).to_contain_text("Administration")
    luc.look("revues")
    luc.tab_to("main a.btn-go", "à revoir")
    luc.enter()
    return page


def test_luc_reviews_by_keyboard_and_confirms(as_: As) -> None:
    luc = as_("luc")
    page = enter_the_review(luc)
    said, rows = page.locator("[data-said]"), page.locator("tr[data-line]")
    total = rows.count()
    assert total >= 5
    luc.look("revue-repondre")

    # The first line is sensitive: K asks why, and waits for it.
    luc.tab_to("input[name=answer]")
    luc.press("k")
    expect(said).to_contain_text("Dites pourquoi le garder")
    luc.type("Référente de parcours, revue avec elle")
    luc.press("Enter")
    expect(said).to_contain_text("gardé. Enregistré.")
    expect(page.locator("[data-done]")).to_have_text("1")

    # R on an unused one, found by its arrows; left and right are those of the radios.
    luc.tab_to("section:last-of-type tr[data-line]:first-child input[name=answer]")
    luc.press("r")
    expect(said).to_contain_text("à retirer, à confirmer. Enregistré.")
    expect(page.locator("[data-removing]")).to_have_text("1")
    luc.press("k")
    expect(page.locator("[data-done]")).to_have_text("3")
    luc.press("ArrowUp", "ArrowDown", "ArrowLeft")
    expect(page.locator("[data-done]")).to_have_text("3")

    # Left and taken up again: nothing is lost.
    page.reload()
    expect(page.locator("[data-done]")).to_have_text("3")
    luc.look("revue-reprise")
    luc.tab_to("main a", "Dernière étape")
    luc.enter()
    expect(page.locator("h1")).to_have_text("Qui perd quoi")
    expect(page.locator(".diff")).to_contain_text(UNUSED)
    luc.look("revue-qui-perd-quoi")
    luc.tab_to("button", "Retirer")
    luc.enter()
    expect(page.locator(".said")).to_contain_text("retiré")
    luc.look("revue-confirmee")
    luc.tab_to("button", "Annuler")
    luc.enter()
    expect(page.locator(".said")).to_contain_text("Réponse annulée")


def test_ines_follows_it_opens_another_and_reads_the_record(as_: As) -> None:
    ines = as_("ines")
    page = ines.open("/administration/revues/")
    page.get_by_role("link", name=AUTUMN).click()
    expect(page.locator("main")).to_contain_text("Par direction")
    ines.look("revue")
    ines.open("/administration/revues/")
    page.get_by_role("link", name="Relevé").first.click()
    expect(page.locator("h1")).to_contain_text("Revue des accès n°")
    ines.look("revue-releve")
    ines.open("/administration/revues/ouvrir")
    page.get_by_role("button", name="Voir ce qu’elle contiendrait").click()
    expect(page.locator(".panel")).to_contain_text("à revoir")
    ines.look("revue-ouvrir")


def test_an_agent_is_invited_to_give_back_what_she_does_not_use(as_: As) -> None:
    page = as_("mariam").open("/mes-acces", "mes-acces-revue")
    expect(page.locator("#revue")).to_contain_text("Dossiers individuels du RSA")
