"""How many assets a reader sees, and how many of them she may open: in all, and by each facet.

Without words, from the counts kept with each change (never from the catalogue). With words, from the matches, no
further than 10,000. Each facet is counted with the other choices but not its own.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    literal_column,
    not_,
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
    asked = (shape_of(access, see), shape_of(access, read), narrowed.chosen, opening, sought is not None)
    bound = {**bind(access, see, "a_"), **bind(access, read, "b_"), **narrowed.bound(engine)}
    if sought is not None:
        bound |= {"sought": sought.written_for(engine), "at_most": up_to + 1}
        return _tally(access.session, _statement(*asked), bound, up_to)
    bound |= bind_cells(access, see, read)
    version = counts.version(access.session)
    if version is None:
        return _tally(access.session, _statement(*asked), bound, up_to)
    told = _told_at(access.session, version)
    key = hashlib.sha256(repr((asked, sorted(bound.items()))).encode()).digest()
    # Another thread may empty it at any moment.
    found = told.get(key)
    if found is None:
        found = _tally(access.session, _statement(*asked), bound, up_to)
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


def _tally(session: Session, stmt: Any, bound: Mapping[str, Any], up_to: int) -> Tally:
    facets: dict[str, dict[Any, int]] = {name: {} for name in COLUMNS if name != "kinds"}
    total, openings, all_seen = (0, 0), (0, 0), 0
    for name, value, seen, readable in rows(session, stmt, bound):
        if name == "total":
            total = (seen or 0, readable or 0)
        elif name == "openings":
            openings = (seen or 0, readable or 0)
        elif name == "all":
            all_seen = seen or 0
        elif seen:
            facets[name][value if name == "kind" else int(value)] = int(seen)
    counted = {Opening.READABLE: openings[1], Opening.ON_REQUEST: openings[0] - openings[1]}
    return Tally(int(total[0]), int(total[1]), facets, counted, all_seen > up_to)


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
    see: Shape, read: Shape, chosen: tuple[str, ...], opening: Opening | None, has_words: bool
) -> CompoundSelect[*tuple[Any, ...]]:  # fmt: skip
    if has_words:
        source, named = hits(see, read, with_card=False), {"asset": 1, "asset_search": 1}
    else:
        source, named = _counts(see, read)
    # Seven lines read it: SQLite would look each time unless told to keep it.
    cube = source.cte("cube").prefix_with("MATERIALIZED")
    measure = {None: cube.c.seen, Opening.READABLE: cube.c.readable, Opening.ON_REQUEST: cube.c.seen - cube.c.readable}
    shown = func.sum(measure[opening])

    def line(name: str, value: Any, count: Any, also: Any, narrowed_by: Sequence[str]) -> Select[Any]:
        said: Any = literal_column(f"'{name}'").label("facet")
        first = select(said, value.label("value"), count.label("seen"), also.label("readable"))
        return first.where(*narrowing(cube.c, narrowed_by, see.engine))

    none = literal_column("NULL", String)
    readable = literal_column("0") if opening is Opening.ON_REQUEST else func.sum(cube.c.readable)
    both = (func.sum(cube.c.seen), func.sum(cube.c.readable))
    lines = [line("total", none, shown, readable, chosen), line("openings", none, *both, chosen)]
    lines.append(line("all", none, *both, ()))
    for name, column in COLUMNS.items():
        if name != "kinds":
            others = tuple(other for other in chosen if other != name)
            value = type_coerce(cube.c[column], String if name == "kind" else Integer)
            lines.append(line(name, cast(value, String), shown, literal_column("0"), others).group_by(cube.c[column]))
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
