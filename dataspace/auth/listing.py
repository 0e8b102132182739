"""The plan of lists: the newest assets that a permission opens, and those that answer some words.

Same rows as `access.select(...).order_by(updated desc, id desc)`, by the plan that fits the actor (facts/performance.md
1b): who holds many places walks the index of dates; who holds few joins her list of keys to the first rows of each.
One OR over both would sort everything she sees.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union,
)  # fmt: skip
from sqlalchemy.orm import aliased

from dataspace.auth.access import Access, HouseAccess
from dataspace.auth.bound import Shape, among, bind, engine_of, shape_of, values
from dataspace.auth.models import Asset, Person, Seen
from dataspace.auth.words import AssetKind, Permission, Protection, Sensitivity
from dataspace.db import declare, rows

_NAMED = ("given_name", "family_name", "login", "phone", "email")
_FEW_KEYS = 64
_FEW_ROWS = 500
SHOWN = ("id", "public_id", "kind", "unit_id", "theme_id", "sensitivity", "card_sensitivity", "protection", "state",
          "title", "summary", "updated")  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to; None narrows nothing. `kinds` is what the list is about at all."""

    kinds: tuple[AssetKind, ...]
    units: tuple[int, ...] | None = None
    levels: tuple[Sensitivity, ...] | None = None
    themes: tuple[int, ...] | None = None
    kind: tuple[AssetKind, ...] | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(f.name for f in fields(self) if f.name != "kinds" and getattr(self, f.name) is not None)

    def bound(self, engine: str) -> dict[str, Any]:
        """The values that `narrowing` waits for."""
        return {name: values(getattr(self, name), engine) for name in ("kinds", *self.chosen)}


COLUMNS = {"units": "unit_id", "levels": "sensitivity", "themes": "theme_id", "kind": "kind", "kinds": "kind"}


def narrowing(table: Any, names: Sequence[str], engine: str) -> list[Any]:
    """Conditions on `table` (asset, or what is counted) for what is chosen."""
    text = {"kind", "kinds"}
    return [
        among(getattr(table, COLUMNS[name]), name, engine, String if name in text else Integer) for name in names
    ]  # fmt: skip


def newest(
    access: Access, permission: Permission, narrowed: Narrowed, *, without: Permission | None = None, limit: int = 20,
    offset: int = 0, expected: int | None = None,
) -> list[Any]:  # fmt: skip
    """Rows (columns of the asset) that `permission` opens and `without` does not, newest first.

    `expected` is how many there are in all, when the caller knows: it chooses the plan, never the rows.
    """
    engine = engine_of(access.session)
    scope = access.scope(permission)
    bound = {**bind(access, permission, "a_"), **narrowed.bound(engine), "top": offset + limit}
    keys = [key for key in scope.keys if narrowed.units is None or key[0] in narrowed.units]
    is_sparse = len(keys) <= _FEW_KEYS or (expected is not None and expected < _FEW_ROWS)
    # One kind in one theme (the referents of a theme) is an index by itself, and short.
    is_narrow = len(narrowed.kinds) == 1 and narrowed.themes is not None and len(narrowed.themes) == 1
    if is_sparse and not is_narrow and without is None and not isinstance(access, HouseAccess):
        bound |= _bound_keys(keys, engine)
        stmt = _by_keys(shape_of(access, permission), narrowed.chosen)
        return list(rows(access.session, stmt, bound))[offset:]
    apart = shape_of(access, without) if without else None
    if without:
        bound |= bind(access, without, "b_")
    alone: tuple[str, ...] = ()
    if narrowed.themes is not None and len(narrowed.themes) == 1:
        alone = ("themes", "kinds") if len(narrowed.kinds) == 1 else ("themes",)
        bound |= {"only_themes": narrowed.themes[0], "only_kinds": narrowed.kinds[0]}
    stmt = _walk(shape_of(access, permission), apart, narrowed.chosen, alone)
    return list(rows(access.session, stmt, {**bound, "top": limit, "skip": offset}))


@cache
def _walk(shape: Shape, apart: Shape | None, chosen: tuple[str, ...], alone: tuple[str, ...]) -> Select[Any]:
    among_several = [name for name in ("kinds", *chosen) if name not in alone]
    conditions = [shape.scope("a_").predicate(), *narrowing(Asset, among_several, shape.engine)]
    # Said as equalities: the dates of that theme are then walked, not those of the whole catalogue.
    conditions += [getattr(Asset, COLUMNS[name]) == bindparam(f"only_{name}") for name in alone]
    if apart is not None:
        conditions.append(not_(apart.scope("b_").predicate()))
    stmt = select(*_columns(Asset)).where(and_(*conditions))
    stmt = stmt.order_by(Asset.updated.desc(), Asset.id.desc()).limit(bindparam("top")).offset(bindparam("skip"))
    return declare(stmt, {"asset": 1})


