"""Answering a request: an opinion that is recorded, or the decision, which gives the access."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, Permission, proving, rights
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, Grant, Person, Usage
from dataspace.auth.queries import people
from dataspace.auth.rights import Wanted, deciding_level
from dataspace.auth.standing_in import Power
from dataspace.auth.words import Role, Sensitivity, Source
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.requests import letters, purposes, queries
from dataspace.requests.models import AccessRequest, Need, Opinion, RequestState, StandingRule, Step
from dataspace.requests.queries import Desk
from dataspace.requests.steps import NotYourTurn, happen, known, take

_AGREED = "Demande acceptée\u00a0: "


def advise(desk: Desk, request: AccessRequest, step: Step, opinion: Opinion, note: str = "") -> None:
    """Give the visa of a superior, or the opinion of the DPO: recorded, read by who decides, deciding nothing."""
    take(desk, request)
    now = desk.course(request, known(desk, request))
    rank = {Step.VISA: now.visa, Step.ADVICE: now.advice}.get(step, ())
    power = next((p for p in desk.powers if p.person_id in {person.id for person in rank}), None)
    if power is None or request.person_id in (desk.access.author_id, power.person_id):
        raise NotYourTurn
    if opinion is Opinion.UNFAVOURABLE and not note.strip():
        raise Invalid("Dites pourquoi\u202f: qui décide lira votre avis.")
    happen(desk, request, step, opinion=opinion, note=note, absent_id=power.absent_id)
    facts: dict[str, Any] = {"step": step.value, "opinion": opinion.value, "note": note.strip()}
    facts |= {"request": request.public_id, "in_place_of": power.absent_id}
    record(desk.access, Act.REQUEST_ADVISED, known(desk, request), **facts)
    letters.call(desk, request)


def approve(
    desk: Desk, request: AccessRequest, *, version: int, need: Need | None = None, until: datetime | None = None,
    note: str = "", to_person: bool = False,
) -> Grant:  # fmt: skip
    """Accept, as asked, or for less: the access is given in the same transaction, and holds on the next page.

    Asked in the name of a usage, it is given to the usage, no longer than the usage lasts, unless `to_person` says to
    give it to who asks only.
    Raises Refused (not one's to decide, one's own, not yet), Conflict (decided meanwhile, or the usage asks no more),
    Invalid (more than asked).
    """
    access = desk.access
    take(desk, request)
    need, until = need or request.need, until or request.until
    asset, power, by = _decider(desk, request, need.role, version)
    if until > request.until or (request.need is Need.CONSULT and need is not Need.CONSULT):
        raise Invalid("On n’accorde pas plus que ce qui est demandé.")
    if until <= access.moment:
        raise Invalid("La date de fin est déjà passée.")
    person = people(access.session, [request.person_id])[request.person_id]
    if not person.is_active:
        raise Invalid("Cette personne n’a plus de compte actif.")
    usage = None if to_person else purposes.receiving(access, request, asset)
    until = min(until, usage.ends) if usage is not None else until
    grant = _give(desk, request, asset, usage or person, need, until, power.access if power.absent_id else None)
    _approved(desk, request, grant, note=note, absent_id=power.absent_id)
    facts = {"need": need.value, "until": until, "grant": grant.public_id, "in_place_of": power.absent_id}
    facts |= {"usage": usage.title} if usage is not None else {}
    record(access, Act.REQUEST_DECIDED, asset, held=by, request=request.public_id, decision="approved", **facts)
    letters.answer(desk, request, person)
    return grant


def refuse(desk: Desk, request: AccessRequest, *, version: int, reason: str) -> None:
    """Refuse, and say why: the reason is read by who asked."""
    take(desk, request)
    asset, power, by = _decider(desk, request, request.need.role, version)
    if not reason.strip():
        raise Invalid("Dites pourquoi\u202f: le motif est lu par la personne qui demande.")
    request.state, request.decided_at = RequestState.REFUSED, desk.access.moment
    happen(desk, request, Step.REFUSED, note=reason, absent_id=power.absent_id)
    record(
        desk.access, Act.REQUEST_DECIDED, asset, held=by, request=request.public_id, decision="refused",
        reason=reason.strip(), in_place_of=power.absent_id,
    )  # fmt: skip
    letters.answer(desk, request, people(desk.access.session, [request.person_id])[request.person_id])


# --- standing rules -------------------------------------------------------------------------------------------------
def by_rule(desk: Desk, request: AccessRequest, asset: Asset) -> bool:
    """Answer at once when a standing rule does: written for this unit, role and need, by somebody who still may."""
    if asset.is_protected or asset.sensitivity is Sensitivity.CONFIDENTIAL:
        return False
    if request.usage_id is not None:
        # A rule names people of a unit: it says nothing of all those that a usage holds.
        return False
    rules = (rule for rule in queries.rules(desk.access, asset) if _fits(desk.access, rule, request))
    return any(_answer(desk, rule, request, asset) for rule in rules)


def _fits(access: Access, rule: StandingRule, request: AccessRequest) -> bool:
    tree = access.facts.tree
    in_unit = rule.to_unit_id is None or request.unit_id in tree.branch(rule.to_unit_id)
    holds = rule.to_role is None or any(held.role is rule.to_role for held in access.facts.held)
    need_fits = request.need is Need.CONSULT or rule.need is Need.DOWNLOAD
    at_home = tree.root(request.unit_id) == tree.root(rule.unit_id)
    return in_unit and at_home and holds and need_fits and rule.author_id != access.author_id


def _answer(desk: Desk, rule: StandingRule, request: AccessRequest, asset: Asset) -> bool:
    access = desk.access
    found = people(access.session, [rule.author_id, request.person_id])
    author = Access(Actor.of(found[rule.author_id]), access.session, access.policy, moment=access.moment)
    until = min(request.until, access.moment + timedelta(days=rule.days))
    try:
        grant = _give(desk, request, asset, found[request.person_id], request.need, until, None, author=author)
    except Refused:
        # Who wrote the rule may no longer decide: the request takes the ordinary way.
        return False
    request.rule_id = rule.id
    _approved(desk, request, grant, note="Règle permanente de la direction responsable", by=rule.author_id)
    facts: dict[str, Any] = {"decision": "approved", "rule": rule.public_id, "grant": grant.public_id}
    record(author, Act.REQUEST_DECIDED, asset, request=request.public_id, **facts, until=until)
    letters.answer(desk, request, found[request.person_id])
    return True


# --- deciding -------------------------------------------------------------------------------------------------------
def _decider(desk: Desk, request: AccessRequest, role: Role, version: int) -> tuple[Asset, Power, Held]:
    """The asset, and the right that lets the actor decide now on what was on screen. Raises Refused, Conflict."""
    access = desk.access
    if request.person_id == access.author_id:
        raise rights.NotToYourself
    if request.until <= access.moment:
        raise NotYourTurn("La date demandée est passée\u202f: cette demande est terminée.")
    if desk.course(request, known(desk, request)).waits:
        raise NotYourTurn("Un avis est encore attendu\u202f: la décision vient après.")
    for power, asset, by in _powers(desk, request, role):
        if power.person_id != request.person_id:
            if request.version != version:
                raise Conflict
            proving.for_asset(access, asset)
            return asset, power, by
    raise rights.NotYours


def _powers(desk: Desk, request: AccessRequest, role: Role) -> Iterator[tuple[Power, Asset, Held]]:
    for power in desk.powers:
        seen = power.access.select(Asset, Permission.RIGHTS_SEE).where(Asset.id == request.asset_id)
        asset = power.access.session.scalar(seen)
        by = rights.assigning(power.access, role, asset) if asset is not None else None
        if asset is not None and by is not None:
            yield power, asset, by


def _give(
    desk: Desk, request: AccessRequest, asset: Asset, subject: Person | Usage, need: Need, until: datetime,
    lender: Access | None, *, author: Access | None = None,
) -> Grant:  # fmt: skip
    """The approval itself: a new access, or a new end for the one that is extended."""
    access = author or desk.access
    if request.extends_id is not None:
        extended = queries.grants(access, [request.extends_id])[request.extends_id]
        is_enough = extended.role is need.role and extended.up_to >= deciding_level(asset)
        if extended.revoked_at is None and is_enough:
            rights.change_end(
                access, extended, ends=until, reason=extended.reason, version=extended.version, by_right_of=lender
            )
            return extended
    wanted = Wanted(
        subject, need.role, asset, False, access.moment, until, reason=f"{_AGREED}{request.purpose}"[:400],
        source=Source.REQUEST, purpose=request.purpose, conditions=request.conditions, provenance=request.public_id,
    )  # fmt: skip
    return rights.assign(access, wanted, by_right_of=lender)


def _approved(
    desk: Desk, request: AccessRequest, grant: Grant, *, note: str, absent_id: int | None = None, by: int | None = None
) -> None:
    request.state, request.decided_at, request.grant_id = RequestState.APPROVED, desk.access.moment, grant.id
    happen(desk, request, Step.APPROVED, note=note, absent_id=absent_id, by=by)
