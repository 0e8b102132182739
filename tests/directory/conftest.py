"""The directory as the stories tell it: what it says of people, and what its table gives."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dataspace.auth import Policy, Task, system
from dataspace.auth.directory import sync
from dataspace.auth.models import Grant, GroupMapping, Membership, Unit
from dataspace.auth.words import MembershipKind, Role, Source
from dataspace.db import now
from tests import people
from tests.make import Make

ANNUAIRE = "/administration/annuaire"
WHY = "Nouvelle organisation au 1er janvier"
Hears = Callable[..., None]
Gives = Callable[..., GroupMapping]


@pytest.fixture
def hears(make: Make, the_policy: Policy) -> Hears:
    """`hears("remi", groups=["dir-eau"])`: what the directory says of Rémi when he signs in."""

    def of(login: str, provider: str = "", keep: tuple[str, ...] = ("department",), **claims: Any) -> None:
        with make.writing() as session:
            house = system(session, Task.DIRECTORY_SYNC, the_policy)
            sync(house, people.person(session, login), claims, provider=provider, keep=keep)

    return of


@pytest.fixture
def gives(make: Make) -> Gives:
    """`gives("dir-eau", "eau")`: a line of the table."""

    def line(value: str, unit: str, role: str = "agent", membership: str = "", **more: Any) -> GroupMapping:
        with make.writing() as session:
            unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
            row = GroupMapping(
                value=value, unit_id=unit_id, role=Role(role), **{"with_services": True} | more,
                membership=MembershipKind(membership) if membership else None,
            )  # fmt: skip
            session.add(row)
        return row

    return line


@pytest.fixture
def held(make: Make) -> Callable[..., list[str]]:
    """`held("remi")`: the roles and units of his live grants of a source."""

    def of(login: str, source: str = "sso") -> list[str]:
        with make.sessions() as session:
            stmt = (
                select(Grant.role, Unit.code)
                .join(Unit, Unit.id == Grant.unit_id)
                .where(Grant.person_id == people.person(session, login).id, Grant.source == Source(source))
            )
            return sorted(f"{role} {code}" for role, code in session.execute(stmt.where(Grant.revoked_at.is_(None))))

    return of


@pytest.fixture
def works(make: Make) -> Callable[..., list[str]]:
    """`works("remi", "sso")`: where a source says that he works now."""

    def of(login: str, source: str) -> list[str]:
        with make.sessions() as session:
            stmt = (
                select(Unit.code)
                .join(Membership, Membership.unit_id == Unit.id)
                .where(Membership.person_id == people.person(session, login).id, Membership.source == Source(source))
            )
            moment = now()
            return sorted(session.scalars(stmt.where((Membership.ends.is_(None)) | (Membership.ends > moment))))

    return of
