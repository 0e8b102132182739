"""Whom to call, on which subject, where: found by words, read on a phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As

pytestmark = pytest.mark.xdist_group("journeys")


def test_drinking_water_has_a_name_a_deputy_and_a_phone(as_: As) -> None:
    awa = as_("awa")
    page = awa.open("/referents/")
    awa.tab_to("main input[name=q]")
    awa.type("eau potable")
    awa.enter()
    first = page.locator(".seat").first
    for said in ("Eau potable", "Lucie Martin", "référente", "Hakim Benali", "suppléant", "02 61 91 22 07"):
        expect(first).to_contain_text(said)
    awa.look("qui-contacter-eau")
    first.get_by_role("link", name="Eau potable").click()
    expect(page.locator("h1")).to_have_text("Eau potable")
    for said in ("Service Eau potable", "Lucie Martin", "Hakim Benali"):
        expect(page.locator("main")).to_contain_text(said)
    awa.look("referent")


def test_a_town_finds_who_answers_there(as_: As) -> None:
    page = as_("awa").open("/referents/?q=brezolles")
    expect(page.locator(".seat", has_text="Marc Thibault")).to_be_visible()


def test_a_vacant_seat_says_who_answers_meanwhile(as_: As) -> None:
    page = as_("awa").open("/referents/?q=cantines")
    vacant = page.locator(".seat", has_text="Poste vacant")
    expect(vacant.first).to_contain_text("Sofia Roy")


def test_the_whole_directory(as_: As) -> None:
    as_("awa").open("/referents/", "qui-contacter")


def test_nothing_found_says_what_to_try(as_: As) -> None:
    as_("awa").open("/referents/?q=zzzz", "qui-contacter-rien")
