"""A token lent to a program, its secret shown once; a link given to a colleague. Taken back, both are dead at once."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dataspace.web.french import today
from tests.journeys.conftest import As
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
CARE = "APA et PCH : bénéficiaires et délais"
PROGRAM = "Script du parcours"


def test_a_program_reads_with_a_token_until_it_is_revoked(as_: As) -> None:
    awa = as_("awa")
    page = awa.open("/mes-acces/jetons")
    awa.tab_to("main a", "Créer un jeton")
    awa.enter()
    awa.look("jeton-creer")
    awa.tab_to("input[name=name]")
    awa.type(PROGRAM)
    awa.tab_to("input[name=lends]")
    awa.press("Space")
    page.locator("input[name=ends]").fill((today() + timedelta(days=10)).isoformat())
    awa.tab_to("button", "Créer le jeton")
    awa.enter()
    secret = page.locator("#secret").inner_text()
    awa.look("jeton-pret")

    # A program has no browser: it sends the secret, and none of her cookies.
    assert awa.program("/api/1/donnees", secret) == 200
    awa.open("/mes-acces/jetons")
    expect(page.locator("tbody")).to_contain_text(PROGRAM)
    assert secret not in page.content()
    awa.look("jetons")
    awa.tab_to("button", f"Révoquer : {PROGRAM}")
    awa.confirm()
    expect(page.locator(".said")).to_contain_text("révoqué")
    assert awa.program("/api/1/donnees", secret) == 401


def test_awa_opens_the_link_that_luc_made_until_he_takes_it_back(as_: As, whole: Whole) -> None:
    luc, awa = as_("luc"), as_("awa")
    path = whole.path("dataset", CARE)
    page = luc.open(path)
    luc.tab_to("main a", "Partager un lien")
    luc.enter()
    luc.look("partager")
    luc.tab_to("textarea[name=people]")
    luc.type("Awa Diallo")
    luc.tab_to("input[name=purpose]")
    luc.type("Relire ensemble les délais de décembre")
    luc.tab_to("button", "Créer le lien")
    luc.enter()
    link = page.locator("#lien").inner_text()
    luc.look("lien-pret")

    awa.open(link, "lien-ouvert")
    expect(awa.page.locator("main")).to_contain_text("Partagé par Luc M.")
    expect(awa.page.locator("table tbody tr").first).to_be_visible()
    luc.open("/mes-acces/partages", "liens")
    luc.tab_to("button", "Retirer : APA et PCH")
    luc.confirm()
    expect(page.locator(".said")).to_contain_text("Lien retiré")
    awa.open(link, "lien-eteint", status=404)
