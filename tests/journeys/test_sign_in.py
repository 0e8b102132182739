"""Awa comes from a link of the intranet and lands where it led; her home is hers; who has no place is told so."""

import pytest
from playwright.sync_api import expect

from dataspace.demo.world import PASSWORD
from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")


def test_awa_follows_a_deep_link_and_signs_in_without_a_mouse(whole: Whole, nobody: Visitor) -> None:
    deep = whole.path("dataset", "Cantines scolaires : repas servis")
    page = nobody.open(deep)
    assert page.url.startswith(whole.idp)
    nobody.tab_to("input[name=login]")
    nobody.type("awa")
    nobody.enter()
    nobody.tab_to("input[name=password]")
    nobody.type(PASSWORD)
    nobody.enter()
    page.wait_for_url(whole.portal + deep)
    expect(page.locator("h1")).to_have_text("Cantines scolaires : repas servis")


def test_home_is_about_her(whole: Whole, as_: As) -> None:
    awa = as_("awa")
    page = awa.open("/", "accueil")
    expect(page.locator("h1")).to_have_text("Bonjour Awa")
    boards = page.get_by_role("heading", name="Les tableaux de votre direction").locator("xpath=ancestor::section")
    expect(boards.get_by_role("link", name="RSA : suivi mensuel")).to_be_visible()
    recent = page.get_by_role("heading", name="Données récentes").locator("xpath=ancestor::section")
    assert 3 <= recent.locator("li").count() <= 6
    seats = page.get_by_role("heading", name="Qui contacter").locator("xpath=ancestor::section")
    expect(seats.get_by_role("link", name="RSA et insertion")).to_be_visible()
    accesses = page.get_by_role("heading", name="Vos accès").locator("xpath=ancestor::section")
    expect(accesses).to_contain_text("Vous lisez")


def test_her_accesses_are_sentences(as_: As) -> None:
    page = as_("awa").open("/mes-acces", "mes-acces")
    expect(page.locator("main")).to_contain_text("Fibre : raccordements par immeuble")


def test_signing_out_closes_the_page_that_was_open(whole: Whole, nobody: Visitor) -> None:
    nobody.sign_in("yasmine", PASSWORD)
    page = nobody.open("/mes-acces")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{whole.portal}/deconnexion*")
    nobody.look("deconnexion")
    page = nobody.open("/mes-acces")
    assert page.url.startswith(whole.idp)
