"""Two people for what is confidential or protected: one proposes, another one confirms or refuses; it may be withdrawn.

Nothing is changed by a proposal. Past its day it is over, whoever reads it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, Permission, closing
from dataspace.auth.access import Supposed
from dataspace.auth.closing import Level
from dataspace.auth.facts import awake
from dataspace.auth.models import Asset, Person
from dataspace.auth.queries import people
from dataspace.config import Settings
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.widening import letters, queries
from dataspace.widening.models import Widening, WideningState


class Alone(Refused):
    sentence = "Vous avez proposé cette ouverture\u00a0: une autre personne la confirme ou la refuse."
    next_step = "Vous pouvez la retirer."


class Over(Conflict):
    sentence = "Cette proposition n’attend plus de réponse."
    next_step = "Quelqu’un a répondu, elle a été retirée, ou son délai est passé\u00a0: proposez-la de nouveau."


class Otherwise(Conflict):
    sentence = "Le niveau de cet élément a changé depuis la proposition."
    next_step = "Refusez-la, puis proposez le niveau voulu à partir de celui d’aujourd’hui."


class NoLongerTheirs(Conflict):
    sentence = "La personne qui a proposé cette ouverture n’en a plus le droit."
    next_step = "Refusez-la\u00a0: quelqu’un d’habilité peut la proposer de nouveau."


class AlreadyProposed(Conflict):
    sentence = "Une ouverture de cet élément attend déjà sa confirmation."
    next_step = "Attendez la réponse, ou faites-la retirer d’abord."


@dataclass(frozen=True)
class Desk:
    """On whose behalf, how long a proposal waits, and the address that mails lead to."""

    access: Access
    lasts: timedelta
    portal: str

    @classmethod
    def of(cls, access: Access, settings: Settings) -> "Desk":
        return cls(access, timedelta(days=settings.widening_days), settings.portal_url.rstrip("/"))


def wanted(widening: Widening) -> Level:
    """The level proposed."""
    return Level(
        widening.sensitivity, widening.card_sensitivity, widening.protection, widening.ground, widening.review_date,
        widening.unit_id if widening.unit_id != widening.from_unit_id else None,
    )  # fmt: skip


def state(access: Access, widening: Widening) -> WideningState:
    """Where it stands now."""
    is_over = widening.state is WideningState.WAITING and widening.expires <= access.moment
    return WideningState.EXPIRED if is_over else widening.state


def propose(desk: Desk, asset: Asset, level: Level, *, reason: str, version: int) -> Widening:
    """Ask somebody else to confirm. Raises Refused, Invalid, Conflict (other version, already proposed)."""
    access = desk.access
    decision = access.require(Permission.ASSET_WIDEN, asset)
    if asset.version != version:
        raise Conflict
    closing.check(asset, level, reason)
    if not closing.answers_there(access, asset, level):
        raise closing.NotYoursToWiden
    if not closing.needs_two(asset, level):
        raise Invalid("Ce changement se décide seul\u00a0: enregistrez-le.")
    stmt = select(Widening).where(Widening.asset_id == asset.id, Widening.state == WideningState.WAITING)
    before = access.session.scalar(stmt.with_for_update())
    if before is not None:
        if before.expires > access.moment:
            raise AlreadyProposed
        _settle(access, before, WideningState.EXPIRED)
    made = Widening(
        asset_id=asset.id, from_sensitivity=asset.sensitivity, from_card_sensitivity=asset.card_sensitivity,
        from_protection=asset.protection, from_unit_id=asset.unit_id, sensitivity=level.sensitivity,
        card_sensitivity=level.card_sensitivity, protection=level.protection, ground=level.ground,
        unit_id=level.unit_id or asset.unit_id,
        review_date=level.review_date, reason=reason.strip()[:400], proposed_by_id=access.author_id,
        proposed_at=access.moment, expires=access.moment + desk.lasts,
    )  # fmt: skip
    access.session.add(made)
    access.session.flush()
    held = decision.held if decision else None
    record(access, Act.WIDENING_PROPOSED, asset, held=held, **_told(made), reason=made.reason, expires=made.expires)
    for to in queries.confirming(access, asset, access.author_id):
        letters.asked(access, to, made, asset, desk.portal)
    return made


def confirm(desk: Desk, widening: Widening, asset: Asset) -> None:
    """Let it take effect. Raises Refused (not hers, her own), Over, Otherwise, NoLongerTheirs."""
    access = desk.access
    _take(access, widening, asset)
    if widening.proposed_by_id == access.author_id:
        raise Alone
    now = (asset.sensitivity, asset.card_sensitivity, asset.protection, asset.unit_id)
    was = (
        widening.from_sensitivity, widening.from_card_sensitivity, widening.from_protection, widening.from_unit_id
    )  # fmt: skip
    if now != was:
        raise Otherwise
    proposer = access.session.scalars(select(Person).where(Person.id == widening.proposed_by_id)).one()
    theirs = Access(Actor.of(proposer), access.session, access.policy, moment=access.moment)
    # She took it to propose, if it was to be taken; it may sleep since.
    awoken = Supposed(theirs, awake(theirs.facts))
    still_answers = closing.answers_there(awoken, asset, wanted(widening))
    if not (still_answers and awoken.allows(Permission.ASSET_WIDEN, asset)):
        raise NoLongerTheirs
    closing.change(
        access, asset, wanted(widening), reason=widening.reason, version=asset.version, proposed_by=proposer.id
    )
    _settle(access, widening, WideningState.CONFIRMED)
    record(access, Act.WIDENING_DECIDED, asset, **_told(widening), answer="confirmed", proposed_by=proposer.login)
    letters.answered(access, proposer, widening, asset, desk.portal)


def refuse(desk: Desk, widening: Widening, asset: Asset, *, reason: str) -> None:
    """Answer no, and say why. Raises Refused, Over, Invalid without a reason."""
    access = desk.access
    _take(access, widening, asset)
    if widening.proposed_by_id == access.author_id:
        raise Alone
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: la personne qui l’a proposé le lira.")
    widening.note = reason.strip()[:400]
    _settle(access, widening, WideningState.REFUSED)
    record(access, Act.WIDENING_DECIDED, asset, **_told(widening), answer="refused", reason=widening.note)
    proposer = people(access.session, [widening.proposed_by_id])[widening.proposed_by_id]
    letters.answered(access, proposer, widening, asset, desk.portal)


def withdraw(desk: Desk, widening: Widening, asset: Asset) -> None:
    """Take back one's own proposal. Raises Refused, Over."""
    access = desk.access
    _take(access, widening, asset)
    if widening.proposed_by_id != access.author_id:
        raise Refused("Seule la personne qui l’a proposée la retire.", "Vous pouvez la refuser.")
    _settle(access, widening, WideningState.WITHDRAWN)
    record(access, Act.WIDENING_DECIDED, asset, **_told(widening), answer="withdrawn")


def _take(access: Access, widening: Widening, asset: Asset) -> None:
    """Lock the proposal and read it again: two answers at once are one answer, and one Over."""
    access.require(Permission.ASSET_WIDEN, asset)
    stmt = select(Widening).where(Widening.id == widening.id).with_for_update()
    access.session.scalars(stmt.execution_options(populate_existing=True)).one()
    if state(access, widening) is not WideningState.WAITING:
        raise Over


def _settle(access: Access, widening: Widening, to: WideningState) -> None:
    widening.state, widening.decided_at = to, access.moment
    widening.decided_by_id = None if to is WideningState.EXPIRED else access.author_id
    access.session.flush()


def _told(widening: Widening) -> dict[str, Any]:
    return {
        "widening": widening.public_id, "from": widening.from_sensitivity.code, "to": widening.sensitivity.code,
        "from_protection": widening.from_protection.value, "to_protection": widening.protection.value,
    }  # fmt: skip
