"""Reading the kernel's own facts: people, units, themes, and who decides on what. The only way for the domains."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, inspect, or_, select
from sqlalchemy.orm import Session

from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import (
    Asset,
    AuthSession,
    Denial,
    Grant,
    GroupMapping,
    Known,
    Membership,
    Person,
    Theme,
    Unit,
)
from dataspace.auth.words import Permission, Reach, Role, Sensitivity, State, UnitKind
from dataspace.db import declare, declared

# Built once: most pages name somebody.
_PEOPLE = select(Person).where(Person.id.in_(bindparam("ids", expanding=True)))


def people(session: Session, ids: Iterable[int | None]) -> dict[int, Person]:
    """People by id; unknown ids are absent."""
    wanted = {found for found in ids if found is not None}
    # Who came along with another row is known already.
    key = inspect(Person).identity_key_from_primary_key
    known = {one: person for one in wanted if (person := session.identity_map.get(key((one,)))) is not None}
    if missing := sorted(wanted - known.keys()):
        known |= {person.id: person for person in session.scalars(_PEOPLE, {"ids": missing})}
    return known


def person_by_login(session: Session, login: str) -> Person | None:
    return session.scalar(select(Person).where(Person.login == login))


def person_by_public_id(session: Session, public_id: str) -> Person | None:
    return session.scalar(select(Person).where(Person.public_id == public_id))


def people_named(session: Session, text: str, *, limit: int = 20, with_gone: bool = False) -> Sequence[Person]:
    """Active people (and, if asked, those gone) whose name or login contains `text`, in the order of names."""
    words = "".join(char if char.isprintable() else " " for char in text.lower()).split()
    stmt = select(Person).order_by(Person.family_name, Person.given_name).limit(limit)
    if not with_gone:
        stmt = stmt.where(Person.is_active)
    for word in words:
        like = f"%{word.replace('%', '').replace('_', '')}%"
        full = func.lower(Person.given_name + " " + Person.family_name + " " + Person.login)
        stmt = stmt.where(full.like(like))
    return session.scalars(stmt).all()


def unit_by_code(session: Session, code: str) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.code == code))


def root_unit(session: Session) -> Unit | None:
    """The authority itself: the top of the tree."""
    stmt = select(Unit).where(Unit.kind == UnitKind.AUTHORITY, Unit.parent_id.is_(None))
    return session.scalars(stmt.order_by(Unit.id)).first()


def units(session: Session) -> Sequence[Unit]:
    return session.scalars(select(Unit).order_by(Unit.name)).all()


def theme_by_code(session: Session, code: str) -> Theme | None:
    return session.scalar(select(Theme).where(Theme.code == code))


def themes(session: Session) -> Sequence[Theme]:
    return session.scalars(select(Theme).order_by(Theme.label)).all()


def mappings(session: Session) -> Sequence[GroupMapping]:
    return session.scalars(select(GroupMapping).order_by(GroupMapping.value)).all()


def postings(session: Session, person_ids: Iterable[int], moment: datetime) -> dict[int, list[Membership]]:
    """Live memberships of these people, the main one first."""
    stmt = select(Membership).where(Membership.person_id.in_(sorted(set(person_ids))), live(Membership, moment))
    found: dict[int, list[Membership]] = {}
    for row in session.scalars(stmt.order_by(Membership.quota.desc(), Membership.id)):
        found.setdefault(row.person_id, []).append(row)
    return found


def working_in(access: Access, unit_ids: Iterable[int], limit: int = 300) -> Sequence[Person]:
    """Active people with a live place in one of these units, in the order of names."""
    places = select(Membership.person_id).where(
        Membership.unit_id.in_(sorted(unit_ids)), live(Membership, access.moment)
    )
    stmt = select(Person).where(Person.is_active, Person.id.in_(places))
    return access.session.scalars(stmt.order_by(Person.family_name, Person.given_name).limit(limit)).all()


def sessions_of(session: Session, person_id: int) -> Sequence[AuthSession]:
    """Open sessions of a person, the last used first."""
    return session.scalars(
        select(AuthSession).where(AuthSession.person_id == person_id).order_by(AuthSession.seen.desc())
    ).all()


def deciders(access: Access, asset: Known) -> list[Person]:
    """Who decides on the confidential content of the unit that owns `asset`, the nearest first."""
    roles = [
        role
        for role in Role
        if any(access.policy.assigns(role, given, Reach.UNIT) is Sensitivity.CONFIDENTIAL for given in Role)
    ]
    line = access.facts.tree.holding(asset.unit_id)
    stmt = (
        select(Person, Grant.unit_id)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(roles), Grant.unit_id.in_(line), Person.is_active)
        .where(or_(Grant.with_services, Grant.unit_id == asset.unit_id))
        .where(Grant.revoked_at.is_(None), live(Grant, access.moment))
    )
    found = sorted(access.session.execute(stmt).all(), key=lambda row: (line.index(row[1] or 0), row[0].family_name))
    return list(dict.fromkeys(row[0] for row in found))


def asset_known(access: Access, public_id: str, *permissions: Permission) -> Asset | None:
    """The asset, when one of `permissions` lets the actor know of it."""
    return access.session.scalar(access.select(Asset, *permissions).where(Asset.public_id == public_id))


def rights_known(access: Access) -> Select[Any]:
    """The assets whose rights the actor may see: drafts too, where she both sees them and sees rights."""
    cells = sorted(access.scope(Permission.RIGHTS_SEE).cells)
    known = access.select(Asset, Permission.RIGHTS_SEE, Permission.DRAFT_SEE)
    return known.where(or_(Asset.state != State.DRAFT, Asset.unit_id.in_(cells)))


def grants_on_asset(access: Access, asset: Asset) -> Sequence[Grant]:
    """Live grants standing on this very asset. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    stmt = select(Grant).where(Grant.asset_id == asset.id, Grant.revoked_at.is_(None), live(Grant, access.moment))
    return access.session.scalars(stmt.order_by(Grant.starts.desc())).all()


def denials_on(access: Access, asset: Asset) -> list[tuple[Person, Denial]]:
    """Who may not have to do with this asset, or its theme (conflict of interest). Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    above = {row.id: row.parent_id for row in access.session.execute(select(Theme.id, Theme.parent_id))}
    line, here = [asset.theme_id], above.get(asset.theme_id)
    while here is not None and here not in line:
        line.append(here)
        here = above.get(here)
    stmt = (
        select(Person, Denial)
        .join(Denial, Denial.person_id == Person.id)
        .where(or_(Denial.asset_id == asset.id, Denial.theme_id.in_(line)), live(Denial, access.moment))
        .order_by(Person.family_name, Person.given_name)
    )
    return [(row[0], row[1]) for row in access.session.execute(stmt)]


def grants_seen(access: Access, *conditions: ColumnElement[bool], limit: int = 100) -> Sequence[Grant]:
    """Live grants that stand where the actor may see rights, the first to end first. Needs rights:see."""
    access.require(Permission.RIGHTS_SEE)
    cells = sorted(access.scope(Permission.RIGHTS_SEE).cells)
    assets = rights_known(access).with_only_columns(Asset.id)
    stmt = (
        select(Grant)
        .where(Grant.revoked_at.is_(None), or_(Grant.ends.is_(None), Grant.ends > access.moment), *conditions)
        .where(or_(Grant.unit_id.in_(cells), Grant.asset_id.in_(assets)))
        .order_by(Grant.ends.is_(None), Grant.ends, Grant.id)
        .limit(limit)
    )
    return access.session.scalars(declare(stmt, declared(assets))).all()
