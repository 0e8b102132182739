"""What the people of many units get on many assets at once: the cells of the matrix, and a change looked at beforehand.

The same facts and the same `Access.decide` as for one person and one asset, asked once for each kind of grant instead
of once for each person: what somebody gets is the most that one of her grants gives, and nothing where she is denied.
Five statements, whatever there is to read.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import String, or_, select, union_all

from dataspace.auth.access import Access, Supposed
from dataspace.auth.bound import among, engine_of, values
from dataspace.auth.dated import live
from dataspace.auth.facts import Facts
from dataspace.auth.gets import NOTHING, Cause, Gets, Got, Key, Profile, Share, gets, held_of
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, PersonGroup, Theme, Unit, Usage, UsageMember
from dataspace.auth.words import INSIDE, Sensitivity


class Grid:
    """The people of some units facing some assets. The caller has asked for rights:see on each asset."""

    def __init__(self, access: Access, assets: Sequence[Asset], units: Iterable[int]) -> None:
        self.access, self.assets = access, {asset.id: asset for asset in assets}
        self._engine = engine_of(access.session)
        self._bound = {"now": access.moment, "units": values(sorted(set(units)), self._engine)}
        self._lines: dict[frozenset[int], set[int]] = {}
        self.places = self._read_places()
        self._by_person: dict[int, set[Key]] = {}
        self._by_unit: dict[int, set[Key]] = {}
        self._by_group: dict[str, set[Key]] = {}
        self._read_grants()
        self._groups = self._read_groups()
        self._denied = self._read_denied()
        self._alone: dict[Key, dict[int, Gets]] = {}
        self._alike: dict[tuple[Any, ...], Gets] = {}
        self._rows: dict[Profile, dict[int, Got]] = {}
        self._profiles: dict[int, Profile] = {}

    # --- one person -------------------------------------------------------------------------------------------------
    def got(self, person_id: int, asset_id: int) -> Got:
        """What this person gets of this asset."""
        return self._got(self._profile(person_id), person_id, asset_id)

    def would_get(
        self, person_id: int, asset_id: int, given: Sequence[tuple[Unit, Key]], ended: Collection[str]
    ) -> Got:
        """The same, if these rights had been given to units, and the grants of these public ids ended."""
        above = self._above(self.places.get(person_id, frozenset()))
        kept = frozenset(key for key in self._profile(person_id) if key.grant not in ended or not key.grant)
        added = frozenset(key for unit, key in given if unit.id in above)
        return self._got(kept | added, person_id, asset_id)

    def _got(self, profile: Profile, person_id: int, asset_id: int) -> Got:
        return NOTHING if (person_id, asset_id) in self._denied else self._row(profile)[asset_id]

    # --- a unit -----------------------------------------------------------------------------------------------------
    def inside(self, units: Collection[int]) -> list[int]:
        """The people who have a place in one of these units."""
        return [person for person, places in self.places.items() if not places.isdisjoint(units)]

    def shares(self, people: Iterable[int], assets: Iterable[int]) -> dict[int, list[Share]]:
        """What these people get of each asset, the most first."""
        crowd = Counter((self._profile(p), self._denials_of.get(p, frozenset())) for p in people)
        rows = [(self._row(profile), denied, n) for (profile, denied), n in crowd.items()]
        return {asset: self._shares(rows, asset) for asset in assets}

    def _shares(self, rows: list[tuple[dict[int, Got], frozenset[int], int]], asset: int) -> list[Share]:
        found: Counter[tuple[Gets, Cause]] = Counter()
        ends: dict[tuple[Gets, Cause], datetime | None] = {}
        for row, denied, n in rows:
            got = NOTHING if asset in denied else row[asset]
            kind = (got.level, got.cause)
            found[kind] += n
            known = ends.get(kind, got.ends)
            ends[kind] = max(known, got.ends) if known and got.ends else None
        return [Share(*kind, found[kind], ends[kind]) for kind in sorted(found, key=lambda k: (-k[0], k[1]))]

    def standing(self, unit_id: int, asset_id: int) -> list[Key]:
        """What is given to this very unit on this very asset."""
        return [key for key in self._by_unit.get(unit_id, ()) if key.asset_id == asset_id]

    # --- from keys to what they give --------------------------------------------------------------------------------
    def _profile(self, person_id: int) -> Profile:
        if person_id not in self._profiles:
            keys = set(self._by_person.get(person_id, ()))
            for unit in self._above(self.places.get(person_id, frozenset())):
                keys |= self._by_unit.get(unit, set())
            for group in self._groups.get(person_id, ()):
                keys |= self._by_group.get(group, set())
            self._profiles[person_id] = frozenset(keys)
        return self._profiles[person_id]

    def _above(self, places: frozenset[int]) -> set[int]:
        if places not in self._lines:
            tree = self.access.facts.tree
            self._lines[places] = {unit for place in places for unit in tree.holding(place)}
        return self._lines[places]

    def _row(self, profile: Profile) -> dict[int, Got]:
        if profile not in self._rows:
            row = dict.fromkeys(self.assets, NOTHING)
            for key in sorted(profile, key=_widest_first):
                for asset, level in self._given(key).items():
                    if level > row[asset].level:
                        row[asset] = Got(level, key.cause, key.ends)
            self._rows[profile] = row
        return self._rows[profile]

    def _given(self, key: Key) -> dict[int, Gets]:
        """What this grant alone gives."""
        if key not in self._alone:
            on = [key.asset_id] if key.asset_id is not None else list(self.assets)
            self._alone[key] = {asset: self._decided(key, self.assets[asset]) for asset in on}
        return self._alone[key]

    def _decided(self, key: Key, asset: Asset) -> Gets:
        # What stands on a place answers alike for things alike.
        alike = (key, asset.unit_id, asset.sensitivity, asset.card_sensitivity, asset.protection, asset.state,
                 asset.kind)  # fmt: skip
        if key.asset_id is not None or alike not in self._alike:
            held = Supposed(self.access, Facts(self.access.facts.tree, (), (held_of(key, asset),)))
            self._alike[alike] = gets(held, asset)
        return self._alike[alike]

    # --- reading ----------------------------------------------------------------------------------------------------
    def _read_places(self) -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for person, unit in self.access.session.execute(_places(self._engine), self._bound):
            found.setdefault(person, set()).add(unit)
        return {person: frozenset(units) for person, units in found.items()}

    def _read_grants(self) -> None:
        tree = self.access.facts.tree
        above = {unit for places in set(self.places.values()) for unit in self._above(places)}
        over = {unit for owner in {a.unit_id for a in self.assets.values()} for unit in tree.holding(owner)}
        bearing = over | {unit for top in over for unit in tree.bodies.get(top, ())}
        bound = self._bound | {
            "above": values(sorted(above), self._engine), "bearing": values(sorted(bearing), self._engine),
            "assets": values(sorted(self.assets), self._engine),
        }  # fmt: skip
        for row in self.access.session.execute(_grants(self._engine), bound):
            if row.person_id is not None:
                self._by_person.setdefault(row.person_id, set()).add(_key(row, Cause.NAMED))
            elif row.subject_unit_id is not None:
                self._by_unit.setdefault(row.subject_unit_id, set()).add(_key(row, Cause.WHOLE_UNIT))
            else:
                self._by_group.setdefault(row.group_name, set()).add(_key(row, Cause.GROUP))

    def _read_groups(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        bound = self._bound | {"names": values(sorted(self._by_group), self._engine)}
        for person, name in self.access.session.execute(_groups(self._engine), bound):
            found.setdefault(person, []).append(name)
        return found

    def _read_denied(self) -> frozenset[tuple[int, int]]:
        themes = {row.id: row.parent_id for row in self.access.session.execute(_THEMES)}
        rows = self.access.session.execute(_denials(self._engine), self._bound).all()
        found = {
            (row.person_id, asset.id)
            for row in rows
            for asset in self.assets.values()
            if row.asset_id == asset.id or row.theme_id in _line(themes, asset.theme_id)
        }
        by_person: dict[int, set[int]] = {}
        for person, asset_id in found:
            by_person.setdefault(person, set()).add(asset_id)
        self._denials_of = {person: frozenset(ids) for person, ids in by_person.items()}
        return frozenset(found)


def _widest_first(key: Key) -> tuple[Any, ...]:
    return (key.cause, key.ends is not None, -key.ends.timestamp() if key.ends else 0, key.grant)


def _key(row: Any, cause: Cause) -> Key:
    if row.asset_id is None:
        return Key(row.role, row.unit_id, row.with_services, None, Sensitivity.CONFIDENTIAL, Cause.ROLE, None, "")
    return Key(row.role, None, False, row.asset_id, row.up_to, cause, row.ends, row.public_id)


def _line(parents: dict[int, int | None], theme: int | None) -> set[int]:
    """The theme and those above it."""
    found: set[int] = set()
    while theme is not None and theme not in found:
        found.add(theme)
        theme = parents.get(theme)
    return found


_THEMES = select(Theme.id, Theme.parent_id)


def _here(engine: str) -> Any:
    """Who has a place in one of the units."""
    return select(Membership.person_id).where(
        Membership.kind.in_(INSIDE), live(Membership), among(Membership.unit_id, "units", engine)
    )


@cache
def _places(engine: str) -> Any:
    return (
        select(Membership.person_id, Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.is_active, Membership.kind.in_(INSIDE), live(Membership))
        .where(Membership.person_id.in_(_here(engine)))
    )


@cache
def _grants(engine: str) -> Any:
    told = select(
        Grant.public_id, Grant.person_id, Grant.subject_unit_id, Grant.group_name, Grant.role, Grant.unit_id,
        Grant.with_services, Grant.asset_id, Grant.up_to, Grant.ends,
    ).where(
        Grant.revoked_at.is_(None), live(Grant),
        or_(among(Grant.unit_id, "bearing", engine), among(Grant.asset_id, "assets", engine)),
    )  # fmt: skip
    theirs = select(PersonGroup.name).where(PersonGroup.person_id.in_(_here(engine)))
    return union_all(
        told.where(Grant.person_id.in_(_here(engine))),
        told.where(among(Grant.subject_unit_id, "above", engine)),
        told.where(Grant.group_name.in_(theirs)),
        # A usage's members are named, one by one.
        told.with_only_columns(*(UsageMember.person_id if c.name == "person_id" else c for c in told.selected_columns))
        .join(Usage, Usage.id == Grant.usage_id)
        .join(UsageMember, UsageMember.usage_id == Usage.id)
        .where(live(Usage), live(UsageMember), UsageMember.person_id.in_(_here(engine))),
    )


@cache
def _groups(engine: str) -> Any:
    theirs = PersonGroup.person_id.in_(_here(engine))
    return select(PersonGroup.person_id, PersonGroup.name).where(
        theirs, among(PersonGroup.name, "names", engine, String)
    )


@cache
def _denials(engine: str) -> Any:
    stmt = select(Denial.person_id, Denial.asset_id, Denial.theme_id)
    return stmt.where(live(Denial), Denial.person_id.in_(_here(engine)))
