"""Taking part in a usage: who, from when to when. What is given to the usage follows on the next request of each.

Who answers for a usage adds and removes people, never herself to gain by it; anybody may leave.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth import proving
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, Grant, Person, Usage, UsageMember
from dataspace.auth.rights import NotToYourself
from dataspace.auth.scope import opened_in
from dataspace.auth.words import Permission
from dataspace.db import declare
from dataspace.errors import Conflict, Invalid, NotFound, Refused


class NotYourUsage(Refused):
    sentence = "Cet usage est tenu par la direction qui en répond."
    next_step = "Demandez à la personne qui le tient\u202f: sa page la nomme."


class Over(Conflict):
    sentence = "Cet usage est terminé\u00a0: il n’ouvre plus rien."
    next_step = "Ouvrez-en un autre si le besoin existe encore\u202f: il a sa propre finalité et sa propre date."


def titles(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """How usages are called, by id."""
    return {usage_id: usage.title for usage_id, usage in named(session, ids).items()}


def named(session: Session, ids: Iterable[int | None]) -> dict[int, Usage]:
    """Usages by id; unknown ids are absent."""
    wanted = sorted({found for found in ids if found is not None})
    if not wanted:
        return {}
    return {usage.id: usage for usage in session.scalars(select(Usage).where(Usage.id.in_(wanted)))}


def mine(access: Access) -> Sequence[tuple[Usage, UsageMember]]:
    """The usages that the actor takes part in now, the first to end first."""
    stmt = (
        select(Usage, UsageMember)
        .join(UsageMember, UsageMember.usage_id == Usage.id)
        .where(UsageMember.person_id == access.actor.person_id)
        .where(live(Usage, access.moment), live(UsageMember, access.moment))
        .order_by(UsageMember.ends, Usage.title)
    )
    return [(usage, member) for usage, member in access.session.execute(stmt)]


def taking_part(access: Access, usage: Usage) -> Sequence[tuple[Person, UsageMember]]:
    """Who takes part, now or soon, in the order of names. The caller has asked whether the actor may read names."""
    stmt = (
        select(Person, UsageMember)
        .join(UsageMember, UsageMember.person_id == Person.id)
        .where(UsageMember.usage_id == usage.id, UsageMember.ends > access.moment)
        .order_by(Person.family_name, Person.given_name, UsageMember.id)
    )
    return [(person, member) for person, member in access.session.execute(stmt)]


def members_of(access: Access, usage_id: int) -> set[int]:
    """Ids of who takes part now."""
    stmt = select(UsageMember.person_id).where(UsageMember.usage_id == usage_id, live(UsageMember, access.moment))
    return set(access.session.scalars(stmt))


def place_of(access: Access, usage: Usage, person_id: int) -> UsageMember | None:
    """The place of this person in it, now or soon."""
    stmt = select(UsageMember).where(
        UsageMember.usage_id == usage.id, UsageMember.person_id == person_id, UsageMember.ends > access.moment
    )
    return access.session.scalars(stmt.order_by(UsageMember.starts)).first()


def managing(access: Access, unit_id: int) -> Held | None:
    """The actor's own grant that lets her answer for the usages of `unit_id`, or None."""
    facts, policy = access.facts, access.policy
    for grant in facts.held:
        if grant.asset_id is None and opened_in(policy, facts, grant, Permission.USAGE_MANAGE, unit_id):
            return grant
    return None


def manages(access: Access, usage: Usage) -> bool:
    """Does the actor answer for it?"""
    return access.may_in(Permission.USAGE_MANAGE, usage.unit_id)


def take(access: Access, usage: Usage) -> Held | None:
    """Be alone to change it, by a right that stays until this commits. Raises NotYourUsage."""
    by = managing(access, usage.unit_id)
    if by is None and not manages(access, usage):
        raise NotYourUsage
    if by is not None:
        access.hold(by)
    lock = select(Usage).where(Usage.id == usage.id).with_for_update().execution_options(populate_existing=True)
    access.session.scalars(lock).one()
    return by


def check_joining(access: Access, usage: Usage, person: Person, *, until: datetime) -> None:
    """Raises Refused, Conflict or Invalid when `person` may not take part until that day."""
    if not manages(access, usage):
        raise NotYourUsage
    if person.id == access.actor.person_id:
        raise NotToYourself
    if usage.ends <= access.moment:
        raise Over
    if not person.is_active:
        raise Invalid("Cette personne n’est plus dans l’annuaire.")
    if place_of(access, usage, person.id) is not None:
        raise Conflict("Cette personne est déjà de cet usage.", "Retirez-la d’abord pour changer sa date de fin.")
    if until <= access.moment:
        raise Invalid("La date de fin est déjà passée.")
    if until > usage.ends:
        raise Invalid("L’usage se termine avant cette date\u00a0: choisissez un jour d’ici là.")


def add(access: Access, usage: Usage, person: Person, *, until: datetime, reason: str) -> UsageMember:
    """`person` takes part from now until that day; see `check_joining` for what is refused."""
    by = take(access, usage)
    check_joining(access, usage, person, until=until)
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: c’est lu par les personnes concernées et conservé au journal.")
    _prove(access, usage)
    member = UsageMember(
        usage_id=usage.id, person_id=person.id, starts=access.moment, ends=until, reason=reason.strip(),
        added_by_id=access.author_id,
    )  # fmt: skip
    access.session.add(member)
    access.session.flush()
    record(access, Act.USAGE_JOINED, usage, held=by, subject=person.public_id, ends=until, reason=member.reason)
    return member


def _prove(access: Access, usage: Usage) -> None:
    """Joining gives what was given to it: when that is confidential or protected, it asks the same proof."""
    given = select(Asset).join(Grant, Grant.asset_id == Asset.id)
    given = given.where(Grant.usage_id == usage.id, Grant.revoked_at.is_(None), live(Grant, access.moment))
    for asset in access.session.scalars(declare(given, {"asset": 1})):
        proving.for_asset(access, asset)


def remove(access: Access, usage: Usage, member: UsageMember, *, reason: str) -> None:
    """End somebody's part in it now. Raises NotYourUsage, Invalid without a reason."""
    by = take(access, usage)
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: c’est lu par les personnes concernées et conservé au journal.")
    _stop(access, member)
    person = access.session.scalars(select(Person).where(Person.id == member.person_id)).one()
    record(access, Act.USAGE_LEFT, usage, held=by, subject=person.public_id, reason=reason.strip())


def leave(access: Access, usage: Usage) -> None:
    """The actor goes out of it, at once. Raises NotFound when she is not of it."""
    member = place_of(access, usage, access.actor.person_id)
    if member is None:
        raise NotFound
    _stop(access, member)
    record(access, Act.USAGE_LEFT, usage, subject=access.actor.public_id, given_back=True)


def _stop(access: Access, member: UsageMember) -> None:
    member.starts, member.ends = min(member.starts, access.moment), min(member.ends, access.moment)
    access.session.flush()
