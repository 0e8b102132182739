"""Somebody leaves: her sessions, her tokens and her links end with her account, at once and on every worker.

Tickets of dashboards are never kept here: none is made again for her, and those out there live five minutes at most.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update

from dataspace.audit import Act, record
from dataspace.auth import proving, sessions
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import ApiToken, AuthSession, Grant, Person, Share
from dataspace.auth.rights import keep_one, may_close_sessions
from dataspace.auth.words import Permission
from dataspace.errors import Conflict, Invalid, NotFound, Refused

_WHY = "compte désactivé"


@dataclass(frozen=True)
class Ended:
    """How many of each ended with the account."""

    sessions: int
    tokens: int
    shares: int


def end_all(access: Access, person: Person, *, reason: str) -> Ended:
    """End whatever lets `person`, a program of hers or a link of hers in. Not journaled here: the act that asks is."""
    session, moment = access.session, access.moment
    open_ones = session.scalar(select(func.count()).where(AuthSession.person_id == person.id)) or 0
    sessions.close_all(session, person.id)
    counts = []
    for model, owner in ((ApiToken, ApiToken.person_id), (Share, Share.author_id)):
        alive = model.revoked_at.is_(None), model.ends > moment
        counts.append(session.scalar(select(func.count()).select_from(model).where(owner == person.id, *alive)) or 0)
        # Those already over too: their end might be misread later, never their revocation.
        told = {"revoked_at": moment, "revoked_by_id": access.author_id, "revoked_reason": reason[:400]}
        session.execute(update(model).where(owner == person.id, model.revoked_at.is_(None)).values(**told))
    return Ended(open_ones, *counts)


def may_disable(access: Access, person: Person) -> bool:
    """Is she somebody else, of the reach of the actor?"""
    return access.may(Permission.RIGHTS_ASSIGN) and may_close_sessions(access, person)


def disable(access: Access, person: Person, *, reason: str) -> Ended:
    """Close an account. Raises NotFound out of reach, Invalid without a reason, Conflict when closed already, Refused
    for the last one to hold a role that nobody else could give back."""
    _check(access, person, reason)
    if not person.is_active:
        raise Conflict("Ce compte est déjà désactivé.", "Rien n’est à faire.")
    proving.require(access)
    held = access.session.scalars(
        select(Grant).where(Grant.person_id == person.id, Grant.revoked_at.is_(None), live(Grant, access.moment))
    ).all()
    person.is_active = False
    access.session.flush()
    for grant in held:
        keep_one(access, grant)
    ended = end_all(access, person, reason=_WHY)
    record(
        access, Act.PERSON_DISABLED, person, reason=reason.strip(), sessions=ended.sessions, tokens=ended.tokens,
        shares=ended.shares,
    )  # fmt: skip
    return ended


def enable(access: Access, person: Person, *, reason: str) -> None:
    """Open an account again: she signs in anew; what ended with it stays ended."""
    _check(access, person, reason)
    if person.is_active:
        raise Conflict("Ce compte est déjà actif.", "Rien n’est à faire.")
    proving.require(access)
    person.is_active = True
    record(access, Act.PERSON_ENABLED, person, reason=reason.strip())


def _check(access: Access, person: Person, reason: str) -> None:
    is_house = access.author_id is None
    if not is_house and person.id == access.author_id:
        raise Refused("Vous ne pouvez pas désactiver votre propre compte.")
    if not is_house and not may_disable(access, person):
        raise NotFound
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est conservé au journal.")
