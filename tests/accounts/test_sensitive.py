"""Which acts ask for a recent sign-in, and which do not: everything from a session opened an hour ago."""

from datetime import timedelta

import pytest

from dataspace import db
from dataspace.auth.models import AuthSession
from tests import people

ASKED = "Confirmez que c’est bien vous"
ASSIGN = {"starts": "2026-01-01", "ends": "2099-01-01", "reason": "Mission", "save": "1", "subject": "marc"}


@pytest.fixture
def stale(site, make):
    """`stale("luc")`: his browser, signed in at the provider an hour ago."""

    def of(login):
        visitor = site.as_(login)
        with make.writing() as session:
            person_id = people.person(session, login).id
            for row in session.query(AuthSession).where(AuthSession.person_id == person_id):
                row.auth_time = db.now() - timedelta(hours=1)
        return visitor

    return of


@pytest.fixture
def secret(make):
    return make.dataset("Signalements", sensitivity="confidential", card="internal")


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("odile", "/administration/journal"),
        ("ines", "/administration/journal.csv"),
        ("claire", "/administration/voir-comme"),
    ],
)
def test_pages_that_tell_about_others(stale, login, path):
    assert stale(login).get(path, status=302).location.startswith("/connexion/confirmer?next=")


@pytest.mark.parametrize("role", ["admin", "dpo", "auditor"])
def test_giving_a_role_over_others_rights(stale, role):
    sent = ASSIGN | {"role": role, "scope": "valmer"}
    assert stale("claire").post("/administration/acces/attribuer", sent, status=403).title == ASKED


def test_giving_ending_and_moving_what_is_confidential(stale, make, secret):
    luc = stale("luc")
    sent = ASSIGN | {"role": "reader", "scope": secret.public_id}
    assert luc.post("/administration/acces/attribuer", sent, status=403).title == ASKED
    grant = make.grant("awa", "reader", secret, ends=db.now() + timedelta(days=40))
    path = f"/administration/acces/{grant.public_id}"
    assert luc.get(path).status == 200, "looking asks nothing"
    assert luc.post(f"{path}/retirer", {"reason": "Fini"}, status=403).title == ASKED
    moved = {"role": "reader", "ends": "2099-01-01", "reason": "Encore", "version": str(grant.version), "save": "1"}
    assert luc.post(f"{path}/modifier", moved, status=403).title == ASKED


def test_deciding_on_what_is_confidential(stale, secret, site):
    page = site.as_("awa").get(f"/donnees/{secret.public_id}")
    path = page.submit({"purpose": "Astreinte"}, form="form.ask", button="Envoyer").location
    site.as_("ines").get(path).submit({"opinion": "favourable"}, form=f'form[action="{path}/avis"]')
    luc = stale("luc")
    version = luc.get(path).select("input[name=version]")[0]["value"]
    for choice in ({"decision": "accept"}, {"decision": "refuse", "reason": "Non"}):
        assert luc.post(f"{path}/decision", {"version": version} | choice, status=403).title == ASKED


def test_widening(stale, make):
    closed = make.dataset("Effectifs", sensitivity="restricted")
    sent = {"sensitivity": "internal", "card_sensitivity": "internal", "protection": "none", "ground": "",
            "review_date": "", "reason": "Publié", "version": "1", "save": "1",
            "unit": str(closed.unit_id)}  # fmt: skip
    path = f"/administration/elements/{closed.public_id}/niveau"
    assert stale("luc").post(path, sent, status=403).title == ASKED


def test_the_ordinary_asks_nothing(stale, make):
    shared = make.dataset("Effectifs", sensitivity="restricted")
    sent = ASSIGN | {"role": "reader", "scope": shared.public_id}
    stale("luc").post("/administration/acces/attribuer", sent)
    stale("claire").get("/administration/")
