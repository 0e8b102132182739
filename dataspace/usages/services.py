"""Keeping usages: declaring them, their recipients and what they need, who takes part, and what the DPO thinks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission, usages
from dataspace.auth.models import Asset, Person, Unit, Usage, UsageAsset, UsageMember
from dataspace.auth.rights import NotToYourself
from dataspace.auth.words import Protection
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.usages import letters, queries
from dataspace.usages.models import (
    HealthGround,
    JoinState,
    LegalBasis,
    RecipientKind,
    Stance,
    UsageJoin,
    UsageOpinion,
    UsageRecipient,
    UsageSheet,
)

LONGEST_MONTHS = 600


@dataclass(frozen=True)
class Sheet:
    """What is filled in: what for, by which right, whose, how long."""

    title: str
    purpose: str
    basis: LegalBasis
    health_ground: HealthGround | None
    controller_id: int
    retention_months: int
    ends: datetime
    review_date: datetime


class NotARecipient(Invalid):
    sentence = "Cette personne n’entre dans aucune catégorie de destinataires déclarée."
    next_step = "Déclarez d’abord sa catégorie sur la page de l’usage\u202f; les élus reçoivent des agrégats."


# --- the usage itself -----------------------------------------------------------------------------------------------
def declare(access: Access, unit_id: int, sheet: Sheet) -> Usage:
    """Open a usage that `unit_id` answers for. Raises NotYourUsage, Invalid."""
    by = usages.managing(access, unit_id)
    if by is None:
        raise usages.NotYourUsage
    access.hold(by)
    _check(access, sheet)
    usage = Usage(
        title=sheet.title.strip(), purpose=sheet.purpose.strip(), unit_id=unit_id, starts=access.moment, ends=sheet.ends
    )
    access.session.add(usage)
    access.session.flush()
    access.session.add(UsageSheet(usage_id=usage.id, **_facts(sheet, access.moment)))
    record(access, Act.USAGE_CHANGED, usage, held=by, created=True, ends=sheet.ends, basis=sheet.basis.value)
    return usage


def revise(access: Access, usage: Usage, sheet: Sheet, *, version: int) -> None:
    """Change what is said of it. Raises Conflict when it is no longer the `version` that was on screen."""
    by = usages.take(access, usage)
    if usage.version != version:
        raise Conflict
    if usage.ends <= access.moment:
        # What was given to it would open again, for a purpose that its deciders know nothing of.
        raise usages.Over
    _check(access, sheet)
    if sheet.ends > usage.ends and usages.place_of(access, usage, access.actor.person_id) is not None:
        # What it opens would be hers for longer.
        raise NotToYourself
    if sheet.health_ground is None and any(
        asset.protection is Protection.HEALTH for asset, _ in queries.assets(access, usage)
    ):
        raise Invalid("Cet usage se sert de données de santé\u00a0: gardez un fondement de l’article 9.")
    before = {"title": usage.title, "purpose": usage.purpose, "ends": usage.ends}
    usage.title, usage.purpose, usage.ends = sheet.title.strip(), sheet.purpose.strip(), sheet.ends
    kept = queries.sheet(access, usage)
    for name, value in _facts(sheet, usage.starts).items():
        setattr(kept, name, value)
    _changed(access, usage)
    record(access, Act.USAGE_CHANGED, usage, held=by, before=before, ends=sheet.ends, basis=sheet.basis.value)


def close(access: Access, usage: Usage) -> None:
    """End it now: nothing given to it opens anything from the next page on."""
    by = usages.take(access, usage)
    if usage.ends <= access.moment:
        raise usages.Over
    usage.ends = access.moment
    record(access, Act.USAGE_CHANGED, usage, held=by, over=True)


def add_recipient(access: Access, usage: Usage, kind: RecipientKind, unit: Unit) -> UsageRecipient:
    """Declare one more category of recipients. Raises Conflict when it is there."""
    by = usages.take(access, usage)
    if any((one.kind, one.unit_id) == (kind, unit.id) for one in queries.recipients(access, usage)):
        raise Conflict("Cette catégorie est déjà déclarée.", "Rien n’a été changé.")
    made = UsageRecipient(usage_id=usage.id, kind=kind, unit_id=unit.id)
    access.session.add(made)
    _changed(access, usage)
    record(access, Act.USAGE_CHANGED, usage, held=by, recipient=kind.value, unit=unit.code)
    return made


def drop_recipient(access: Access, usage: Usage, recipient: UsageRecipient) -> None:
    """Declare one category less; who fitted only there becomes a gap, and keeps her access until it is decided."""
    by = usages.take(access, usage)
    access.session.delete(recipient)
    _changed(access, usage)
    record(access, Act.USAGE_CHANGED, usage, held=by, no_recipient=recipient.kind.value)


def need(access: Access, usage: Usage, asset: Asset) -> None:
    """Say that it needs `asset`; whose directorate decides whether to open it. The caller has found what one knows."""
    by = usages.take(access, usage)
    if usage.ends <= access.moment:
        raise usages.Over
    if asset.protection is Protection.HEALTH and queries.sheet(access, usage).health_ground is None:
        raise Invalid(
            "Ce sont des données de santé\u00a0: dites d’abord sur quel fondement de l’article 9.",
            "Modifiez la fiche de l’usage, puis revenez ajouter cet élément.",
        )
    same = select(UsageAsset).where(UsageAsset.usage_id == usage.id, UsageAsset.asset_id == asset.id)
    if access.session.scalars(same).first() is not None:
        raise Conflict("Cet élément est déjà de l’usage.", "Rien n’a été changé.")
    access.session.add(UsageAsset(usage_id=usage.id, asset_id=asset.id))
    _changed(access, usage)
    record(access, Act.USAGE_CHANGED, usage, held=by, needs=asset.public_id)


def need_no_more(access: Access, usage: Usage, asset: Asset) -> None:
    """Say that it needs it no more; an access already given is for its directorate to take back."""
    by = usages.take(access, usage)
    access.session.execute(delete(UsageAsset).where(UsageAsset.usage_id == usage.id, UsageAsset.asset_id == asset.id))
    _changed(access, usage)
    record(access, Act.USAGE_CHANGED, usage, held=by, needs_no_more=asset.public_id)


# --- who takes part -------------------------------------------------------------------------------------------------
def check_joining(access: Access, usage: Usage, person: Person, *, until: datetime) -> None:
    """Raises Refused, Conflict or Invalid when `person` may not take part: see `usages.check_joining`."""
    usages.check_joining(access, usage, person, until=until)
    if not queries.is_recipient(access, usage, person):
        raise NotARecipient


def join(
    access: Access, usage: Usage, person: Person, *, until: datetime, reason: str, portal: str = ""
) -> UsageMember:  # fmt: skip
    """`person` takes part until that day; what she had asked is answered by it, and she is told."""
    usages.take(access, usage)
    check_joining(access, usage, person, until=until)
    member = usages.add(access, usage, person, until=until, reason=reason)
    for asked in queries.waiting(access, usage):
        if asked.person_id == person.id:
            _answer(access, usage, asked, JoinState.ACCEPTED, "")
            letters.answered(access, usage, asked, portal, until=min(member.ends, usage.ends))
    return member


def ask(access: Access, usage: Usage, *, reason: str, portal: str = "") -> UsageJoin:
    """Ask to take part; who keeps it is told. Raises Conflict (of it, or asked already), Invalid without a reason."""
    if usage.ends <= access.moment:
        raise usages.Over
    if usages.place_of(access, usage, access.actor.person_id) is not None:
        raise Conflict("Vous êtes déjà de cet usage.", "Sa page dit ce qu’il vous ouvre.")
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: c’est ce que lira la personne qui tient l’usage.")
    last = queries.my_join(access, usage)
    if last is not None and last.state is JoinState.ASKED:
        raise Conflict("Vous l’avez déjà demandé.", "La réponse se lira sur la page de l’usage.")
    made = UsageJoin(
        usage_id=usage.id, person_id=access.actor.person_id, reason=reason.strip()[:400], asked=access.moment
    )
    access.session.add(made)
    access.session.flush()
    record(access, Act.USAGE_ASKED, usage, reason=made.reason)
    letters.asked(access, usage, made, portal)
    return made


def refuse(access: Access, usage: Usage, asked: UsageJoin, *, reason: str, portal: str = "") -> None:
    """Answer no, with a reason that she reads, and is sent."""
    usages.take(access, usage)
    if asked.person_id == access.actor.person_id:
        raise NotToYourself
    if asked.state is not JoinState.ASKED:
        raise Conflict(f"Cette demande est déjà {asked.state.label}.", "Rien n’a été changé.")
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est lu par la personne qui demande.")
    _answer(access, usage, asked, JoinState.REFUSED, reason.strip()[:400])
    letters.answered(access, usage, asked, portal)


def advise(access: Access, usage: Usage, stance: Stance, *, note: str) -> UsageOpinion:
    """The opinion of the DPO on it as it stands: recorded and shown, it decides nothing."""
    if not access.may_in(Permission.REQUEST_ADVISE, usage.unit_id):
        raise Refused
    if stance is Stance.RESERVED and not note.strip():
        raise Invalid("Dites ce qui vous retient\u00a0: un avis réservé se motive.")
    made = UsageOpinion(
        usage_id=usage.id, person_id=access.actor.person_id, at=access.moment, stance=stance, note=note.strip()[:400],
        on_version=usage.version,
    )  # fmt: skip
    access.session.add(made)
    record(access, Act.USAGE_ADVISED, usage, stance=stance.value, note=made.note)
    return made


def months_after(start: datetime, months: int) -> datetime:
    """The same day, that many months later; the last one of a shorter month."""
    year, month = divmod(start.month - 1 + months, 12)
    first = start.replace(year=start.year + year, month=month + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(start.day, last.day))


def _answer(access: Access, usage: Usage, asked: UsageJoin, state: JoinState, answer: str) -> None:
    asked.state, asked.answered, asked.answered_by_id = state, access.moment, access.author_id
    asked.answer = answer
    record(access, Act.USAGE_ANSWERED, usage, decision=state.value, reason=answer)


def _changed(access: Access, usage: Usage) -> None:
    """One version more, so that an opinion on the one before is known to be older."""
    from sqlalchemy.orm.attributes import flag_modified

    flag_modified(usage, "title")
    access.session.flush()


def _check(access: Access, sheet: Sheet) -> None:
    if not sheet.title.strip() or not sheet.purpose.strip():
        raise Invalid("Donnez un nom et une finalité.")
    if sheet.controller_id not in access.facts.tree.nodes:
        raise Invalid("Responsable de traitement inconnu.")
    if not 0 < sheet.retention_months <= LONGEST_MONTHS:
        raise Invalid("La durée de conservation se compte en mois, de 1 à 600.")
    if sheet.ends <= access.moment:
        raise Invalid("La date de fin est déjà passée.")
    if not access.moment < sheet.review_date <= sheet.ends:
        raise Invalid("La relecture a lieu d’ici la fin de l’usage\u00a0: donnez une date à venir, avant sa fin.")


def _facts(sheet: Sheet, start: datetime) -> dict[str, Any]:
    return {
        "basis": sheet.basis, "health_ground": sheet.health_ground, "controller_id": sheet.controller_id,
        "retention_months": sheet.retention_months, "kept_until": months_after(start, sheet.retention_months),
        "review_date": sheet.review_date,
    }  # fmt: skip
