"""Answering a line of a review: kept at once, removed once the summary is confirmed, undone while it is open."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission, lapsing, rights
from dataspace.auth.facts import Held
from dataspace.auth.models import Grant
from dataspace.auth.risks import Cause
from dataspace.auth.standing_in import Power
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.reviews import powers, queries
from dataspace.reviews.models import OPEN, Outcome, ReviewCampaign, ReviewLine


class Choice(StrEnum):
    KEEP = "keep"
    REMOVE = "remove"


class AlreadyAnswered(Conflict):
    """Somebody else answered it first: both answers are told."""

    next_step = "Sa réponse reste. Parlez-lui-en : elle seule peut l’annuler, tant que la revue est ouverte."


class Over(Conflict):
    sentence = "Cette ligne n’attend plus de réponse."
    next_step = "La page de la revue dit ce qu’elle est devenue."


class NotYours(Refused):
    sentence = "Cette réponse n’est pas la vôtre."
    next_step = "La personne qui l’a donnée peut l’annuler, tant que la revue est ouverte."


@dataclass(frozen=True)
class Confirmed:
    """What the confirmation did: how many were removed, and why the others could not be."""

    removed: int
    refused: tuple[str, ...]


def answer(access: Access, line: ReviewLine, grant: Grant, choice: Choice, *, note: str, version: int) -> None:
    """Keep or remove. Raises Conflict (answered by somebody else, over), Refused (one's own), Invalid (no reason)."""
    campaign = _take(access, line)
    _check(access, line, grant)
    if line.answered_by_id not in (None, access.author_id):
        _tell_both(access, line, choice)
    if line.version != version:
        raise Conflict
    if line.outcome not in (Outcome.PENDING, Outcome.REMOVING, Outcome.KEPT):
        raise Over
    if grant.revoked_at is not None or (grant.ends is not None and grant.ends <= access.moment):
        raise Over("Cet accès s’est terminé entre-temps : il n’y a plus rien à décider.")
    if choice is Choice.KEEP and line.needs_reason and not note.strip():
        raise Invalid("Dites pourquoi il faut le garder : il est sans fin, ou ouvre un contenu confidentiel.")
    power, held = _deciding(access, line, grant)
    line.outcome = Outcome.KEPT if choice is Choice.KEEP else Outcome.REMOVING
    line.answered_by_id, line.answered_at, line.note = access.author_id, access.moment, note.strip()[:400]
    facts: dict[str, Any] = {"number": campaign.number, "grant": grant.public_id, "answer": choice.value}
    facts |= {"note": line.note, "in_place_of": power.absent_id}
    record(access, Act.REVIEW_ANSWERED, campaign, held=held, **facts)


def keep_all(access: Access, campaign: ReviewCampaign, cause: Cause, *, note: str) -> int:
    """Keep what still waits for the actor in a group; how many. Raises Invalid when one of them needs a reason."""
    waiting = queries.left_to_answer(access, campaign, cause)
    if any(line.needs_reason for line, _ in waiting) and not note.strip():
        raise Invalid("Dites pourquoi il faut les garder : ils sont sans fin, ou ouvrent un contenu confidentiel.")
    for line, grant in waiting:
        answer(access, line, grant, Choice.KEEP, note=note, version=line.version)
    return len(waiting)


def confirm(access: Access, campaign: ReviewCampaign) -> Confirmed:
    """Remove what the actor has said to remove, by the ordinary revocation."""
    removed, refused = 0, []
    for told in queries.to_confirm(access, campaign):
        line, grant = told.line, told.grant
        _take(access, line)
        if line.outcome is not Outcome.REMOVING or line.answered_by_id != access.author_id:
            continue
        if grant.revoked_at is not None:
            line.outcome = Outcome.GONE
            continue
        try:
            power, _ = _deciding(access, line, grant)
            rights.revoke(access, grant, reason=reason_of(campaign, line), by_right_of=power.access)
        except Refused as error:
            _forget(line)
            refused.append(f"{error.sentence} {error.next_step}")
            continue
        line.outcome, line.answered_at = Outcome.REMOVED, access.moment
        removed += 1
    return Confirmed(removed, tuple(dict.fromkeys(refused)))


def undo(access: Access, line: ReviewLine, grant: Grant, *, version: int) -> None:
    """Take back one's own answer, while the review is open: a right removed is restored as it was."""
    campaign = _take(access, line)
    if line.outcome not in (Outcome.KEPT, Outcome.REMOVING, Outcome.REMOVED):
        raise Over
    if line.answered_by_id != access.author_id:
        raise NotYours
    if line.version != version:
        raise Conflict
    power, held = _deciding(access, line, grant)
    if line.outcome is Outcome.REMOVED:
        rights.restore(access, grant, by_right_of=power.access)
    _forget(line)
    record(access, Act.REVIEW_ANSWERED, campaign, held=held, number=campaign.number, grant=grant.public_id, undo=True)


def reason_of(campaign: ReviewCampaign, line: ReviewLine) -> str:
    """What the revocation says."""
    told = line.note or ", ".join(cause.label for cause in line.why)
    return f"Revue n°\u00a0{campaign.number}\u00a0: {told}"[:400]


def _take(access: Access, line: ReviewLine) -> ReviewCampaign:
    """Lock the line and read it again; the review must still be open."""
    stmt = select(ReviewLine).where(ReviewLine.id == line.id).with_for_update()
    access.session.scalars(stmt.execution_options(populate_existing=True)).one()
    campaign = access.session.scalars(select(ReviewCampaign).where(ReviewCampaign.id == line.campaign_id)).one()
    if campaign.closed_at is not None or (line.outcome in OPEN and line.due <= access.moment):
        raise Over("Cette revue est close : son relevé dit ce qu’elle a donné.")
    return campaign


def _check(access: Access, line: ReviewLine, grant: Grant) -> None:
    if line.grant_id != grant.id:
        raise Over
    if lapsing.is_ones_own(access, grant):
        raise Refused(
            "Personne ne revoit ses propres accès.", "Cette ligne revient à la personne qui décide au-dessus de vous."
        )


def _deciding(access: Access, line: ReviewLine, grant: Grant) -> tuple[Power, Held]:
    """By which right the actor decides on it: her own, or that of somebody absent who is asked. Raises Refused."""
    lent = [power for power in powers.on(access, line) if power.absent_id is not None]
    for power in lent:
        if lapsing.is_ones_own(power.access, grant):
            continue
        try:
            if access.may(Permission.RIGHTS_ASSIGN):
                return Power(access), lapsing.deciding(access, grant)
        except rights.NotYours:
            pass
        return power, lapsing.deciding(power.access, grant)
    return Power(access), lapsing.deciding(access, grant)


def _tell_both(access: Access, line: ReviewLine, choice: Choice) -> None:
    first = queries.first_answer(access, line)
    name = first.name if first else "Une autre personne"
    wanted = {"keep": "garder", "remove": "retirer"}[choice]
    note = f" (« {line.note} »)".replace("« ", "«\u00a0").replace(" »", "\u00a0»") if line.note else ""
    raise AlreadyAnswered(
        f"{name} a déjà répondu : {line.outcome.label}{note}. Vous vouliez {wanted} cet accès : "
        "votre réponse n’est pas enregistrée."
    )


def _forget(line: ReviewLine) -> None:
    line.outcome, line.answered_by_id, line.answered_at, line.note = Outcome.PENDING, None, None, ""
