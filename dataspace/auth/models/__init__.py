"""The facts that rights stand on."""

from dataspace.auth.models.assets import Asset, AssetCount, Known, Seen, asset_search
from dataspace.auth.models.endless import EndlessOpinion
from dataspace.auth.models.lent import ApiToken, ApiTokenAsset, Share, ShareReader
from dataspace.auth.models.people import (
    AuthSession,
    GroupMapping,
    Identity,
    Membership,
    Person,
    PersonClaim,
    PersonGroup,
)
from dataspace.auth.models.proofs import HeldForm, TakenRole
from dataspace.auth.models.rights import Absence, Denial, Grant, GrantUse
from dataspace.auth.models.units import Stamp, Theme, Unit
from dataspace.auth.models.usages import Usage, UsageAsset, UsageMember

__all__ = [
    "Absence", "ApiToken", "ApiTokenAsset", "Asset", "AssetCount", "AuthSession", "Denial", "EndlessOpinion",
    "Grant", "GrantUse", "GroupMapping", "HeldForm", "Identity", "Known", "Membership", "Person", "PersonClaim",
    "PersonGroup", "Seen", "Share", "ShareReader", "Stamp", "TakenRole", "Theme", "Unit", "Usage", "UsageAsset",
    "UsageMember", "asset_search",
]  # fmt: skip
