"""Roles taken for a while: what one holds by them sleeps until it is taken, with a reason (PRODUCT F7).

Nothing here decides: what sleeps is left out of the facts (facts.py), so that every answer agrees.
"""

from datetime import timedelta

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import proving
from dataspace.auth.access import Access, Supposed
from dataspace.auth.models import Known, TakenRole
from dataspace.auth.words import Permission, Role
from dataspace.errors import Conflict, Invalid, NotFound, Refused

_WORDS = {Role.ADMIN: "d’administration", Role.DPO: "de protection des données", Role.AUDITOR: "d’audit"}
_SHORTEST = 10


class Dormant(Refused):
    """What is asked would be open, if the actor took what she holds by `roles`."""

    next_step = "Prenez-les ci-dessous, en disant pourquoi\u00a0: rien d’autre n’est à demander."

    def __init__(self, roles: tuple[Role, ...]) -> None:
        self.roles = roles
        super().__init__(f"Vos droits {word(roles[0])} dorment\u00a0: prenez-les.")


def word(role: Role) -> str:
    """After « Vos droits »: « d’administration »."""
    return _WORDS.get(role) or (("d’" if role.label[0] in "aeéioué" else "de ") + role.label)


def asleep(access: Access) -> tuple[Role, ...]:
    """The roles that the actor may take now."""
    return tuple(dict.fromkeys(held.role for held in access.facts.dormant))


def would_open(access: Access, permission: Permission, asset: Known | None = None) -> tuple[Role, ...]:
    """The sleeping roles that would open `permission` (on `asset`), each by itself."""
    found = []
    for role in asleep(access):
        awake = Supposed.holding(access, *(h for h in access.facts.dormant if h.role is role), also=True)
        if awake.may(permission) if asset is None else awake.allows(permission, asset):
            found.append(role)
    return tuple(found)


def take(access: Access, role: Role, *, reason: str, lasts: timedelta) -> TakenRole:
    """Wake what the actor holds by `role`, in this session, for `lasts`.

    Raises StepUp, NotFound when she holds nothing of it, Invalid without a reason.
    """
    if any(taken.role is role for taken in access.facts.taken):
        raise Conflict("Vous avez déjà pris ces droits.", "Le bandeau en haut de la page dit jusqu’à quelle heure.")
    if role not in asleep(access):
        raise NotFound
    proving.require(access)
    if len(reason.strip()) < _SHORTEST:
        raise Invalid("Dites pourquoi, en dix caractères au moins\u00a0: le motif est inscrit au journal.")
    taken = TakenRole(
        person_id=access.actor.person_id, session=access.actor.session, role=role, reason=reason.strip()[:400],
        taken_at=access.moment, ends=access.moment + lasts,
    )  # fmt: skip
    access.session.add(taken)
    record(access, Act.ROLE_TAKEN, role=role.value, reason=taken.reason, until=taken.ends)
    return taken


def give_back(access: Access) -> int:
    """Put back to sleep, now, everything taken in this session; how many roles."""
    stmt = select(TakenRole).where(
        TakenRole.person_id == access.actor.person_id, TakenRole.session == access.actor.session,
        TakenRole.ends > access.moment,
    )  # fmt: skip
    live = access.session.scalars(stmt).all()
    for taken in live:
        taken.ends = access.moment
        record(access, Act.ROLE_RETURNED, role=taken.role.value)
    return len(live)
