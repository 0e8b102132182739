"""Links: one asset, opened to be read by who holds the link, in her own name, as long as its author still reads it.

Not a grant: nothing is added to what its reader holds, so no list, search or count of hers changes. The link yields an
access of its own, in which she holds nothing but `reader` on this one asset: the same rule, on other facts.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dataspace.auth.access import Access, Supposed
from dataspace.auth.facts import Actor, Facts, Held
from dataspace.auth.models import Asset, Known, Person, Share, ShareReader
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import AssetKind, Permission, Role, RowAttribute, Sensitivity, Source, State

# What a link can open: what shows on a page of ours.
READING = {AssetKind.DATASET: Permission.DATASET_READ, AssetKind.DASHBOARD: Permission.DASHBOARD_OPEN}
FOR_ALL = Sensitivity.INTERNAL
_FIND = (
    select(Share, Person)
    .join(Person, Person.id == Share.author_id)
    .where(
        Share.secret_hash == bindparam("hash"), Share.revoked_at.is_(None), Share.created <= bindparam("now"),
        Share.ends > bindparam("now"), Person.is_active,
    )
)  # fmt: skip


class Shared(Supposed):
    """What a link opens to its reader: one asset, to be read, cut to the rows that its author reads and lends."""

    def __init__(self, reader: Access, author: Access, share: Share, asset: Asset) -> None:
        own = reader.facts
        held = Held(
            share.public_id, Role.READER, None, False, asset.id, Source.SYSTEM, share.purpose, share.author_id,
            share.created, share.ends, False, asset.public_id, asset.title, asset.unit_id, asset.sensitivity,
            asset.card_sensitivity, asset.protection, share.up_to,
        )  # fmt: skip
        super().__init__(reader, Facts(own.tree, own.postings, (held,), own.denied, own.denied_themes))
        self.author, self.share, self.asset = author, share, asset

    @property
    def beside(self) -> dict[str, str]:
        return {"share": self.share.public_id, "shared_by": self.author.actor.public_id}

    def row_values(self, attribute: RowAttribute) -> tuple[str, ...]:
        return self.author.row_values(attribute)

    def row_cut(self, asset: Known) -> Mapping[str, frozenset[str]]:
        if self.share.row_column is None:
            return {}
        return {self.share.row_column: frozenset(self.share.row_values or ())}


def opened(reader: Access, secret: str) -> Shared | None:
    """What the link of `secret` opens to `reader` now; None when it is dead, unknown, or somebody else's."""
    found = reader.session.execute(_FIND, {"hash": hash_of(secret), "now": reader.moment}).one_or_none()
    if found is None:
        return None
    share, person = found
    author = Access(Actor.of(person), reader.session, reader.policy, moment=reader.moment)
    asset = lent(author, share)
    if asset is None or not _is_for(reader, share, asset):
        return None
    made = Shared(reader, author, share, asset)
    return made if made.allows(READING[asset.kind], asset) else None


def lent(author: Access, share: Share) -> Asset | None:
    """The asset, while its author may read and share it and it is no more sensitive than when she did."""
    asset = readable(author, share.asset_id)
    if asset is None or deciding_level(asset) > share.up_to or not may_share(author, asset):
        return None
    return None if share.is_for_all and not may_be_for_all(asset) else asset


def may_share(access: Access, asset: Asset) -> bool:
    """May the actor make links to `asset` at all?"""
    return (
        asset.kind in READING and asset.state is not State.DRAFT and not asset.is_protected
        and access.allows(READING[asset.kind], asset) and access.allows(Permission.SHARE_MAKE, asset)
    )  # fmt: skip


def may_be_for_all(asset: Asset) -> bool:
    """May a link to `asset` serve whoever is signed in?"""
    return asset.sensitivity <= FOR_ALL and not asset.is_protected


def readable(access: Access, asset_id: int) -> Asset | None:
    """The asset of this number, when the actor reads its content."""
    stmt = access.select(Asset, *READING.values()).where(Asset.id == asset_id)
    found: Asset | None = access.session.scalar(stmt)
    return found


def is_colleague(access: Access, asset: Asset) -> bool:
    """Does the actor work in the very authority, commune or partner that owns `asset`? A link crosses no boundary."""
    tree = access.facts.tree
    root = tree.root(asset.unit_id)
    return any(posting.kind.is_inside and tree.root(posting.unit_id) == root for posting in access.facts.postings)


def new_secret() -> str:
    """256 bits, kept nowhere but in the address."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def live_of(
    session: Session, moment: datetime, *, author_id: int | None = None, asset_id: int | None = None
) -> list[Share]:
    """Links neither ended nor revoked, of an author or to an asset, the first to end first."""
    stmt = select(Share).where(Share.revoked_at.is_(None), Share.ends > moment).order_by(Share.ends, Share.id)
    if author_id is not None:
        stmt = stmt.where(Share.author_id == author_id)
    if asset_id is not None:
        stmt = stmt.where(Share.asset_id == asset_id)
    return list(session.scalars(stmt))


def _is_for(reader: Access, share: Share, asset: Asset) -> bool:
    if share.is_for_all:
        return asset.sensitivity is Sensitivity.OPEN or is_colleague(reader, asset)
    named = select(ShareReader.id).where(
        ShareReader.share_id == share.id, ShareReader.person_id == reader.actor.person_id
    )
    return is_colleague(reader, asset) and reader.session.scalar(named) is not None
