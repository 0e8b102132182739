"""An access without an end: a reason, the DPO's recorded opinion, then the decision of who gives it."""

import pytest
from sqlalchemy import select

from dataspace.auth.models import Grant
from tests.people import person

ASSIGN = "/administration/acces/attribuer"
WAITING = "/administration/sans-fin"
WHY = "Secrétariat permanent de la commission"


def fill(site, login, asset, status=200, button="Voir", **typed):
    page = site.as_(login).get(f"{ASSIGN}?sur={asset.public_id}")
    sent = {"subject": "marc", "role": "reader", "reason": WHY, "endless": "y"} | typed
    return page.submit(sent, form="#attribuer", button=button, status=status)


def given(sessions, login, asset):
    with sessions() as session:
        stmt = select(Grant).where(Grant.person_id == person(session, login).id, Grant.asset_id == asset.id)
        return session.scalars(stmt).all()


@pytest.fixture
def water(make):
    return make.dataset("Compteurs par quartier", unit="eau", sensitivity="restricted", card="internal")


def test_agnes_asks_ines_advises_and_agnes_decides(site, water, sessions):
    refused = fill(site, "agnes", water, status=422)
    assert "demande l’avis" in refused.main
    asked = refused.submit(form="#attribuer", button="Demander l’avis", status=200)
    assert "vous serez prévenu" in asked.main
    fill(site, "agnes", water, status=422)

    ines = site.as_("ines")
    assert ines.get("/messages").words("header .count") == ["1 à traiter"]
    assert "1 avis attendu de vous" in ines.get("/messages").main
    page = ines.get(WAITING)
    assert WHY in page.main
    page.submit({"opinion": "unfavourable", "comment": ""}, form="form.ask", status=422)
    page.submit({"opinion": "unfavourable", "comment": "Une durée d’un an suffirait."}, form="form.ask")
    assert ines.get("/messages").words("header .count") == []

    looked = fill(site, "agnes", water)
    assert "Une durée d’un an suffirait." in looked.main, "he advises; she reads it and decides"
    typed = [f for f in looked.select("#attribuer input[name]") if f.get("type") != "checkbox"]
    sent = {f["name"]: f.get("value") for f in typed}
    sent |= {"role": "reader", "endless": "y", "save": "1"}
    site.as_("agnes").post(ASSIGN, sent)
    assert [grant.ends for grant in given(sessions, "marc", water)] == [None]
    assert "accès donné" in ines.get(WAITING).main


def test_an_opinion_serves_the_very_access_it_was_asked_for(site, water, make, sessions):
    other = make.dataset("Débits", unit="eau", sensitivity="restricted", card="internal")
    fill(site, "agnes", water, status=422).submit(form="#attribuer", button="Demander l’avis", status=200)
    site.as_("ines").get(WAITING).submit({"opinion": "favourable"}, form="form.ask")
    fill(site, "agnes", other, status=422)
    fill(site, "agnes", water, status=422, subject="lucie")
    fill(site, "agnes", water, status=422, reason="")


@pytest.mark.parametrize(("login", "status"), [("awa", 403), ("agnes", 403), ("claire", 403), ("zoe", 403)])
def test_only_who_advises_gives_it(site, water, login, status):
    fill(site, "agnes", water, status=422).submit(form="#attribuer", button="Demander l’avis", status=200)
    form = site.as_("ines").get(WAITING).select("form.ask")[0]
    site.as_(login).get(WAITING, status=status)
    site.as_(login).post(str(form["action"]), {"opinion": "favourable"}, status=status)
    site.as_("ines").post(f"{WAITING}/{'0' * 16}ae/avis", {"opinion": "favourable"}, status=404)


def test_an_end_left_empty_is_the_usual_one_of_its_level(site, make, sessions):
    secret = make.dataset("Fuites", unit="eau", sensitivity="confidential", card="internal")
    internal = make.dataset("Bassins", unit="eau", sensitivity="restricted", card="internal")
    for asset, days in ((secret, 183), (internal, 365)):
        sent = {"subject": "marc", "role": "reader", "reason": WHY, "scope": asset.public_id, "save": "1"}
        site.as_("agnes").post(ASSIGN, sent | {"starts": "2026-01-01", "ends": ""})
        (grant,) = given(sessions, "marc", asset)
        assert (grant.ends - grant.starts).days in (days - 1, days)
