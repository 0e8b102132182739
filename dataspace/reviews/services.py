"""Opening a review: the risky rights of a branch, worked out at once, each to who may decide on it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission, Task, risks, system
from dataspace.auth.models import Unit
from dataspace.auth.models.assets import public_id
from dataspace.auth.risks import EXPLAINED, LAPSING, Cause, Risk
from dataspace.config import Settings
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.reviews import letters
from dataspace.reviews.models import OPEN, Outcome, ReviewCampaign, ReviewLine, ReviewPlace
from dataspace.reviews.turns import Turns

_AT_ONCE = 500
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=184)


class NotYourBranch(Refused):
    sentence = "Vous n’ouvrez de revue que sur votre périmètre, tout entier."
    next_step = "Choisissez une unité de votre branche, ou demandez à la délégation à la protection des données."


@dataclass(frozen=True)
class Terms:
    """What counts as unused, as recent, and how long an unanswered right in use is left."""

    unused: timedelta
    recent: timedelta
    extension: timedelta
    # Address of the portal, for the links of mails.
    portal: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        return cls(
            timedelta(settings.review_unused_days), timedelta(settings.review_recent_days),
            timedelta(settings.review_extension_days), settings.portal_url.rstrip("/"),
        )  # fmt: skip


@dataclass(frozen=True)
class Sketch:
    """What a review would ask about, as far as the actor may know: how many rights, by cause."""

    total: int
    by_cause: Mapping[Cause, int]


def may_open(access: Access, unit_id: int) -> bool:
    """Is the whole branch of `unit_id` of the actor's reach?"""
    cells = access.scope(Permission.REVIEW_RUN).cells
    return unit_id in cells and set(access.facts.tree.branch(unit_id)) <= cells.keys()


def sketch(access: Access, unit: Unit, terms: Terms) -> Sketch:
    """What a review of `unit` would hold. Raises NotYourBranch."""
    _check_unit(access, unit)
    by_cause: Counter[Cause] = Counter()
    total = 0
    under_way = _under_way(access)
    for risk in risks.find(access, access.facts.tree.branch(unit.id), unused_for=terms.unused):
        if risk.grant_id not in under_way:
            total += 1
            by_cause.update(risk.causes)
    return Sketch(total, by_cause)


def open_campaign(
    access: Access, unit: Unit, *, title: str, deadline: datetime, terms: Terms, named: str = ""
) -> ReviewCampaign:
    """Open a review and tell who is asked. `named` is its public id, drawn at random unless said.

    Raises Refused (reach), Invalid (title, deadline, nothing to review).
    """
    _check_unit(access, unit)
    if not title.strip():
        raise Invalid("Donnez un titre à cette revue.")
    if deadline < access.moment + SHORTEST:
        raise Invalid("Laissez au moins un jour pour répondre : choisissez une échéance plus tardive.")
    if deadline > access.moment + LONGEST:
        raise Invalid("Six mois au plus : une revue plus longue ne se termine pas.")
    # What the opener may know of decides: that a review opens must not tell that something hidden is there.
    if not sketch(access, unit, terms).total:
        raise Invalid(
            "Aucun accès de ce périmètre n’est à revoir, ou une revue en cours s’en occupe déjà : rien n’a été ouvert."
        )
    found = _found(access, unit, terms)
    last = access.session.scalar(select(func.max(ReviewCampaign.number))) or 0
    campaign = ReviewCampaign(
        public_id=named or public_id(), number=last + 1, title=title.strip()[:200], unit_id=unit.id,
        opened_by_id=access.author_id, opened_at=access.moment, deadline=deadline,
    )  # fmt: skip
    access.session.add(campaign)
    try:
        access.session.flush()
    except IntegrityError as error:
        raise Conflict("Une autre revue vient d’être ouverte au même instant.", "Recommencez.") from error
    turns = Turns(access)
    _write(access, campaign, found, turns)
    facts: dict[str, Any] = {"number": campaign.number, "unit": unit.code, "deadline": deadline, "lines": len(found)}
    record(access, Act.REVIEW_OPENED, campaign, **facts)
    letters.invite(access, campaign, turns, terms.portal)
    return campaign


def _check_unit(access: Access, unit: Unit) -> None:
    access.require(Permission.REVIEW_RUN)
    if not may_open(access, unit.id):
        raise NotYourBranch


def _found(access: Access, unit: Unit, terms: Terms) -> list[Risk]:
    """Every risky right there, whoever may know of it: each goes to who decides on it, not to who opens the review."""
    house = system(access.session, Task.REVIEW, access.policy)
    house.moment = access.moment
    under_way = _under_way(access)
    found = risks.find(house, house.facts.tree.branch(unit.id), unused_for=terms.unused)
    return [risk for risk in found if risk.grant_id not in under_way]


def _under_way(access: Access) -> set[int]:
    """Rights that another review is asking about."""
    asking = select(ReviewLine.grant_id).where(ReviewLine.outcome.in_(OPEN))
    return set(access.session.scalars(asking))


def _write(access: Access, campaign: ReviewCampaign, found: Sequence[Risk], turns: Turns) -> None:
    places = _places(access, campaign, found, turns)
    rows = [
        {
            "public_id": public_id(), "campaign_id": campaign.id, "grant_id": risk.grant_id,
            "place_id": places[_key(risk, turns)], "causes": [cause.value for cause in risk.causes],
            "main": risk.causes[0], "risk": risk.weight, "can_lapse": bool(LAPSING & set(risk.causes)),
            "is_unused": Cause.UNUSED in risk.causes, "needs_reason": bool(EXPLAINED & set(risk.causes)),
            "outcome": Outcome.PENDING, "note": "", "rank": 0, "due": campaign.deadline, "version": 1,
        }
        for risk in found
    ]  # fmt: skip
    for start in range(0, len(rows), _AT_ONCE):
        access.session.execute(insert(ReviewLine), rows[start : start + _AT_ONCE])


def _places(
    access: Access, campaign: ReviewCampaign, found: Iterable[Risk], turns: Turns
) -> dict[tuple[object, ...], int]:
    made: dict[tuple[object, ...], ReviewPlace] = {}
    for risk in found:
        key = _key(risk, turns)
        if key not in made:
            made[key] = ReviewPlace(
                campaign_id=campaign.id, unit_id=risk.unit_id, role=risk.role, level=risk.level, whole=risk.whole,
                person_id=risk.person_id if risk.person_id in turns.ids else None,
                subject_unit_id=risk.subject_unit_id, group_name=risk.group_name, usage_id=risk.usage_id,
            )  # fmt: skip
    access.session.add_all(made.values())
    access.session.flush()
    return {key: place.id for key, place in made.items()}


def _key(risk: Risk, turns: Turns) -> tuple[object, ...]:
    own = risk.person_id if risk.person_id in turns.ids else None
    return (risk.unit_id, risk.role, risk.level, risk.whole, own, risk.subject_unit_id, risk.group_name,
            risk.usage_id)  # fmt: skip
