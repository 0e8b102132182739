"""What somebody gets of an asset, as one word: nothing, its card, on request, read, take away; and by what."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from dataspace.auth.access import Access
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, Known
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import AssetKind, Permission, Role, Sensitivity, Source, State


class Gets(IntEnum):
    """What somebody gets of an asset: each includes the ones before it."""

    NOTHING = 0
    KNOWS = 1
    ASKS = 2
    READS = 3
    TAKES = 4

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        return ("rien", "connaît", "sur demande", "lit", "télécharge")[self]


class Cause(IntEnum):
    """Where it comes from: the widest speaks first."""

    ROLE = 0
    WHOLE_UNIT = 1
    GROUP = 2
    NAMED = 3


class Key(NamedTuple):
    """What of a grant decides, as one value: grants alike are one key, but on an asset each is its own."""

    role: Role
    unit_id: int | None
    with_services: bool
    asset_id: int | None
    up_to: Sensitivity
    cause: Cause
    ends: datetime | None
    grant: str


class Got(NamedTuple):
    """What somebody gets of one asset, and by what."""

    level: Gets
    cause: Cause = Cause.ROLE
    ends: datetime | None = None


@dataclass(frozen=True)
class Share:
    """So many people of a unit get this, from there; `ends` is the last of the dates, None without end."""

    level: Gets
    cause: Cause
    people: int
    ends: datetime | None


NOTHING = Got(Gets.NOTHING)
Profile = frozenset[Key]


def gets(access: Access, asset: Asset) -> Gets:
    """What the actor gets of `asset`."""
    if asset.kind is AssetKind.DATASET:
        # A draft is read and taken by those who write it.
        taking = Permission.DATASET_EDIT if asset.state is State.DRAFT else Permission.DATASET_EXPORT
        if access.allows(taking, asset):
            return Gets.TAKES
    reading = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    if asset.kind is not AssetKind.SEAT and access.allows(reading, asset):
        return Gets.READS
    if asset.state is State.DRAFT:
        return Gets.KNOWS if access.allows(Permission.DRAFT_SEE, asset) else Gets.NOTHING
    if access.allows(Permission.CARD_SEE, asset):
        return Gets.KNOWS if asset.kind is AssetKind.SEAT else Gets.ASKS
    return Gets.NOTHING


def key_of(role: Role, asset: Asset, ends: datetime | None) -> Key:
    """A right on `asset` that a unit would be given now."""
    return Key(role, None, False, asset.id, deciding_level(asset), Cause.WHOLE_UNIT, ends, "")


def held_of(key: Key, asset: Known) -> Held:
    """The grant of `key`, as somebody would hold it."""
    held = Held(
        "", key.role, key.unit_id, key.with_services, key.asset_id, Source.MANUAL, "", None, asset.updated, key.ends,
        key.cause is Cause.NAMED,
    )  # fmt: skip
    if key.asset_id is None:
        return held
    return held._replace(
        asset_public_id=asset.public_id, asset_title=asset.title, asset_unit_id=asset.unit_id,
        sensitivity=asset.sensitivity, card_sensitivity=asset.card_sensitivity, protection=asset.protection,
        up_to=key.up_to,
    )  # fmt: skip
