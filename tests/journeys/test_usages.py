"""Baptiste asks to take part in a usage; Luc finds it in his inbox, reads what it changes, lets him in; by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.xdist_group("journeys")
HEAT = "Îlots de chaleur"


def open_the_usage(visitor: Visitor) -> Page:
    page = visitor.open("/usages/")
    visitor.tab_to("main a", HEAT)
    visitor.enter()
    expect(page.locator("h1")).to_have_text(HEAT)
    return page


def test_baptiste_asks_luc_lets_him_in_and_he_leaves(as_: As) -> None:
    baptiste, luc = as_("baptiste"), as_("luc")
    page = open_the_usage(baptiste)
    expect(page.locator("main")).to_contain_text("Base légale")
    baptiste.tab_to("textarea[name=reason]")
    baptiste.type("Je tiens la liste des foyers du territoire Nord")
    baptiste.tab_to("button", "Demander à en être")
    baptiste.enter()
    expect(page.locator("main")).to_contain_text("Envoyée")
    baptiste.look("usage-demande")

    here = luc.open("/messages")
    luc.look("messages-usage")
    luc.tab_to("main a.title", "Baptiste")
    luc.enter()
    expect(here.locator("main")).to_contain_text("Je tiens la liste des foyers")
    luc.tab_to("button", "Voir ce que cela change")
    luc.enter()
    expect(here.locator(".diff")).to_contain_text("Baptiste")
    luc.look("usage-avant-apres")
    luc.tab_to("button", "Ajouter à l’usage")
    luc.enter()
    expect(here.locator(".said")).to_contain_text("est de l’usage")
    luc.look("usage")

    page = open_the_usage(baptiste)
    expect(page.locator("main")).to_contain_text("Vous en êtes")
    page.set_viewport_size({"width": 390, "height": 844})
    baptiste.tab_to("button", "Quitter cet usage")
    baptiste.enter()
    expect(page.locator(".said")).to_contain_text("Vous n’êtes plus de l’usage")
    baptiste.look("usages")
