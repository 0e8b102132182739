"""Requests as each may read them: one's own, and those whose turn falls on one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from dataspace.auth import Access, Permission, standing_in
from dataspace.auth.dated import live
from dataspace.auth.deciding import Deciders
from dataspace.auth.models import Asset, Grant, Known
from dataspace.auth.standing_in import Power
from dataspace.auth.words import AssetKind, Reach
from dataspace.requests import course
from dataspace.requests.course import Course, Terms
from dataspace.requests.models import (
    OPEN,
    AccessRequest,
    AssetCondition,
    Need,
    RequestEvent,
    RequestState,
    StandingRule,
    Step,
)

ASKABLE = tuple(kind for kind in AssetKind if kind is not AssetKind.SEAT)
_KNOWING = (Permission.CARD_SEE, Permission.RIGHTS_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
_ENOUGH = 5
_YEAR = timedelta(days=365)
_MOST = 500


@dataclass(frozen=True)
class Task:
    """Something waits for the actor: an opinion or a decision, before a day when one was said."""

    request: AccessRequest
    step: Step
    until: datetime | None
    course: Course


@dataclass
class Desk:
    """What one needs to know whose turn it is, read once for a page."""

    access: Access
    terms: Terms
    _grants: dict[int, Grant] = field(default_factory=dict)

    @cached_property
    def deciders(self) -> Deciders:
        return Deciders(self.access)

    @cached_property
    def away(self) -> dict[int, int | None]:
        """Who is absent now, and who stands in, None for nobody."""
        return standing_in.away(self.access)

    @cached_property
    def powers(self) -> list[Power]:
        """The actor's own right, then those lent to her."""
        return [Power(self.access), *standing_in.lent(self.access, self.away)]

    def known(self, ids: Iterable[int]) -> dict[int, Asset]:
        """Those of these assets that the actor may know of, by her own right or by one lent to her."""
        wanted = list(ids)
        found: dict[int, Asset] = {}
        for power in reversed(self.powers):
            found |= assets(power.access, wanted)
        return found

    def course(self, request: AccessRequest, asset: Asset | None = None) -> Course:
        """Where a submitted request stands."""
        extended = self._extended(request)
        role = extended.role if extended else request.need.role
        return course.of(
            request, role, self.deciders, self.terms, self.away, self.access.moment, asset=asset, extended=extended
        )

    def tasks(self) -> list[Task]:
        """What waits for the actor, the oldest first."""
        access = self.access
        if not self._may_be_asked():
            return []
        stmt = (
            select(AccessRequest)
            .where(AccessRequest.state == RequestState.SUBMITTED, AccessRequest.person_id != access.author_id)
            .where(AccessRequest.until > access.moment)
            .options(selectinload(AccessRequest.events))
            .order_by(AccessRequest.submitted, AccessRequest.id)
            .limit(_MOST)
        )
        requests = access.session.scalars(stmt).all()
        known = self.known(request.asset_id for request in requests)
        found = [self.task(request, known.get(request.asset_id)) for request in requests]
        return [task for task in found if task is not None]

    def task(self, request: AccessRequest, asset: Asset | None) -> Task | None:
        """What this request asks of the actor now."""
        now = self.course(request, asset)
        mine = {power.person_id for power in self.powers}

        def concerns(rank: Iterable[object]) -> bool:
            return any(getattr(person, "id", None) in mine for person in rank)

        if request.person_id == self.access.author_id or request.state is not RequestState.SUBMITTED:
            return None
        if concerns(now.visa):
            return Task(request, Step.VISA, now.visa_until, now)
        if concerns(now.advice):
            return Task(request, Step.ADVICE, now.advice_until, now)
        if concerns(now.asked) and asset is not None:
            until = now.decision_from + self.terms.decision * (now.escalated + 1)
            return Task(request, Step.APPROVED, until, now)
        return None

    def concerns(self, request: AccessRequest) -> bool:
        """May the actor read this request of somebody else? Whoever answers it, could, or did."""
        mine = {power.person_id for power in self.powers}
        if any(event.person_id in mine or event.on_behalf_id in mine for event in request.events):
            return True
        if request.state is RequestState.DRAFT:
            return False
        unit_id, level = request.owner_unit_id, request.level
        line = course.line_of(request.person_id, unit_id, request.need.role, level, self.deciders)
        answering = [p.id for rank in line for p in rank]
        if request.needs_visa:
            answering += [p.id for p in course.superiors_of(request.person_id, request.unit_id, self.deciders)]
        if request.needs_advice:
            answering += [p.id for p in self.deciders.advisers(unit_id, level)]
        return bool(mine & set(answering))

    def _may_be_asked(self) -> bool:
        can = (Permission.RIGHTS_ASSIGN, Permission.REQUEST_ADVISE)
        return self.access.facts.stands_in or any(self.access.may(p) for p in can)

    def _extended(self, request: AccessRequest) -> Grant | None:
        if request.extends_id is None:
            return None
        if request.extends_id not in self._grants:
            stmt = select(Grant).where(Grant.id == request.extends_id)
            self._grants[request.extends_id] = self.access.session.scalars(stmt).one()
        return self._grants[request.extends_id]


def assets(access: Access, ids: Iterable[int]) -> dict[int, Asset]:
    """Those of these assets that the actor may know of."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    seen = access.select(Asset, *_KNOWING).where(Asset.id.in_(wanted))
    return {asset.id: asset for asset in access.session.scalars(seen)}


def mine(access: Access, *, limit: int = 50) -> Sequence[AccessRequest]:
    """The actor's own requests, the last first."""
    return _read(access, AccessRequest.person_id == access.author_id, limit=limit)


