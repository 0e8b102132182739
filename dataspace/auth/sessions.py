"""Open sessions: rows on the server. The cookie only carries a random handle; deleting the row closes the session."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from dataspace.auth.facts import Actor
from dataspace.auth.models import AuthSession, Identity, Person
from dataspace.auth.models.assets import public_id
from dataspace.auth.models.people import called
from dataspace.db import rows

_SEEN_EVERY = timedelta(minutes=2)
# The house's own look at what people see (`dataspace leaks`): marked, read-only, and over by itself.
WALK = "dataspace:etancheite"
WALK_LASTS = timedelta(hours=2)
# What a person's name and kind are read from.
_OF_A_PERSON = ("id", "public_id", "login", "given_name", "family_name", "kind", "is_feminine", "notice")
# Built once, and read as columns: it runs on every request.
_FIND = (
    select(
        AuthSession.handle_hash, AuthSession.public_id, AuthSession.issuer, AuthSession.created, AuthSession.seen,
        AuthSession.checked, AuthSession.renewal, AuthSession.auth_time, AuthSession.acr,
        *(getattr(Person, name).label(f"person_{name}") for name in _OF_A_PERSON),
    )
    .join(Person, Person.id == AuthSession.person_id)
    .where(AuthSession.handle_hash == bindparam("handle"), Person.is_active)
)  # fmt: skip


class Opened(Protocol):
    """What is read of an open session."""

    handle_hash: bytes
    public_id: str
    issuer: str
    created: datetime
    seen: datetime
    checked: datetime | None
    renewal: bytes | None
    auth_time: datetime | None
    acr: str | None
    person_id: int
    person_notice: str


@dataclass(frozen=True)
class Limits:
    """After how long without a request, and after how long in all, a session ends."""

    idle: timedelta
    absolute: timedelta


def open_for(
    session: Session, person: Person, moment: datetime, *, issuer: str, sid: str | None = None,
    acr: str | None = None, auth_time: datetime | None = None, id_token: bytes | None = None, device: str = "",
    renewal: bytes | None = None,
) -> tuple[str, AuthSession]:  # fmt: skip
    """Open a session for `person`; returns its handle (256 bits, kept nowhere but in the cookie) and its row."""
    handle = secrets.token_urlsafe(32)
    row = AuthSession(
        handle_hash=_hash(handle), public_id=public_id(), person_id=person.id, issuer=issuer, sid=sid, created=moment,
        seen=moment, auth_time=auth_time, acr=acr, id_token=id_token, device=device,
        renewal=renewal,
    )  # fmt: skip
    session.add(row)
    return handle, row


def find(session: Session, handle: str, moment: datetime, limits: Limits) -> tuple[Opened, Actor] | None:
    """The live session of `handle` and its person, or None: closed, too old, idle too long, or person disabled."""
    found: Any = rows(session, _FIND, {"handle": _hash(handle)})
    if not found:
        return None
    row = found[0]
    absolute = min(limits.absolute, WALK_LASTS) if row.issuer == WALK else limits.absolute
    if moment - row.created > absolute or moment - row.seen > limits.idle:
        return None
    names = called(row.person_given_name, row.person_family_name, row.person_login)
    actor = Actor(
        row.person_id, row.person_public_id, row.person_login, *names, row.person_given_name, row.person_kind,
        row.person_is_feminine, row.public_id,
    )  # fmt: skip
    return row, actor


def is_to_be_touched(row: Opened, moment: datetime) -> bool:
    """Has the last request been long enough ago to be worth a write?"""
    return moment - row.seen > _SEEN_EVERY


def touch(session: Session, row_hash: bytes, moment: datetime) -> None:
    """Note that the session was used at `moment`."""
    row = session.get(AuthSession, row_hash)
    if row is not None:
        row.seen = moment


def claim_check(session: Session, row_hash: bytes, moment: datetime, *, before: datetime) -> bool:
    """Take it upon oneself to ask the provider about this session; False when another request has just done so."""
    row = session.scalar(select(AuthSession).where(AuthSession.handle_hash == row_hash).with_for_update())
    if row is None or (row.checked or row.created) > before:
        return False
    row.checked = moment
    return True


def keep_renewal(session: Session, row_hash: bytes, renewal: bytes) -> None:
    """Keep what the next question will be asked with."""
    session.execute(update(AuthSession).where(AuthSession.handle_hash == row_hash).values(renewal=renewal))


def close_from_issuer(session: Session, person_id: int, issuer: str) -> None:
    """Close every session of this person that this provider opened."""
    session.execute(delete(AuthSession).where(AuthSession.person_id == person_id, AuthSession.issuer == issuer))


def renew(
    row: AuthSession, *, sid: str | None, acr: str | None, auth_time: datetime | None, id_token: bytes | None
) -> str:
    """The same session, once its person has signed in again: what proves it is new, and its handle too."""
    handle = secrets.token_urlsafe(32)
    row.handle_hash, row.sid, row.acr, row.auth_time, row.id_token = _hash(handle), sid, acr, auth_time, id_token
    return handle


def by_public_id(session: Session, public_id: str) -> AuthSession | None:
    """The open session that has this public id."""
    return session.scalar(select(AuthSession).where(AuthSession.public_id == public_id))


def close(session: Session, handle: str) -> AuthSession | None:
    """Close the session of `handle`; returns the row as it was."""
    row = session.get(AuthSession, _hash(handle))
    if row is not None:
        session.delete(row)
    return row


def close_one(session: Session, person_id: int, public_id: str) -> bool:
    """Close the session of this person that has this public id; False when there is none."""
    row = session.scalar(
        select(AuthSession).where(AuthSession.person_id == person_id, AuthSession.public_id == public_id)
    )
    if row is not None:
        session.delete(row)
    return row is not None


def close_from(session: Session, issuer: str, *, sid: str | None, subject: str | None) -> int:
    """Close the sessions that a provider names, by its own session or by its person; how many there were."""
    stmt = select(AuthSession).where(AuthSession.issuer == issuer)
    if sid is not None:
        stmt = stmt.where(AuthSession.sid == sid)
    if subject is not None:
        known = select(Identity.person_id).where(Identity.issuer == issuer, Identity.subject == subject)
        stmt = stmt.where(AuthSession.person_id.in_(known))
    found = session.scalars(stmt).all() if sid is not None or subject is not None else []
    for row in found:
        session.delete(row)
    return len(found)


def close_walks(session: Session) -> None:
    """Close every session that the house opened to look at what people see, those of a walk cut short too."""
    session.execute(delete(AuthSession).where(AuthSession.issuer == WALK))


def close_all(session: Session, person_id: int) -> None:
    """Close every session of a person, on every worker, from the next request on."""
    session.execute(delete(AuthSession).where(AuthSession.person_id == person_id))


def sweep(session: Session, moment: datetime, limits: Limits) -> None:
    """Drop the rows of sessions that have ended by themselves."""
    session.execute(delete(AuthSession).where(AuthSession.created < moment - limits.absolute))
    session.execute(delete(AuthSession).where(AuthSession.seen < moment - limits.idle))


def _hash(handle: str) -> bytes:
    return hashlib.sha256(handle.encode()).digest()
