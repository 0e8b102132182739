"""A recent proof of who is there: what sensitive acts ask, beside the right itself (PRODUCT F7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Unit
from dataspace.auth.policy import Policy
from dataspace.auth.words import Permission, Reach, Role, Sensitivity
from dataspace.config import Settings
from dataspace.errors import DataspaceError

# A role that gives one of these weighs on others' rights or on what the journal tells of them.
_WEIGHTY = (Permission.JOURNAL_READ, Permission.PERSON_IMPERSONATE, Permission.RIGHTS_ASSIGN)


@dataclass(frozen=True)
class Asked:
    """What this installation asks: a sign-in not older than `within` (zero: none), one of these levels (empty: any)."""

    within: timedelta
    acr: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Asked":
        return cls(timedelta(minutes=settings.step_up_minutes), settings.step_up_acr)

    @property
    def is_off(self) -> bool:
        return not self.within and not self.acr


@dataclass(frozen=True)
class Proof:
    """When and how strongly the provider says that the person of this session signed in."""

    at: datetime | None
    acr: str | None
    asked: Asked

    def is_enough(self, moment: datetime) -> bool:
        is_recent = not self.asked.within or (self.at is not None and moment - self.at <= self.asked.within)
        return is_recent and (not self.asked.acr or self.acr in self.asked.acr)


class StepUp(DataspaceError):
    """The right is there; the proof of who uses it is too old, or not strong enough. Not a refusal: it is asked."""

    sentence = "Confirmez que c’est bien vous\u00a0: cette action le demande."
    next_step = "Connectez-vous de nouveau auprès du service d’identité."


def require(access: Access) -> None:
    """Raises StepUp unless who acts proved lately who she is. Only a browser's session has something to prove."""
    if access.proof is not None and not access.proof.is_enough(access.moment):
        raise StepUp


def for_right(access: Access, role: Role, scope: Unit | Asset) -> None:
    """The same, when `role` on `scope` is a sensitive right: confidential, protected, or over the rights of others."""
    if is_sensitive(access.policy, role, scope):
        require(access)


def for_asset(access: Access, asset: Asset) -> None:
    """The same, when `asset` is confidential or protected."""
    if asset.is_protected or asset.sensitivity is Sensitivity.CONFIDENTIAL:
        require(access)


def is_sensitive(policy: Policy, role: Role, scope: Unit | Asset) -> bool:
    if isinstance(scope, Asset):
        return scope.is_protected or scope.sensitivity is Sensitivity.CONFIDENTIAL
    gives = any(policy.level(role, permission, Reach.UNIT) is not None for permission in _WEIGHTY)
    return gives or policy.opens(role) is Sensitivity.CONFIDENTIAL
