"""What the deadline does, when it is read: what serves no more lapses, what serves goes up, the rest is recorded.

Nothing has to run at night: a reader's own rights are settled before they are read, whoever opens the review settles
it, and `dataspace reviews close` does the same for everybody. Doing it twice does nothing more.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth import HouseAccess, lapsing, using
from dataspace.auth.models import Grant
from dataspace.auth.queries import people
from dataspace.auth.words import Sensitivity
from dataspace.db import now
from dataspace.errors import Refused
from dataspace.reviews import letters, queries, writing
from dataspace.reviews.models import OPEN, Outcome, ReviewCampaign, ReviewLine, ReviewRecord
from dataspace.reviews.services import Terms
from dataspace.reviews.turns import Turns

AT_ONCE = 200
# The records that are kept: a reader gets the highest one she may know.
HEIGHTS = (Sensitivity.RESTRICTED, Sensitivity.CONFIDENTIAL)


def next_due(session: Session) -> datetime | None:
    """When the next unanswered line falls due."""
    return session.scalar(select(func.min(ReviewLine.due)).where(ReviewLine.outcome.in_(OPEN)))


def is_waiting(session: Session) -> bool:
    """Is something to be settled now: a line past its day, or a review past its deadline that waits for nobody?"""
    moment = now()
    due = select(ReviewLine.id).where(ReviewLine.outcome.in_(OPEN), ReviewLine.due <= moment)
    waiting = exists().where(ReviewLine.campaign_id == ReviewCampaign.id, ReviewLine.outcome.in_(OPEN))
    over = select(ReviewCampaign.id).where(
        ReviewCampaign.closed_at.is_(None), ReviewCampaign.deadline <= moment, ~waiting
    )
    return any(session.scalar(stmt.limit(1)) is not None for stmt in (due, over))


def concerns(session: Session, person_id: int) -> bool:
    """Is something due among the rights of one reader, her units' or her groups'?"""
    stmt = select(ReviewLine.id).join(Grant, Grant.id == ReviewLine.grant_id).where(_hers(person_id))
    due = stmt.where(ReviewLine.outcome.in_(OPEN), ReviewLine.due <= now())
    return session.scalar(due.limit(1)) is not None


def settle_reader(house: HouseAccess, person_id: int, terms: Terms) -> int:
    """Settle what is due among the rights of one reader, her units' and her groups', before they are read."""
    return settle(house, terms, only=_hers(person_id), at_most=AT_ONCE * 5)


def _hers(person_id: int) -> ColumnElement[bool]:
    # Units' and groups' are few: whoever comes first settles them.
    return or_(Grant.person_id == person_id, Grant.person_id.is_(None))


def settle(house: HouseAccess, terms: Terms, *, only: ColumnElement[bool] | None = None, at_most: int = AT_ONCE) -> int:
    """Settle some of what is due; how many lines. Called until it says none."""
    stmt = (
        select(ReviewLine, Grant)
        .join(Grant, Grant.id == ReviewLine.grant_id)
        .where(ReviewLine.outcome.in_(OPEN), ReviewLine.due <= house.moment)
        .order_by(ReviewLine.id)
        .limit(at_most)
        .with_for_update(of=(ReviewLine, Grant))
        .execution_options(populate_existing=True)
    )
    if only is not None:
        stmt = stmt.where(only)
    rows = house.session.execute(stmt).all()
    days = using.last_days(house.session, (grant.id for _, grant in rows))
    ids = {line.campaign_id for line, _ in rows}
    campaigns = {
        campaign.id: campaign
        for campaign in house.session.scalars(select(ReviewCampaign).where(ReviewCampaign.id.in_(sorted(ids))))
    }
    for line, grant in rows:
        last = days.get(grant.id)
        is_recent = last is not None and last >= (line.due - terms.recent).date()
        _settle(house, campaigns[line.campaign_id], line, grant, terms, is_recent=is_recent)
    house.session.flush()
    return len(rows)


def finish(house: HouseAccess, terms: Terms) -> int:
    """Tell who is asked next, and record the reviews that wait for nobody any more; how many were closed."""
    closed = 0
    for campaign in queries.open_ones(house.session):
        turns = Turns(house)
        if campaign.deadline > house.moment:
            letters.remind(house, campaign, turns, terms.portal)
            continue
        waiting = select(func.count()).where(ReviewLine.campaign_id == campaign.id, ReviewLine.outcome.in_(OPEN))
        if house.session.scalar(waiting):
            letters.escalate(house, campaign, turns, terms.portal)
            continue
        closed += _close(house, campaign, terms)
    return closed


def _settle(
    house: HouseAccess, campaign: ReviewCampaign, line: ReviewLine, grant: Grant, terms: Terms, *, is_recent: bool
) -> None:
    # What was said to be removed and never confirmed is no answer: nobody has read the summary.
    line.answered_by_id, line.answered_at = None, None
    if grant.revoked_at is not None or (grant.ends is not None and grant.ends <= house.moment):
        line.outcome = Outcome.GONE
        return
    if line.can_lapse and not is_recent and _lapse(house, campaign, line, grant, terms):
        return
    if line.rank == 0:
        line.outcome, line.rank, line.escalated_at = Outcome.PENDING, 1, house.moment
        line.due = house.moment + terms.extension
        facts: dict[str, Any] = {
            "number": campaign.number,
            "grant": grant.public_id,
            "used": is_recent,
            "until": line.due,
        }
        record(house, Act.REVIEW_ESCALATED, campaign, **facts)
    else:
        line.outcome = Outcome.LEFT


def _lapse(house: HouseAccess, campaign: ReviewCampaign, line: ReviewLine, grant: Grant, terms: Terms) -> bool:
    try:
        lapsing.lapse(house, grant, reason=f"Revue n°\u00a0{campaign.number}\u00a0: sans réponse à l’échéance")
    except Refused:
        # The last one to hold this role: somebody has to say.
        return False
    line.outcome, line.answered_at = Outcome.LAPSED, house.moment
    holder = people(house.session, [grant.person_id]).get(grant.person_id or 0)
    if holder is not None and holder.is_active:
        letters.lapsed(house, campaign, grant, holder, terms.portal)
    return True


def _close(house: HouseAccess, campaign: ReviewCampaign, terms: Terms) -> bool:
    locked = select(ReviewCampaign).where(ReviewCampaign.id == campaign.id).with_for_update()
    house.session.scalars(locked.execution_options(populate_existing=True)).one()
    if campaign.closed_at is not None:
        return False
    campaign.closed_at = house.moment
    house.session.flush()
    sums = {}
    for height in HEIGHTS:
        made = writing.record(house, campaign, height)
        house.session.add(ReviewRecord(campaign_id=campaign.id, height=height, body=made.body, sha256=made.sha256))
        sums[height.code] = made.sha256
    record(house, Act.REVIEW_CLOSED, campaign, number=campaign.number, sha256=sums)
    letters.result(house, campaign, terms.portal)
    return True
