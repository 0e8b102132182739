"""The facts that rights stand on."""

from dataspace.auth.models.assets import Asset, AssetCount, asset_search
from dataspace.auth.models.people import AuthSession, GroupMapping, Identity, Membership, Person, PersonGroup
from dataspace.auth.models.rights import Denial, Grant
from dataspace.auth.models.units import Stamp, Theme, Unit
from dataspace.auth.models.usages import Usage, UsageAsset, UsageMember

__all__ = [
    "Asset", "AssetCount", "AuthSession", "Denial", "Grant", "GroupMapping", "Identity", "Membership", "Person",
    "PersonGroup", "Stamp", "Theme", "Unit", "Usage", "UsageAsset", "UsageMember", "asset_search",
]  # fmt: skip
