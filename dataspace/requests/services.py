"""What a person does with her own request: fill it in, send it, take it back, ask for more time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission
from dataspace.auth.answering import nearest
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.queries import people
from dataspace.auth.returning import kept, own
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import Protection, Sensitivity, State
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.requests import answers, course, letters, purposes, queries
from dataspace.requests.models import AccessRequest, Need, Purpose, RequestState, Step
from dataspace.requests.queries import Desk
from dataspace.requests.steps import NotYourTurn, happen, known, take


class AlreadyAsked(Conflict):
    sentence = "Vous avez déjà une demande en cours sur cet élément."
    next_step = "Suivez-la dans «\u00a0Messages\u00a0», ou retirez-la pour en faire une autre."


@dataclass(frozen=True)
class Asked:
    """What a person fills in: at most four fields, and the version of the conditions she accepts."""

    topic: Purpose
    purpose: str
    need: Need
    until: datetime
    unit_id: int
    conditions: str = ""
    # Public id of the usage in whose name she asks, when there is one.
    usage: str = ""


def ask(desk: Desk, asset: Asset, asked: Asked) -> AccessRequest:
    """Ask for `asset`; a draft of it becomes this request. A standing rule may answer at once.

    Raises NotFound when the actor may not know of it, AlreadyAsked, Invalid (dates, conditions, place, need, usage).
    """
    request = _filled(desk, asset, asked)
    _check(desk, asset, asked)
    request.state, request.submitted = RequestState.SUBMITTED, desk.access.moment
    _route(desk, request, asset)
    return _submit(desk, request, asset)


def keep(desk: Desk, asset: Asset, asked: Asked) -> AccessRequest:
    """Keep what is filled in for later; nobody else reads a draft."""
    request = _filled(desk, asset, asked)
    desk.access.session.flush()
    if request.last(Step.DRAFTED) is None:
        happen(desk, request, Step.DRAFTED)
    return request


def extend(desk: Desk, grant_id: str) -> AccessRequest:
    """Ask for more time on an access of one's own: same purpose, same decider, no visa again."""
    access = desk.access
    grant = own(access, grant_id)
    asset = queries.assets(access, [grant.asset_id]).get(grant.asset_id) if grant and grant.asset_id else None
    if grant is None or asset is None or grant.ends is None:
        raise NotFound
    if queries.open_of_mine(access, asset) is not None:
        raise AlreadyAsked
    first = access.session.scalars(select(AccessRequest).where(AccessRequest.grant_id == grant.id)).first()
    need = Need.DOWNLOAD if grant.role is Need.DOWNLOAD.role else Need.CONSULT
    request = AccessRequest(
        person_id=access.author_id, asset_id=asset.id, unit_id=first.unit_id if first else _main_place(access),
        owner_unit_id=asset.unit_id, level=deciding_level(asset), topic=first.topic if first else Purpose.MISSION,
        purpose=grant.purpose or grant.reason or "Prolonger un accès", need=need,
        until=max(access.moment, grant.ends) + desk.terms.longest[deciding_level(asset)], conditions=grant.conditions,
        created=access.moment, submitted=access.moment, state=RequestState.SUBMITTED, extends_id=grant.id, events=[],
    )  # fmt: skip
    access.session.add(request)
    return _submit(desk, request, asset)


def ask_longer(desk: Desk, grant_id: str) -> None:
    """Ask for more time on a right over a unit, or on one that a unit or a usage holds: who gave it, or who decides
    there, is written to.

    Raises NotFound when the actor does not keep it, AlreadyAsked when she has asked since this end was set.
    """
    access = desk.access
    grant = kept(access, grant_id)
    scope = scope_of(desk, grant) if grant is not None else None
    if grant is None or scope is None or grant.ends is None:
        raise NotFound
    unit_id = scope.unit_id if isinstance(scope, Asset) else scope.id
    giver = people(access.session, [grant.granted_by_id]).get(grant.granted_by_id or 0)
    is_there = giver is not None and giver.is_active and giver.id != access.author_id
    to = (giver,) if giver and is_there else nearest(access, Permission.RIGHTS_ASSIGN, unit_id, but=access.author_id)
    told = [letters.longer(desk, one, grant, scope) for one in to]
    if not any(told):
        raise AlreadyAsked
    record(access, Act.REQUEST_SUBMITTED, scope, grant=grant.public_id, role=grant.role.value, longer=True)


def scope_of(desk: Desk, grant: Grant) -> Unit | Asset | None:
    """The unit, or the asset that the actor may know of, on which a right stands."""
    if grant.asset_id is not None:
        return queries.assets(desk.access, [grant.asset_id]).get(grant.asset_id)
    return desk.access.session.scalar(select(Unit).where(Unit.id == grant.unit_id))


