"""What the services of rights refuse, whatever the screen: to oneself by a detour, the last one, a right just lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth import Permission, queries, rights
from dataspace.auth.models import Grant, PersonGroup
from dataspace.auth.rights import LastOne, NotToYourself, NotYours, Wanted
from dataspace.auth.words import Role, Source
from dataspace.errors import Conflict, Invalid
from tests import people


@pytest.fixture
def administrators(make):
    """Claire and Bruno administer by hand, until dates of their own."""
    with make.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.role == Role.ADMIN)):
            grant.source, grant.ends = Source.MANUAL, make.tomorrow() + timedelta(days=90)


def administration(access, login):
    return access.session.scalars(
        select(Grant).where(Grant.role == Role.ADMIN, Grant.person_id == people.person(access.session, login).id)
    ).one()


@pytest.mark.parametrize("elsewhere", ["asset", "ccas", "transvalme"])
def test_an_administrator_of_something_else_is_not_another_one(administrators, make, access, elsewhere):
    on = make.dataset("Fuites", unit="eau", sensitivity="open") if elsewhere == "asset" else elsewhere
    make.grant("marc", "admin", on)
    claire = access("claire")
    rights.revoke(claire, administration(claire, "bruno"), reason="réorganisation")
    with pytest.raises(LastOne):
        rights.revoke(claire, administration(claire, "claire"), reason="je pars")


def test_the_last_administrator_is_not_ended_sooner_either(administrators, make, access):
    claire = access("claire")
    rights.revoke(claire, administration(claire, "bruno"), reason="réorganisation")
    hers = administration(claire, "claire")
    with pytest.raises(LastOne):
        rights.change_end(claire, hers, ends=make.tomorrow(), reason="bientôt", version=hers.version)


def test_nobody_prolongs_what_a_group_of_hers_was_given(make, access):
    asset = make.dataset("Fuites", unit="eau", sensitivity="restricted")
    grant = make.grant(to_group="administration", role="agent", on=asset, ends=make.tomorrow())
    with make.writing() as session:
        session.add(PersonGroup(person_id=people.person(session, "claire").id, name="administration"))
    claire = access("claire")
    later = make.tomorrow() + timedelta(days=30)
    with pytest.raises(NotToYourself):
        rights.change_end(claire, claire.session.merge(grant), ends=later, reason="encore", version=grant.version)


def test_what_was_revoked_has_no_end_to_move(make, access):
    grant = make.grant("remi", "agent", "eau", ends=make.tomorrow())
    claire = access("claire")
    found = claire.session.scalars(select(Grant).where(Grant.id == grant.id)).one()
    rights.revoke(claire, found, reason="fini")
    with pytest.raises(Conflict):
        rights.change_end(claire, found, ends=make.tomorrow(), reason="encore", version=found.version)


def test_a_right_lost_between_reading_it_and_using_it_gives_nothing(make, sessions, access):
    """PostgreSQL lets another writer commit in between: the grant used is looked at again, locked."""
    claire = access("claire")
    assert claire.may(Permission.RIGHTS_ASSIGN)
    claire.session.rollback()
    with db.writing(sessions) as session:
        for grant in session.scalars(select(Grant).where(Grant.role == Role.ADMIN)):
            grant.revoked_at = db.now()
    remi, eau = people.person(claire.session, "remi"), queries.unit_by_code(claire.session, "eau")
    assert eau is not None
    wanted = Wanted(remi, Role.AGENT, eau, False, claire.moment, make.tomorrow(), "renfort")
    with pytest.raises(NotYours):
        rights.assign(claire, wanted)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.DPO])
def test_a_role_that_opens_no_content_is_not_given_on_one_thing(make, access, role):
    asset = make.dataset("Fuites", unit="eau", sensitivity="open")
    claire = access("claire")
    remi = people.person(claire.session, "remi")
    found = queries.asset_known(claire, asset.public_id, Permission.RIGHTS_SEE)
    assert found is not None
    with pytest.raises(Invalid):
        rights.assign(claire, Wanted(remi, role, found, False, claire.moment, make.tomorrow(), "essai"))


def test_nothing_is_given_to_who_has_left(make, access):
    claire = access("claire")
    remi, eau = people.person(claire.session, "remi"), queries.unit_by_code(claire.session, "eau")
    assert eau is not None
    remi.is_active = False
    with pytest.raises(Invalid):
        rights.assign(claire, Wanted(remi, Role.AGENT, eau, False, claire.moment, make.tomorrow(), "essai"))


def test_what_starts_later_does_not_end_before_it_starts(make, access):
    asset = make.dataset("Fuites", unit="eau", sensitivity="restricted")
    starts = make.tomorrow() + timedelta(days=9)
    grant = make.grant("awa", "agent", asset, starts=starts, ends=starts + timedelta(days=9))
    claire = access("claire")
    with pytest.raises(Invalid):
        rights.change_end(claire, claire.session.merge(grant), ends=make.tomorrow(), reason="plus tôt", version=1)
