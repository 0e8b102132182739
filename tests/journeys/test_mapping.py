"""Claire gives a role to a group of the directory without a mouse; whoever carries it has it on the next page."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journeys")
REASON = "Les directeurs suivent aussi la commande publique"


def give_by_keyboard(claire: Visitor) -> None:
    """From the administration to the saved line, with the keys only."""
    page = claire.open("/administration/", "administration-annuaire")
    claire.tab_to("main a", "Annuaire")
    claire.enter()
    claire.look("annuaire")
    claire.tab_to("main a", "Donner un rôle : directeurs")
    claire.enter()
    expect(page.locator("#value")).to_have_value("directeurs")
    claire.look("annuaire-ligne")
    claire.tab_to("#role")
    claire.type("Agent")
    claire.tab_to("#unit")
    claire.type("Direction de la Commande")
    claire.tab_to("#reason")
    claire.type(REASON)
    claire.tab_to("button", "Voir ce que cela change")
    claire.enter()
    expect(page.locator(".diff")).to_contain_text("personnes gagnent")
    expect(page.locator(".diff")).to_contain_text("Luc Moreau")
    claire.look("annuaire-avant-apres")
    claire.tab_to("button", "Enregistrer cette ligne")
    claire.enter()


def test_a_group_is_given_a_role_and_holds_at_the_next_page(as_: As) -> None:
    claire, luc = as_("claire"), as_("luc")
    luc.open("/mes-acces")
    expect(luc.page.locator("main")).not_to_contain_text("directeurs")

    give_by_keyboard(claire)
    expect(claire.page.locator(".said")).to_contain_text("C’est fait")

    luc.open("/mes-acces")
    expect(luc.page.locator(".said")).to_contain_text("L’annuaire a changé vos accès")
    expect(luc.page.locator("main")).to_contain_text("Groupe « directeurs » de l’annuaire")

    page = claire.page
    claire.tab_to("main a", "Modifier : directeurs")
    claire.enter()
    page.get_by_text("Retirer plutôt cette ligne").click()
    page.locator("#motif-retrait").fill("Essai terminé")
    page.get_by_role("button", name="Voir ce que le retrait change").click()
    expect(page.locator(".diff")).to_contain_text("personnes perdent")
    claire.look("annuaire-retrait")
    page.get_by_role("button", name="Retirer cette ligne").click()
    expect(page.locator(".said")).to_contain_text("Ligne retirée")


def test_claire_tries_the_table_then_receives_ghislain(as_: As) -> None:
    claire, ghislain = as_("claire"), as_("ghislain")
    page = claire.open("/administration/annuaire/essai", "annuaire-essai-vide")
    page.locator("input[name=person]").fill("awa")
    page.get_by_role("button", name="Tester").click()
    expect(page.locator("main")).to_contain_text("garderait")
    claire.look("annuaire-essai")
    page = claire.open("/administration/annuaire/importer", "annuaire-importer")
    page.locator("textarea").fill("revendication;valeur;role;unite\ngroups;x;roi;eau\n")
    page.locator("#reason").fill("Pour voir")
    with page.expect_navigation() as answer:
        page.get_by_role("button", name="Voir ce que cela change").click()
    assert answer.value.status == 422
    claire.expected("status of 422")
    expect(page.locator("main")).to_contain_text("ligne 2")
    claire.look("annuaire-importer-fautes")

    ghislain.open("/", "sans-acces", status=403)
    expect(ghislain.page.locator("h1")).to_have_text("Votre demande est en attente")
    expect(ghislain.page.locator("main")).to_contain_text("ghislain")
    ghislain.open("/donnees/", status=403)
    ghislain.expected("Failed to load")
    ghislain.open("/attente", "en-attente")
    page = claire.open("/administration/annuaire/attente", "annuaire-attente")
    claire.tab_to("summary", "Accueillir Ghislain Petit")
    claire.press("Enter")
    claire.look("annuaire-attente-accueillir")
    claire.tab_to("select[name=unit]")
    claire.type("Service Relation")
    claire.tab_to("button", "Donner cette place")
    claire.enter()
    expect(page.locator(".said")).to_contain_text("accueillie dans Service Relation aux usagers")
    ghislain.open("/")
    expect(ghislain.page.locator(".said")).to_contain_text("Vous êtes accueilli")
