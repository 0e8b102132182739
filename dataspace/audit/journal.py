"""Writing the journal.

`record` puts a line aside; it is numbered, chained and written when the transaction commits, with the act or not at
all. What must be journaled without an act of its own (a refusal, the opening of a page) goes through `separately`.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from dataspace.audit.models import Event, Head
from dataspace.auth.access import Access
from dataspace.auth.facts import Held
from dataspace.db import GuardedSession, now, writing
from dataspace.errors import Unavailable

GENESIS = "0" * 64
_WAITING = "journal"
WRITTEN = "journal-written"


class Act(StrEnum):
    """What the journal knows of; each with its French words."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    SESSIONS_CLOSED = "sessions-closed"
    SIGN_IN_REFUSED = "sign-in-refused"
    REFUSED = "refused"
    OPENED = "opened"
    EXPORTED = "exported"
    GUEST_TOKEN = "guest-token"  # noqa: S105 - the name of an act
    GUEST_TOKEN_REFUSED = "guest-token-refused"  # noqa: S105
    GRANT_GIVEN = "grant-given"
    GRANT_CHANGED = "grant-changed"
    GRANT_REVOKED = "grant-revoked"
    DIRECTORY_SYNCED = "directory-synced"
    ASSET_CREATED = "asset-created"
    ASSET_CHANGED = "asset-changed"
    SEAT_CHANGED = "seat-changed"
    JOURNAL_READ = "journal-read"
    REQUEST_SUBMITTED = "request-submitted"
    REQUEST_ADVISED = "request-advised"
    REQUEST_DECIDED = "request-decided"
    REQUEST_WITHDRAWN = "request-withdrawn"
    DELEGATED = "delegated"
    VIEWED_AS = "viewed-as"
    DENIAL_DECLARED = "denial-declared"
    DENIAL_ENDED = "denial-ended"
    JOURNAL_EXPORTED = "journal-exported"
    JOURNAL_PURGED = "journal-purged"
    LAST_RESORT = "last-resort"
    HOUSE = "house"
    MAPPING_CHANGED = "mapping-changed"
    ARRIVAL_ASKED = "arrival-asked"
    ARRIVAL_DECIDED = "arrival-decided"
    DIRECTORY_IMPORTED = "directory-imported"
    DIRECTORY_UNDONE = "directory-undone"
    UNIT_CHANGED = "unit-changed"
    UNIT_MOVED = "unit-moved"
    PLACEMENT_PROPOSED = "placement-proposed"
    PLACEMENT_DECIDED = "placement-decided"
    MEMBERSHIP_CHANGED = "membership-changed"
    WIDENING_PROPOSED = "widening-proposed"
    WIDENING_DECIDED = "widening-decided"
    RIGHTS_CHANGED = "rights-changed"
    RIGHTS_EXPORTED = "rights-exported"
    TOKEN_MADE = "token-made"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    SHARE_MADE = "share-made"
    SHARE_REVOKED = "share-revoked"
    SHARE_OPENED = "share-opened"
    PERSON_DISABLED = "person-disabled"
    PERSON_ENABLED = "person-enabled"
    ACCOUNT_GONE = "account-gone"
    PROVED = "proved"
    ROLE_TAKEN = "role-taken"
    ROLE_RETURNED = "role-returned"
    BI_VERIFIED = "bi-verified"
    BI_REPAIRED = "bi-repaired"
    CONDITIONS_WRITTEN = "conditions-written"
    RULE_WRITTEN = "rule-written"
    RULE_STOPPED = "rule-stopped"
    TOOL_ASKED = "tool-asked"
    TOOL_ANSWERED = "tool-answered"
    ENDLESS_ASKED = "endless-asked"
    ENDLESS_ADVISED = "endless-advised"
    REVIEW_OPENED = "review-opened"
    REVIEW_ANSWERED = "review-answered"
    REVIEW_ESCALATED = "review-escalated"
    REVIEW_CLOSED = "review-closed"
    USAGE_CHANGED = "usage-changed"
    USAGE_JOINED = "usage-joined"
    USAGE_LEFT = "usage-left"
    USAGE_ASKED = "usage-asked"
    USAGE_ANSWERED = "usage-answered"
    USAGE_ADVISED = "usage-advised"
    GAPS_EXPORTED = "gaps-exported"
    LEAKS_SOUGHT = "leaks-sought"
    LEAKS_CERTIFIED = "leaks-certified"
    PERSON_JOURNAL_READ = "person-journal-read"
    ACTIVITY_EXPORTED = "activity-exported"

    @property
    def label(self) -> str:
        return {
            "signed-in": "connexion", "signed-out": "déconnexion", "sign-in-refused": "connexion refusée",
            "sessions-closed": "connexions fermées",
            "refused": "refus", "opened": "consultation", "exported": "téléchargement",
            "guest-token": "tableau de bord affiché", "guest-token-refused": "tableau de bord refusé",
            "grant-given": "accès attribué", "grant-changed": "accès modifié", "grant-revoked": "accès retiré",
            "directory-synced": "annuaire appliqué", "asset-created": "fiche créée", "asset-changed": "fiche modifiée",
            "seat-changed": "référent modifié", "journal-read": "journal consulté",
            "request-submitted": "accès demandé", "request-advised": "avis sur une demande",
            "request-decided": "demande décidée", "request-withdrawn": "demande retirée",
            "delegated": "absence et remplacement",
            "viewed-as": "vu comme une autre personne", "denial-declared": "conflit d’intérêts déclaré",
            "denial-ended": "conflit d’intérêts terminé", "journal-exported": "journal exporté",
            "journal-purged": "journal purgé",
            "last-resort": "dernier recours (serveur)", "house": "tâche du portail",
            "mapping-changed": "correspondance de l’annuaire modifiée", "arrival-asked": "accueil demandé",
            "arrival-decided": "accueil décidé", "directory-imported": "personnes reprises d’un fichier",
            "directory-undone": "reprise de personnes annulée",
            "unit-changed": "unité modifiée", "unit-moved": "unité déplacée",
            "placement-proposed": "rattachement proposé", "placement-decided": "rattachement décidé",
            "membership-changed": "affectation modifiée", "widening-proposed": "ouverture proposée",
            "widening-decided": "ouverture décidée",
            "rights-changed": "accès changés ensemble", "rights-exported": "liste d’accès exportée",
            "token-made": "jeton créé", "token-revoked": "jeton révoqué", "share-made": "lien de partage créé",
            "share-revoked": "lien de partage retiré", "share-opened": "lien de partage ouvert",
            "person-disabled": "compte désactivé", "person-enabled": "compte réactivé",
            "account-gone": "compte fermé chez le fournisseur d’identité",
            "proved": "identité confirmée", "role-taken": "droits pris", "role-returned": "droits rendus",
            "bi-verified": "conformité du BI vérifiée", "bi-repaired": "BI remis en conformité",
            "conditions-written": "conditions d’usage écrites", "rule-written": "règle permanente écrite",
            "rule-stopped": "règle permanente arrêtée", "tool-asked": "outil demandé",
            "tool-answered": "réponse à une demande d’outil", "endless-asked": "avis demandé sur un accès sans fin",
            "endless-advised": "avis sur un accès sans fin",
            "review-opened": "revue des accès ouverte", "review-answered": "accès revu",
            "review-escalated": "revue\u00a0: décision remontée", "review-closed": "revue des accès close",
            "usage-changed": "usage modifié", "usage-joined": "entrée dans un usage",
            "usage-left": "sortie d’un usage", "usage-asked": "demande de rejoindre un usage",
            "usage-answered": "réponse sur un usage", "usage-advised": "avis sur un usage",
            "gaps-exported": "écarts exportés",
            "leaks-sought": "étanchéité\u00a0: vérification commencée",
            "leaks-certified": "étanchéité\u00a0: certificat établi",
            "person-journal-read": "activité d’une personne consultée",
            "activity-exported": "propre activité emportée",
        }[self]  # fmt: skip


