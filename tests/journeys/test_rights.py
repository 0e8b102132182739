"""Awa asks for what is on request, Luc decides; then why she reads it, and the page as she sees it: without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
CARE = "APA et PCH : bénéficiaires et délais"
WHY = "Préparer la commission de décembre sur l’autonomie"
PHONE = {"width": 390, "height": 844}


def test_awa_asks_luc_decides_and_she_reads(as_: As, whole: Whole) -> None:
    awa, luc = as_("awa"), as_("luc")
    path = whole.path("dataset", CARE)
    page = awa.open(path)
    # On her phone, all along.
    page.set_viewport_size(PHONE)
    expect(page.locator("main")).to_contain_text("Sur demande")
    awa.tab_to("summary", "Demander l’accès")
    awa.press("Enter")
    awa.tab_to("select[name=topic]")
    awa.press("ArrowDown")
    awa.tab_to("textarea[name=purpose]")
    awa.type(WHY)
    awa.look("demander")
    awa.tab_to("button", "Envoyer la demande")
    awa.enter()
    expect(page.locator("main")).to_contain_text("En cours")
    expect(page.locator("main")).to_contain_text("Luc Moreau")
    awa.look("demande-envoyee")

    here = luc.open("/")
    luc.tab_to("header a", "Messages")
    luc.enter()
    luc.look("messages")
    luc.tab_to("main .task a", "Awa Diallo")
    luc.enter()
    expect(here.locator("main")).to_contain_text(WHY)
    luc.look("demande-a-decider")
    luc.tab_to("button", "Accepter comme demandé")
    luc.enter()
    expect(here.locator(".said")).to_contain_text("Accepté")

    awa.open(path)
    expect(page.locator("main")).not_to_contain_text("Sur demande")
    awa.open("/messages")
    awa.tab_to("main .task a", "APA et PCH")
    awa.enter()
    expect(page.locator("main")).to_contain_text("Acceptée")
    expect(page.locator(".history")).to_contain_text("Luc Moreau a accepté")
    awa.look("demande-acceptee")


def test_luc_reads_why_she_sees_it_then_sees_as_her(as_: As, whole: Whole) -> None:
    # To look as somebody asks for a recent sign-in.
    luc = as_("luc", afresh=True)
    path = whole.path("dataset", CARE)
    page = luc.open("/administration/")
    luc.tab_to("main a", "Demander pourquoi")
    luc.enter()
    luc.tab_to("input[name=qui]")
    luc.type("Awa Diallo")
    luc.press("Escape")
    luc.tab_to("input[name=quoi]")
    luc.type(CARE)
    luc.press("Escape")
    luc.tab_to("button", "Demander pourquoi")
    luc.enter()
    expect(page.get_by_role("heading", name="Oui : lire des données")).to_be_visible()
    expect(page.locator("main")).to_contain_text("policies/policy.csv, ligne")
    luc.look("pourquoi")

    luc.open("/administration/voir-comme", "voir-comme")
    luc.tab_to("input[name=person]")
    luc.type("Awa Diallo")
    luc.press("Escape")
    luc.tab_to("[name=reason]")
    luc.type("Elle dit ne pas retrouver les délais de la PCH")
    luc.tab_to("button", "Voir comme cette personne")
    luc.enter()
    expect(page.locator("aside.viewing")).to_contain_text("Awa Diallo")
    luc.open(path)
    expect(page.locator("main")).to_contain_text("Puis-je le lire")
    luc.look("voir-comme-awa")
    page.set_viewport_size(PHONE)
    luc.tab_to("aside.viewing button", "Revenir à moi")
    luc.enter()
    expect(page.locator("aside.viewing")).to_have_count(0)
