"""Who has access to an asset, and what a person has: the same rules as the predicate, read the other way.

The statements are built once and given their values (bound.py). What opens is found once, by the index of each kind of
scope, then both the first lines and the totals by cause are read from it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from dataspace.auth.access import Access
from dataspace.auth.bound import Shape, among, bind, engine_of, pairs, pairs_table, shape_of, values
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, PersonGroup, Theme, Usage, UsageMember
from dataspace.auth.models.people import called
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import INSIDE, Permission, Reach, Role, Sensitivity, Source, State
from dataspace.db import declare, rows


class Named(NamedTuple):
    """A person as a list names her, without what else is known of her."""

    id: int
    public_id: str
    login: str
    given_name: str
    family_name: str
    post: str
    is_feminine: bool | None

    @property
    def name(self) -> str:
        return called(self.given_name, self.family_name, self.login)[0]


class Right(NamedTuple):
    """A grant as a list tells it."""

    id: int
    public_id: str
    person_id: int | None
    subject_unit_id: int | None
    group_name: str | None
    role: Role
    unit_id: int | None
    with_services: bool
    asset_id: int | None
    source: Source
    reason: str
    starts: datetime
    ends: datetime | None
    revoked_at: datetime | None
    version: int
    usage_id: int | None


@dataclass(frozen=True)
class Cause:
    """How many people a kind of grant brings."""

    role: Role
    source: Source
    people: int


@dataclass(frozen=True)
class Holders:
    """The first people, with the grant that opens; how many in all; and by cause."""

    people: list[tuple[Named, Right]]
    total: int
    causes: list[Cause]


@dataclass(frozen=True)
class Holdings:
    """The first grants that a person has (rows with the columns of `Right`); how many in all; and by cause."""

    grants: list[Any]
    total: int
    causes: list[Cause]


def of(access: Access, asset: Asset, permission: Permission, *, limit: int = 50) -> Holders:
    """Who holds `permission` on `asset`, by name. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    engine, is_named = engine_of(access.session), _is_named(asset, permission)
    stmt = _who_has(engine, is_named, permission.about)
    found = rows(access.session, stmt, {**_bound(access, asset, permission), "first": limit})
    width = len(Named._fields)
    lines = [(Named(*row[1 : 1 + width]), Right(*row[1 + width : -1])) for row in found if row.n is None]
    causes = [Cause(row.role, row.source, row.n) for row in found if row.n is not None]
    return Holders(
        lines,
        sum(cause.people for cause in causes),
        sorted(causes, key=lambda cause: -cause.people),
    )


def ids(access: Access, asset: Asset, permission: Permission) -> set[int]:
    """Everybody who holds `permission` on `asset`, or would if it were so. The caller has asked for rights:see."""
    if asset.state is State.DRAFT:
        return set()
    stmt = _everybody(engine_of(access.session), _is_named(asset, permission), permission.about)
    return set(access.session.scalars(stmt, _bound(access, asset, permission)))


def of_person(access: Access, person: Person, *, limit: int = 50) -> Holdings:
    """What `person` has, where the actor may see rights: hers, her units', groups' and usages'. Needs rights:see."""
    access.require(Permission.RIGHTS_SEE)
    if not person.is_active:
        return Holdings([], 0, [])
    engine, see = engine_of(access.session), Permission.RIGHTS_SEE
    bound = {"now": access.moment, "person": person.id}
    tree = access.facts.tree
    above = {unit for place in rows(access.session, _PLACES, bound) for unit in tree.holding(place.unit_id)}
    bound |= {"above": values(sorted(above), engine), "cells": values(sorted(access.scope(see).cells), engine)}
    found = rows(access.session, _what_has(shape_of(access, see)), {**bound, **bind(access, see, "a_")})
    # All are read, for the totals: sorting them here costs less than four sorts to merge.
    found = sorted(found, key=lambda row: row.id)
    causes = Counter((row.role, row.source) for row in found).most_common()
    return Holdings(found[:limit], len(found), [Cause(role, source, n) for (role, source), n in causes])


def _is_named(asset: Asset, permission: Permission) -> bool:
    """Protected content opens to people named one by one, or in a usage (PRODUCT P2)."""
    return permission.about == "content" and asset.is_protected


def _bound(access: Access, asset: Asset, permission: Permission) -> dict[str, Any]:
    """The values that `_first` waits for."""
    engine, policy, tree = engine_of(access.session), access.policy, access.facts.tree
    level = asset.card_sensitivity if permission.about == "card" else asset.sensitivity

    def roles(reach: Reach) -> Any:
        return values([r.value for r in Role if _at_least(policy.level(r, permission, reach), level)], engine)

    bound = {
        "now": access.moment, "thing": asset.id, "theme": asset.theme_id, "on_asset": roles(Reach.ASSET),
        "height": deciding_level(asset),
    }  # fmt: skip
    if not _is_named(asset, permission):
        over = tree.holding(asset.unit_id)
        around = [unit for top in over for unit in tree.bodies.get(top, ())]
        bound |= {
            "unit": asset.unit_id, "over": values(over, engine), "around": values(around, engine),
            "near": roles(Reach.UNIT), "far": roles(Reach.AUTHORITY),
            **pairs("under", "top", "unit", tree.inside, engine),
        }  # fmt: skip
    return bound


_PLACES = select(Membership.unit_id).where(
    Membership.person_id == bindparam("person"), Membership.kind.in_(INSIDE), live(Membership)
)


