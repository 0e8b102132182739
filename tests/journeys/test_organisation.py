"""Maud proposes a mission, Luc reads who gains and who loses, then takes it: by keyboard, and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As

pytestmark = pytest.mark.xdist_group("journeys")
HOME = "/administration/organisation"
MISSION = "Mission Précarité énergétique"


def test_luc_takes_a_mission_without_a_mouse(as_: As) -> None:
    luc = as_("luc")
    page = luc.open("/administration/", "administration-luc")
    luc.tab_to("main a", "Organisation")
    luc.enter()
    luc.look("organisation")
    expect(page.locator("main")).to_contain_text("Votre réponse est attendue")
    luc.tab_to("main a.title", MISSION)
    luc.enter()
    luc.look("organisation-accepter")
    expect(page.locator(".diff h3.minus + ul")).to_contain_text("Maud Kerbrat")
    expect(page.locator(".diff h3.plus + ul")).to_contain_text("Luc Moreau")
    luc.tab_to("button", "Accepter ce rattachement")
    luc.enter()
    expect(page.locator(".said")).to_contain_text("Rattachement accepté")
    luc.look("organisation-unite")
    expect(page.locator("main")).to_contain_text("sous Direction de la Solidarité")


def test_claire_moves_it_back_on_a_phone(as_: As) -> None:
    claire = as_("claire")
    claire.page.set_viewport_size({"width": 390, "height": 844})
    page = claire.open(f"{HOME}/unites/precarite-energetique/deplacer", "organisation-deplacer")
    page.get_by_label("La mettre sous").select_option("habitat")
    page.get_by_label("Motif").fill("Retour à l’Habitat, à la demande du comité technique")
    page.get_by_role("button", name="Voir ce que cela change").click()
    expect(page.locator(".diff h3.plus + ul")).to_contain_text("Maud Kerbrat")
    claire.look("organisation-deplacer-avant-apres")
    page.get_by_role("button", name="Déplacer cette unité").click()
    expect(page.locator(".said")).to_contain_text("Unité déplacée")
    expect(page.locator("main")).to_contain_text("sous Direction de l’Habitat")
    claire.open(HOME, "organisation-claire")
    claire.open("/administration/organisation/nouvelle-unite?sous=habitat", "organisation-creer")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_opening_is_read_by_two(as_: As) -> None:
    agnes = as_("agnes")
    agnes.open("/administration/ouvertures", "ouvertures")
    agnes.tab_to("main a.title")
    agnes.enter()
    agnes.look("ouverture-agnes")
    expect(agnes.page.locator("main")).to_contain_text("Une autre personne confirme")
    patrice = as_("patrice")
    patrice.open("/administration/ouvertures")
    patrice.tab_to("main a.title")
    patrice.enter()
    patrice.look("ouverture-patrice")
    expect(patrice.page.get_by_role("button", name="Confirmer cette ouverture")).to_be_visible()
