"""Who works in a unit, said by its director: read before, dated, and left alone by the directory."""

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth import Task, directory, system
from dataspace.auth.models import GroupMapping, Membership
from dataspace.auth.words import MembershipKind, Role, RowAttribute, Source
from tests import people
from tests.make import _unit
from tests.organisation.conftest import gaining, losing, sent

pytestmark = pytest.mark.usefixtures("that_monday")

TYPED = {"person": "ghislain", "kind": "affectation", "starts": "2026-01-01", "reason": "renfort"}


def add(site, keeping, login="luc", code="insertion", status=303, **typed):
    page = site.as_(login).get(keeping.url(code, "affecter"))
    seen = page.submit(TYPED | typed, form="#affecter", button="Voir", status=200 if status == 303 else status)
    if status != 303:
        return seen
    return seen, seen.visitor.post(keeping.url(code, "affecter"), sent(seen, "#affecter", save="1"))


def places(sessions, login):
    with sessions() as session:
        who = people.person(session, login)
        stmt = select(Membership).where(Membership.person_id == who.id, Membership.source == Source.MANUAL)
        return session.scalars(stmt).all()


@pytest.fixture
def shared(make):
    """What is given to the people of insertion."""
    make.grant(to_unit="insertion", role="agent", on="insertion")
    return make.dataset("Dossiers", unit="insertion", sensitivity="restricted", card="internal")


def test_luc_adds_ghislain_and_reads_what_it_opens_first(site, keeping, shared, sessions):
    seen, _ = add(site, keeping)
    assert gaining(seen) == ["Ghislain Perrin"]
    assert places(sessions, "ghislain")[0].source is Source.MANUAL
    assert "Ghislain Perrin" in site.as_("luc").get(keeping.url("insertion")).main
    site.as_("ghislain").get(f"/donnees/{shared.public_id}")


def test_then_ends_it(site, keeping, shared, sessions):
    add(site, keeping)
    page = site.as_("luc").get(keeping.url("insertion", "terminer") + "?qui=ghislain&type=affectation")
    assert losing(page) == ["Ghislain Perrin"]
    page.submit({"reason": ""}, form="#terminer", status=422)
    page.submit({"reason": "fin du renfort"}, form="#terminer")
    assert places(sessions, "ghislain")[0].ends is not None
    site.as_("luc").get(keeping.url("insertion", "terminer") + "?qui=ghislain&type=affectation", status=404)


def test_the_directory_leaves_it_alone(site, keeping, shared, sessions, the_policy):
    add(site, keeping)
    with db.writing(sessions) as session:
        mapping = GroupMapping(
            value="insertion",
            unit_id=_unit(session, "insertion").id,
            role=Role.AGENT,
            membership=MembershipKind.POSTING,
        )
        session.add(mapping)
        session.flush()
        house = system(session, Task.DIRECTORY_SYNC, the_policy)
        directory.sync(house, people.person(session, "ghislain"), {"groups": []})
    assert [place.ends for place in places(sessions, "ghislain")] == [None]


def test_what_the_directory_says_is_not_ended_here(site, keeping):
    site.as_("luc").get(keeping.url("insertion", "terminer") + "?qui=awa&type=affectation", status=403)
    typed = {"person": "awa", "kind": "affectation", "reason": "x"}
    site.as_("luc").post(keeping.url("insertion", "terminer"), typed, status=403)


def test_an_interim_on_one_commune_narrows_the_rows(site, keeping, make, access, sessions):
    make.grant("ghislain", "agent", "action-sociale-nord")
    before = access("ghislain").row_values(RowAttribute.AREA)
    assert set(before) == {"28059", "28134"}
    typed = {"kind": "interim", "ends": "2030-01-01", "areas": ["28059"], "title": "Responsable par intérim"}
    seen, _ = add(site, keeping, code="action-sociale-nord", **typed)
    assert losing(seen) == ["Ghislain Perrin"]
    assert access("ghislain").row_values(RowAttribute.AREA) == ("28059",)


REFUSED = (
    ({"person": "luc"}, 403), ({"person": "nobody"}, 422), ({"person": "(unité:eau)"}, 422), ({"person": "paul"}, 422),
    ({"kind": "interim"}, 422), ({"kind": "mandate"}, 422), ({"ends": "2020-01-01"}, 422), ({"areas": ["28085"]}, 422),
    ({"reason": " "}, 422), ({"starts": "x"}, 422),
)  # fmt: skip


def test_what_may_not_be_given(site, keeping, sessions):
    for typed, status in REFUSED:
        page = add(site, keeping, code="action-sociale-nord", status=status, **typed)
        kept = page.select("#affecter [name=person]")[0]["value"]
        assert kept == typed.get("person", "ghislain"), typed
    assert places(sessions, "ghislain") == []


def test_twice_is_once(site, keeping, shared):
    add(site, keeping)
    assert "existe déjà" in add(site, keeping, status=409).main


def test_claire_who_administers_puts_nobody_anywhere(site, keeping):
    """It would open to somebody what is given to a unit, which she may not give."""
    site.as_("claire").get(keeping.url("insertion", "affecter"), status=403)
    site.as_("claire").post(keeping.url("insertion", "affecter"), TYPED | {"save": "1"}, status=403)


def test_a_territory_stays_within_that_above_and_is_widened_from_above(site, keeping, make):
    make.grant("remi", "director", "action-sociale-nord")
    url = keeping.url("action-sociale-nord", "modifier")
    page = site.as_("remi").get(url)
    wide = sent(page, "#modifier", areas=["28059", "28085", "28134"], reason="x", save="1")
    page.visitor.post(url, wide, status=403)
    seen = page.submit({"areas": ["28059"], "reason": "moins"}, form="#modifier", button="Voir", status=200)
    page.visitor.post(url, sent(seen, "#modifier", save="1"))
    assert keeping.row("action-sociale-nord").areas == ["28059"]
    page = site.as_("luc").get(url)
    page.visitor.post(url, sent(page, "#modifier", areas=["28059", "28085"], reason="plus", save="1"))
    assert keeping.row("action-sociale-nord").areas == ["28059", "28085"]
