"""Links as their author, and those who answer for the thing, read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dataspace.audit import Act
from dataspace.audit import queries as journal
from dataspace.auth import Access, Actor, Permission, sharing
from dataspace.auth.models import Asset, Person, Share, ShareReader
from dataspace.auth.queries import people
from dataspace.errors import NotFound


@dataclass(frozen=True)
class Listed:
    """A link. `asset` is None when the reader may not know of it any more; not `is_alive`: it opens nothing now."""

    share: Share
    author: Person
    asset: Asset | None
    readers: tuple[Person, ...]
    is_alive: bool
    openings: int


def mine(access: Access) -> list[Listed]:
    """The actor's own links that have not ended, with how many times each was opened."""
    found = sharing.live_of(access.session, access.moment, author_id=access.actor.person_id)
    counted = journal.counts_on(access.session, Act.SHARE_OPENED, "share", [share.public_id for share in found])
    assets = {share.id: sharing.lent(access, share) for share in found}
    known = {share.id: assets[share.id] or sharing.readable(access, share.asset_id) for share in found}
    named = _readers(access, found)
    author = people(access.session, [access.actor.person_id])
    return [
        Listed(
            share, author[share.author_id], known[share.id], named.get(share.id, ()),
            assets[share.id] is not None, counted.get(share.public_id, 0),
        )
        for share in found
    ]  # fmt: skip


def on_asset(access: Access, public_id: str) -> tuple[Asset, list[Listed]]:
    """The live links to a thing, for whom answers for it. Raises NotFound. How often they serve is their author's."""
    stmt = access.select(Asset, Permission.SHARE_END).where(Asset.public_id == public_id)
    asset: Asset | None = access.session.scalar(stmt)
    if asset is None:
        raise NotFound
    found = sharing.live_of(access.session, access.moment, asset_id=asset.id)
    authors, named = people(access.session, (share.author_id for share in found)), _readers(access, found)
    return asset, [
        Listed(share, author, asset, named.get(share.id, ()), sharing.lent(_of(access, author), share) is not None, 0)
        for share in found
        for author in [authors[share.author_id]]
    ]


def _of(access: Access, person: Person) -> Access:
    return Access(Actor.of(person), access.session, access.policy, moment=access.moment)


def _readers(access: Access, found: Sequence[Share]) -> dict[int, tuple[Person, ...]]:
    stmt = (
        select(ShareReader.share_id, Person)
        .join(Person, Person.id == ShareReader.person_id)
        .where(ShareReader.share_id.in_([share.id for share in found]))
        .order_by(Person.family_name, Person.given_name)
    )
    named: dict[int, tuple[Person, ...]] = {}
    for share_id, person in access.session.execute(stmt):
        named[share_id] = (*named.get(share_id, ()), person)
    return named
