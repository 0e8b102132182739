"""How many assets a reader sees, and how many of them she may open: in all, and by each facet.

Without words, from the counts kept with each change (never from the catalogue). With words, from the matches, no
further than 10,000. Each facet is counted with the other choices but not its own.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session

from dataspace.auth import counts
from dataspace.auth.access import Access
from dataspace.auth.bound import BoundScope, Shape, bind, bind_cells, cells, engine_of, shape_of
from dataspace.auth.finding import COUNTED_UP_TO, Opening, hits
from dataspace.auth.listing import COLUMNS, Narrowed, narrowing
from dataspace.auth.models import Asset, AssetCount
from dataspace.auth.search import Sought
from dataspace.auth.words import Permission
from dataspace.db import declare, rows

_TYPES = {"units": Integer, "levels": Integer, "themes": Integer, "kind": String}


@dataclass(frozen=True)
class Tally:
    """Counts for one reader: `seen` and `readable` in all, `facets` by name and value, and the two openings."""

    seen: int
    readable: int
    facets: Mapping[str, Mapping[Any, int]]
    openings: Mapping[Opening, int]
    is_capped: bool = False

    @property
    def on_request(self) -> int:
        return self.seen - self.readable


def tally(
    access: Access, see: Permission, read: Permission, narrowed: Narrowed, *, opening: Opening | None = None,
    sought: Sought | None = None, up_to: int = COUNTED_UP_TO,
) -> Tally:  # fmt: skip
    """What `see` shows and `read` opens of what is narrowed, one statement whatever the size of the catalogue.

    What answers words is counted no further than `up_to`; without words, it is counted again only for another scope,
    or once an asset has changed.
    """
    engine = engine_of(access.session)
    asked = (shape_of(access, see), shape_of(access, read), narrowed.chosen, sought is not None)
    bound = {**bind(access, see, "a_"), **bind(access, read, "b_"), **narrowed.bound(engine)}
    if sought is not None:
        bound |= {"sought": sought.written_for(engine), "at_most": up_to + 1}
        return _tally(_sums(access.session, asked, bound), narrowed, opening, up_to)
    bound |= bind_cells(access, see, read)
    version = counts.version(access.session)
    if version is None:
        return _tally(_sums(access.session, asked, bound), narrowed, opening)
    told = _told_at(access.session, version)
    key = hashlib.sha256(repr((asked, opening, sorted(bound.items()))).encode()).digest()
    # Another thread may empty it at any moment.
    found = told.get(key)
    if found is None:
        found = _tally(_sums(access.session, asked, bound), narrowed, opening)
        if len(told) >= _TOLD_AT_MOST:
            told.clear()
        told[key] = found
    return found


_TOLD_AT_MOST = 500
_told: WeakKeyDictionary[Any, tuple[str, dict[bytes, Tally]]] = WeakKeyDictionary()


def _told_at(session: Session, version: str) -> dict[bytes, Tally]:
    """What was counted at this version of the assets; of another, nothing is kept."""
    database = session.get_bind()
    found = _told.get(database)
    if found is None or found[0] != version:
        found = _told[database] = (version, {})
    return found[1]


def forget() -> None:
    """Count again whatever is asked next: for who measures it."""
    _told.clear()


def _sums(session: Session, asked: tuple[Any, ...], bound: Mapping[str, Any]) -> Sequence[Any]:
    return rows(session, _statement(*asked), bound)


def _tally(sums: Iterable[Any], narrowed: Narrowed, opening: Opening | None, up_to: int | None = None) -> Tally:
    """The counts of a page from the lines of `_statement`; capped when more than `up_to` answered."""
    facets: dict[str, Counter[Any]] = {name: Counter() for name in COLUMNS if name != "kinds"}
    chosen = {name: _chosen(getattr(narrowed, name)) for name in ("themes", "levels", "kind")}
    seen = readable = in_all = 0
    for unit, level, theme, kind, seen_there, readable_there in sums:
        shown = _shown(opening, seen_there or 0, readable_there or 0)
        if unit is not None:
            facets["units"][unit] += shown
        elif theme is None:
            in_all = seen_there or 0
        else:
            there = {"themes": theme, "levels": level, "kind": kind}
            left_out = [name for name, wanted in chosen.items() if wanted is not None and there[name] not in wanted]
            for name, value in there.items():
                if not left_out or left_out == [name]:
                    facets[name][value] += shown
            if not left_out:
                seen, readable = seen + seen_there, readable + readable_there
    openings = {Opening.READABLE: readable, Opening.ON_REQUEST: seen - readable}
    opened = 0 if opening is Opening.ON_REQUEST else readable
    told = {name: {value: n for value, n in counter.items() if n} for name, counter in facets.items()}
    return Tally(_shown(opening, seen, readable), opened, told, openings, up_to is not None and in_all > up_to)


def _chosen(values: Iterable[Any] | None) -> set[int | str] | None:
    return None if values is None else {int(one) if isinstance(one, int) else str(one) for one in values}


def _shown(opening: Opening | None, seen: int, readable: int) -> int:
    return {None: seen, Opening.READABLE: readable, Opening.ON_REQUEST: seen - readable}[opening]


def tally_of(hits: Sequence[Any]) -> Tally:
    """The same counts from all the rows of `found`: when one page holds every match, counting again is for nothing."""
    readable = sum(hit.readable for hit in hits)
    facets = {
        name: Counter(getattr(hit, column) for hit in hits) for name, column in COLUMNS.items() if name != "kinds"
    }
    openings = {Opening.READABLE: readable, Opening.ON_REQUEST: len(hits) - readable}
    return Tally(len(hits), readable, facets, openings)


@cache
def _statement(
    see: Shape, read: Shape, chosen: tuple[str, ...], has_words: bool
) -> CompoundSelect[*tuple[Any, ...]]:  # fmt: skip
    """Lines (unit, level, theme, kind, seen, readable): by theme, level and kind together, then by unit alone.

    Each is narrowed by what it does not tell; the last, told nothing, is of all that answers words.
    """
    if has_words:
        source, named = hits(see, read, with_card=False), {"asset": 1, "asset_search": 1}
    else:
        source, named = _counts(see, read)
    # Several lines read it: SQLite would look each time unless told to keep it.
    cube = source.cte("cube").prefix_with("MATERIALIZED")
    told: dict[str, Any] = {
        name: type_coerce(cube.c[column], _TYPES[name]) for name, column in COLUMNS.items() if name != "kinds"
    }

    def line(*by: str) -> Select[Any]:
        values = [value if name in by else cast(null(), _TYPES[name]) for name, value in told.items()]
        stmt = select(*values, func.sum(cube.c.seen), func.sum(cube.c.readable))
        others = [name for name in chosen if by and name not in by]
        return stmt.where(*narrowing(cube.c, others, see.engine)).group_by(*(told[name] for name in by))

    lines = [line("themes", "levels", "kind"), line("units"), *([line()] if has_words else [])]
    return declare(union_all(*lines), named)


def _counts(see: Shape, read: Shape) -> tuple[Any, dict[str, int]]:
    """Counts of each cell, then assets granted outside them, then assets denied inside (DESIGN 4)."""
    a, b = see.scope("a_"), read.scope("b_")
    of, cell = AssetCount, cells(see.engine)
    kinds = narrowing(of, ("kinds",), see.engine)
    a_in, b_in = _counted(a, cell.c.seen), _counted(b, cell.c.readable)
    placed = select(*_facets(of), _if(a_in, of.n, "seen"), _if(b_in, of.n, "readable"))
    placed = placed.select_from(cell).join(of, type_coerce(of.unit_id, Integer) == cell.c.unit)
    parts = [placed.where(or_(a_in, b_in), *kinds)]
    assets = 0
    for scope, is_read in ((a, False), (b, True)):
        for condition, n in _by_name(scope):
            one, zero = literal(n, Integer), literal(0, Integer)
            counted = (
                (zero.label("seen"), one.label("readable")) if is_read else (one.label("seen"), zero.label("readable"))
            )
            parts.append(
                select(*_facets(Asset), *counted).where(condition, *narrowing(Asset, ("kinds",), see.engine))
            )  # fmt: skip
            assets += 1
    return union_all(*parts), {"asset_count": 1, "asset": assets}


def _by_name(scope: BoundScope) -> Iterator[tuple[ColumnElement[bool], int]]:
    """What names add to the cells (+1 each), and what denials take away (-1 each)."""
    shape = scope.shape
    if shape.is_house:
        return
    if shape.has_assets:
        yield and_(scope.is_named(), not_(scope.in_cells()), scope.in_state(), *scope.not_denied()), 1
    if shape.has_denied_assets:
        themes = [not_(scope.is_denied_theme())] if shape.has_denied_themes else []
        yield and_(scope.is_denied_asset(), scope.in_cells(), scope.in_state(), *themes), -1


def _counted(scope: BoundScope, highest: Any) -> ColumnElement[bool]:
    """Counts of what is opened in a cell, up to its highest level."""
    of, about = AssetCount, scope.permission.about
    level = type_coerce(of.card_sensitivity if about == "card" else of.sensitivity, Integer)
    bare = [not_(of.is_protected)] if about == "content" and not scope.shape.is_house else []
    themes = [not_(scope.is_denied_theme(of))] if scope.shape.has_denied_themes else []
    return and_(level <= highest, scope.in_state(of), *bare, *themes)


def _facets(table: Any) -> list[Any]:
    return [getattr(table, name) for name in ("unit_id", "sensitivity", "kind", "theme_id")]


def _if(condition: ColumnElement[bool], n: Any, name: str) -> Any:
    return case((condition, n), else_=0).label(name)
