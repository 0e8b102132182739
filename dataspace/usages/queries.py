"""Usages as each may know of them, and what they open among what the reader may know of."""

from collections.abc import Sequence

from sqlalchemy import select

from dataspace.auth import Access, Permission, usages
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Person, Usage, UsageMember
from dataspace.auth.queries import postings
from dataspace.auth.usages_known import uses
from dataspace.auth.words import AssetKind, PersonKind, State
from dataspace.usages.models import (
    JoinState,
    RecipientKind,
    UsageJoin,
    UsageOpinion,
    UsageRecipient,
    UsageSheet,
)

_KNOWING = (Permission.CARD_SEE, Permission.RIGHTS_SEE)
_MOST = 200


def assets(access: Access, usage: Usage) -> list[tuple[Asset, Grant | None]]:
    """What it needs or has, among what the actor may know of, with what opens it now; in the order of titles."""
    used = uses(access.moment)
    stmt = access.select(Asset, *_KNOWING).join(used, used.c.asset_id == Asset.id).where(used.c.usage_id == usage.id)
    found = access.session.scalars(stmt.order_by(Asset.title).limit(_MOST)).all()
    standing = select(Grant).where(
        Grant.usage_id == usage.id, Grant.revoked_at.is_(None), live(Grant, access.moment), Grant.asset_id.is_not(None)
    )
    opened = {grant.asset_id: grant for grant in access.session.scalars(standing)}
    return [(asset, opened.get(asset.id)) for asset in found]


def sheet(access: Access, usage: Usage) -> UsageSheet:
    """What the register says of it."""
    return access.session.scalars(select(UsageSheet).where(UsageSheet.usage_id == usage.id)).one()


def recipients(access: Access, usage: Usage) -> Sequence[UsageRecipient]:
    """The categories of recipients that are declared."""
    stmt = select(UsageRecipient).where(UsageRecipient.usage_id == usage.id)
    return access.session.scalars(stmt.order_by(UsageRecipient.id)).all()


def is_recipient(access: Access, usage: Usage, person: Person) -> bool:
    """Does `person` fit a declared category? Élus never do for what is protected: theirs are aggregates."""
    places = [p.unit_id for p in postings(access.session, [person.id], access.moment).get(person.id, [])
              if p.kind.is_inside]  # fmt: skip
    tree = access.facts.tree
    is_aggregate = not any(asset.is_protected for asset, _ in assets(access, usage))
    return any(
        one.kind.person is person.kind
        and any(place in tree.branch(one.unit_id) for place in places)
        and (is_aggregate or one.kind is not RecipientKind.ELECTED)
        for one in recipients(access, usage)
    ) and (is_aggregate or person.kind is not PersonKind.ELECTED)


def waiting(access: Access, usage: Usage) -> Sequence[UsageJoin]:
    """Who asks to take part, the first first. The caller has asked whether the actor answers for it."""
    stmt = select(UsageJoin).where(UsageJoin.usage_id == usage.id, UsageJoin.state == JoinState.ASKED)
    return access.session.scalars(stmt.order_by(UsageJoin.id)).all()


def all_waiting(access: Access) -> list[tuple[UsageJoin, Usage]]:
    """Who asks to take part in a usage that still runs and that the actor keeps, the first first; never herself."""
    cells = sorted(access.scope(Permission.USAGE_MANAGE).cells)
    if not cells:
        return []
    stmt = (
        select(UsageJoin, Usage)
        .join(Usage, Usage.id == UsageJoin.usage_id)
        .where(UsageJoin.state == JoinState.ASKED, UsageJoin.person_id != access.actor.person_id)
        .where(Usage.unit_id.in_(cells), live(Usage, access.moment))
        .order_by(UsageJoin.id)
        .limit(_MOST)
    )
    return [(found, usage) for found, usage in access.session.execute(stmt)]


def join_of(access: Access, usage: Usage, public_id: str) -> UsageJoin | None:
    """One of those who ask."""
    stmt = select(UsageJoin).where(UsageJoin.usage_id == usage.id, UsageJoin.public_id == public_id)
    return access.session.scalars(stmt).one_or_none()


def my_join(access: Access, usage: Usage) -> UsageJoin | None:
    """The actor's last request to take part."""
    stmt = select(UsageJoin).where(UsageJoin.usage_id == usage.id, UsageJoin.person_id == access.actor.person_id)
    return access.session.scalars(stmt.order_by(UsageJoin.id.desc())).first()


def opinions(access: Access, usage: Usage) -> Sequence[UsageOpinion]:
    """What the DPO said of it, the last first."""
    stmt = select(UsageOpinion).where(UsageOpinion.usage_id == usage.id)
    return access.session.scalars(stmt.order_by(UsageOpinion.id.desc()).limit(20)).all()


def assets_to_pick(access: Access) -> list[Asset]:
    """What may be picked, the newest first."""
    stmt = access.select(Asset, Permission.CARD_SEE).where(Asset.kind != AssetKind.SEAT, Asset.state == State.PUBLISHED)
    return list(access.session.scalars(stmt.order_by(Asset.updated.desc()).limit(300)))


def member_of(access: Access, usage: Usage, public_id: str) -> tuple[Person, UsageMember] | None:
    """One of those who take part."""
    return next((one for one in usages.taking_part(access, usage) if one[1].public_id == public_id), None)
