"""Assigning and revoking: the services that change a right, each with its journal line in the same transaction.

Administering is not holding: what one may assign comes from the p2 lines of the policy, never from what one reads.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from dataspace.audit import Act, record
from dataspace.auth import endless, proving, sessions, subjects
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.facts import Held
from dataspace.auth.giving import covering, goes_beyond, only_gives_itself
from dataspace.auth.models import Asset, Grant, Known, Person, Unit, Usage
from dataspace.auth.queries import postings, rights_known
from dataspace.auth.words import Permission, Reach, Role, Sensitivity, Source
from dataspace.errors import Conflict, Invalid, Refused


@dataclass(frozen=True)
class Wanted:
    """A right to be given: to whom, which role, on what, until when and why."""

    subject: Person | Unit | Usage
    role: Role
    scope: Unit | Asset
    with_services: bool
    starts: datetime
    ends: datetime | None
    reason: str
    # What an accepted request says more: where the right comes from, what for, under which version of the conditions.
    source: Source = Source.MANUAL
    purpose: str = ""
    conditions: str = ""
    # What it comes from, as the journal names it: the public id of a request.
    provenance: str = ""

    @property
    def asset(self) -> Asset | None:
        return self.scope if isinstance(self.scope, Asset) else None

    @property
    def unit(self) -> Unit | None:
        return self.scope if isinstance(self.scope, Unit) else None


class NotYours(Refused):
    sentence = "Vous ne pouvez pas attribuer ce rôle à cet endroit."
    next_step = (
        "Le confidentiel et les contenus protégés relèvent de la direction responsable ; le reste, de votre périmètre."
    )


class NotToYourself(Refused):
    sentence = "Vous ne pouvez rien vous attribuer, ni à un groupe dont vous êtes."
    next_step = "Demandez à une autre personne habilitée de le faire."


class LastOne(Refused):
    sentence = "C’est la dernière personne à tenir ce rôle : le portail n’aurait plus d’administration."
    next_step = "Attribuez d’abord ce rôle à quelqu’un d’autre."


class FromTheDirectory(Refused):
    sentence = "Cet accès vient de l’annuaire : il se change dans l’annuaire."
    next_step = "Retirez le groupe à la personne, ou changez la correspondance du groupe."


def deciding_level(asset: Known) -> Sensitivity:
    """How high one must decide to open `asset`: protected content always belongs to the responsible directorate."""
    return Sensitivity.CONFIDENTIAL if asset.is_protected else asset.sensitivity


def may_assign(access: Access, role: Role, scope: Unit | Asset, *, with_services: bool = False) -> bool:
    """Do the p2 lines let the actor assign `role` there?"""
    return assigning(access, role, scope, with_services=with_services) is not None


def assigning(access: Access, role: Role, scope: Unit | Asset, *, with_services: bool = False) -> Held | None:
    """The actor's own grant that lets her assign `role` there, or None."""
    policy, tree = access.policy, access.facts.tree
    if isinstance(scope, Asset):
        wanted, level = {scope.unit_id}, deciding_level(scope)
    else:
        wanted = set(tree.branch(scope.id)) if with_services else {scope.id}
        level = policy.opens(role)
    for grant in access.facts.held:
        if grant.unit_id is None or grant.unit_id not in tree.nodes:
            continue
        near = policy.assigns(grant.role, role, Reach.UNIT)
        far = policy.assigns(grant.role, role, Reach.AUTHORITY)
        units = set(tree.branch(grant.unit_id)) if grant.with_services else {grant.unit_id}
        # A role that goes further than its giver's own is given only by who administers all that it reaches: whoever
        # keeps one directorate names neither an auditor of the whole authority, nor an agent who reads all of it.
        is_beyond = isinstance(scope, Unit) and goes_beyond(policy, grant.role, role)
        reached = wanted | set(tree.authority(scope.id)) if is_beyond else wanted
        if near is not None and level <= near and reached <= units:
            return grant
        if far is not None and level <= far and wanted <= set(tree.authority(grant.unit_id)):
            return grant
    return None


def assignable_roles(access: Access) -> list[Role]:
    """Roles that the actor may assign somewhere."""
    held = {grant.role for grant in access.facts.held if grant.unit_id is not None}
    return [r for r in Role if any(access.policy.assigns(h, r, Reach.UNIT) is not None for h in held)]


