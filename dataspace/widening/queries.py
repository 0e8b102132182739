"""What is proposed to be opened further, for who sees the rights on it or may answer."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from dataspace.auth import Access, Permission
from dataspace.auth.models import Asset, Person
from dataspace.auth.moving import holding
from dataspace.widening.models import Widening, WideningState


def pending(access: Access, asset: Asset) -> Widening | None:
    """What waits on `asset`, its day not over. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    return access.session.scalars(_waiting(access).where(Widening.asset_id == asset.id)).first()


def to_confirm(access: Access) -> list[tuple[Widening, Asset]]:
    """What waits for somebody else than who proposed it, on things that the actor may open, the first to end first."""
    found = {one.asset_id: one for one in access.session.scalars(_waiting(access).order_by(Widening.expires))}
    others = [one for one in found.values() if one.proposed_by_id != access.author_id]
    assets = _openable(access, [one.asset_id for one in others])
    return [(one, assets[one.asset_id]) for one in others if one.asset_id in assets]


def mine(access: Access) -> list[tuple[Widening, Asset]]:
    """The last proposals of the actor on things that she may still open, the last first."""
    stmt = select(Widening).where(Widening.proposed_by_id == access.author_id).order_by(Widening.id.desc()).limit(20)
    found = access.session.scalars(stmt).all()
    assets = _openable(access, [one.asset_id for one in found])
    return [(one, assets[one.asset_id]) for one in found if one.asset_id in assets]


def known(access: Access, public_id: str) -> tuple[Widening, Asset] | None:
    """The proposal and what it is about, when the actor may open it further and see its rights."""
    found = access.session.scalar(select(Widening).where(Widening.public_id == public_id))
    if found is None:
        return None
    assets = _openable(access, [found.asset_id])
    return (found, assets[found.asset_id]) if found.asset_id in assets else None


def confirming(access: Access, asset: Asset, proposed_by: int | None) -> list[Person]:
    """Who may answer: all those who may open `asset` further, but who proposed it; the nearest first."""
    people = dict.fromkeys(person for person, _, _ in holding(access, Permission.ASSET_WIDEN, asset.unit_id))
    return [person for person in people if person.id != proposed_by]


def _waiting(access: Access) -> Select[Widening]:
    return select(Widening).where(Widening.state == WideningState.WAITING, Widening.expires > access.moment)


def _openable(access: Access, ids: Sequence[int]) -> dict[int, Asset]:
    stmt = access.select(Asset, Permission.ASSET_WIDEN).where(Asset.id.in_(sorted(set(ids))))
    found = {asset.id: asset for asset in access.session.scalars(stmt)} if ids else {}
    return {key: asset for key, asset in found.items() if access.allows(Permission.RIGHTS_SEE, asset)}
