"""Awa asks for what is on request, Luc advises, Maud decides; why she reads it, and what she sees: by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
HOUSING = "Demandes de logement social"
CARE = "APA et PCH : bénéficiaires et délais"
WHY = "Préparer la commission logement de décembre"
PHONE = {"width": 390, "height": 844}


def open_the_request(visitor: Visitor) -> None:
    """From the home page to what Awa asks, with the keys only."""
    page = visitor.open("/")
    visitor.tab_to("header a", "Messages")
    visitor.enter()
    # She asks for other things too.
    row = page.locator(".task", has_text="Awa Diallo").filter(has_text=HOUSING)
    address = row.locator("a").get_attribute("href")
    visitor.tab_to(f"main a[href='{address}']")
    visitor.enter()
    expect(page.locator("main")).to_contain_text(WHY)


def test_awa_asks_luc_advises_maud_decides_and_she_reads(as_: As, whole: Whole) -> None:
    awa, luc, maud = as_("awa"), as_("luc"), as_("maud")
    path = whole.path("dataset", HOUSING)
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

    open_the_request(luc)
    luc.look("demande-a-viser")
    luc.tab_to("input[name=opinion]")
    luc.press("Space")
    luc.tab_to("button", "Donner mon avis")
    luc.enter()
    expect(luc.page.locator(".said")).to_contain_text("Avis enregistré")
    luc.look("messages")

    open_the_request(maud)
    expect(maud.page.locator("main")).to_contain_text("Luc Moreau a donné son avis")
    maud.look("demande-a-decider")
    maud.tab_to("button", "Accepter comme demandé")
    maud.enter()
    expect(maud.page.locator(".said")).to_contain_text("Accepté")

    awa.open(path)
    expect(page.locator("main")).not_to_contain_text("Sur demande")
    awa.open("/messages")
    awa.tab_to("main .task a", HOUSING)
    awa.enter()
    expect(page.locator("main")).to_contain_text("Acceptée")
    expect(page.locator(".history")).to_contain_text("Maud Kerbrat a accepté")
    awa.look("demande-acceptee")


def test_maud_reads_why_she_sees_it(as_: As) -> None:
    maud = as_("maud")
    page = maud.open("/administration/")
    maud.tab_to("main a", "Demander pourquoi")
    maud.enter()
    maud.tab_to("input[name=qui]")
    maud.type("Awa Diallo")
    maud.press("Escape")
    maud.tab_to("input[name=quoi]")
    maud.type(HOUSING)
    maud.press("Escape")
    maud.tab_to("button", "Demander pourquoi")
    maud.enter()
    expect(page.locator("main h2").filter(has_text="Oui : lire")).to_be_visible()
    expect(page.locator("main")).to_contain_text("policies/policy.csv, ligne")
    expect(page.locator("main")).to_contain_text("Accordé par Maud Kerbrat")
    maud.look("pourquoi")
    # On her phone.
    page.set_viewport_size(PHONE)
    maud.tab_to("main a", "Voir cette attribution")
    maud.enter()
    expect(page.locator("main")).to_contain_text(WHY)


def test_luc_sees_as_awa_and_comes_back(as_: As, whole: Whole) -> None:
    # To look as somebody asks for a recent sign-in.
    luc = as_("luc", afresh=True)
    page = luc.open("/administration/voir-comme", "voir-comme")
    luc.tab_to("input[name=person]")
    luc.type("Awa Diallo")
    luc.press("Escape")
    luc.tab_to("[name=reason]")
    luc.type("Elle dit ne pas retrouver les délais de la PCH")
    luc.tab_to("button", "Voir comme cette personne")
    luc.enter()
    expect(page.locator("aside.viewing")).to_contain_text("Awa Diallo")
    luc.open(whole.path("dataset", CARE))
    expect(page.locator("main")).to_contain_text("Puis-je le lire")
    luc.look("voir-comme-awa")
    page.set_viewport_size(PHONE)
    luc.tab_to("aside.viewing button", "Revenir à moi")
    luc.enter()
    expect(page.locator("aside.viewing")).to_have_count(0)