def check(access: Access, wanted: Wanted) -> Held:
    """Raises Refused or Invalid when `wanted` may not be given; else the actor's grant that allows it."""
    access.require(Permission.RIGHTS_ASSIGN)
    if subjects.is_oneself(access, wanted.subject):
        raise NotToYourself
    if wanted.asset is not None:
        known = rights_known(access).where(Asset.id == wanted.asset.id)
        if access.session.scalar(known.with_only_columns(Asset.id)) is None:
            raise NotYours
    by = assigning(access, wanted.role, wanted.scope, with_services=wanted.with_services)
    if by is None:
        raise NotYours
    subjects.check(wanted.subject, wanted.asset, access.moment)
    if wanted.asset is not None and not _opens_content(access, wanted.role):
        raise Invalid("Ce rôle n’ouvre aucun contenu : il n’a de sens que sur une unité.")
    if wanted.asset is not None and wanted.with_services:
        raise Invalid("« et ses services » n’a de sens que sur une unité.")
    if not wanted.reason.strip():
        raise Invalid("Dites pourquoi : le motif est lu par les personnes concernées et conservé au journal.")
    if wanted.ends is None:
        endless.check(access, wanted)
    elif wanted.ends <= max(wanted.starts, access.moment):
        raise Invalid("La date de fin est déjà passée, ou précède le début.")
    return by


def assign(access: Access, wanted: Wanted, *, by_right_of: Access | None = None) -> Grant:
    """Give the right; effective on the next request of every worker.

    `by_right_of` is who lends the right to decide, when the actor stands in for somebody absent: both must be others
    than who receives.
    Raises Refused (not one's to give, to oneself), Invalid (dates, reason, protection), Conflict (already given).
    """
    by = check(by_right_of or access, wanted)
    if subjects.is_oneself(access, wanted.subject):
        raise NotToYourself
    proving.for_right(access, wanted.role, wanted.scope)
    _hold(by_right_of or access, by)
    if _same(access, wanted) is not None:
        raise Conflict("Cet accès existe déjà.", "Modifiez sa date de fin, ou retirez-le d’abord.")
    grant = Grant(
        person_id=wanted.subject.id if isinstance(wanted.subject, Person) else None,
        subject_unit_id=wanted.subject.id if isinstance(wanted.subject, Unit) else None,
        usage_id=wanted.subject.id if isinstance(wanted.subject, Usage) else None,
        role=wanted.role, unit_id=wanted.unit.id if wanted.unit else None,
        asset_id=wanted.asset.id if wanted.asset else None,
        up_to=deciding_level(wanted.asset) if wanted.asset else Sensitivity.CONFIDENTIAL,
        with_services=wanted.with_services, source=wanted.source,
        purpose=wanted.subject.purpose[:400] if isinstance(wanted.subject, Usage) else wanted.purpose,
        conditions=wanted.conditions, reason=wanted.reason.strip(), granted_by_id=access.author_id,
        granted_at=access.moment, starts=wanted.starts,
        ends=wanted.ends,
    )  # fmt: skip
    access.session.add(grant)
    access.session.flush()
    endless.use(access, wanted, grant)
    origin = {"provenance": wanted.provenance, "purpose": wanted.purpose} if wanted.provenance else {}
    record(access, Act.GRANT_GIVEN, wanted.scope, held=by, **told(grant, wanted.subject), **origin)
    return grant


def change_end(
    access: Access, grant: Grant, *, ends: datetime, reason: str, version: int, by_right_of: Access | None = None
) -> None:
    """Move the end of a right. Raises Conflict when it is no longer the `version` that was on screen."""
    by = _revocable(by_right_of or access, grant)
    proving.for_right(access, grant.role, _scope(by_right_of or access, grant))
    _hold(by_right_of or access, by)
    if grant.version != version or grant.revoked_at is not None:
        raise Conflict
    if ends <= access.moment:
        raise Invalid("La date de fin est déjà passée : pour arrêter tout de suite, retirez l’accès.")
    if ends <= grant.starts:
        raise Invalid("La date de fin précède le début de l’accès.")
    if subjects.is_oneself(access, subjects.of(access, grant)) and (grant.ends is None or ends > grant.ends):
        raise NotToYourself
    if grant.ends is None or ends < grant.ends:
        keep_one(access, grant)
    before, grant.ends, grant.reason = grant.ends, ends, reason.strip() or grant.reason
    kept = told(grant, subjects.of(access, grant))
    record(access, Act.GRANT_CHANGED, _scope(by_right_of or access, grant), held=by, before=before, **kept)


def revoke(access: Access, grant: Grant, *, reason: str, by_right_of: Access | None = None) -> None:
    """End a right now. Raises Refused for the last administrator, or when it comes from the directory."""
    lender = by_right_of or access
    by = _revocable(lender, grant)
    if not reason.strip():
        raise Invalid("Dites pourquoi : le motif est lu par les personnes concernées et conservé au journal.")
    if grant.revoked_at is not None:
        return
    proving.for_right(access, grant.role, _scope(lender, grant))
    _hold(lender, by)
    keep_one(access, grant)
    grant.revoked_at, grant.revoked_by_id = access.moment, access.author_id
    facts = told(grant, subjects.of(access, grant)) | {"reason": reason.strip()}
    record(access, Act.GRANT_REVOKED, _scope(lender, grant), held=by, **facts)


