"""Which live rights deserve a second look, and why: one statement over all of them, and what narrows a list of rights
to those that the actor may see. The directory's rights are not looked at: they follow the directory (PRODUCT F21)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from dataspace.auth import using
from dataspace.auth.access import Access, HouseAccess
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, GrantUse, Membership, Person
from dataspace.auth.words import (
    MembershipKind,
    Permission,
    PersonKind,
    Protection,
    Reach,
    Role,
    Sensitivity,
    Source,
    State,
    UnitKind,
)
from dataspace.db import declare

_AT_ONCE = 1000


class Cause(StrEnum):
    """Why a right is looked at again, the gravest first."""

    SENSITIVE = "sensitive"
    ENDLESS = "endless"
    PARTNER = "partner"
    MOVED = "moved"
    UNUSED = "unused"

    @property
    def label(self) -> str:
        return {
            "sensitive": "contenu confidentiel ou protégé", "endless": "sans date de fin",
            "partner": "partenaire", "moved": "a changé d’unité, ou est parti", "unused": "ne sert plus",
        }[self]  # fmt: skip

    @property
    def weight(self) -> int:
        """How much it adds to the risk of a line: a graver cause outweighs all the lighter ones together."""
        return {"sensitive": 16, "endless": 8, "partner": 4, "moved": 2, "unused": 1}[self]


# Such a right may end when nobody answers; one that is only sensitive or endless may not (PRODUCT P5).
LAPSING = frozenset({Cause.UNUSED, Cause.MOVED, Cause.PARTNER})
# To keep one of these, somebody says why.
EXPLAINED = frozenset({Cause.ENDLESS, Cause.SENSITIVE})


@dataclass(frozen=True)
class Risk:
    """A right to be looked at: where it stands (the unit that owns the asset, or the unit itself) and why."""

    grant_id: int
    person_id: int | None
    subject_unit_id: int | None
    group_name: str | None
    usage_id: int | None
    role: Role
    unit_id: int
    level: Sensitivity
    whole: bool
    causes: tuple[Cause, ...]

    @property
    def weight(self) -> int:
        return sum(cause.weight for cause in self.causes)


def find(access: Access, units: Collection[int], *, unused_for: timedelta) -> Iterator[Risk]:
    """The risky rights that stand on `units` or on what they own, as far as the actor may see them."""
    wanted = {cause: said for cause, said in _causes(access, unused_for).items() if said is not None}
    stands_on = func.coalesce(Grant.unit_id, Asset.unit_id)
    told = [case((said, 1), else_=0).label(cause.value) for cause, said in wanted.items()]
    stmt = (
        select(
            Grant.id, Grant.person_id, Grant.subject_unit_id, Grant.group_name, Grant.usage_id, Grant.role,
            Grant.with_services,
            stands_on.label("stands_on"), Asset.sensitivity, Asset.protection, *told,
        )
        .select_from(Grant)
        .outerjoin(Person, Person.id == Grant.person_id)
        .outerjoin(GrantUse, GrantUse.grant_id == Grant.id)
        .where(Grant.source != Source.SSO, Grant.revoked_at.is_(None), live(Grant, access.moment))
        .where(stands_on.in_(sorted(units)), or_(*wanted.values()))
        .order_by(Grant.id)
    )  # fmt: skip
    rows = access.session.execute(seen(access, stmt)).yield_per(_AT_ONCE)
    for row in rows:
        found = row._mapping  # noqa: SLF001 - SQLAlchemy's own name for it
        level = row.sensitivity
        if level is None:
            level = access.policy.opens(row.role)
        elif row.protection is not Protection.NONE:
            level = Sensitivity.CONFIDENTIAL
        causes = tuple(cause for cause in wanted if found[cause.value])
        yield Risk(row.id, row.person_id, row.subject_unit_id, row.group_name, row.usage_id, row.role, row.stands_on,
                   level, row.with_services, causes)  # fmt: skip


def seen(access: Access, stmt: Any, *, lent: Sequence[Access] = ()) -> Select[Any]:
    """`stmt`, whose rows carry a Grant, joined to the asset each stands on and cut to the rights the actor may see, by
    her own right or by one `lent` to her."""
    on_asset: ColumnElement[bool] = Asset.state != State.DRAFT
    on_unit: ColumnElement[bool] = true()
    if not isinstance(access, HouseAccess):
        by = (access, *lent)
        cells = sorted({unit for one in by for unit in one.scope(Permission.RIGHTS_SEE).cells})
        opened = or_(*(one.predicate(Permission.RIGHTS_SEE) for one in by))
        on_asset, on_unit = and_(on_asset, opened), Grant.unit_id.in_(cells)
    joined = stmt.outerjoin(Asset, Asset.id == Grant.asset_id)
    return declare(
        joined.where(
            or_(and_(Grant.asset_id.is_(None), on_unit), and_(Grant.asset_id.is_not(None), on_asset)),
        ),
        {"asset": 1},
    )


def at_most(height: Sensitivity) -> ColumnElement[bool]:
    """For a statement of `seen`: what stands on a card no higher than `height`."""
    return or_(Grant.asset_id.is_(None), Asset.card_sensitivity <= int(height))


def _causes(access: Access, unused_for: timedelta) -> dict[Cause, ColumnElement[bool] | None]:
    """Each cause as a condition, the gravest first; None when it cannot be told."""
    policy, tree = access.policy, access.facts.tree
    high = [role for role in Role if policy.opens(role) is Sensitivity.CONFIDENTIAL]
    partners = [unit for unit in tree.nodes if tree[tree.root(unit)].kind is UnitKind.PARTNER]
    return {
        Cause.SENSITIVE: or_(
            Asset.sensitivity == Sensitivity.CONFIDENTIAL, Asset.protection != Protection.NONE,
            and_(Grant.unit_id.is_not(None), Grant.role.in_(high)),
        ),
        Cause.ENDLESS: Grant.ends.is_(None),
        Cause.PARTNER: or_(
            func.coalesce(Person.kind == PersonKind.PARTNER, False), Grant.role == Role.PARTNER,
            func.coalesce(Grant.subject_unit_id.in_(partners), False),
        ),
        Cause.MOVED: or_(func.coalesce(Person.is_active.is_(False), False), _has_moved(access.moment)),
        Cause.UNUSED: _is_unused(access, unused_for),
    }  # fmt: skip


def _has_moved(moment: datetime) -> ColumnElement[bool]:
    """A place that she had when the right was given has ended, and she has not come back to it."""
    then, now = aliased(Membership), aliased(Membership)
    again = exists().where(now.person_id == then.person_id, now.unit_id == then.unit_id, live(now, moment))
    return exists().where(
        then.person_id == Grant.person_id, then.kind == MembershipKind.POSTING, then.starts <= Grant.granted_at,
        then.ends > Grant.granted_at, then.ends <= moment, ~again,
    )  # fmt: skip


def _is_unused(access: Access, unused_for: timedelta) -> ColumnElement[bool] | None:
    """Nothing has stood on it for so long, of what is measured: content opened, taken away or changed."""
    limit, since = access.moment - unused_for, using.measured_since(access.session)
    if since is None or since > limit.date():
        # Kept for less long than that: nobody can say.
        return None
    measured = [role for role in Role if any(_opens(access, role, p) for p in Permission if p.about == "content")]
    never_since = or_(GrantUse.day.is_(None), GrantUse.day <= limit.date())
    return and_(Grant.role.in_(measured), Grant.starts <= limit, never_since)


def _opens(access: Access, role: Role, permission: Permission) -> bool:
    return any(access.policy.level(role, permission, reach) is not None for reach in Reach)
