"""What a person opens, said a second time: thing by thing, each question put to Casbin, without the SQL predicate.

Shares nothing with `scope`, `facts` and `tree`: it reads the rows and policy.csv by itself and follows the words of
DESIGN 4, slowly. What both say alike is what the proof of `dataspace leaks` stands on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from dataspace.auth.access import HouseAccess
from dataspace.auth.dated import live
from dataspace.auth.models import (
    Asset,
    Denial,
    Grant,
    Membership,
    Person,
    PersonGroup,
    Theme,
    Unit,
    Usage,
    UsageMember,
)
from dataspace.auth.policy import enforcer_of
from dataspace.auth.words import AssetKind, MembershipKind, Permission, Protection, Role, Sensitivity, State, UnitKind

_ENDS = (UnitKind.AUTHORITY, UnitKind.PARTNER)
_BODIES = (UnitKind.AUTHORITY, UnitKind.COMMUNE, UnitKind.PARTNER)
_ANY_STATE = (Permission.DATASET_EDIT, Permission.DATASET_PUBLISH, Permission.SEAT_EDIT)


class Thing(NamedTuple):
    """An asset, in what decides."""

    id: int
    public_id: str
    kind: AssetKind
    unit_id: int
    theme_id: int
    level: Sensitivity
    card: Sensitivity
    protection: Protection
    state: State
    title: str
    summary: str


class Given(NamedTuple):
    """A live grant of a person, in what decides."""

    role: Role
    unit_id: int | None
    with_services: bool
    asset_id: int | None
    up_to: Sensitivity
    is_named: bool


@dataclass(frozen=True)
class Place:
    parent: int | None
    kind: UnitKind


class Oracle:
    """The answers for everybody, at the moment of `house`, by the policy of `folder`."""

    def __init__(self, house: HouseAccess, folder: Path) -> None:
        self.house = house
        model, lines = (folder / "model.conf").read_text("utf-8"), (folder / "policy.csv").read_text("utf-8")
        self._enforcer = enforcer_of(model, lines)
        self._asked: dict[tuple[Role, Permission, Sensitivity, str], bool] = {}
        self._found: dict[tuple[int, Permission], frozenset[int]] = {}

    @cached_property
    def things(self) -> dict[int, Thing]:
        """Everything that is owned, by id."""
        columns = (
            Asset.id, Asset.public_id, Asset.kind, Asset.unit_id, Asset.theme_id, Asset.sensitivity,
            Asset.card_sensitivity, Asset.protection, Asset.state, Asset.title, Asset.summary,
        )  # fmt: skip
        stmt = self.house.select(Asset, Permission.CARD_SEE).with_only_columns(*columns).order_by(Asset.id)
        return {row.id: Thing._make(row) for row in self.house.session.execute(stmt)}

    def opened(self, person_id: int, *permissions: Permission) -> frozenset[int]:
        """The ids of the assets that one of `permissions` opens to this person."""
        found: frozenset[int] = frozenset()
        for permission in permissions:
            key = (person_id, permission)
            if key not in self._found:
                self._found[key] = frozenset(self._opened(person_id, permission))
            found |= self._found[key]
        return found

    def _opened(self, person_id: int, permission: Permission) -> Iterator[int]:
        given, (assets, themes) = self._given(person_id), self._denied(person_id)
        alike: dict[tuple[Any, ...], bool] = {}
        for thing in self.things.values():
            if thing.id in assets or any(theme in themes for theme in self._themes_above(thing.theme_id)):
                continue
            if (thing.state is State.DRAFT) != (permission is Permission.DRAFT_SEE) and permission not in _ANY_STATE:
                continue
            key = (thing.unit_id, thing.level, thing.card, thing.protection)
            if key not in alike:
                alike[key] = any(self._by_place(one, thing, permission) for one in given if one.asset_id is None)
            if alike[key] or any(self._by_name(one, thing, permission) for one in given if one.asset_id == thing.id):
                yield thing.id

    def _by_place(self, one: Given, thing: Thing, permission: Permission) -> bool:
        if one.unit_id not in self._units or (permission.about == "content" and thing.protection != Protection.NONE):
            return False
        assert one.unit_id is not None
        level = thing.card if permission.about == "card" else thing.level
        is_near = thing.unit_id == one.unit_id or (one.with_services and self._is_under(thing.unit_id, one.unit_id))
        if is_near and self._says(one.role, permission, level, "unit"):
            return True
        return self._is_under(thing.unit_id, self._body(one.unit_id)) and self._says(
            one.role, permission, level, "authority"
        )

    def _by_name(self, one: Given, thing: Thing, permission: Permission) -> bool:
        level = thing.card if permission.about == "card" else thing.level
        if not self._says(one.role, permission, level, "asset"):
            return False
        if permission.about != "content":
            return True
        is_protected = thing.protection != Protection.NONE
        height = Sensitivity.CONFIDENTIAL if is_protected else level
        return height <= one.up_to and (one.is_named or not is_protected)

    def _says(self, role: Role, permission: Permission, level: Sensitivity, reach: str) -> bool:
        key = (role, permission, level, reach)
        if key not in self._asked:
            self._asked[key] = bool(self._enforcer.enforce(role.value, permission.value, level.code, reach))
        return self._asked[key]

    # --- facts ------------------------------------------------------------------------------------------------------
    def _given(self, person_id: int) -> list[Given]:
        session, moment = self.house.session, self.house.moment
        if not session.scalar(select(Person.is_active).where(Person.id == person_id)):
            return []
        places = select(Membership.unit_id).where(
            Membership.person_id == person_id, live(Membership, moment), Membership.kind != MembershipKind.DELEGATION
        )
        inside = {unit for place in session.scalars(places) for unit in self._units if self._is_under(place, unit)}
        groups = set(session.scalars(select(PersonGroup.name).where(PersonGroup.person_id == person_id)))
        usages = self._usages(person_id)
        # A role that is to be taken opens nothing to who has not taken it, as in the sessions of the walk.
        return [
            Given(one.role, one.unit_id, one.with_services, one.asset_id, one.up_to,
                  one.person_id is not None or one.usage_id is not None)
            for one in self._grants
            if one.role not in self.house.policy.to_take
            and (one.person_id == person_id or one.subject_unit_id in inside or one.group_name in groups
                 or one.usage_id in usages)
        ]  # fmt: skip

    def _usages(self, person_id: int) -> set[int]:
        """The usages that run, and that she is of."""
        moment = self.house.moment
        running = set(self.house.session.scalars(select(Usage.id).where(live(Usage, moment))))
        hers = select(UsageMember.usage_id).where(UsageMember.person_id == person_id, live(UsageMember, moment))
        return running & set(self.house.session.scalars(hers))

    @cached_property
    def _grants(self) -> list[Grant]:
        stmt = select(Grant).where(Grant.revoked_at.is_(None), live(Grant, self.house.moment))
        return list(self.house.session.scalars(stmt))

    def _denied(self, person_id: int) -> tuple[set[int], set[int]]:
        stmt = select(Denial.asset_id, Denial.theme_id).where(
            Denial.person_id == person_id, live(Denial, self.house.moment)
        )
        rows = self.house.session.execute(stmt).all()
        return {row.asset_id for row in rows if row.asset_id}, {row.theme_id for row in rows if row.theme_id}

    @cached_property
    def _units(self) -> dict[int, Place]:
        rows = self.house.session.execute(select(Unit.id, Unit.parent_id, Unit.kind, Unit.is_accepted))
        return {row.id: Place(row.parent_id if row.is_accepted else None, row.kind) for row in rows}

    @cached_property
    def _parents(self) -> dict[int, int | None]:
        return {row.id: row.parent_id for row in self.house.session.execute(select(Theme.id, Theme.parent_id))}

    def _themes_above(self, theme_id: int) -> Iterator[int]:
        here: int | None = theme_id
        while here is not None:
            yield here
            here = self._parents.get(here)

    def _is_under(self, unit_id: int, top: int) -> bool:
        """Is `unit_id` `top`, or below it without going into a partner or another authority?"""
        here: int | None = unit_id
        while here is not None and here != top:
            place = self._units.get(here)
            here = None if place is None or place.kind in _ENDS else place.parent
        return here == top

    def _body(self, unit_id: int) -> int:
        """The authority, commune or partner that a unit belongs to; the top of a loose branch otherwise."""
        while (place := self._units[unit_id]).kind not in _BODIES and place.parent is not None:
            unit_id = place.parent
        return unit_id
