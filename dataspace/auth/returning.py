"""Accesses that somebody opened: one's own, given back; those one keeps for a unit or a usage; those that end soon."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth.access import Access
from dataspace.auth.answering import nearest
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Person, Unit, Usage
from dataspace.auth.queries import people
from dataspace.auth.rights import keep_one, told
from dataspace.auth.words import Permission, Source
from dataspace.errors import NotFound

# What a person may give back: what people gave her by name. The directory and the server take back what they gave.
GIVEN = (Source.MANUAL, Source.REQUEST)


def own(access: Access, public_id: str) -> Grant | None:
    """A live access that was opened to the actor by name."""
    grant = _given(access, public_id)
    return grant if grant is not None and grant.person_id == access.actor.person_id else None


def kept(access: Access, public_id: str) -> Grant | None:
    """A live access of the actor's own, or of a unit that she directs, or of a usage that she answers for."""
    grant = _given(access, public_id)
    if grant is None or grant.person_id == access.actor.person_id:
        return grant
    place = _kept_by(access.session, grant)
    return grant if place is not None and access.may_in(*place) else None


def keepers(access: Access, grant: Grant) -> tuple[Person, ...]:
    """Who is told that it ends: who holds it, directs the unit or answers for the usage that does; else who gave it."""
    place = _kept_by(access.session, grant)
    if place is not None:
        return nearest(access, *place)
    found = people(access.session, [grant.person_id or grant.granted_by_id])
    return tuple(person for person in found.values() if person.is_active)


def give_back(access: Access, public_id: str) -> Grant:
    """End one of the actor's own accesses now. Raises NotFound when it is not hers, Refused for the last one."""
    grant = own(access, public_id)
    if grant is None:
        raise NotFound
    keep_one(access, grant)
    grant.revoked_at, grant.revoked_by_id = access.moment, access.author_id
    person = access.session.scalars(select(Person).where(Person.id == grant.person_id)).one()
    record(access, Act.GRANT_REVOKED, _scope(access, grant), **told(grant, person), given_back=True)
    return grant


def ending(session: Session, moment: datetime, until: datetime) -> Sequence[Grant]:
    """Accesses opened by people that end between `moment` and `until`, the first first."""
    stmt = (
        select(Grant)
        .where(Grant.source.in_(GIVEN), Grant.revoked_at.is_(None), Grant.starts <= moment)
        .where(Grant.ends > moment, Grant.ends <= until)
        .order_by(Grant.ends, Grant.id)
    )
    return session.scalars(stmt).all()


def _given(access: Access, public_id: str) -> Grant | None:
    stmt = select(Grant).where(
        Grant.public_id == public_id, Grant.source.in_(GIVEN), Grant.revoked_at.is_(None), live(Grant, access.moment)
    )
    return access.session.scalar(stmt)


def _kept_by(session: Session, grant: Grant) -> tuple[Permission, int] | None:
    """By which permission, in which unit, a right that nobody holds by name is kept; None for the others."""
    if grant.subject_unit_id is not None:
        return Permission.UNIT_STAFF, grant.subject_unit_id
    if grant.usage_id is not None:
        return Permission.USAGE_MANAGE, session.scalars(select(Usage.unit_id).where(Usage.id == grant.usage_id)).one()
    return None


def _scope(access: Access, grant: Grant) -> Unit | Asset | None:
    if grant.asset_id is None:
        return access.session.scalar(select(Unit).where(Unit.id == grant.unit_id))
    seen = access.select(Asset, Permission.CARD_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
    return access.session.scalar(seen.where(Asset.id == grant.asset_id))