@cache
def _by_keys(shape: Shape, chosen: tuple[str, ...]) -> Select[Any]:
    scope = shape.scope("a_")
    level = Asset.card_sensitivity if shape.permission.about == "card" else Asset.sensitivity
    common = [scope.in_state(), *scope.not_denied(), *narrowing(Asset, ("kinds", *chosen), shape.engine)]
    unit, height = _key(shape.engine)
    in_key = [type_coerce(Asset.unit_id, Integer) == unit, type_coerce(level, Integer) == height, *common]
    if shape.permission.about == "content":
        in_key.append(Asset.protection == Protection.NONE)
    last_first = (Asset.updated.desc(), Asset.id.desc())
    if shape.engine == "postgresql":
        top = (
            select(*_columns(Asset)).where(*in_key).order_by(*last_first).limit(bindparam("top")).lateral("top_of_key")
        )
        parts = [select(*top.c).select_from(_keys(shape.engine).join(top, true()))]
        named = 1
    else:
        outer = aliased(Asset, name="outer_asset")
        top_ids = select(Asset.id).where(*in_key).order_by(*last_first).limit(bindparam("top"))
        in_top = outer.id.in_(top_ids.correlate(_keys(shape.engine)))
        parts = [select(*_columns(outer)).select_from(_keys(shape.engine)).join(outer, in_top)]
        named = 2
    if shape.has_assets:
        parts.append(select(*_columns(Asset)).where(scope.is_named(), *common))
        named += 1
    found = union(*parts).subquery("found")
    stmt = select(found).order_by(found.c.updated.desc(), found.c.id.desc()).limit(bindparam("top"))
    return declare(stmt, {"asset": named})


def _columns(table: Any) -> list[Any]:
    return [getattr(table, name) for name in SHOWN]


@cache
def _keys(engine: str) -> Any:
    if engine == "postgresql":
        numbers = ARRAY(Integer)
        listed = func.unnest(bindparam("key_units", type_=numbers), bindparam("key_levels", type_=numbers))
        return listed.table_valued("unit", "level", name="keys").render_derived()
    return func.json_each(bindparam("keys", type_=String())).table_valued("value", name="keys")


def _key(engine: str) -> tuple[Any, Any]:
    keys = _keys(engine)
    if engine == "postgresql":
        return keys.c.unit, keys.c.level
    return func.json_extract(keys.c.value, "$[0]"), func.json_extract(keys.c.value, "$[1]")


def _bound_keys(keys: Sequence[tuple[int, int]], engine: str) -> dict[str, Any]:
    plain = [(int(unit), int(level)) for unit, level in keys]
    if engine == "postgresql":
        return {"key_units": [unit for unit, _ in plain], "key_levels": [level for _, level in plain]}
    return {"keys": json.dumps(plain)}


@dataclass(frozen=True, eq=False)
class Beside:
    """What a domain keeps of an asset: `columns` of its `model`, and whether it has any of `rules`.

    `person`, a column of `model`, is somebody whom the page names: she comes along, unless she is gone.
    """

    model: Any
    columns: tuple[str, ...]
    rules: Any
    person: Any


def one(access: Access, public_id: str, *permissions: Permission) -> Asset | None:
    """The asset of `public_id`, when one of `permissions` opens it; None whether it is closed or does not exist."""
    stmt = _one(_shapes(access, permissions), None)
    return access.session.scalars(stmt, _bound(access, public_id, permissions)).one_or_none()


def one_with(access: Access, public_id: str, beside: Beside, *permissions: Permission) -> tuple[Seen, Any] | None:
    """The same, to be read only, and the row beside it: `beside_id` (None when there is none), `has_rules`, the columns
    under their names, those of the person after `person_`."""
    stmt = _one(_shapes(access, permissions), beside)
    found = rows(access.session, stmt, _bound(access, public_id, permissions))
    return (Seen._make(found[0][: len(Seen._fields)]), found[0]) if found else None


def _shapes(access: Access, permissions: tuple[Permission, ...]) -> tuple[Shape, ...]:
    return tuple(shape_of(access, permission) for permission in permissions)


def _bound(access: Access, public_id: str, permissions: tuple[Permission, ...]) -> dict[str, Any]:
    bound: dict[str, Any] = {"public_id": public_id}
    for number, permission in enumerate(permissions):
        bound |= bind(access, permission, f"p{number}_")
    return bound


@cache
def _one(shapes: tuple[Shape, ...], beside: Beside | None) -> Select[Any]:
    opened = or_(*(shape.scope(f"p{number}_").predicate() for number, shape in enumerate(shapes)))
    named, stmt = {"asset": 1}, select(Asset)
    if beside is not None:
        model, rules = beside.model, beside.rules
        stmt = (
            select(*(getattr(Asset, name) for name in Seen._fields))
            .add_columns(
                model.asset_id.label("beside_id"), exists().where(rules.dataset_id == Asset.id).label("has_rules")
            )
            .add_columns(*(getattr(model, name) for name in beside.columns))
            .add_columns(*(getattr(Person, name).label(f"person_{name}") for name in _NAMED))
            .outerjoin(model, model.asset_id == Asset.id)
            .outerjoin(Person, and_(Person.id == beside.person, Person.is_active))
        )
        named |= {model.__tablename__: 1, rules.__tablename__: 1}
    return declare(stmt.where(Asset.public_id == bindparam("public_id"), opened), named)


def attached(stmt: Any, *tables: str) -> Any:
    """A statement, built once by a domain, on what belongs to assets that `newest`, `found` or `one` gave.

    It must wait for their ids and nothing else; `tables` are the guarded tables it names, once each.
    """
    return declare(stmt, dict.fromkeys(tables, 1))
