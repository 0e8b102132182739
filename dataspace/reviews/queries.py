"""Reviews as each may read them: those one runs or oversees, and the lines that wait for one's own answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from dataspace.auth import Access, Permission, risks, using
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Person, Unit
from dataspace.auth.queries import people, rights_known
from dataspace.auth.risks import Cause
from dataspace.auth.words import Sensitivity
from dataspace.reviews import powers
from dataspace.reviews.models import OPEN, Outcome, ReviewCampaign, ReviewLine, ReviewPlace, ReviewRecord

PAGE = 200
_AT_ONCE = 500
# Fewer could be told apart.
FEWEST = 5


@dataclass(frozen=True)
class Line:
    """A line with what it is about, as it is now. `asset` is None on a unit."""

    line: ReviewLine
    grant: Grant
    asset: Asset | None
    last_used: date | None


@dataclass(frozen=True)
class Progress:
    """How many lines are answered, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Hygiene:
    """A directorate in a review: the part answered, and how many rights nobody uses (None under five)."""

    name: str
    progress: Progress
    unused: int | None


# --- campaigns ------------------------------------------------------------------------------------------------------
def oversees(access: Access, campaign: ReviewCampaign) -> bool:
    """May the actor read this review as a whole: does she run such reviews there, or read the journal there?"""
    overseeing = (Permission.REVIEW_RUN, Permission.JOURNAL_READ)
    return any(access.may_in(permission, campaign.unit_id) for permission in overseeing)


def campaigns(access: Access) -> list[ReviewCampaign]:
    """Those that the actor oversees or answers, the last first."""
    found = access.session.scalars(select(ReviewCampaign).order_by(ReviewCampaign.number.desc()).limit(100)).all()
    return [campaign for campaign in found if oversees(access, campaign) or mine(access, campaign).total]


def by_id(access: Access, public_id: str) -> ReviewCampaign | None:
    """The campaign, when the actor oversees it or has something to answer in it."""
    campaign = access.session.scalar(select(ReviewCampaign).where(ReviewCampaign.public_id == public_id))
    if campaign is None or oversees(access, campaign) or mine(access, campaign).total:
        return campaign
    return None


def campaign_of(access: Access, line: ReviewLine) -> ReviewCampaign:
    """The review that a line is of."""
    return access.session.scalars(select(ReviewCampaign).where(ReviewCampaign.id == line.campaign_id)).one()


def open_ones(session: Session) -> Sequence[ReviewCampaign]:
    """Those that are not closed, the oldest first."""
    stmt = select(ReviewCampaign).where(ReviewCampaign.closed_at.is_(None)).order_by(ReviewCampaign.number)
    return session.scalars(stmt).all()


# --- lines ----------------------------------------------------------------------------------------------------------
def line_known(access: Access, public_id: str) -> tuple[ReviewLine, Grant] | None:
    """The line, when the actor may see rights where it stands and is asked, or oversees the review."""
    stmt = _lines(access, ReviewLine.public_id == public_id)
    found = access.session.execute(stmt).first()
    if found is None:
        return None
    line, grant = found
    campaign = campaign_of(access, line)
    if oversees(access, campaign):
        return line, grant
    return (line, grant) if powers.on(access, line) else None


def mine(access: Access, campaign: ReviewCampaign) -> Progress:
    """How far the actor is with what is asked of her."""
    asked = powers.asked(access, campaign)
    if asked is None:
        return Progress(0, 0)
    return _progress(access, asked)


def to_answer(access: Access, campaign: ReviewCampaign, *, limit: int = PAGE) -> list[Line]:
    """What is asked of the actor, her own answers included, the riskiest first; what ended otherwise is left out."""
    asked = powers.asked(access, campaign)
    if asked is None:
        return []
    conditions = [asked, or_(ReviewLine.outcome.not_in(OPEN), _is_live(access))]
    stmt = _lines(access, *conditions)
    if _progress(access, asked).total > limit:
        # Too many for one page: what is answered makes room.
        stmt = stmt.order_by(ReviewLine.outcome != Outcome.PENDING)
    return _told(access, stmt.order_by(ReviewLine.risk.desc(), ReviewLine.id).limit(limit))