# What changes nothing but the journal.
READINGS = frozenset({
    Act.SIGNED_IN, Act.SIGNED_OUT, Act.SIGN_IN_REFUSED, Act.REFUSED, Act.OPENED, Act.EXPORTED, Act.GUEST_TOKEN,
    Act.GUEST_TOKEN_REFUSED, Act.JOURNAL_READ, Act.JOURNAL_EXPORTED, Act.PERSON_JOURNAL_READ, Act.ACTIVITY_EXPORTED,
    Act.VIEWED_AS, Act.RIGHTS_EXPORTED, Act.GAPS_EXPORTED, Act.SHARE_OPENED, Act.LEAKS_SOUGHT,
})  # fmt: skip


def entry(
    access: Access,
    act: Act,
    thing: Any = None,
    *,
    held: Held | None = None,
    once: str | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """A line to be written: who, what, on which thing, in the name of which unit (from the grant that decided)."""
    subject = getattr(thing, "asset", thing)
    return {
        "at": now(),
        "act": act.value,
        "actor_id": access.author_id,
        "session": access.actor.session,
        "affectation": _affectation(access, held),
        "subject_kind": str(getattr(subject, "kind", None) or getattr(subject, "__tablename__", "")),
        "subject_id": getattr(subject, "public_id", ""),
        "subject_title": str(getattr(subject, "title", "") or getattr(subject, "name", ""))[:300],
        "facts": {name: plain(value) for name, value in (facts | access.beside).items()},
        "once": once,
    }


def record(access: Access, act: Act, thing: Any = None, *, held: Held | None = None, **facts: Any) -> None:
    """Journal `act` with the current transaction: both are committed, or neither."""
    access.session.info.setdefault(_WAITING, []).append(entry(access, act, thing, held=held, **facts))


def separately(maker: sessionmaker[Any], line: dict[str, Any]) -> None:
    """Write one line in a transaction of its own, before the answer leaves.

    Raises Unavailable when the journal cannot be written: the caller then serves nothing (DESIGN 4).
    """
    try:
        with maker() as session:
            if line["once"] and session.scalar(select(Event.seq).where(Event.once == line["once"])):
                return
        with writing(maker) as session:
            # The head first: who waited for it sees the line that the one before has just written.
            _head(session)
            if line["once"] and session.scalar(select(Event.seq).where(Event.once == line["once"])):
                return
            session.info[_WAITING] = [line]
    except SQLAlchemyError as error:
        raise Unavailable(
            "Le journal ne peut pas être écrit : les contenus au-dessus d’« interne » ne sont pas servis."
        ) from error


def hash_of(line: dict[str, Any]) -> str:
    """SHA-256 of the line in canonical JSON, its number and the hash before it included."""
    covered = {name: plain(value) for name, value in line.items() if name != "hash"}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@event.listens_for(GuardedSession, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    waiting = session.info.pop(_WAITING, None)
    if not waiting:
        return
    session.flush()
    head = _head(session)
    for line in waiting:
        numbered = {**line, "seq": head.seq + 1, "previous": head.hash}
        numbered["hash"] = hash_of(numbered)
        session.add(Event(**numbered))
        session.info.setdefault(WRITTEN, []).append(numbered)
        head.seq, head.hash = numbered["seq"], numbered["hash"]
        if numbered["act"] not in READINGS:
            head.changed = head.seq
    session.flush()


def _head(session: Session) -> Head:
    """The head, locked until the end of the transaction. The migrations wrote it: nobody can be the first twice."""
    locked = select(Head).where(Head.id == 1).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).one()


@event.listens_for(GuardedSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)


def _affectation(access: Access, held: Held | None) -> str:
    unit_id = held.unit_id if held is not None else None
    if unit_id is None:
        # A grant on one asset, or no decision: the main affectation speaks.
        unit_id = next((posting.unit_id for posting in access.facts.postings), None)
    node = access.facts.tree.nodes.get(unit_id) if unit_id is not None else None
    return node.code if node else ""


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
