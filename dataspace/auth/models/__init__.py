"""The facts that rights stand on."""

from dataspace.auth.models.assets import Asset, AssetCount, asset_search
from dataspace.auth.models.endless import EndlessOpinion
from dataspace.auth.models.people import AuthSession, GroupMapping, Identity, Membership, Person, PersonGroup
from dataspace.auth.models.proofs import HeldForm, TakenRole
from dataspace.auth.models.rights import Denial, Grant
from dataspace.auth.models.units import Stamp, Theme, Unit

__all__ = [
    "Asset", "AssetCount", "AuthSession", "Denial", "EndlessOpinion", "Grant", "GroupMapping", "HeldForm", "Identity",
    "Membership", "Person", "PersonGroup", "Stamp", "TakenRole", "Theme", "Unit", "asset_search",
]  # fmt: skip