def withdraw(desk: Desk, request: AccessRequest) -> None:
    """Take back one's own request before it is decided."""
    access = desk.access
    if request.person_id != access.author_id:
        raise NotYourTurn
    take(desk, request, draft=True)
    was_draft = request.state is RequestState.DRAFT
    request.state = RequestState.WITHDRAWN
    happen(desk, request, Step.WITHDRAWN)
    if not was_draft:
        record(access, Act.REQUEST_WITHDRAWN, known(desk, request), request=request.public_id)


# --- asking ---------------------------------------------------------------------------------------------------------
def _filled(desk: Desk, asset: Asset, asked: Asked) -> AccessRequest:
    access = desk.access
    if not access.allows(Permission.CARD_SEE, asset) or asset.kind not in queries.ASKABLE:
        raise NotFound
    if queries.is_open_to(access, asset):
        raise Conflict("Vous lisez déjà cet élément.", "Ouvrez sa page\u202f: rien n’est à demander.")
    usage = purposes.chosen(access, asset, asked.usage)
    request = queries.open_of_mine(access, asset)
    if request is not None and request.state is not RequestState.DRAFT:
        if request.until > access.moment:
            raise AlreadyAsked
        # Nobody answered before the day it was asked for: it is over, another one may be made.
        request.state = RequestState.WITHDRAWN
        access.session.flush()
        request = None
    if request is None:
        request = AccessRequest(
            person_id=access.author_id, asset_id=asset.id, created=access.moment, state=RequestState.DRAFT, events=[]
        )
        access.session.add(request)
    request.owner_unit_id, request.level, request.unit_id = asset.unit_id, deciding_level(asset), asked.unit_id
    request.topic, request.purpose, request.need = asked.topic, asked.purpose.strip()[:400], asked.need
    request.until, request.conditions = asked.until, asked.conditions
    request.usage_id = usage.id if usage is not None else None
    return request


def _check(desk: Desk, asset: Asset, asked: Asked) -> None:
    access, moment = desk.access, desk.access.moment
    if asset.state is not State.PUBLISHED:
        raise Conflict("Cet élément n’est plus publié.", "Demandez à sa direction ce qui le remplace.")
    if not asked.purpose.strip():
        raise Invalid("Dites à quoi cela vous servira\u202f: c’est ce que lira la personne qui décide.")
    if asked.need not in queries.needs(access, asset):
        raise Invalid("Cet élément ne se télécharge pas\u202f: demandez à le consulter.")
    # The last day counts whole.
    if not moment < asked.until < moment + desk.terms.longest[deciding_level(asset)] + timedelta(days=1):
        raise Invalid("La date de fin est passée, ou trop lointaine.")
    if asked.unit_id not in {posting.unit_id for posting in access.facts.postings}:
        raise Invalid("Demandez au titre d’une de vos affectations.")
    condition = queries.condition(access, asset)
    if condition is not None and asked.conditions != condition.version:
        raise Invalid("Acceptez d’abord les conditions d’usage, dans leur version actuelle.")


def _route(desk: Desk, request: AccessRequest, asset: Asset) -> None:
    """Who will be asked: nobody twice for the same request."""
    access, level = desk.access, deciding_level(asset)
    line = course.line_of(request.person_id, asset.unit_id, request.need.role, level, desk.deciders)
    if not line:
        raise Invalid("Personne ne peut décider de cet élément ici.", "Écrivez à sa direction, ou au portail.")
    superiors = course.superiors_of(request.person_id, request.unit_id, desk.deciders)
    request.needs_visa = bool(superiors) and not {p.id for p in superiors} & {p.id for p in line[0]}
    advisers = {p.id for p in desk.deciders.advisers(asset.unit_id, level)} - {access.author_id}
    is_personal = asset.protection is not Protection.NONE
    request.needs_advice = bool(advisers) and (is_personal or asset.sensitivity is Sensitivity.CONFIDENTIAL)


def _submit(desk: Desk, request: AccessRequest, asset: Asset) -> AccessRequest:
    access = desk.access
    happen(desk, request, Step.SUBMITTED)
    access.session.flush()
    facts: dict[str, Any] = {"request": request.public_id, "need": request.need.value, "until": request.until}
    if usage := purposes.titles(access, [request]).get(request.usage_id or 0):
        facts["usage"] = usage
    record(access, Act.REQUEST_SUBMITTED, asset, **facts, purpose=request.purpose, conditions=request.conditions)
    if request.extends_id is not None or not answers.by_rule(desk, request, asset):
        letters.call(desk, request)
    return request


def _main_place(access: Access) -> int:
    place = next((posting.unit_id for posting in access.facts.postings), None)
    if place is None:
        raise Invalid("Aucune affectation n’est connue pour vous.")
    return place
