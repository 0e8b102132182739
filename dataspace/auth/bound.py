"""The same predicate as `Scope`, with its values bound: hot statements are built once, then only executed.

Rebuilding them costs 3 ms a page (facts/performance.md). A list of ids travels as ONE value (a JSON array on SQLite, an
array on PostgreSQL), so that the text of the statement never changes with the actor.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, String, bindparam, column, func, select, true, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from dataspace.auth.access import Access, HouseAccess
from dataspace.auth.models import Asset
from dataspace.auth.scope import Scope
from dataspace.auth.words import Permission, Sensitivity


def engine_of(session: Session) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def among(tested: Any, name: str, engine: str, kind: type[Integer | String] = Integer) -> ColumnElement[bool]:
    """Is `tested` one of the values bound to `name` (see `values`)?"""
    plain = type_coerce(tested, kind())
    if engine == "postgresql":
        # Not `= ANY(array)`: prepared once for all arrays, it walks the array for each row.
        return plain.in_(select(func.unnest(bindparam(name, type_=ARRAY(kind())))))
    listed = func.json_each(bindparam(name, type_=String())).table_valued(column("value", kind()), name=f"each_{name}")
    return plain.in_(select(listed.c.value))


def values(found: Iterable[int | str], engine: str) -> Any:
    """What is bound for `among`."""
    plain = [int(item) if isinstance(item, int) else str(item) for item in found]
    return plain if engine == "postgresql" else json.dumps(plain)


@dataclass(frozen=True)
class Shape:
    """What of a scope changes the text of a statement; everything else is a value."""

    permission: Permission
    levels: tuple[int, ...]
    has_assets: bool
    has_denied_assets: bool
    has_denied_themes: bool
    is_house: bool
    engine: str

    def scope(self, tag: str) -> "BoundScope":
        """The scope to build with: its values are bound under names that begin with `tag`."""
        one = frozenset({0})
        return BoundScope(
            self.permission, {-level: Sensitivity(level) for level in self.levels},
            one if self.has_assets else frozenset(),
            one if self.has_denied_assets else frozenset(), one if self.has_denied_themes else frozenset(), tag, self,
        )  # fmt: skip


@dataclass(frozen=True)
class BoundScope(Scope):
    """A `Scope` whose lists are named parameters."""

    tag: str
    shape: Shape

    def among(self, column: Any, values: list[int], name: str) -> ColumnElement[bool]:
        if column is Asset.unit_id and self.shape.engine == "sqlite":
            # A unary plus keeps SQLite from gathering the rows of every unit to sort them: it walks the dates instead.
            column = UnaryExpression(Asset.__table__.c.unit_id, operator=custom_op("+"), type_=Integer())
        return among(column, self.tag + name, self.shape.engine)

    def in_cells(self, table: Any = Asset) -> ColumnElement[bool]:
        return true() if self.shape.is_house else super().in_cells(table)

    def in_state(self, table: Any = Asset) -> ColumnElement[bool]:
        return true() if self.shape.is_house else super().in_state(table)


def shape_of(access: Access, permission: Permission) -> Shape:
    """The shape of what `permission` opens to the actor."""
    scope = access.scope(permission)
    return Shape(
        permission, tuple(sorted(int(level) for level in scope.by_level)), bool(scope.assets),
        bool(scope.denied_assets), bool(scope.denied_themes), isinstance(access, HouseAccess),
        engine_of(access.session),
    )  # fmt: skip


def bind(access: Access, permission: Permission, tag: str) -> Mapping[str, Any]:
    """The values that a statement built with `shape_of(...).scope(tag)` waits for."""
    if (permission, tag) in access.bound:
        return access.bound[permission, tag]
    scope, engine = access.scope(permission), engine_of(access.session)
    found = {f"{tag}units{int(level)}": values(units, engine) for level, units in scope.by_level.items()}
    for name in ("assets", "denied_assets", "denied_themes"):
        listed = getattr(scope, name)
        if listed:
            found[tag + name] = values(sorted(listed), engine)
    access.bound[permission, tag] = found
    return found


def cells(engine: str) -> Any:
    """The cells of two permissions as a table (unit, seen, readable): the highest level opened in each unit, or -1."""
    if engine == "postgresql":
        listed = (bindparam(name, type_=ARRAY(Integer)) for name in ("cell_units", "cell_seen", "cell_readable"))
        return func.unnest(*listed).table_valued("unit", "seen", "readable", name="cells").render_derived()
    each = func.json_each(bindparam("cells", type_=String())).table_valued("value", name="each_cell")
    parts = (func.json_extract(each.c.value, f"$[{n}]", type_=Integer) for n in range(3))
    unit, seen, readable = parts
    found = select(unit.label("unit"), seen.label("seen"), readable.label("readable"))
    return found.cte("cells").prefix_with("MATERIALIZED")


def bind_cells(access: Access, see: Permission, read: Permission) -> Mapping[str, Any]:
    """The values that `cells` waits for."""
    if isinstance(access, HouseAccess):
        every = int(max(Sensitivity))
        rows = [(unit, every, every) for unit in access.facts.tree.nodes]
    else:
        seen, readable = access.scope(see).cells, access.scope(read).cells
        units = sorted(seen.keys() | readable.keys())
        rows = [(unit, int(seen.get(unit, -1)), int(readable.get(unit, -1))) for unit in units]
    if engine_of(access.session) == "postgresql":
        names = ("cell_units", "cell_seen", "cell_readable")
        return {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return {"cells": json.dumps(rows)}


def pairs_table(name: str, first: str, second: str, engine: str) -> Any:
    """Pairs of numbers as a table of two columns, bound by `pairs`."""
    if engine == "postgresql":
        listed = (bindparam(f"{name}_{part}", type_=ARRAY(Integer)) for part in (first, second))
        return func.unnest(*listed).table_valued(first, second, name=name).render_derived()
    each = func.json_each(bindparam(name, type_=String())).table_valued("value", name=f"each_{name}")
    parts = (func.json_extract(each.c.value, f"$[{n}]", type_=Integer) for n in range(2))
    one, two = parts
    return select(one.label(first), two.label(second)).subquery(name)


def pairs(name: str, first: str, second: str, found: tuple[tuple[int, int], ...], engine: str) -> Mapping[str, Any]:
    """The values that `pairs_table` waits for."""
    if engine == "postgresql":
        return {f"{name}_{first}": [one for one, _ in found], f"{name}_{second}": [two for _, two in found]}
    return {name: json.dumps(found)}
