"""From the server itself, when nobody can sign in as administrator any more: a right for a week, in the journal."""

from datetime import timedelta

from dataspace.audit import Act, record
from dataspace.auth.access import HouseAccess
from dataspace.auth.models import Grant, Person, Unit
from dataspace.auth.rights import told
from dataspace.auth.words import Role, Source
from dataspace.errors import Invalid

LASTS = timedelta(days=7)


def last_resort(house: HouseAccess, person: Person, unit: Unit, *, reason: str) -> Grant:
    """From the server itself: make `person` administrator of `unit` for seven days, and say so in the journal."""
    if not reason.strip():
        raise Invalid("Un motif est obligatoire : --reason.")
    grant = Grant(
        person_id=person.id, role=Role.ADMIN, unit_id=unit.id, with_services=True, source=Source.SYSTEM,
        reason=reason.strip(), granted_at=house.moment, starts=house.moment, ends=house.moment + LASTS,
    )  # fmt: skip
    house.session.add(grant)
    house.session.flush()
    record(house, Act.LAST_RESORT, unit, **told(grant, person))
    return grant
