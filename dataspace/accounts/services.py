"""Opening and closing sessions: who may, what the directory changes on the way, and the journal of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dataspace import audit
from dataspace.auth import Access, Actor, HouseAccess, directory, entry, mapping, sessions
from dataspace.auth.attempts import Answer, LogoutOrder, SignInRefused
from dataspace.auth.sealing import seal, unseal
from dataspace.config import EntryRule
from dataspace.errors import NotFound

_DISABLED = "Votre compte est reconnu, mais il est désactivé dans le portail."
_NOT_FOR_YOU = "Le portail n’est pas ouvert aux comptes de ce type."
_MISTAKE = "Si c’est une erreur, prévenez l’administration du portail\u00a0: votre identité, elle, est bien reconnue."
_SOMEBODY_ELSE = "Ce n’est pas la même personne qui vient de se connecter."
_SAME_ACCOUNT = "Recommencez avec votre propre compte\u00a0: rien n’a été enregistré."
_ASK = "Si vous êtes toujours en poste, prévenez l’administration du portail."


@dataclass(frozen=True)
class Opened:
    """A session just opened: its handle goes to the browser and nowhere else."""

    handle: str
    actor: Actor
    change: directory.Change


@dataclass(frozen=True)
class Closed:
    """A session just closed, and what its provider needs to close its own."""

    issuer: str
    id_token: str | None


def open_session(
    house: HouseAccess, answer: Answer, limits: sessions.Limits, *, main_issuer: str, secret_key: str, device: str,
    leaving: str | None, rules: Sequence[EntryRule] = (), claims: Iterable[str] = (),
) -> Opened:  # fmt: skip
    """Open a session for who signed in, once her rights are what the directory says now.

    `leaving` is the handle that this browser had: it dies. `claims` are kept beside the groups, with those that the
    rules of entry name. Raises SignInRefused for a disabled person, or when a rule says so.
    """
    if (rule := entry.refusing(rules, answer.claims)) is not None:
        code = f"entry-rule:{rule.claim}={rule.value}"
        raise SignInRefused(code, rule.why or _NOT_FOR_YOU, _MISTAKE)
    is_main = answer.issuer == main_issuer
    # Before the person's own row: who changes the table takes them in this order too.
    mapping.hold_table(house.session)
    person = directory.person_of(house, answer.issuer, answer.subject, answer.claims, is_main=is_main)
    if not person.is_active:
        raise SignInRefused("disabled", _DISABLED, _ASK)
    kept = {*claims, *(rule.claim for rule in rules)}
    change = directory.sync(house, person, answer.claims, provider="" if is_main else answer.issuer, keep=kept)
    session, moment = house.session, house.moment
    sessions.sweep(session, moment, limits)
    if leaving:
        sessions.close(session, leaving)
    handle, row = sessions.open_for(
        session, person, moment, issuer=answer.issuer, sid=answer.text("sid"), acr=_short(answer.text("acr")),
        auth_time=_moment(answer.claims.get("auth_time")), id_token=seal(secret_key, answer.id_token), device=device,
        renewal=seal(secret_key, answer.renewal.written()) if answer.renewal else None,
    )  # fmt: skip
    actor = Actor.of(person, row.public_id)
    session.flush()
    audit.record(Access(actor, session, house.policy), audit.Act.SIGNED_IN, issuer=answer.issuer)
    return Opened(handle, actor, change)


def prove(
    house: HouseAccess, answer: Answer, public_id: str, *, main_issuer: str, secret_key: str
) -> Opened:  # fmt: skip
    """The session `public_id` goes on, its person having signed in again. Raises SignInRefused for somebody else."""
    session, is_main = house.session, answer.issuer == main_issuer
    row = sessions.by_public_id(session, public_id)
    if row is None:
        raise SignInRefused("session-over", "Votre connexion s’est fermée entre-temps.", "Reprenez depuis l’accueil.")
    person = directory.known_as(session, answer.issuer, answer.subject)
    if person is None or person.id != row.person_id:
        raise SignInRefused("other-person", _SOMEBODY_ELSE, _SAME_ACCOUNT)
    if not person.is_active:
        raise SignInRefused("disabled", _DISABLED, _ASK)
    change = directory.sync(house, person, answer.claims, provider="" if is_main else answer.issuer)
    at = _moment(answer.claims.get("auth_time"))
    handle = sessions.renew(
        row, sid=answer.text("sid"), acr=_short(answer.text("acr")), auth_time=at,
        id_token=seal(secret_key, answer.id_token),
    )  # fmt: skip
    actor = Actor.of(person, row.public_id)
    session.flush()
    audit.record(Access(actor, session, house.policy), audit.Act.PROVED, at=at, acr=row.acr)
    return Opened(handle, actor, change)


def close_session(access: Access, handle: str, *, secret_key: str) -> Closed | None:
    """Close the actor's own session; a cookie replayed afterwards opens nothing."""
    row = sessions.close(access.session, handle)
    if row is None:
        return None
    audit.record(access, audit.Act.SIGNED_OUT)
    return Closed(row.issuer, unseal(secret_key, row.id_token) if row.id_token else None)


def close_other(access: Access, public_id: str) -> None:
    """Close another of the actor's sessions. Raises NotFound when it is not hers, or no longer there."""
    if not sessions.close_one(access.session, access.actor.person_id, public_id):
        raise NotFound
    audit.record(access, audit.Act.SIGNED_OUT, other=public_id)


def close_as_told(house: HouseAccess, order: LogoutOrder) -> int:
    """Close what the provider itself says has ended; how many sessions there were."""
    closed = sessions.close_from(house.session, order.issuer, sid=order.sid, subject=order.subject)
    audit.record(house, audit.Act.SIGNED_OUT, by="provider", closed=closed)
    return closed


def _short(text: str | None) -> str | None:
    return text[:64] if text else None


def _moment(value: object) -> datetime | None:
    # Canaille gives a float.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
