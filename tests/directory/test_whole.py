"""A statement fails, whichever it is: the line, the rights it gives and the journal are all there, or none is."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import queries as journal
from dataspace.auth import Access
from dataspace.auth.mapping import Line
from dataspace.auth.models import Grant, GroupMapping, Membership, Person, Unit
from dataspace.auth.words import MembershipKind, Role
from dataspace.directory import arrivals, services
from dataspace.directory.arrivals import Room
from dataspace.directory.models import Arrival
from dataspace.mail.models import Mail
from tests import people
from tests.proofs.failing import BEFORE, COMMIT, all_or_nothing

KINDS = (GroupMapping.value, Membership.id, Membership.ends, Person.notice, Arrival.state, Mail.id, audit.Event.hash)


def everything(sessions: Any) -> list[Any]:
    with sessions() as session:
        assert journal.verify(session) is None
        rows = [sorted(map(repr, session.scalars(select(kind)))) for kind in KINDS]
        return [*rows, session.execute(select(Grant.id, Grant.revoked_at).order_by(Grant.id)).all()]


def _of(login: str, session: Any, policy: Any) -> Access:
    return Access(people.actor(session, login), session, policy)


def _unit(session: Any, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def add(session: Any, policy: Any) -> None:
    line = Line("", "groups", "dir-eau", _unit(session, "eau"), Role.AGENT, True, MembershipKind.POSTING)
    services.add(_of("claire", session, policy), line, reason="essai", claims=["groups"])


def remove(session: Any, policy: Any) -> None:
    row = session.scalars(select(GroupMapping).where(GroupMapping.value == "dir-finances")).one()
    claire = _of("claire", session, policy)
    services.change(claire, row.public_id, None, version=1, reason="essai", claims=["groups"])


def accept(session: Any, policy: Any) -> None:
    one, luc = session.scalars(select(Arrival)).one(), _of("luc", session, policy)
    arrivals.accept(
        Room(luc, (), ""), one, unit_id=one.unit_id, with_services=True, ends=luc.moment + timedelta(days=30), note="",
        version=1,
    )  # fmt: skip


@pytest.mark.parametrize("moment", [BEFORE, COMMIT])
@pytest.mark.parametrize("act", [add, remove, accept], ids=lambda act: act.__name__)
def test_a_failure_anywhere_leaves_all_or_nothing(act, moment, make, hears, gives, the_policy):
    gives("dir-finances", "finances")
    hears("remi", groups=["dir-eau", "dir-finances"])
    with make.writing() as session:
        ghislain, unit = people.person(session, "ghislain"), _unit(session, "solidarite")
        session.add(Arrival(person_id=ghislain.id, unit_id=unit, note="Bonjour", created=db.now()))
    before, after = all_or_nothing(
        make.sessions, lambda session: act(session, the_policy), moment, lambda: everything(make.sessions),
        most=90, least=10,
    )  # fmt: skip
    assert [one == other for one, other in zip(before, after, strict=True)].count(False) >= 3
