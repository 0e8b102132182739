"""« Voir comme »: never more than either sees, nothing done, nothing taken, both names in the journal."""

from datetime import timedelta

import pytest
from hypothesis import given
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import Access, Permission, Task, system
from dataspace.auth.models import Asset, Person
from dataspace.auth.viewing import LOOKING, ViewedAs
from dataspace.auth.words import RowAttribute
from tests.rights.living import access_of, counted, law, living, opened
from tests.rights.worlds import worlds

PAGE = "/administration/voir-comme"
WHY = "elle ne trouve pas le tableau des aides"


def look(site, manager, who, status=303, why=WHY):
    return site.as_(manager).get(PAGE).submit({"person": who, "reason": why}, form="form.ask", status=status)


def lines(sessions, act):
    with sessions() as session:
        return session.scalars(select(Event).where(Event.act == act)).all()


# --- the law --------------------------------------------------------------------------------------------------------
@law(30)
@given(world=worlds(people=3, assets=8))
def test_what_it_shows_is_what_both_see(base, the_policy, world):
    with living(base, world) as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        assets = session.scalars(system(session, Task.COUNTS, the_policy).select(Asset, Permission.CARD_SEE)).all()
        for viewer in people:
            for person in people:
                mine = access_of(session, the_policy, viewer)
                hers = access_of(session, the_policy, person)
                seen = ViewedAs(mine, person)
                for permission in Permission:
                    shown, of_mine, of_hers = (opened(a, permission) for a in (seen, mine, hers))
                    expected = of_mine & of_hers if permission in LOOKING else set()
                    assert (permission, shown) == (permission, expected)
                    assert shown == {asset.id for asset in assets if seen.allows(permission, asset)}
                    assert counted(seen, permission) == len(shown)
                for attribute in RowAttribute:
                    rows = set(seen.row_values(attribute))
                    assert rows == set(mine.row_values(attribute)) & set(hers.row_values(attribute))


# --- the stories ----------------------------------------------------------------------------------------------------
def test_luc_looks_as_awa_and_comes_back(site, make, sessions):
    hers = make.dataset("Aides versées", unit="insertion", sensitivity="restricted", card="internal")
    his = make.dataset("Carrières", unit="solidarite", sensitivity="confidential")
    look(site, "luc", "awa").follow()
    luc = site.as_("luc")
    home = luc.get("/")
    assert "Bonjour Awa" in home.main
    assert "Vous voyez comme Awa Diallo" in home.text and "au nom de Luc Moreau" in home.text
    assert "Sur demande" not in luc.get(f"/donnees/{hers.public_id}").main
    luc.get(f"/donnees/{his.public_id}", status=404)
    assert his.title not in luc.get("/donnees/").main
    (stop,) = home.select("aside.viewing form")
    luc.post(stop["action"], {}).follow()
    assert "Vous voyez comme" not in luc.get("/").text
    assert his.title in luc.get("/donnees/").main


def test_claire_does_not_read_through_awa_what_she_does_not_read_herself(site, make):
    dataset = make.dataset("Aides versées", unit="insertion", sensitivity="restricted", card="internal")
    assert "Sur demande" not in site.as_("awa").get(f"/donnees/{dataset.public_id}").main
    look(site, "claire", "awa")
    assert "Sur demande" in site.as_("claire").get(f"/donnees/{dataset.public_id}").main


def test_nothing_is_done_and_nothing_is_taken(site, make):
    board = make.dashboard("Suivi", unit="solidarite", slug="suivi")
    look(site, "luc", "awa")
    luc = site.as_("luc")
    assert "Ce tableau lui est ouvert" in luc.get(f"/tableaux-de-bord/{board.public_id}").main
    for path in (f"/tableaux-de-bord/{board.public_id}/jeton", "/apparence", "/administration/acces/attribuer", PAGE):
        assert "on regarde seulement" in luc.post(path, {}, status=403).text
    for path in ("/mes-acces", "/administration/", "/administration/pourquoi", PAGE):
        luc.get(path, status=403)
    assert "Administration" not in luc.get("/").words("nav.words a")


def test_no_file_leaves(site, make, the_policy, sessions):
    assert Permission.DATASET_EXPORT not in LOOKING
    with sessions() as session:
        from tests import people

        luc = Access(people.actor(session, "luc"), session, the_policy)
        seen = ViewedAs(luc, people.person(session, "awa"))
        for permission in set(Permission) - LOOKING:
            assert not seen.may(permission)


def test_the_journal_has_both_names(site, make, sessions):
    dataset = make.dataset("Aides versées", unit="insertion", sensitivity="restricted", card="internal")
    site.as_("luc").get(f"/donnees/{dataset.public_id}")
    look(site, "luc", "awa")
    site.as_("luc").get(f"/donnees/{dataset.public_id}")
    (begun,) = lines(sessions, "viewed-as")
    assert (begun.subject_title, begun.facts["reason"]) == ("Awa Diallo", WHY)
    first, second = lines(sessions, "opened")
    assert first.actor_id == second.actor_id == begun.actor_id
    assert "as_name" not in first.facts and second.facts["as_name"] == "Awa Diallo"


def test_it_stops_by_itself_after_a_quarter_of_an_hour(site, clock):
    look(site, "luc", "awa")
    assert "Bonjour Awa" in site.as_("luc").get("/").main
    clock.shift(timedelta(minutes=16))
    assert "Bonjour Luc" in site.as_("luc").get("/").main


def test_it_stops_when_the_right_to_it_does(site, make, sessions):
    look(site, "luc", "awa")
    make.membership("awa", "eau")
    with make.writing() as session:
        from dataspace.auth.models import Membership
        from tests import people

        for place in session.scalars(
            select(Membership).where(Membership.person_id == people.person(session, "awa").id)
        ):
            if place.starts == people.LONG_AGO and place.kind.value == "affectation":
                place.ends = db.now()
    assert "Bonjour Luc" in site.as_("luc").get("/").main


@pytest.mark.parametrize(("manager", "who"), [("luc", "lucie"), ("luc", "luc"), ("agnes", "awa"), ("luc", "zoe")])
def test_only_within_ones_reach_and_never_oneself(site, manager, who):
    assert "n’est pas de votre périmètre" in look(site, manager, who, status=403).main


def test_a_reason_is_needed(site):
    assert "dix caractères" in look(site, "luc", "awa", status=422, why="voir").main


@pytest.mark.parametrize("login", ["awa", "ines", "odile", "jerome"])
def test_others_do_not(site, login):
    site.as_(login).get(PAGE, status=403)
