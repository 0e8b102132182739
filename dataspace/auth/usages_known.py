"""Which usages one may know of: being of it or of its unit, answering for it, reading the register, or seeing who has
access to something that it needs. What a usage needs is told to nobody who may not know of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Subquery, bindparam, exists, or_, select, union, union_all

from dataspace.auth import usages
from dataspace.auth.access import Access
from dataspace.auth.bound import among, engine_of, values
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Known, Usage, UsageAsset, UsageMember
from dataspace.auth.queries import rights_known
from dataspace.auth.words import Permission
from dataspace.db import rows

_MOST = 200


def uses(moment: datetime) -> Subquery:
    """(usage_id, asset_id): what each usage needs, or has been given."""
    given = select(Grant.usage_id, Grant.asset_id).where(
        Grant.usage_id.is_not(None), Grant.asset_id.is_not(None), Grant.revoked_at.is_(None), live(Grant, moment)
    )
    return union(select(UsageAsset.usage_id, UsageAsset.asset_id), given).subquery()


def known(access: Access, public_id: str) -> Usage | None:
    """The usage, when the actor may know of it: she is of it, of its unit, answers for it, reads the register, or sees
    who has access to something that it needs."""
    usage = access.session.scalars(select(Usage).where(Usage.public_id == public_id)).one_or_none()
    if usage is None:
        return None
    found = access.session.scalars(select(Usage.id).where(Usage.id == usage.id, _visible(access))).first()
    return usage if found is not None or _sees_rights_on(access, Usage.id == usage.id) else None


def all_known(access: Access) -> Sequence[Usage]:
    """Usages that still run and that the actor may know of, in the order of titles; the first two hundred."""
    through = _sees_rights_on(access, Usage.ends > access.moment)
    stmt = select(Usage).where(Usage.ends > access.moment, or_(_visible(access), Usage.id.in_(through)))
    return access.session.scalars(stmt.order_by(Usage.title, Usage.id).limit(_MOST)).all()


def serving(access: Access, asset: Known) -> Sequence[Any]:
    """The usages (public_id, title, purpose) that `asset` serves, among those that the actor may know of.

    Nothing in somebody else's eyes. One statement, built once: every card asks.
    """
    if not access.is_herself:
        return ()
    engine = engine_of(access.session)
    sees_all = access.allows(Permission.RIGHTS_SEE, asset)
    bound = {"thing": asset.id, "now": access.moment}
    if not sees_all:
        bound |= {"me": access.actor.person_id, "units": values(sorted(_units(access)), engine)}
    return rows(access.session, _serving(engine, sees_all), bound)


@cache
def _serving(engine: str, sees_all: bool) -> Any:
    given = select(Grant.usage_id).where(
        Grant.asset_id == bindparam("thing"), Grant.usage_id.is_not(None), Grant.revoked_at.is_(None), live(Grant)
    )
    used: Any = union_all(select(UsageAsset.usage_id).where(UsageAsset.asset_id == bindparam("thing")), given)
    stmt = select(Usage.public_id, Usage.title, Usage.purpose).where(Usage.id.in_(used), live(Usage))
    if not sees_all:
        mine = exists().where(
            UsageMember.usage_id == Usage.id, UsageMember.person_id == bindparam("me"), live(UsageMember)
        )
        stmt = stmt.where(or_(mine, among(Usage.unit_id, "units", engine)))
    return stmt.order_by(Usage.title).limit(_MOST)


def asking_for(access: Access, asset: Known) -> Sequence[Usage]:
    """The running usages in whose name the actor may ask for `asset`: they declare it, or have it already, and she is
    of them or answers for them."""
    mine = [usage.id for usage, _ in usages.mine(access)]
    kept = sorted(access.scope(Permission.USAGE_MANAGE).cells)
    if not mine and not kept:
        return ()
    used = uses(access.moment)
    here = Usage.id.in_(select(used.c.usage_id).where(used.c.asset_id == asset.id))
    hers = or_(Usage.id.in_(mine), Usage.unit_id.in_(kept))
    stmt = select(Usage).where(here, hers, live(Usage, access.moment))
    return access.session.scalars(stmt.order_by(Usage.title, Usage.id).limit(_MOST)).all()


def may_read_names(access: Access, usage: Usage) -> bool:
    """Members know each other; who answers for the usage or reads the register does too."""
    is_of_it = any(mine.id == usage.id for mine, _ in usages.mine(access))
    return is_of_it or usages.manages(access, usage) or access.may_in(Permission.REGISTER_READ, usage.unit_id)


def _visible(access: Access) -> ColumnElement[bool]:
    mine = [usage.id for usage, _ in usages.mine(access)]
    return or_(Usage.id.in_(mine), Usage.unit_id.in_(sorted(_units(access))))


def _units(access: Access) -> set[int]:
    """The units whose usages the actor may know of: hers, those she answers for, those whose register she reads."""
    units = set(access.scope(Permission.USAGE_MANAGE).cells) | set(access.scope(Permission.REGISTER_READ).cells)
    for posting in access.facts.postings:
        if posting.kind.is_inside:
            units.update(access.facts.tree.holding(posting.unit_id))
    return units


def _sees_rights_on(access: Access, which: ColumnElement[bool]) -> list[int]:
    """Usages that need something whose rights the actor sees: she decides on it, or watches over it."""
    if not access.may(Permission.RIGHTS_SEE):
        return []
    used = uses(access.moment)
    stmt = (
        rights_known(access)
        .join(used, used.c.asset_id == Asset.id)
        .join(Usage, Usage.id == used.c.usage_id)
        .where(which)
        .with_only_columns(Usage.id)
        .distinct()
    )
    return list(access.session.scalars(stmt))
