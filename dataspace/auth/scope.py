"""From grid and grants to cells, and from cells to the one predicate that every surface uses (DESIGN 4).

A cell is a unit and the highest level opened there. Visible = cells + assets granted by name - denials.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, not_, or_

from dataspace.auth.facts import Facts, Held
from dataspace.auth.models import Asset
from dataspace.auth.policy import Policy
from dataspace.auth.words import Permission, Protection, Reach, Sensitivity, State

ANY_STATE = (
    Permission.DATASET_EDIT, Permission.DATASET_PUBLISH, Permission.SEAT_EDIT,
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """What one permission opens to one actor."""

    permission: Permission
    cells: dict[int, Sensitivity]
    assets: frozenset[int]
    denied_assets: frozenset[int]
    denied_themes: frozenset[int]

    @property
    def is_empty(self) -> bool:
        return not self.cells and not self.assets

    @cached_property
    def by_level(self) -> dict[Sensitivity, list[int]]:
        """Units by the highest level opened in them."""
        found: dict[Sensitivity, list[int]] = {}
        for unit, level in sorted(self.cells.items()):
            found.setdefault(level, []).append(unit)
        return found

    @cached_property
    def keys(self) -> list[tuple[int, int]]:
        """Every (unit, level) opened, one by one."""
        return [(unit, level) for unit, highest in sorted(self.cells.items()) for level in range(highest + 1)]

    def in_cells(self, table: Any = Asset) -> ColumnElement[bool]:
        """Rows of `table` (an asset, or a count of assets) that the cells open."""
        level = table.card_sensitivity if self.permission.about == "card" else table.sensitivity
        opened = [
            and_(self.among(table.unit_id, units, f"units{int(high)}"), level <= int(high))
            for high, units in self.by_level.items()
        ]
        found = or_(*opened) if opened else false()
        if self.permission.about == "content":
            # Protected content never opens by a place (PRODUCT P2).
            bare = table.protection == Protection.NONE if table is Asset else not_(table.is_protected)
            found = and_(found, bare)
        return found

    def in_state(self, table: Any = Asset) -> ColumnElement[bool]:
        if self.permission is Permission.DRAFT_SEE:
            return table.state == State.DRAFT
        return table.state.in_(State) if self.permission in ANY_STATE else table.state != State.DRAFT

    def not_denied(self) -> list[ColumnElement[bool]]:
        out: list[ColumnElement[bool]] = []
        if self.denied_assets:
            out.append(not_(self.is_denied_asset()))
        if self.denied_themes:
            out.append(not_(self.is_denied_theme()))
        return out

    def is_named(self) -> ColumnElement[bool]:
        return self.among(Asset.id, sorted(self.assets), "assets")

    def is_denied_asset(self) -> ColumnElement[bool]:
        return self.among(Asset.id, sorted(self.denied_assets), "denied_assets")

    def is_denied_theme(self, table: Any = Asset) -> ColumnElement[bool]:
        return self.among(table.theme_id, sorted(self.denied_themes), "denied_themes")

    def among(self, column: Any, values: list[int], _name: str) -> ColumnElement[bool]:
        """Is `column` one of `values`? Overridden where the statement is built once and given values later."""
        return cast("ColumnElement[bool]", column.in_(values))

    def predicate(self) -> ColumnElement[bool]:
        """The one predicate: true for the assets that this permission opens to the actor."""
        opened = self.in_cells()
        if self.assets:
            opened = or_(opened, self.is_named())
        return and_(opened, self.in_state(), *self.not_denied())


def scope(policy: Policy, facts: Facts, permission: Permission) -> Scope:
    """The scope of `permission` for who has these facts."""
    cells: dict[int, Sensitivity] = {}
    assets: set[int] = set()
    for alike, ids in facts.assets_alike.items():
        if opens_asset(policy, alike, permission):
            assets.update(ids)
    for grant in facts.on_places:
        for unit, level in places(policy, facts, grant, permission):
            if unit not in cells or cells[unit] < level:
                cells[unit] = level
    return Scope(permission, cells, frozenset(assets), facts.denied_assets, facts.denied_themes)


def places(policy: Policy, facts: Facts, grant: Held, permission: Permission) -> list[tuple[int, Sensitivity]]:
    """The cells that one grant on a unit opens."""
    assert grant.unit_id is not None
    if grant.unit_id not in facts.tree.nodes:
        return []
    found: list[tuple[int, Sensitivity]] = []
    near = policy.level(grant.role, permission, Reach.UNIT)
    if near is not None:
        units = facts.tree.branch(grant.unit_id) if grant.with_services else (grant.unit_id,)
        found += [(unit, near) for unit in units]
    far = policy.level(grant.role, permission, Reach.AUTHORITY)
    if far is not None:
        found += [(unit, far) for unit in facts.tree.authority(grant.unit_id)]
    return found


def opened_in(policy: Policy, facts: Facts, grant: Held, permission: Permission, unit_id: int) -> list[Sensitivity]:
    """The levels that one grant on a unit opens in `unit_id`: `places`, for one unit only."""
    assert grant.unit_id is not None
    if grant.unit_id not in facts.tree.nodes:
        return []
    found = []
    near = policy.level(grant.role, permission, Reach.UNIT)
    if near is not None and unit_id in (facts.tree.branch(grant.unit_id) if grant.with_services else (grant.unit_id,)):
        found.append(near)
    far = policy.level(grant.role, permission, Reach.AUTHORITY)
    if far is not None and unit_id in facts.tree.authority(grant.unit_id):
        found.append(far)
    return found


def opens_somewhere(policy: Policy, facts: Facts, permission: Permission) -> bool:
    """Is the scope of `permission` anything but empty? Without making its cells."""
    if not any(policy.gives(role, permission) for role in facts.roles):
        return False
    return any(
        policy.level(grant.role, permission, Reach.UNIT) is not None
        or policy.level(grant.role, permission, Reach.AUTHORITY) is not None
        for grant in facts.on_places
    ) or any(opens_asset(policy, alike, permission) for alike in facts.assets_alike)


def opens_asset(policy: Policy, grant: Held, permission: Permission) -> bool:
    """Does this grant, standing on one asset, open `permission` on it?"""
    level = policy.level(grant.role, permission, Reach.ASSET)
    tested = grant.card_sensitivity if permission.about == "card" else grant.sensitivity
    if level is None or tested is None or tested > level:
        return False
    if permission.about != "content":
        return True
    is_protected = grant.protection is not Protection.NONE
    # Whoever decided, decided on what it was then: raised since, it waits for a decision at its new height.
    deciding = Sensitivity.CONFIDENTIAL if is_protected else tested
    return deciding <= grant.up_to and (grant.is_named or not is_protected)
