"""By which right somebody answers a line: her own, or that of who is away and named her."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from dataspace.auth import Access, Permission, lapsing, standing_in
from dataspace.auth.models import Grant
from dataspace.auth.standing_in import Power
from dataspace.reviews.models import ReviewCampaign, ReviewLine, ReviewPlace
from dataspace.reviews.turns import turns_of


def lent_to(access: Access) -> list[Power]:
    """Who is away and may decide, and in whose place the actor answers: read once for a page."""
    found: list[Power] = access.kept.setdefault(
        "lent", [power for power in standing_in.lent(access) if power.access.may(Permission.RIGHTS_ASSIGN)]
    )
    return found


def on(access: Access, line: ReviewLine) -> list[Power]:
    """The rights by which the actor is asked about this line, her own first."""
    here = places(access, ReviewPlace.id == line.place_id)
    return [power for power in _all(access) if any(_turns(access, power, here))]


def asked(access: Access, campaign: ReviewCampaign) -> ColumnElement[bool] | None:
    """Lines of the review that the actor is asked about; None when there cannot be any."""
    everyone = _all(access)
    everywhere = places(access, ReviewPlace.campaign_id == campaign.id) if everyone else ()
    found: list[ColumnElement[bool]] = []
    for power in everyone:
        first, then = _turns(access, power, everywhere)
        if first or then:
            at_once = and_(ReviewLine.rank == 0, ReviewLine.place_id.in_(first))
            turned = and_(ReviewLine.rank > 0, ReviewLine.place_id.in_(then))
            own = sorted({access.actor.person_id, power.person_id})
            found.append(and_(or_(at_once, turned), func.coalesce(Grant.person_id, 0).not_in(own)))
    return and_(ReviewLine.campaign_id == campaign.id, or_(*found)) if found else None


def places(access: Access, *conditions: ColumnElement[bool]) -> Sequence[ReviewPlace]:
    """Where the rights of reviews stand."""
    return access.session.scalars(select(ReviewPlace).where(*conditions).order_by(ReviewPlace.id)).all()


def _all(access: Access) -> list[Power]:
    own = [Power(access)] if access.may(Permission.RIGHTS_ASSIGN) else []
    return [*own, *lent_to(access)]


def _turns(access: Access, power: Power, here: Sequence[ReviewPlace]) -> tuple[list[int], list[int]]:
    """The places where this power is asked; what is the actor's own is never answered in somebody's place."""
    if power.absent_id is not None:
        here = [place for place in here if not _is_ones_own(access, place)]
    return turns_of(power.access).mine(here)


def _is_ones_own(access: Access, place: ReviewPlace) -> bool:
    subject = Grant(
        person_id=place.person_id, subject_unit_id=place.subject_unit_id, group_name=place.group_name,
        usage_id=place.usage_id,
    )  # fmt: skip
    is_said = any((place.person_id, place.subject_unit_id, place.group_name, place.usage_id))
    return is_said and lapsing.is_ones_own(access, subject)