def open_of_mine(access: Access, asset: Known) -> AccessRequest | None:
    """The actor's draft or running request on `asset`."""
    return next(
        iter(
            _read(
                access, AccessRequest.person_id == access.author_id, AccessRequest.asset_id == asset.id,
                AccessRequest.state.in_(OPEN),
            )
        ),
        None,
    )  # fmt: skip


def answered(desk: Desk, *, limit: int = 20) -> Sequence[AccessRequest]:
    """What the actor decided or gave her opinion on, the last first."""
    access = desk.access
    hers = select(RequestEvent.request_id).where(RequestEvent.person_id == access.author_id)
    others = AccessRequest.person_id != access.author_id
    return _read(access, AccessRequest.id.in_(hers), others, limit=limit)


def seen(desk: Desk, public_id: str) -> AccessRequest | None:
    """The request, when it is the actor's own or she has to do with it."""
    request = next(iter(_read(desk.access, AccessRequest.public_id == public_id, limit=1)), None)
    if request is None or request.person_id == desk.access.author_id:
        return request
    return request if desk.concerns(request) else None


def grants(access: Access, ids: Iterable[int | None]) -> dict[int, Grant]:
    """The accesses that requests ended in, or extend."""
    wanted = sorted({found for found in ids if found is not None})
    if not wanted:
        return {}
    return {grant.id: grant for grant in access.session.scalars(select(Grant).where(Grant.id.in_(wanted)))}


def state(request: AccessRequest, grant: Grant | None, moment: datetime) -> RequestState:
    """What the request has become: an access taken back or over is read from the access itself."""
    if request.state is RequestState.APPROVED and grant is not None:
        if grant.revoked_at is not None:
            return RequestState.REVOKED
        return RequestState.EXPIRED if grant.ends is not None and grant.ends <= moment else RequestState.APPROVED
    if request.state is RequestState.SUBMITTED and request.until <= moment:
        return RequestState.EXPIRED
    return request.state


def needs(access: Access, asset: Known) -> list[Need]:
    """What can be asked of this asset: what the policy lets a role do that stands on it alone."""

    def opens(need: Need, permission: Permission) -> bool:
        level = access.policy.level(need.role, permission, Reach.ASSET)
        return level is not None and asset.sensitivity <= level

    read = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    found = [need for need in Need if opens(need, read)]
    takes = asset.kind is AssetKind.DATASET and opens(Need.DOWNLOAD, Permission.DATASET_EXPORT)
    return [need for need in found if need is not Need.DOWNLOAD or takes]


def is_open_to(access: Access, asset: Asset) -> bool:
    """Does the actor read it already?"""
    read = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    return access.allows(read, asset)


def condition(access: Access, asset: Known) -> AssetCondition | None:
    """What is to be accepted before asking for `asset`, as it stands now."""
    stmt = select(AssetCondition).where(AssetCondition.asset_id == asset.id, AssetCondition.since <= access.moment)
    now = access.session.scalars(stmt.order_by(AssetCondition.since.desc(), AssetCondition.id.desc())).first()
    # Replaced by nothing: there is nothing to accept any more.
    return now if now is not None and now.text else None


def rules(access: Access, asset: Asset) -> Sequence[StandingRule]:
    """Answers given beforehand that may apply to `asset`."""
    above = access.facts.tree.holding(asset.unit_id)
    stmt = select(StandingRule).where(
        StandingRule.unit_id.in_(above), StandingRule.level >= asset.sensitivity, live(StandingRule, access.moment),
        or_(StandingRule.theme_id.is_(None), StandingRule.theme_id == asset.theme_id),
    )  # fmt: skip
    return access.session.scalars(stmt.order_by(StandingRule.days.desc(), StandingRule.id)).all()


@dataclass(frozen=True)
class Habit:
    """How requests to a directorate usually end, over a year."""

    days: int
    accepted: int
    decided: int


def habit(access: Access, asset: Known) -> Habit | None:
    """Median delay in working days and acceptances, for the directorate of `asset`; None under five decisions.

    Counted over the assets that the actor may know of: a figure must not tell what a list would not.
    """
    tree = access.facts.tree
    branch = tree.branch(tree.directorate(asset.unit_id).id)
    stmt = (
        access.select(Asset, Permission.CARD_SEE)
        .join(AccessRequest, AccessRequest.asset_id == Asset.id)
        .where(Asset.unit_id.in_(branch), AccessRequest.decided_at > access.moment - _YEAR)
        .with_only_columns(AccessRequest.submitted, AccessRequest.decided_at, AccessRequest.state)
    )
    rows = access.session.execute(stmt).all()
    if len(rows) < _ENOUGH:
        return None
    days = median(working_days(row.submitted, row.decided_at) for row in rows)
    return Habit(round(days), sum(row.state is RequestState.APPROVED for row in rows), len(rows))


def working_days(start: datetime, end: datetime) -> int:
    """How many working days from one moment to another; a decision of the same day counts for one."""
    day, found = start.date(), 0
    while day < end.date():
        day += timedelta(days=1)
        found += day.weekday() < 5
    return max(found, 1)


def _read(access: Access, *conditions: ColumnElement[bool], limit: int = 50) -> Sequence[AccessRequest]:
    stmt = select(AccessRequest).where(*conditions).options(selectinload(AccessRequest.events)).limit(limit)
    return access.session.scalars(stmt.order_by(AccessRequest.id.desc())).all()
