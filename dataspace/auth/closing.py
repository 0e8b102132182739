"""Changing how closed something is: who gains and who loses, by name, before; then the change, in the journal.

To widen what is restricted, confidential or protected is a right of the responsible directorate (PRODUCT B14).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import holders, proving
from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Person
from dataspace.auth.words import AssetKind, Permission, Protection, Sensitivity, State
from dataspace.errors import Conflict, Invalid, Refused

MOST = 50


class NotYoursToWiden(Refused):
    sentence = "Ouvrir davantage un contenu à accès limité, confidentiel ou protégé relève de la direction responsable."
    next_step = "Demandez-le à sa directrice ou à son directeur."


@dataclass(frozen=True)
class Level:
    """How closed something is, and on which coded ground until when."""

    sensitivity: Sensitivity
    card_sensitivity: Sensitivity
    protection: Protection
    ground: str = ""
    review_date: datetime | None = None


@dataclass(frozen=True)
class Change:
    """Whom it opens to and closes to: the first fifty by name, and how many in all."""

    gaining: Sequence[Person]
    losing: Sequence[Person]
    gaining_total: int
    losing_total: int


def level_of(asset: Asset) -> Level:
    return Level(asset.sensitivity, asset.card_sensitivity, asset.protection, asset.ground, asset.review_date)


def is_widening(asset: Asset, wanted: Level, *, unit_id: int | None = None) -> bool:
    """Does `wanted` (or a move to another unit) open to more people what was restricted, confidential or protected?"""
    if asset.state is State.DRAFT:
        return False
    was_closed = asset.sensitivity >= Sensitivity.RESTRICTED or asset.is_protected
    content = wanted.sensitivity < asset.sensitivity or (asset.is_protected and wanted.protection != asset.protection)
    hidden = asset.card_sensitivity >= Sensitivity.RESTRICTED and wanted.card_sensitivity < asset.card_sensitivity
    return hidden or (was_closed and (content or unit_id not in (None, asset.unit_id)))


def require(access: Access, asset: Asset, wanted: Level, *, unit_id: int | None = None) -> None:
    """Raises NotYoursToWiden when this widening is not the actor's to decide."""
    if not is_widening(asset, wanted, unit_id=unit_id):
        return
    if not access.allows(Permission.ASSET_WIDEN, asset):
        raise NotYoursToWiden
    proving.require(access)


def effect(access: Access, asset: Asset, wanted: Level) -> Change:
    """Who would gain and lose the content. Needs rights:see on the asset."""
    access.require(Permission.RIGHTS_SEE, asset)
    opens = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    # Never added to the session: the same thing, as it would be.
    probe = Asset(id=asset.id, unit_id=asset.unit_id, theme_id=asset.theme_id, kind=asset.kind, state=asset.state,
                  **asdict(wanted))  # fmt: skip
    before, after = (holders.ids(access, one, opens) for one in (asset, probe))
    return Change(
        _named(access, after - before), _named(access, before - after), len(after - before), len(before - after)
    )


def change(access: Access, asset: Asset, wanted: Level, *, reason: str, version: int) -> None:
    """Make `asset` as closed as `wanted`. Raises Refused, Invalid, or Conflict when it is no longer that `version`."""
    decision = access.require(Permission.ASSET_WIDEN, asset)
    if asset.version != version:
        raise Conflict
    if not reason.strip():
        raise Invalid("Dites pourquoi : le motif est conservé au journal.")
    if wanted.card_sensitivity > wanted.sensitivity:
        raise Invalid("La fiche ne peut pas être plus secrète que le contenu.")
    if wanted.sensitivity >= Sensitivity.RESTRICTED and not (wanted.ground and wanted.review_date):
        raise Invalid("Au-dessus d’« interne », donnez le motif légal de fermeture et sa date de réexamen.")
    before = level_of(asset)
    if before == wanted:
        raise Invalid("Rien ne change.")
    if is_widening(asset, wanted):
        proving.require(access)
    for name, value in asdict(wanted).items():
        setattr(asset, name, value)
    access.session.flush()
    kept = {name: value.code if isinstance(value, Sensitivity) else value for name, value in asdict(before).items()}
    told = {name: value.code if isinstance(value, Sensitivity) else value for name, value in asdict(wanted).items()}
    held = decision.held if decision else None
    record(access, Act.ASSET_CHANGED, asset, held=held, before=kept, after=told, reason=reason.strip())


def _named(access: Access, ids: set[int]) -> Sequence[Person]:
    stmt = select(Person).where(Person.id.in_(sorted(ids))).order_by(Person.family_name, Person.given_name)
    return access.session.scalars(stmt.limit(MOST)).all()
