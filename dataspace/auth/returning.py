"""A person's own accesses that somebody opened for her: reading one, giving it back, and those that end soon."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Grant, Person, Unit
from dataspace.auth.queries import live
from dataspace.auth.rights import keep_one, told
from dataspace.auth.words import Permission, Source
from dataspace.errors import NotFound

# What a person may give back: what people gave her by name. The directory and the server take back what they gave.
GIVEN = (Source.MANUAL, Source.REQUEST)


def own(access: Access, public_id: str) -> Grant | None:
    """A live access that was opened to the actor by name."""
    stmt = select(Grant).where(
        Grant.public_id == public_id, Grant.person_id == access.actor.person_id, Grant.source.in_(GIVEN),
        Grant.revoked_at.is_(None), live(Grant, access.moment),
    )  # fmt: skip
    return access.session.scalar(stmt)


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


def ending(session: Session, moment: datetime, until: datetime) -> Sequence[tuple[Grant, Person]]:
    """Accesses opened to people by name that end between `moment` and `until`, the first first."""
    stmt = (
        select(Grant, Person)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.source.in_(GIVEN), Grant.revoked_at.is_(None), Grant.starts <= moment, Person.is_active)
        .where(Grant.ends > moment, Grant.ends <= until)
        .order_by(Grant.ends, Grant.id)
    )
    return [(grant, person) for grant, person in session.execute(stmt).all()]


def _scope(access: Access, grant: Grant) -> Unit | Asset | None:
    if grant.asset_id is None:
        return access.session.scalar(select(Unit).where(Unit.id == grant.unit_id))
    seen = access.select(Asset, Permission.CARD_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
    return access.session.scalar(seen.where(Asset.id == grant.asset_id))
