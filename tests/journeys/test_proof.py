"""Inès reads the certificate of the night with the keys only; Awa finds who looked at her activity, and why."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import As
from tests.journeys.whole import PROVEN, Whole

pytestmark = pytest.mark.xdist_group("journeys")


def test_ines_reads_the_proof_and_what_she_owes_to_whom_she_looks_at(whole: Whole, as_: As):
    whole.wait_for(PROVEN)
    ines = as_("ines")
    page = ines.open("/administration/")
    ines.tab_to("main a", "Étanchéité")
    ines.enter()
    expect(page.get_by_role("heading", level=1)).to_have_text("Étanchéité")
    expect(page.locator(".notice")).to_contain_text("aucune fuite")
    ines.look("etancheite")
    ines.tab_to("tbody a", "N°")
    ines.enter()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Certificat d’étanchéité")
    ines.look("certificat")
    page = ines.open("/administration/journal?who=awa", "journal-motif")
    expect(page.locator("main")).to_contain_text("Awa Diallo lira")


def test_awa_finds_that_her_activity_was_looked_at(as_: As):
    page = as_("awa").open("/mes-acces/activite", "mon-activite")
    expect(page.locator("main")).to_contain_text("Votre activité a été consultée")
    expect(page.locator("main")).to_contain_text("demande d’accès à ses données")