def _first(engine: str, is_named: bool, about: str) -> Any:
    """(person_id, grant_id): who holds it, and by which grant."""

    def roles(name: str) -> Any:
        return among(Grant.role, name, engine, String)

    standing = and_(Grant.revoked_at.is_(None), live(Grant))
    told = select(Grant.id, Grant.person_id, Grant.subject_unit_id, Grant.group_name, Grant.usage_id).where(standing)
    opening = [and_(Grant.asset_id == bindparam("thing"), roles("on_asset"))]
    if about == "content":
        opening[0] = and_(opening[0], Grant.up_to >= bindparam("height", type_=Grant.up_to.type))
    if is_named:
        told = told.where(or_(Grant.person_id.is_not(None), Grant.usage_id.is_not(None)))
    else:
        # Apart, so that each reads its own rows: what is given over the whole authority, then nearer.
        is_there = or_(Grant.with_services, Grant.unit_id == bindparam("unit"))
        opening.append(and_(among(Grant.unit_id, "around", engine), roles("far")))
        opening.append(and_(among(Grant.unit_id, "over", engine), roles("near"), is_there))
    opened = union_all(*(told.where(condition) for condition in opening)).cte("opened").prefix_with("MATERIALIZED")
    parts = [
        select(opened.c.person_id, opened.c.id).where(opened.c.person_id.is_not(None)),
        select(UsageMember.person_id, opened.c.id)
        .select_from(opened)
        .join(Usage, Usage.id == opened.c.usage_id)
        .join(UsageMember, UsageMember.usage_id == Usage.id)
        .where(live(Usage), live(UsageMember)),
    ]
    if not is_named:
        under = pairs_table("under", "top", "unit", engine)
        parts.append(
            select(Membership.person_id, opened.c.id)
            .select_from(opened)
            .join(under, under.c.top == opened.c.subject_unit_id)
            .join(Membership, Membership.unit_id == under.c.unit)
            .where(Membership.kind.in_(INSIDE), live(Membership))
        )
        parts.append(select(PersonGroup.person_id, opened.c.id).join(opened, opened.c.group_name == PersonGroup.name))
    held = union_all(*parts).subquery("held")
    denied = select(Denial.person_id).where(
        or_(Denial.asset_id == bindparam("thing"), Denial.theme_id.in_(_themes())), live(Denial)
    )
    # Looked for one by one: joined, SQLite would rather go through everybody than through a handful of holders.
    is_there = exists().where(Person.id == held.c.person_id, Person.is_active)
    # One line for each person: the oldest grant that opens speaks for her.
    return (
        select(held.c.person_id, func.min(held.c.id).label("grant_id"))
        .where(is_there, held.c.person_id.not_in(denied))
        .group_by(held.c.person_id)
        .cte("first")
        .prefix_with("MATERIALIZED")
    )


@cache
def _everybody(engine: str, is_named: bool, about: str) -> Any:
    return select(_first(engine, is_named, about).c.person_id)


@cache
def _who_has(engine: str, is_named: bool, about: str) -> Any:
    first = _first(engine, is_named, about)
    told = [*(getattr(Person, name) for name in Named._fields), *(getattr(Grant, name) for name in Right._fields)]
    lines = (
        select(*(column.label(f"c{place}") for place, column in enumerate(told)))
        .select_from(first)
        .join(Person, first.c.person_id == Person.id)
        .join(Grant, first.c.grant_id == Grant.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(bindparam("first"))
        .subquery("lines")
    )
    cause = [
        column if column is Grant.role or column is Grant.source else cast(null(), column.type) for column in told
    ]  # fmt: skip
    names = [f"person_{name}" for name in Named._fields] + list(Right._fields)
    shown = [column.label(name) for column, name in zip(lines.c, names, strict=True)]
    return union_all(
        select(literal_column("'line'", String).label("what"), *shown, cast(null(), Integer).label("n")),
        select(literal_column("'cause'", String), *cause, func.count())
        .join(first, first.c.grant_id == Grant.id)
        .group_by(Grant.role, Grant.source),
    )  # fmt: skip


@cache
def _what_has(shape: Shape) -> Select[Any]:
    told = select(*(getattr(Grant, name) for name in Right._fields))
    told = told.where(Grant.revoked_at.is_(None), live(Grant))
    groups = select(PersonGroup.name).where(PersonGroup.person_id == bindparam("person"))
    usages = (
        select(UsageMember.usage_id)
        .join(Usage, Usage.id == UsageMember.usage_id)
        .where(UsageMember.person_id == bindparam("person"), live(Usage), live(UsageMember))
    )
    # A part for each index: one OR over the four would read every grant.
    hers = (
        union_all(
            told.where(Grant.person_id == bindparam("person")),
            told.where(among(Grant.subject_unit_id, "above", shape.engine)),
            told.where(Grant.group_name.in_(groups)),
            told.where(Grant.usage_id.in_(usages)),
        )
        .cte("hers")
        .prefix_with("MATERIALIZED")
    )
    known = select(Asset.id).where(Asset.id == hers.c.asset_id, shape.scope("a_").predicate()).correlate(hers)
    return declare(
        select(*hers.c).where(or_(among(hers.c.unit_id, "cells", shape.engine), known.exists())), {"asset": 1}
    )


def _themes() -> Select[Any]:
    """The theme and those above it."""
    line = select(Theme.id, Theme.parent_id).where(Theme.id == bindparam("theme")).cte("line", recursive=True)
    return select(line.union(select(Theme.id, Theme.parent_id).join(line, Theme.id == line.c.parent_id)).c.id)


def _at_least(held: Sensitivity | None, level: Sensitivity) -> bool:
    return held is not None and held >= level