def restore(access: Access, grant: Grant, *, by_right_of: Access | None = None) -> None:
    """Undo a revocation that the actor herself made: the grant as it was, its end unchanged."""
    lender = by_right_of or access
    by = _revocable(lender, grant)
    if not can_restore(access, grant, by_right_of=lender):
        raise Refused
    proving.for_right(access, grant.role, _scope(lender, grant))
    _hold(lender, by)
    grant.revoked_at, grant.revoked_by_id = None, None
    record(
        access, Act.GRANT_GIVEN, _scope(lender, grant), held=by, **told(grant, subjects.of(access, grant)), undo=True
    )


def may_close_sessions(access: Access, person: Person) -> bool:
    """Is she of the actor's reach, and somebody else? One's own are closed from « Mes accès »."""
    places = postings(access.session, [person.id], access.moment).get(person.id, [])
    is_other = person.id != access.actor.person_id
    return is_other and any(access.may_in(Permission.RIGHTS_ASSIGN, place.unit_id) for place in places)


def close_sessions(access: Access, person: Person) -> None:
    """Close every session of `person`, on every worker, from the next request on."""
    if not may_close_sessions(access, person):
        raise Refused
    sessions.close_all(access.session, person.id)
    record(access, Act.SESSIONS_CLOSED, person)


def grant_known(access: Access, public_id: str) -> Grant | None:
    """The grant, when the actor may see rights where it stands."""
    grant = access.session.scalar(select(Grant).where(Grant.public_id == public_id))
    if grant is None:
        return None
    if grant.asset_id is not None:
        asset = access.session.scalar(rights_known(access).where(Asset.id == grant.asset_id))
        return grant if asset is not None else None
    return grant if access.may_in(Permission.RIGHTS_SEE, grant.unit_id or 0) else None


def can_revoke(access: Access, grant: Grant) -> bool:
    """Would `revoke` accept it (but for the last one)?"""
    try:
        _revocable(access, grant)
    except Refused:
        return False
    return grant.revoked_at is None


def can_restore(access: Access, grant: Grant, *, by_right_of: Access | None = None) -> bool:
    """May the actor undo this revocation, which she made herself?"""
    is_hers = grant.revoked_at is not None and grant.revoked_by_id == access.author_id
    if not is_hers or subjects.is_oneself(access, subjects.of(access, grant)):
        return False
    try:
        _revocable(by_right_of or access, grant)
    except Refused:
        return False
    return True


def told(grant: Grant, subject: Person | Unit | Usage | str) -> dict[str, Any]:
    """What the journal keeps of a grant."""
    who = subject if isinstance(subject, str) else getattr(subject, "public_id", None) or getattr(subject, "code", "")
    return {
        "grant": grant.public_id, "subject": who, "role": grant.role.value, "with_services": grant.with_services,
        "source": grant.source.value, "starts": grant.starts, "ends": grant.ends, "reason": grant.reason,
    }  # fmt: skip


def _opens_content(access: Access, role: Role) -> bool:
    return any(access.policy.level(role, p, Reach.ASSET) is not None for p in Permission if p.about == "content")


def _revocable(access: Access, grant: Grant) -> Held:
    access.require(Permission.RIGHTS_ASSIGN)
    if grant.source is Source.SSO:
        raise FromTheDirectory
    by = assigning(access, grant.role, _scope(access, grant), with_services=grant.with_services)
    if by is None:
        raise NotYours
    return by


def _scope(access: Access, grant: Grant) -> Unit | Asset:
    if grant.asset_id is not None:
        found = access.session.scalar(rights_known(access).where(Asset.id == grant.asset_id))
        if found is None:
            raise NotYours
        return found
    return access.session.scalars(select(Unit).where(Unit.id == grant.unit_id)).one()


def _same(access: Access, wanted: Wanted) -> Grant | None:
    columns = {Person: Grant.person_id, Unit: Grant.subject_unit_id, Usage: Grant.usage_id}
    subject: ColumnElement[bool] = columns[type(wanted.subject)] == wanted.subject.id
    scope: ColumnElement[bool] = Grant.asset_id == wanted.asset.id if wanted.asset else Grant.unit_id == wanted.scope.id
    stmt = select(Grant).where(
        subject, scope, Grant.role == wanted.role, Grant.with_services == wanted.with_services,
        Grant.source == wanted.source, Grant.revoked_at.is_(None), live(Grant, access.moment),
    )  # fmt: skip
    return access.session.scalars(stmt).first()


def _hold(access: Access, by: Held) -> None:
    try:
        access.hold(by)
    except Refused as error:
        raise NotYours from error


def keep_one(access: Access, grant: Grant) -> None:
    """A role that nobody but its holders assigns must keep a live one wherever it stood, else nobody could give it."""
    if grant.unit_id is None or not only_gives_itself(access.policy, grant.role):
        return
    access.session.execute(select(Grant.id).where(Grant.role == grant.role).with_for_update()).all()
    others = (
        select(func.count(func.distinct(Grant.person_id)))
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.role == grant.role, Grant.id != grant.id, Grant.revoked_at.is_(None), Person.is_active)
        .where(live(Grant, access.moment), covering(access, grant))
    )
    if not access.session.scalar(others):
        raise LastOne
