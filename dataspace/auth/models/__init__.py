"""The facts that rights stand on."""

from dataspace.auth.models.assets import Asset, AssetCount, asset_search
from dataspace.auth.models.people import AuthSession, GroupMapping, Identity, Membership, Person, PersonGroup
from dataspace.auth.models.rights import Denial, Grant, GrantUse
from dataspace.auth.models.units import Stamp, Theme, Unit

__all__ = [
    "Asset", "AssetCount", "AuthSession", "Denial", "Grant", "GrantUse", "GroupMapping", "Identity", "Membership",
    "Person", "PersonGroup", "Stamp", "Theme", "Unit", "asset_search",
]  # fmt: skip