def left_to_answer(access: Access, campaign: ReviewCampaign, cause: Cause) -> list[tuple[ReviewLine, Grant]]:
    """Lines of a group that still wait for the actor, among those that her page shows: what is not seen is not kept."""
    shown = to_answer(access, campaign)
    waiting = (one for one in shown if one.line.main is cause and one.line.outcome is Outcome.PENDING)
    return [(one.line, one.grant) for one in waiting]


def to_confirm(access: Access, campaign: ReviewCampaign) -> list[Line]:
    """What the actor wants to remove, not confirmed yet."""
    stmt = _lines(
        access, ReviewLine.campaign_id == campaign.id, ReviewLine.outcome == Outcome.REMOVING,
        ReviewLine.answered_by_id == access.author_id,
    )  # fmt: skip
    return _told(access, stmt.order_by(ReviewLine.risk.desc(), ReviewLine.id))


def answered_by_me(access: Access, campaign: ReviewCampaign) -> dict[Outcome, int]:
    """How many lines the actor answered, by what came of them."""
    stmt = (
        select(ReviewLine.outcome, func.count())
        .where(ReviewLine.campaign_id == campaign.id, ReviewLine.answered_by_id == access.author_id)
        .group_by(ReviewLine.outcome)
    )
    return {row[0]: row[1] for row in access.session.execute(stmt)}


def everything(access: Access, campaign: ReviewCampaign, height: Sensitivity) -> list[Line]:
    """Every line about a card no higher than `height`, for the record."""
    found: list[Line] = []
    last = 0
    while True:
        stmt = _lines(access, ReviewLine.campaign_id == campaign.id, ReviewLine.id > last, risks.at_most(height))
        some = _told(access, stmt.order_by(ReviewLine.id).limit(_AT_ONCE))
        if not some:
            return sorted(found, key=lambda one: (-one.line.risk, one.line.id))
        found += some
        last = some[-1].line.id


def outcomes(access: Access, campaign: ReviewCampaign) -> dict[tuple[Outcome, int], int]:
    """How many lines the actor may know of, by what came of them and by rank."""
    stmt = risks.seen(
        access,
        select(ReviewLine.outcome, ReviewLine.rank, func.count())
        .join(Grant, Grant.id == ReviewLine.grant_id)
        .where(ReviewLine.campaign_id == campaign.id)
        .group_by(ReviewLine.outcome, ReviewLine.rank),
    )
    return {(row[0], row[1]): row[2] for row in access.session.execute(stmt)}


def overall(access: Access, campaign: ReviewCampaign) -> Progress:
    """How far the review is, as far as the actor may know of its lines."""
    return _progress(access, ReviewLine.campaign_id == campaign.id)


def hygiene(access: Access, campaign: ReviewCampaign) -> list[Hygiene]:
    """By directorate: the part answered, and how many rights nobody uses; few are not counted (PRODUCT P10)."""
    tree = access.facts.tree
    stmt = risks.seen(
        access,
        select(ReviewPlace.unit_id, ReviewLine.is_unused, _done(access), func.count())
        .join(Grant, Grant.id == ReviewLine.grant_id)
        .join(ReviewPlace, ReviewPlace.id == ReviewLine.place_id)
        .where(ReviewLine.campaign_id == campaign.id)
        .group_by(ReviewPlace.unit_id, ReviewLine.is_unused),
    )
    counted: dict[str, list[int]] = {}
    for unit_id, is_unused, done, n in access.session.execute(stmt):
        name = tree.directorate(unit_id).short_name if unit_id in tree.nodes else "Unité supprimée"
        total = counted.setdefault(name, [0, 0, 0])
        total[0] += done
        total[1] += n
        total[2] += n if is_unused else 0
    return [
        Hygiene(name, Progress(done, total), unused if unused >= FEWEST else None)
        for name, (done, total, unused) in sorted(counted.items())
    ]


def first_answer(access: Access, line: ReviewLine) -> Person | None:
    """Who has answered it."""
    return people(access.session, [line.answered_by_id]).get(line.answered_by_id or 0)


