"""The day a right last served: written once, by day, when something stood on it; never for the directory's rights."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from dataspace import db
from dataspace.auth import using
from dataspace.auth.models import GrantUse
from tests.site import Site


@pytest.fixture
def lent(make, clock):
    """Marc reads, by a right of his own, what his place does not open."""
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    return thing, make.grant("marc", "reader", thing, reason="étude")


@pytest.fixture
def days(sessions):
    def told():
        with sessions() as session:
            return {row.grant_id: row.day.isoformat() for row in session.scalars(select(GrantUse))}

    return told


@contextmanager
def writes(engine):
    """What writes the day, within."""
    met = []

    def note(_conn, _cursor, statement, *_):
        if "grant_use" in statement and statement.startswith("INSERT"):
            met.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield met
    event.remove(engine, "before_cursor_execute", note)


def test_opening_writes_the_day_once_and_lists_write_nothing(site, lent, days, clock, sessions):
    thing, grant = lent
    marc = site.as_("marc")
    engine = site.app.extensions["engine"]
    with writes(engine) as met:
        for path in ("/", "/donnees/", "/recherche?q=foyers", "/mes-acces"):
            marc.get(path)
        assert met == []
        for _ in range(3):
            marc.get(f"/donnees/{thing.public_id}")
        marc.get(f"/donnees/{thing.public_id}/apercu.json")
    assert len(met) == 1
    assert days() == {grant.id: "2026-11-23"}
    clock.shift(timedelta(days=1))
    Site(site.app).as_("marc").get(f"/donnees/{thing.public_id}")
    assert days() == {grant.id: "2026-11-24"}


def test_a_second_worker_does_not_write_it_again_nor_goes_back(sessions, lent, days):
    _, grant = lent
    using.note(sessions, [grant.public_id], db.now())
    other = db.sessions(db.engine(str(sessions.kw["bind"].url.render_as_string(hide_password=False))))
    with writes(other.kw["bind"]) as met:
        using.note(other, [grant.public_id], db.now())
        using.note(other, [grant.public_id], db.now() - timedelta(days=9))
    assert met == []
    assert days() == {grant.id: "2026-11-23"}
    other.kw["bind"].dispose()


def test_the_directory_s_rights_leave_no_trace(site, make, days, clock):
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    site.as_("awa").get(f"/donnees/{thing.public_id}")
    assert days() == {}


def test_a_refusal_uses_nothing(site, make, lent, days):
    thing, _ = lent
    make.denial("marc", asset=thing)
    site.as_("marc").get(f"/donnees/{thing.public_id}", status=404)
    assert days() == {}


def test_who_looks_as_somebody_else_uses_nothing_of_hers(site, make, lent, days):
    thing, _ = lent
    make.grant("luc", "director", "brezolles", source="sso")
    page = site.as_("luc").get("/administration/voir-comme")
    page.submit({"person": "marc", "reason": "comprendre ce qu’il voit"})
    site.as_("luc").get(f"/donnees/{thing.public_id}")
    assert days() == {}


def test_deciding_by_a_right_uses_it(site, make, days, sessions, clock):
    """A manager who assigns and never opens anything still uses her right."""
    grant = make.grant("remi", "director", "petite-enfance", with_services=True, ends=db.now() + timedelta(days=90))
    values = {"subject": "awa", "scope": "petite-enfance", "role": "agent", "reason": "renfort", "save": "1"}
    dates = {"starts": "2026-11-23", "ends": "2026-12-31"}
    site.as_("remi").post("/administration/acces/attribuer", values | dates)
    assert days() == {grant.id: "2026-11-23"}


def test_the_rows_of_a_unit_count_as_a_use_of_what_gives_them(site, make, days, access):
    """Reading stands on the directory's right; the rows of another unit come from the one given by hand."""
    grant = make.grant("awa", "agent", "eau", reason="renfort")
    awa = access("awa")
    awa.row_values("unit")
    assert awa.served == set(), "nothing was opened"
    awa.stands_on(next(held for held in awa.facts.held if held.source == "sso"))
    assert awa.served == {grant.public_id}
