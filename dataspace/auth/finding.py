"""Assets that answer words, cut to what a reader sees; never more than 10,000 are looked at."""

from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, literal, select

from dataspace.auth.access import Access
from dataspace.auth.bound import Shape, bind, engine_of, shape_of
from dataspace.auth.listing import SHOWN, Narrowed, narrowing
from dataspace.auth.models import Asset, asset_search
from dataspace.auth.search import Sought, matches, rank
from dataspace.auth.words import Permission
from dataspace.db import declare, rows

COUNTED_UP_TO = 10_000


class Opening(StrEnum):
    """Of what is seen: what may be opened, or what has to be asked for."""

    READABLE = "lisible"
    ON_REQUEST = "sur-demande"


def found(
    access: Access, see: Permission, read: Permission, narrowed: Narrowed, sought: Sought, *,
    opening: Opening | None = None, by_date: bool = False, limit: int = 20, offset: int = 0,
) -> list[Any]:  # fmt: skip
    """Rows (columns of the asset) that answer `sought`, the most telling first (or the newest)."""
    engine = engine_of(access.session)
    stmt = _found(shape_of(access, see), shape_of(access, read), narrowed.chosen, opening, by_date)
    bound = {**bind(access, see, "a_"), **bind(access, read, "b_"), **narrowed.bound(engine)}
    bound |= {"sought": sought.written_for(engine), "at_most": COUNTED_UP_TO + 1, "top": limit, "skip": offset}
    return list(rows(access.session, stmt, bound))


@cache
def _found(see: Shape, read: Shape, chosen: tuple[str, ...], opening: Opening | None, by_date: bool) -> Select[Any]:
    inner = hits(see, read, with_card=True).subquery("hits")
    conditions = narrowing(inner.c, chosen, see.engine)
    if opening is not None:
        conditions.append(inner.c.readable == int(opening is Opening.READABLE))
    last_first = (inner.c.updated.desc(), inner.c.id.desc())
    order = last_first if by_date else (inner.c.rank, *last_first)
    stmt = select(inner).where(*conditions).order_by(*order).limit(bindparam("top")).offset(bindparam("skip"))
    return declare(stmt, {"asset": 1, "asset_search": 1})


def hits(see: Shape, read: Shape, *, with_card: bool) -> Select[Any]:
    """The matches that the reader sees, and of each whether she may open it. Names `asset` and `asset_search` once."""
    columns = [
        getattr(Asset, name) for name in (SHOWN if with_card else ("unit_id", "sensitivity", "kind", "theme_id"))
    ]
    ranked = [rank(see.engine).label("rank")] if with_card else []
    opened = case((read.scope("b_").predicate(), 1), else_=0).label("readable")
    stmt = select(*columns, *ranked, literal(1, Integer).label("seen"), opened)
    stmt = stmt.select_from(asset_search).join(Asset, Asset.id == asset_search.c.rowid)
    seen = and_(matches(see.engine), see.scope("a_").predicate(), *narrowing(Asset, ("kinds",), see.engine))
    return stmt.where(seen).limit(bindparam("at_most"))
