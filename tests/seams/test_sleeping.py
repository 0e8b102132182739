"""Roles that sleep until they are taken, met by the organisation, the ouvertures, the proof and « voir comme »."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.admin import presenters
from dataspace.auth import Access, Actor, Permission, Task, effects, policy, rights, system, taking
from dataspace.auth.closing import Level
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.moving import widens
from dataspace.auth.oracle import Oracle
from dataspace.auth.rights import NotYours
from dataspace.auth.viewing import ViewedAs
from dataspace.auth.words import Protection, Role, Sensitivity
from dataspace.config import shipped
from dataspace.errors import Invalid, Refused
from dataspace.organisation import placing
from dataspace.shares import services as shares
from dataspace.widening import services as widening
from tests import people
from tests.make import _unit

ASLEEP = frozenset({Role.ADMIN, Role.DIRECTOR, Role.DPO})


@pytest.fixture
def rules(settings):
    return policy.of(settings.model_copy(update={"taken_roles": tuple(role.value for role in ASLEEP)}))


@pytest.fixture
def asleep(sessions, rules):
    """`asleep("claire")`: on her behalf, nothing taken."""
    with sessions() as session:
        yield lambda login: Access(people.actor(session, login), session, rules)


def test_nothing_is_given_by_a_role_that_sleeps(asleep, make):
    make.grant("marc", "agent", "eau", ends=make.tomorrow())
    claire = asleep("claire")
    unit = claire.session.get_one(Unit, _unit(claire.session, "eau").id)
    assert not rights.may_assign(claire, Role.AGENT, unit)
    marc = people.person(claire.session, "marc")
    wanted = rights.Wanted(marc, Role.READER, unit, False, db.now(), make.tomorrow(), "pour voir")
    with pytest.raises((Refused, NotYours)):
        rights.assign(claire, wanted)
    for permission in (Permission.DIRECTORY_MAP, Permission.UNIT_EDIT, Permission.REVIEW_RUN, Permission.SHARE_END):
        assert not claire.may(permission)


def test_what_sleeps_counts_when_a_move_would_open_more_to_who_makes_it(asleep, make):
    """Claire directs the Petite enfance by a role that she only has to take: it would reach Insertion."""
    make.grant("claire", "director", "petite-enfance", with_services=True)
    claire = asleep("claire")
    unit, parent = (_unit(claire.session, code) for code in ("insertion", "petite-enfance"))
    assert widens(claire, placing.supposed(claire, unit, parent.id))


def test_a_proposal_holds_though_the_role_of_who_made_it_sleeps_again(asleep, make, sessions, rules, settings):
    asset = make.dataset("Fuites", unit="eau", sensitivity="confidential", card="internal")
    level = Level(Sensitivity.INTERNAL, Sensitivity.INTERNAL, Protection.NONE)
    with db.writing(sessions) as session:
        awake = Access(people.actor(session, "agnes"), session, policy.load(shipped("policies")))
        kept = awake.session.scalar(awake.select(Asset, Permission.CARD_SEE).where(Asset.id == asset.id))
        desk = widening.Desk.of(awake, settings)
        made = widening.propose(desk, kept, level, reason="Publié", version=kept.version)
        jerome = Access(people.actor(session, "jerome"), session, rules)
        widening.confirm(widening.Desk.of(jerome, settings), made, kept)
        assert kept.sensitivity is Sensitivity.INTERNAL


def test_the_proof_expects_nothing_of_what_sleeps(asleep, make):
    hidden = make.dataset("Tournées", unit="eau", sensitivity="confidential")
    ines = asleep("ines")
    house = system(ines.session, Task.LEAK_WALK, ines.policy)
    told = Oracle(house, shipped("policies")).opened(ines.actor.person_id, Permission.CARD_SEE)
    assert hidden.id not in told
    assert not ines.session.scalars(ines.select(Asset, Permission.CARD_SEE).where(Asset.id == hidden.id)).all()


def test_who_looks_as_somebody_else_is_told_nothing_of_what_sleeps(asleep):
    agnes = asleep("agnes")
    seen = ViewedAs(agnes, people.person(agnes.session, "ines"))
    assert Access(Actor.of(people.person(agnes.session, "ines")), agnes.session, agnes.policy).facts.dormant
    assert seen.facts.dormant == ()


def test_what_sleeps_is_on_the_page_of_who_holds_it_and_its_end_is_told(asleep, app):
    jerome = asleep("jerome")
    claire = people.person(jerome.session, "claire")
    with app.test_request_context():
        said = " ".join(presenters.person_access(jerome, claire)["sentences"])
    assert "Administrateur fonctionnel" in said
    agnes = people.person(jerome.session, "agnes")
    directs = next(
        grant
        for grant in jerome.session.scalars(select(Grant).where(Grant.person_id == agnes.id))
        if grant.role is Role.DIRECTOR
    )
    assert directs.public_id in presenters.held_by(jerome, agnes)


def test_ending_what_sleeps_is_told_as_a_loss(asleep, make):
    make.dataset("Tournées", unit="eau", sensitivity="confidential", card="internal")
    jerome = asleep("jerome")
    agnes = people.person(jerome.session, "agnes")
    stmt = select(Grant).where(Grant.person_id == agnes.id, Grant.role == Role.DIRECTOR)
    (told,) = effects.of_revoking(jerome, jerome.session.scalars(stmt).one())
    assert told.loses


def test_no_link_is_made_by_what_is_only_taken_for_a_moment(sessions, rules, make):
    asset = make.dataset("Fuites", unit="eau", sensitivity="restricted", card="internal")
    make.grant("marc", "director", "eau")
    with db.writing(sessions) as session:
        marc = Access(people.actor(session, "marc", "here"), session, rules)
        taking.take(marc, Role.DIRECTOR, reason="Préparer la commission", lasts=timedelta(minutes=15))
        session.flush()
        marc = Access(marc.actor, session, rules)
        kept = session.scalar(marc.select(Asset, Permission.DATASET_READ).where(Asset.id == asset.id))
        awa = people.person(session, "awa")
        wanted = shares.Wanted("Relire", make.tomorrow(), (awa,))
        with pytest.raises(Invalid):
            shares.make(marc, kept, wanted, longest=timedelta(days=30))
