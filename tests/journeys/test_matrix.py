"""Luc opens one dataset to a service from the matrix, without a mouse, then takes it back; on a phone too."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As

pytestmark = pytest.mark.xdist_group("journeys")
CARE, NORTH = "APA et PCH : bénéficiaires et délais", "Action sociale Nord"
TERRITORY = "Territoire d’action sociale Nord"
FAR = 300  # a page of the matrix has that many stops


def test_a_cell_is_ticked_looked_at_saved_and_undone_by_keyboard(as_: As) -> None:
    luc = as_("luc")
    page = luc.open("/administration/")
    luc.tab_to("main a", "La matrice des accès")
    luc.enter()
    luc.tab_to("select[name=type]")
    luc.type("Jeu")
    luc.tab_to("button", "Filtrer")
    with page.expect_response("**/matrice?*"):
        luc.press("Enter")
    expect(page.locator("tbody")).to_contain_text("APA et PCH")
    luc.look("matrice")

    luc.tab_to(".scroll[role=region]")
    luc.press("ArrowRight")
    cell = page.get_by_role("row", name="APA et PCH").get_by_role("cell").filter(has_text=TERRITORY)
    expect(cell).to_contain_text("Sur demande")
    luc.tab_to("input[name=case]", f"{CARE}, {TERRITORY}", at_most=FAR)
    luc.press("Space")
    luc.tab_to("input[name=reason]", at_most=FAR)
    luc.type("Suivi de l’autonomie, territoire Nord")
    luc.tab_to("button", "Voir ce que cela change")
    luc.enter()
    expect(page.locator(".diff")).to_contain_text("1 personne gagne")
    expect(page.locator(".diff ins")).to_contain_text("lit")
    luc.look("matrice-avant-apres")

    luc.tab_to("button", "Enregistrer")
    luc.enter()
    expect(page.get_by_role("status").filter(has_text="C’est fait")).to_contain_text("1 accès donné")
    expect(cell).to_contain_text("par un accès d’unité")
    luc.look("matrice-fait")
    luc.tab_to("button", "Tout annuler")
    luc.enter()
    expect(page.locator(".said")).to_contain_text("Tout est annulé")
    expect(cell).to_contain_text("Sur demande")


def test_on_a_phone_one_unit_at_a_time(as_: As) -> None:
    luc = as_("luc")
    page = luc.open("/administration/matrice?type=dataset")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("thead th:visible")).to_have_count(2)
    page.get_by_role("navigation", name="Unité à lire").get_by_role("link", name=NORTH).click()
    expect(page.locator("thead th:visible").nth(1)).to_contain_text(NORTH)
    page.locator("tbody td:visible a").first.click()
    expect(page.locator("h1")).to_contain_text(TERRITORY)
    luc.look("matrice-case")


def test_the_other_pages_of_the_matrix_are_sound(as_: As) -> None:
    claire = as_("claire")
    claire.open("/administration/matrice/importer", "matrice-importer")
    claire.open("/administration/regles", "regles")
