"""While Luc is away, who stands in answers his lines of a review, by his right; and what is hers stays with others."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.auth.models import Absence, Grant
from dataspace.reviews.models import ReviewLine
from tests import people
from tests.reviews.conftest import INDEX


@pytest.fixture
def away(make):
    """`away("luc", "nadia")`: she answers in his place for ten days; with nobody, None."""

    def be(login, delegate, *, days=10):
        with make.writing() as session:
            session.add(
                Absence(
                    person_id=people.person(session, login).id,
                    delegate_id=people.person(session, delegate).id if delegate else None,
                    starts=db.now() - timedelta(days=1), ends=db.now() + timedelta(days=days),
                )
            )  # fmt: skip

    return be


@pytest.fixture
def path(reviewing, risky):
    return reviewing.open()


def lines(sessions):
    with sessions() as session:
        rows = session.execute(select(Grant.reason, ReviewLine).join(Grant, Grant.id == ReviewLine.grant_id))
        return {row[0]: row[1] for row in rows}


def test_awa_answers_in_the_place_of_luc_and_it_is_written_down(reviewing, risky, away, path, site, sessions):
    """She decides nowhere herself."""
    site.as_("awa").get(f"{path}/repondre", status=403)
    away("luc", "awa")
    inbox = site.as_("awa").get("/messages")
    assert "à la place de Luc Moreau" in inbox.main.replace("\u00a0", " ")
    assert sorted(reviewing.asked("awa", path)) == sorted(reviewing.asked("luc", path))
    reviewing.answer("awa", path, "Rémi", "remove")
    reviewing.answer("awa", path, "Viviane", "keep", note="Suit le budget")
    reviewing.confirm("awa", path)
    with sessions() as session:
        awa, luc = people.person(session, "awa").id, people.person(session, "luc").id
        removed = session.get_one(Grant, risky["unused"].id)
        answered = session.scalars(select(audit.Event).where(audit.Event.act == "review-answered")).all()
        assert audit.queries.verify(session) is None
    assert removed.revoked_by_id == awa
    assert {event.facts["in_place_of"] for event in answered} == {luc}
    assert lines(sessions)["endless"].answered_by_id == awa
    page = reviewing.page("awa", path)
    row = next(tag for tag in page.select("tr[data-line]") if tag.th.get_text().startswith("Rémi"))
    site.as_("awa").post(f"{INDEX}lignes/{row['data-line']}/annuler", {"version": "3"})
    with sessions() as session:
        assert session.get_one(Grant, risky["unused"].id).revoked_at is None


def test_what_is_her_own_is_not_hers_to_answer(reviewing, risky, away, path, site, sessions):
    away("luc", "remi")
    assert "Rémi" not in reviewing.asked("remi", path)
    assert "Marc" in reviewing.asked("remi", path)
    own = lines(sessions)["unused"]
    values = {"answer": "keep", "version": str(own.version)}
    site.as_("remi").post(f"{INDEX}lignes/{own.public_id}", values, status=403)
    assert lines(sessions)["unused"].answered_by_id is None


def test_luc_is_back_and_awa_answers_no_more(reviewing, risky, away, path, site, clock, sessions):
    away("luc", "awa", days=2)
    assert reviewing.asked("awa", path)
    clock.shift(timedelta(days=3))
    reviewing.site = fresh = type(site)(site.app)
    fresh.as_("awa").get(f"{path}/repondre", status=403)
    line = lines(sessions)["unused"]
    fresh.as_("awa").post(f"{INDEX}lignes/{line.public_id}", {"answer": "keep", "version": "1"}, status=403)
    assert reviewing.asked("luc", path)


def test_a_delegate_of_nobody_who_is_asked_finds_nothing(reviewing, risky, away, path, site):
    away("agnes", "awa")
    site.as_("awa").get(f"{path}/repondre", status=404)
    assert "Revue" not in site.as_("awa").get("/messages").main


def test_the_invitation_goes_to_who_stands_in(reviewing, risky, away, sessions):
    away("luc", "awa")
    reviewing.open()
    with sessions() as session:
        awa, luc = people.person(session, "awa").id, people.person(session, "luc").id
    told = {to for to, subject, _ in reviewing.mails() if "Revue des accès" in subject}
    assert awa in told
    assert luc not in told


def test_away_with_nobody_in_his_place_the_next_one_up_is_asked(reviewing, risky, away, make, path):
    make.grant("marc", "director", "pole-solidarites", with_services=True)
    away("luc", None)
    assert "Rémi" in reviewing.asked("marc", path)
    assert "Marc" not in reviewing.asked("marc", path)
