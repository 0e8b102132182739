"""What every change of the organisation does first: alone, on what is there now, by a right that still holds."""

from sqlalchemy import select

from dataspace.auth import Access, Permission
from dataspace.auth.facts import Held
from dataspace.auth.models import Stamp, Unit
from dataspace.auth.moving import Moved, by_right, digest
from dataspace.errors import Conflict, Invalid, Refused

_LONGEST = 400


class NotYourBranch(Refused):
    sentence = "Cette unité n’est pas de votre branche."
    next_step = "Sa direction, ou l’administration du portail, peut le faire."


class FromAbove(Refused):
    sentence = "Déplacer ou fermer une unité relève de qui tient celle dont elle dépend."
    next_step = "Demandez-le à la direction au-dessus, ou à l’administration du portail."


class OneMoreEye(Refused):
    sentence = "Vous avez proposé ce rattachement\u00a0: une autre personne l’accepte."
    next_step = "La page de l’unité dit qui peut répondre."


class ChangedMeanwhile(Conflict):
    next_step = "Votre saisie est gardée, à côté de la version enregistrée entre-temps\u00a0: comparez, puis renvoyez."


class ListChanged(Conflict):
    sentence = "La liste des personnes concernées a changé depuis que vous l’avez lue."
    next_step = "Relisez-la\u00a0: rien n’a été enregistré."


def alone(access: Access) -> Access:
    """The same actor, once nobody else is changing the organisation: her rights and the tree read anew."""
    stmt = select(Stamp).where(Stamp.name == "units").with_for_update()
    access.session.scalars(stmt.execution_options(populate_existing=True)).first()
    return Access(access.actor, access.session, access.policy, moment=access.moment)


def again(access: Access, unit: Unit) -> Unit:
    """The row as it is now."""
    stmt = select(Unit).where(Unit.id == unit.id).execution_options(populate_existing=True)
    return access.session.scalars(stmt).one()


def hold(access: Access, permission: Permission, unit_id: int | None) -> Held | None:
    """The actor's grant that opens `permission` there, kept live until this commits; None without one."""
    held = by_right(access, permission, unit_id) if unit_id is not None else None
    if held is not None:
        access.hold(held)
    return held


def said(reason: str) -> str:
    """The reason, which the journal keeps. Raises Invalid without one."""
    told = reason.strip()
    if not told:
        raise Invalid("Dites pourquoi\u00a0: le motif est conservé au journal.")
    return told[:_LONGEST]


def same(moved: list[Moved], seen: str | None) -> None:
    """Raises ListChanged when who gains and who loses is not what was shown."""
    if seen is not None and digest(moved) != seen:
        raise ListChanged


def told(moved: list[Moved]) -> dict[str, list[str]]:
    """Who gained and who lost, as the journal keeps it."""
    return {
        "gain": [one.person.login for one in moved if one.gains],
        "lose": [one.person.login for one in moved if one.loses],
    }