def unused_of_mine(access: Access) -> list[tuple[Grant, datetime]]:
    """The actor's own rights that a review takes for unused, with its deadline: she may give them back herself."""
    stmt = (
        select(Grant, ReviewCampaign.deadline)
        .join(ReviewLine, ReviewLine.grant_id == Grant.id)
        .join(ReviewCampaign, ReviewCampaign.id == ReviewLine.campaign_id)
        .where(Grant.person_id == access.actor.person_id, ReviewLine.is_unused)
        .where(ReviewCampaign.closed_at.is_(None), _is_live(access))
        .order_by(Grant.id)
    )
    return [(row[0], row[1]) for row in access.session.execute(stmt)]


def titles_of_mine(access: Access, grants: Iterable[Grant]) -> dict[int, str]:
    """Titles of what these rights of hers stand on, as far as she may know of it."""
    wanted = sorted({grant.asset_id for grant in grants if grant.asset_id is not None})
    if not wanted:
        return {}
    knowing = (Permission.CARD_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
    known = access.select(Asset, *knowing).where(Asset.id.in_(wanted))
    return {asset.id: asset.title for asset in access.session.scalars(known)}


def record(access: Access, campaign: ReviewCampaign) -> ReviewRecord | None:
    """The record, as high as the actor sees the rights of that unit."""
    if not oversees(access, campaign):
        return None
    height = access.scope(Permission.RIGHTS_SEE).cells.get(campaign.unit_id, Sensitivity.OPEN)
    stmt = select(ReviewRecord).where(ReviewRecord.campaign_id == campaign.id, ReviewRecord.height <= height)
    return access.session.scalars(stmt.order_by(ReviewRecord.height.desc()).limit(1)).first()


def units_to_review(access: Access) -> list[Unit]:
    """Units whose whole branch the actor may review."""
    cells, tree = access.scope(Permission.REVIEW_RUN).cells, access.facts.tree
    ids = [unit for unit in cells if set(tree.branch(unit)) <= cells.keys()]
    found = access.session.scalars(select(Unit).where(Unit.id.in_(sorted(ids)))).all()
    return sorted(found, key=lambda unit: (len(tree.line(unit.id)), unit.name))


# --- parts ----------------------------------------------------------------------------------------------------------
def _lines(access: Access, *conditions: ColumnElement[bool]) -> Select[Any]:
    joined = select(ReviewLine, Grant).join(Grant, Grant.id == ReviewLine.grant_id).where(*conditions)
    return _seen(access, joined)


def _seen(access: Access, stmt: Any) -> Select[Any]:
    return risks.seen(access, stmt, lent=[power.access for power in powers.lent_to(access)])


def _told(access: Access, stmt: Select[Any]) -> list[Line]:
    rows = access.session.execute(stmt).all()
    known = assets(access, {grant.asset_id for _, grant in rows if grant.asset_id is not None})
    days = using.last_days(access.session, (grant.id for _, grant in rows))
    return [Line(line, grant, known.get(grant.asset_id or 0), days.get(grant.id)) for line, grant in rows]


def assets(access: Access, ids: Iterable[int]) -> dict[int, Asset]:
    """Those of these assets whose rights the actor may see."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    house = access.author_id is None
    seeing = [access.select(Asset, Permission.CARD_SEE) if house else rights_known(access)]
    seeing += [rights_known(power.access) for power in powers.lent_to(access)]
    return {one.id: one for known in seeing for one in access.session.scalars(known.where(Asset.id.in_(wanted)))}


def _is_live(access: Access) -> ColumnElement[bool]:
    return and_(Grant.revoked_at.is_(None), live(Grant, access.moment))


def _done(access: Access) -> ColumnElement[int]:
    """How many are answered, or ended otherwise."""
    is_done = or_(ReviewLine.outcome != Outcome.PENDING, ~_is_live(access))
    return func.coalesce(func.sum(case((is_done, 1), else_=0)), 0)


def _progress(access: Access, condition: ColumnElement[bool]) -> Progress:
    stmt = _seen(
        access,
        select(_done(access), func.count())
        .select_from(ReviewLine)
        .join(Grant, Grant.id == ReviewLine.grant_id)
        .where(condition),
    )
    done, total = access.session.execute(stmt).one()
    return Progress(done, total)
