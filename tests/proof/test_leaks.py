"""The running portal, walked through as its people: clean, it says so; made to leak, it is caught."""

import pytest
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.auth.models import AuthSession, Person


@pytest.fixture
def world(make):
    """Something of each kind, near what is hidden."""
    make.dataset("Qualité de l’eau distribuée", unit="eau", theme="eau", sensitivity="open")
    make.dataset("Foyers allocataires par commune", unit="solidarite")
    make.dataset("Subventions versées aux associations", unit="finances", sensitivity="restricted", card="internal")
    make.dataset("Signalements de mineurs en danger", unit="solidarite", sensitivity="confidential")
    make.dataset("Cessions de terrains envisagées", unit="finances", sensitivity="confidential")
    make.dataset("Validations du réseau de bus", unit="transvalme", sensitivity="restricted")
    make.dataset("Postes informatiques à remplacer", unit="numerique", state="draft")


def test_a_portal_that_keeps_its_rule_is_certified(world, portal, sessions):
    with portal() as running:
        code, told = running.leaks("--people", "30", "--assets", "7")
    assert (code, told["leaks"], told["found"], told["complete"]) == (0, 0, [], True)
    print(told)
    assert told["gaps"] == 0
