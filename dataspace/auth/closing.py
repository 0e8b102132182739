"""Changing how closed something is: who gains and who loses, by name, before; then the change, in the journal.

To widen what is restricted, confidential or protected is a right of the responsible directorate (PRODUCT B14).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

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


class TwoNeeded(Refused):
    sentence = "Ouvrir davantage un contenu confidentiel ou protégé se décide à deux."
    next_step = (
        "Proposez-le depuis l’administration, «\u00a0Changer le niveau\u00a0»\u00a0: "
        "une autre personne habilitée confirme."
    )


@dataclass(frozen=True)
class Level:
    """How closed something is, on which coded ground until when; and which unit answers for it, None for no other."""

    sensitivity: Sensitivity
    card_sensitivity: Sensitivity
    protection: Protection
    ground: str = ""
    review_date: datetime | None = None
    unit_id: int | None = None

    def facts(self) -> dict[str, Any]:
        """What an asset of this level has."""
        return {name: value for name, value in asdict(self).items() if name != "unit_id" or value is not None}


@dataclass(frozen=True)
class Change:
    """Whom it opens to and closes to, and who comes or ceases to know of it: the first fifty by name, and how many."""

    gaining: Sequence[Person]
    losing: Sequence[Person]
    gaining_total: int
    losing_total: int
    knowing: Sequence[Person] = ()
    unknowing: Sequence[Person] = ()
    knowing_total: int = 0
    unknowing_total: int = 0


def level_of(asset: Asset) -> Level:
    return Level(asset.sensitivity, asset.card_sensitivity, asset.protection, asset.ground, asset.review_date)


def is_widening(asset: Asset, wanted: Level) -> bool:
    """Does `wanted` open to more people, or hand to another unit, what was restricted, confidential or protected?"""
    if asset.state is State.DRAFT:
        return False
    was_closed = asset.sensitivity >= Sensitivity.RESTRICTED or asset.is_protected
    content = wanted.sensitivity < asset.sensitivity or (asset.is_protected and wanted.protection != asset.protection)
    hidden = asset.card_sensitivity >= Sensitivity.RESTRICTED and wanted.card_sensitivity < asset.card_sensitivity
    return hidden or (was_closed and (content or wanted.unit_id not in (None, asset.unit_id)))


def needs_two(asset: Asset, wanted: Level) -> bool:
    """Must a second person confirm: does `wanted` open more what is confidential or protected (PRODUCT B14)?"""
    is_grave = asset.sensitivity is Sensitivity.CONFIDENTIAL or asset.is_protected
    return is_grave and is_widening(asset, wanted)


def require(access: Access, asset: Asset, wanted: Level) -> None:
    """Raises NotYoursToWiden when this widening is not the actor's to decide, TwoNeeded when not alone.

    The house has nobody beside it: its few tasks are journaled as such.
    """
    is_wider = is_widening(asset, wanted)
    if is_wider and not access.allows(Permission.ASSET_WIDEN, asset):
        raise NotYoursToWiden
    if access.author_id is not None and needs_two(asset, wanted):
        raise TwoNeeded
    if is_wider:
        proving.require(access)


def answers_there(access: Access, asset: Asset, wanted: Level) -> bool:
    """Does the actor answer for the unit that `wanted` hands it to? Nothing is thrown over a wall."""
    unit_id = wanted.unit_id
    return unit_id is None or unit_id == asset.unit_id or access.may_in(Permission.ASSET_WIDEN, unit_id)


def check(asset: Asset, wanted: Level, reason: str) -> None:
    """Raises Invalid when `wanted` does not hold together, or changes nothing."""
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est conservé au journal.")
    if wanted.card_sensitivity > wanted.sensitivity:
        raise Invalid("La fiche ne peut pas être plus secrète que le contenu.")
    if wanted.sensitivity >= Sensitivity.RESTRICTED and not (wanted.ground and wanted.review_date):
        raise Invalid("Au-dessus d’«\u00a0interne\u00a0», donnez le motif légal de fermeture et sa date de réexamen.")
    if replace(wanted, unit_id=None) == level_of(asset) and wanted.unit_id in (None, asset.unit_id):
        raise Invalid("Rien ne change.")


def effect(access: Access, asset: Asset, wanted: Level) -> Change:
    """Who would gain and lose the content. Needs rights:see on the asset."""
    access.require(Permission.RIGHTS_SEE, asset)
    opens = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    # Never added to the session: the same thing, as it would be.
    probe = Asset(id=asset.id, theme_id=asset.theme_id, kind=asset.kind, state=asset.state,
                  **{"unit_id": asset.unit_id} | wanted.facts())  # fmt: skip
    before, after = (holders.ids(access, one, opens) for one in (asset, probe))
    knew, know = (holders.ids(access, one, Permission.CARD_SEE) for one in (asset, probe))
    # Who comes to read it is told once, as such.
    come, go = know - knew - after, knew - know - before
    return Change(
        _named(access, after - before), _named(access, before - after), len(after - before), len(before - after),
        _named(access, come), _named(access, go), len(come), len(go),
    )  # fmt: skip


def change(
    access: Access, asset: Asset, wanted: Level, *, reason: str, version: int, proposed_by: int | None = None
) -> None:
    """Make `asset` as closed as `wanted`; `proposed_by` is the other person who asked for it.

    Raises Refused, TwoNeeded, Invalid, or Conflict when it is no longer that `version`.
    """
    decision = access.require(Permission.ASSET_WIDEN, asset)
    if asset.version != version:
        raise Conflict
    check(asset, wanted, reason)
    if proposed_by is None and not answers_there(access, asset, wanted):
        raise NotYoursToWiden
    if needs_two(asset, wanted) and proposed_by in (None, access.author_id):
        raise TwoNeeded
    before = replace(level_of(asset), unit_id=asset.unit_id if wanted.unit_id else None)
    if is_widening(asset, wanted):
        proving.require(access)
    for name, value in wanted.facts().items():
        setattr(asset, name, value)
    access.session.flush()
    held = decision.held if decision else None
    told = {"before": _told(access, before), "after": _told(access, wanted), "reason": reason.strip()}
    second = {"proposed_by": proposed_by} if proposed_by is not None else {}
    record(access, Act.ASSET_CHANGED, asset, held=held, **told, **second)


def _told(access: Access, level: Level) -> dict[str, Any]:
    """A level in the words of the journal."""
    said: dict[str, Any] = {
        name: value.code if isinstance(value, Sensitivity) else value for name, value in level.facts().items()
    }
    unit_id = said.pop("unit_id", None)
    return said if unit_id is None else said | {"unit": access.facts.tree[unit_id].code}


def _named(access: Access, ids: set[int]) -> Sequence[Person]:
    stmt = select(Person).where(Person.id.in_(sorted(ids))).order_by(Person.family_name, Person.given_name)
    return access.session.scalars(stmt.limit(MOST)).all()
