"""What gives a sensitive right by a detour asks for the same recent sign-in as giving it by hand."""

from datetime import timedelta

import pytest

from dataspace import db
from dataspace.auth import Access, leaving, usages
from dataspace.auth.changing import Terms, change
from dataspace.auth.mapping import Line
from dataspace.auth.models import Grant, GroupMapping, Person, Usage
from dataspace.auth.proving import Asked, Proof, StepUp
from dataspace.auth.seating import check_seat
from dataspace.auth.words import Role
from dataspace.directory import services as directory
from tests import people
from tests.make import _unit


@pytest.fixture
def stale(sessions, the_policy):
    """`stale("luc")`: on his behalf, from a browser that signed in an hour ago."""
    opened = []

    def of(login: str) -> Access:
        session = sessions()
        opened.append(session)
        found = Access(people.actor(session, login), session, the_policy)
        found.proof = Proof(db.now() - timedelta(hours=1), None, Asked(timedelta(minutes=15)))
        return found

    yield of
    for session in opened:
        session.close()


def test_an_agent_made_an_administrator(stale, make):
    grant = make.grant("marc", "agent", "eau", ends=make.tomorrow())
    claire = stale("claire")
    row = claire.session.get_one(Grant, grant.id)
    with pytest.raises(StepUp):
        change(claire, row, Terms(Role.ADMIN, False, grant.ends, "Renfort"), version=grant.version)


def test_an_administrator_made_an_agent(stale, make):
    grant = make.grant("marc", "admin", "eau", ends=make.tomorrow())
    claire = stale("claire")
    row = claire.session.get_one(Grant, grant.id)
    with pytest.raises(StepUp):
        change(claire, row, Terms(Role.AGENT, False, grant.ends, "Fini"), version=grant.version)


def test_an_account_closed_or_opened_again(stale, make):
    marc = people_of(stale("claire"), "marc")
    with pytest.raises(StepUp):
        leaving.disable(*marc, reason="Parti")
    marc[1].is_active = False
    with pytest.raises(StepUp):
        leaving.enable(*marc, reason="Revenu")


def people_of(access: Access, login: str) -> tuple[Access, Person]:
    return access, people.person(access.session, login)


def test_joining_a_usage_that_opens_what_is_confidential(stale, make, usages_made):
    plain, secret = usages_made
    luc = stale("luc")
    awa = people.person(luc.session, "awa")
    usages.add(luc, luc.session.get_one(Usage, plain.id), awa, until=make.tomorrow(), reason="renfort")
    with pytest.raises(StepUp):
        usages.add(luc, luc.session.get_one(Usage, secret.id), awa, until=make.tomorrow(), reason="renfort")


@pytest.fixture
def usages_made(make, usages):
    ends = db.now() + timedelta(days=100)
    internal = make.asset("Effectifs")
    secret = make.asset("Signalements", sensitivity="confidential", card="internal")
    plain, grave = usages("Effectifs"), usages("Signalements")
    make.grant(to_usage=plain, role="reader", on=internal, ends=ends)
    make.grant(to_usage=grave, role="reader", on=secret, ends=ends)
    return plain, grave


@pytest.mark.parametrize(("role", "asks"), [("agent", False), ("admin", True)])
def test_a_line_of_the_directory(stale, make, role, asks):
    claire = stale("claire")
    line = Line("", "groups", "dir-eau", _unit(claire.session, "eau").id, Role(role), with_services=True)
    if asks:
        directory.preview(claire, [directory.Step(None, line)], ("groups",))
        with pytest.raises(StepUp):
            directory.add(claire, line, reason="Réorganisation", claims=("groups",))
    else:
        assert isinstance(directory.add(claire, line, reason="Réorganisation", claims=("groups",)), GroupMapping)


def test_a_place_where_the_confidential_was_given_to_the_unit(stale, make):
    secret = make.asset("Fuites", unit="eau", sensitivity="confidential", card="internal")
    make.grant(to_unit="eau", role="reader", on=secret, ends=make.tomorrow())
    agnes = stale("agnes")
    unit_id = _unit(agnes.session, "eau").id
    check_seat(agnes, unit_id)
    with pytest.raises(StepUp):
        check_seat(agnes, unit_id, proven=True)
