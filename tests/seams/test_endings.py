"""What a program or a link does with a right of its author: it uses it, and it ends with it at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth import subjects
from dataspace.auth.models import Asset, Grant, GrantUse, Unit, Usage
from dataspace.db import declare
from dataspace.errors import Conflict
from dataspace.usages import services
from tests.make import _unit
from tests.site import Site

AFTER = timedelta(days=22)
ROWS = "commune;foyers\n28059;12\n"


def test_what_only_a_program_reads_is_in_use(make, filed, program, sessions, clock):
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    filed(thing, ROWS)
    grant = make.grant("marc", "reader", thing, reason="étude")
    program("marc").get(f"/api/1/donnees/{thing.public_id}/lignes")
    with sessions() as session:
        assert [use.grant_id for use in session.scalars(select(GrantUse))] == [grant.id]


def test_a_right_past_the_deadline_of_its_review_opens_nothing_to_a_program(
    reviewing, risky, filed, program, clock, sessions
):
    thing = f"/api/1/donnees/{_thing(sessions, risky['unused'])}/lignes"
    script = program("remi", ends="2027-01-15")
    reviewing.open()
    clock.shift(AFTER)
    assert script.get(thing, status=403).json["statut"] == 403


def test_nor_to_who_holds_a_link(reviewing, make, share, clock, app):
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    long_ago = db.now() - timedelta(days=400)
    grant = make.grant("marc", "director", "solidarite", starts=long_ago, ends=db.now() + 10 * AFTER)
    link = share("marc", thing, people="awa", ends="2026-12-20")
    Site(app).as_("awa").get(link)
    # The link was made long ago.
    reviewing.used(grant, days_ago=300)
    reviewing.open()
    clock.shift(AFTER)
    Site(app).as_("awa").get(link, status=404)


def test_a_usage_that_is_over_is_not_opened_again(access, usages, make):
    over = usages(ends=db.now() - timedelta(days=1))
    luc = access("luc")
    usage = luc.session.get_one(Usage, over.id)
    kept = services.queries.sheet(luc, usage)
    later = db.now() + timedelta(days=90)
    sheet = services.Sheet(
        usage.title, usage.purpose, kept.basis, None, kept.controller_id, kept.retention_months, later, later
    )
    with pytest.raises(Conflict):
        services.revise(luc, usage, sheet, version=usage.version)


def test_a_unit_that_one_is_about_to_join_is_oneself(access, make):
    make.membership("claire", "eau", starts=db.now() + timedelta(days=3))
    claire = access("claire")
    assert subjects.is_oneself(claire, claire.session.get_one(Unit, _unit(claire.session, "eau").id))


def _thing(sessions, grant: Grant) -> str:

    with sessions() as session:
        stmt = select(Asset.public_id).where(Asset.id == grant.asset_id)
        return session.scalars(declare(stmt, {"asset": 1})).one()
