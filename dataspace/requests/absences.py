"""Being away: somebody else answers meanwhile, by one's own right, and it is written down."""

from datetime import datetime

from sqlalchemy import delete, select

from dataspace.audit import Act, record
from dataspace.auth import Access
from dataspace.auth.models import Absence, Person
from dataspace.auth.queries import people
from dataspace.errors import Conflict, Invalid


def mine(access: Access) -> tuple[Absence, Person | None] | None:
    """The actor's absence that runs or comes, and who stands in."""
    stmt = select(Absence).where(Absence.person_id == access.author_id, Absence.ends > access.moment)
    found = access.session.scalars(stmt.order_by(Absence.starts)).first()
    if found is None:
        return None
    return found, people(access.session, [found.delegate_id]).get(found.delegate_id or 0)


def be_away(access: Access, delegate: Person | None, *, starts: datetime, ends: datetime) -> Absence:
    """Let `delegate` answer in the actor's place; with nobody named, the next director up is asked at once."""
    if delegate is not None and (delegate.id == access.author_id or not delegate.is_active):
        raise Invalid("Nommez une autre personne, dont le compte est actif.")
    if ends <= max(starts, access.moment):
        raise Invalid("La fin de l’absence est déjà passée, ou précède son début.")
    if mine(access) is not None:
        raise Conflict("Une absence est déjà prévue.", "Dites d’abord que vous êtes de retour.")
    absence = Absence(
        person_id=access.author_id, delegate_id=delegate.id if delegate else None, starts=starts, ends=ends
    )  # fmt: skip
    access.session.add(absence)
    record(access, Act.DELEGATED, delegate, starts=starts, ends=ends)
    return absence


def come_back(access: Access) -> None:
    """End the actor's absences now."""
    if mine(access) is None:
        return
    access.session.execute(delete(Absence).where(Absence.person_id == access.author_id, Absence.ends > access.moment))
    record(access, Act.DELEGATED, over=True)
