"""Another policy, before it is installed: who would gain and who would lose what, by name and counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, not_, select

from dataspace.auth.access import Access
from dataspace.auth.facts import Actor, Facts, awake
from dataspace.auth.models import Asset, Person
from dataspace.auth.policy import Policy
from dataspace.auth.scope import Scope, scope
from dataspace.auth.words import Permission, Reach, Role, Sensitivity

Assignable = tuple[Role, Reach, Sensitivity]


@dataclass(frozen=True)
class Difference:
    """What one person would gain and lose: assets (or units, for what is about a place) by permission, and roles that
    she could give or no longer give."""

    person: Person
    gained: Mapping[Permission, int]
    lost: Mapping[Permission, int]
    gives: frozenset[Assignable]
    gives_no_more: frozenset[Assignable]

    @property
    def gains(self) -> bool:
        return bool(self.gained or self.gives)

    @property
    def loses(self) -> bool:
        return bool(self.lost or self.gives_no_more)


def compare(house: Access, other: Policy) -> Iterator[Difference]:
    """Everybody for whom `other` is not the policy of `house`, in the order of names."""
    stmt = select(Person).where(Person.is_active).order_by(Person.family_name, Person.given_name, Person.id)
    counted: dict[Any, tuple[int, int]] = {}
    for person in house.session.scalars(stmt).all():
        facts = awake(Access(Actor.of(person), house.session, house.policy, moment=house.moment).facts)
        gained: dict[Permission, int] = {}
        lost: dict[Permission, int] = {}
        for permission in Permission:
            before, after = (scope(policy, facts, permission) for policy in (house.policy, other))
            key = (permission, _frozen(before), _frozen(after), facts.denied_assets, facts.denied_themes)
            if key[1] == key[2]:
                continue
            if key not in counted:
                counted[key] = _count(house, before, after)
            more, less = counted[key]
            gained |= {permission: more} if more else {}
            lost |= {permission: less} if less else {}
        now, then = _assignable(house.policy, facts), _assignable(other, facts)
        found = Difference(person, gained, lost, then - now, now - then)
        if found.gains or found.loses:
            yield found


def _frozen(one: Scope) -> tuple[Any, ...]:
    return tuple(sorted(one.cells.items())), one.assets


def _count(house: Access, before: Scope, after: Scope) -> tuple[int, int]:
    if before.permission.about == "place":
        return _higher(after, before), _higher(before, after)

    def only(one: ColumnElement[bool], other: ColumnElement[bool]) -> int:
        return house.count(house.select(Asset, before.permission).where(one, not_(other)))

    was, will = before.predicate(), after.predicate()
    return only(will, was), only(was, will)


def _higher(one: Scope, other: Scope) -> int:
    """In how many units `one` opens more than `other`."""
    return sum(unit not in other.cells or other.cells[unit] < level for unit, level in one.cells.items())


def _assignable(policy: Policy, facts: Facts) -> frozenset[Assignable]:
    roles = {held.role for held in facts.held if held.unit_id is not None}
    return frozenset(
        (given, reach, level)
        for role in roles
        for given in Role
        for reach in (Reach.UNIT, Reach.AUTHORITY)
        if (level := policy.assigns(role, given, reach)) is not None
    )
