"""What one administers, as a list: the assets whose rights one sees, narrowed, and the grants that stand there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from dataspace.auth import search
from dataspace.auth.access import Access
from dataspace.auth.bound import engine_of
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Theme, asset_search
from dataspace.auth.queries import rights_known
from dataspace.auth.words import AssetKind, Permission, Sensitivity
from dataspace.db import declare, declared

MOST_COUNTED = 10_000
# How long what was done together can be undone together.
UNDONE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to; empty narrows nothing. `units` are the owners."""

    text: str = ""
    theme: str = ""
    kinds: Collection[AssetKind] = ()
    units: Collection[int] = ()
    level: Sensitivity | None = None


def assets(access: Access, narrowed: Narrowed) -> Select[Any]:
    """The assets whose rights the actor may see, the newest first."""
    stmt = rights_known(access)
    if narrowed.theme:
        stmt = stmt.where(Asset.theme_id.in_(select(Theme.id).where(Theme.code == narrowed.theme)))
    if narrowed.kinds:
        stmt = stmt.where(Asset.kind.in_(narrowed.kinds))
    if narrowed.units:
        stmt = stmt.where(Asset.unit_id.in_(sorted(narrowed.units)))
    if narrowed.level is not None:
        stmt = stmt.where(Asset.sensitivity == narrowed.level)
    if narrowed.text and (asked := search.sought(narrowed.text)) is not None:
        engine = engine_of(access.session)
        found = select(asset_search.c.rowid).where(search.matches(engine))
        stmt = declare(stmt.where(Asset.id.in_(found)), {"asset_search": 1})
        stmt = stmt.params(sought=asked.written_for(engine))
    return stmt.order_by(Asset.updated.desc(), Asset.id.desc())


def page(access: Access, narrowed: Narrowed, *, number: int, size: int) -> tuple[Sequence[Asset], int | None]:
    """That page of the list, and how many there are in all; None past ten thousand."""
    stmt = assets(access, narrowed)
    total = access.count(stmt, at_most=MOST_COUNTED + 1)
    found = access.session.scalars(stmt.limit(size).offset((number - 1) * size)).all()
    return found, total if total <= MOST_COUNTED else None


def standing(access: Access, narrowed: Narrowed, *, limit: int) -> Sequence[Grant]:
    """Live grants on these assets, and on the units of the actor's reach that hold them. Needs rights:see."""
    access.require(Permission.RIGHTS_SEE)
    stmt, cells = assets(access, narrowed).order_by(None), access.scope(Permission.RIGHTS_SEE).cells
    owners = access.session.scalars(stmt.with_only_columns(Asset.unit_id).distinct())
    over = sorted({unit for owner in owners for unit in access.facts.tree.holding(owner)} & cells.keys())
    known = stmt.with_only_columns(Asset.id)
    found = (
        select(Grant)
        .where(or_(Grant.asset_id.in_(known), Grant.unit_id.in_(over)))
        .where(Grant.revoked_at.is_(None), or_(Grant.ends.is_(None), Grant.ends > access.moment))
        .order_by(Grant.id)
        .limit(limit)
    )
    return access.session.scalars(declare(found, declared(known))).all()


def given_to(access: Access, asset_ids: Collection[int], unit_ids: Collection[int]) -> Sequence[Grant]:
    """Live grants on these assets and units, which the actor has been shown. Needs rights:see."""
    access.require(Permission.RIGHTS_SEE)
    on = or_(Grant.asset_id.in_(sorted(asset_ids)), Grant.unit_id.in_(sorted(unit_ids)))
    stmt = select(Grant).where(on, Grant.revoked_at.is_(None), live(Grant, access.moment))
    return access.session.scalars(stmt.order_by(Grant.id)).all()


def done_at(access: Access, moment: datetime) -> tuple[Sequence[Grant], Sequence[Grant]]:
    """What the actor herself gave, and took back, at that very moment: several rights at once, not long ago."""
    if not access.moment - UNDONE_WITHIN <= moment <= access.moment:
        return (), ()
    given = select(Grant).where(Grant.granted_by_id == access.author_id, Grant.granted_at == moment)
    ended = select(Grant).where(Grant.revoked_by_id == access.author_id, Grant.revoked_at == moment)
    return access.session.scalars(given.order_by(Grant.id)).all(), access.session.scalars(
        ended.order_by(Grant.id)
    ).all()
