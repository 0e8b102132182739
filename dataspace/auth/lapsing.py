"""Looking at one right again: who may decide on it, whether it is one's own, and ending it when nobody answered."""

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import subjects
from dataspace.auth.access import Access, HouseAccess
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.queries import rights_known
from dataspace.auth.rights import FromTheDirectory, NotYours, assigning, keep_one, told
from dataspace.auth.words import Permission, Source
from dataspace.errors import Refused


def deciding(access: Access, grant: Grant) -> Held:
    """The actor's own right that lets her decide on `grant`. Raises NotYours, FromTheDirectory."""
    access.require(Permission.RIGHTS_ASSIGN)
    if grant.source is Source.SSO:
        raise FromTheDirectory
    scope = scope_of(access, grant)
    by = assigning(access, grant.role, scope, with_services=grant.with_services) if scope is not None else None
    if by is None:
        raise NotYours
    try:
        access.hold(by)
    except Refused as error:
        raise NotYours from error
    return by


def is_ones_own(access: Access, grant: Grant) -> bool:
    """Was it given to the actor, to a unit she is of, or to a group or a usage of hers?"""
    return subjects.is_oneself(access, subjects.of(access, grant))


def lapse(house: HouseAccess, grant: Grant, *, reason: str) -> None:
    """End a right that nobody answered for, in the name of the house. Raises LastOne rather than lock everybody out."""
    keep_one(house, grant)
    grant.revoked_at, grant.revoked_by_id = house.moment, None
    facts = told(grant, subjects.of(house, grant)) | {"reason": reason}
    record(house, Act.GRANT_REVOKED, scope_of(house, grant), lapsed=True, **facts)


def scope_of(access: Access, grant: Grant) -> Unit | Asset | None:
    """What the right stands on, when the actor may see rights there."""
    if grant.asset_id is None:
        return access.session.scalar(select(Unit).where(Unit.id == grant.unit_id))
    known = access.select(Asset, Permission.CARD_SEE) if isinstance(access, HouseAccess) else rights_known(access)
    return access.session.scalar(known.where(Asset.id == grant.asset_id))
