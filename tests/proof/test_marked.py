"""A session of the walk: it sees what the person sees, changes nothing, and is nobody's reading."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import sessions as auth_sessions
from dataspace.auth.sessions import WALK, WALK_LASTS
from tests import people
from tests.site import Visitor


@pytest.fixture
def walking(app, sessions):
    """`walking("luc")`: the house, looking at what he sees."""

    def visitor(login):
        with db.writing(sessions) as session:
            handle, _ = auth_sessions.open_for(session, people.person(session, login), db.now(), issuer=WALK)
        made = Visitor(app)
        with made.client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = handle, True
        return made

    return visitor


def events(sessions):
    with sessions() as session:
        return session.scalars(select(Event)).all()


def test_what_the_house_opens_is_opened_by_the_house(walking, make, sessions):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="confidential")
    house = walking("luc")
    house.get(f"/donnees/{dataset.public_id}")
    (line,) = events(sessions)
    assert (line.act, line.actor_id) == ("opened", None) and line.facts["walk"]
    house.get("/mes-acces/activite")
    assert "consultation" not in house.get("/mes-acces/activite").words("td")


def test_what_it_is_refused_is_not_a_refusal_of_hers(walking, make, sessions):
    hidden = make.dataset("Cessions", unit="finances", sensitivity="confidential", card="internal")
    walking("awa").get(f"/donnees/{hidden.public_id}/apercu.json", status=403)
    assert events(sessions) == []


def test_it_changes_nothing(walking, make, sessions):
    grant = make.grant("marc", "agent", "solidarite")
    house = walking("luc")
    refused = house.post(f"/administration/acces/{grant.public_id}/retirer", {"reason": "essai"}, status=403)
    assert "rien ne se change" in refused.main.replace("\u00a0", " ")
    house.post("/deconnexion", status=403)
    with sessions() as session:
        assert session.get(type(grant), grant.id).revoked_at is None


def test_it_ends_by_itself(walking, clock):
    house = walking("luc")
    house.get("/")
    clock.shift(WALK_LASTS - timedelta(minutes=1))
    clock.shift(timedelta(minutes=2))
    assert house.get("/", status=302).location.startswith("/connexion")


@pytest.mark.parametrize(
    ("login", "status"), [("ines", 200), ("odile", 200), ("claire", 200), ("luc", 403), ("awa", 403)]
)
def test_who_reads_certificates(site, login, status):
    page = site.as_(login).get("/administration/etancheite", status=status)
    assert status == 403 or "Aucun certificat pour l’instant" in page.main


def test_an_auditor_of_a_partner_reads_none(site, make):
    make.grant("paul", "auditor", "transvalme")
    site.as_("paul").get("/administration/etancheite", status=403)
    site.as_("ines").get("/administration/etancheite/0000000000000000ae", status=404)
    site.as_("ines").get("/administration/etancheite/0000000000000000ae/certificat.html", status=404)


def test_what_is_to_be_told_once_still_waits_for_her(walking, make, sessions):
    with make.writing() as session:
        people.person(session, "luc").notice = "Votre direction est passée à l’Eau."
    assert "Votre direction" not in walking("luc").get("/").text
    with sessions() as session:
        assert people.person(session, "luc").notice
