"""To whom a right may be given: who can hold it, and whether that is oneself."""

from datetime import datetime

from sqlalchemy import select

from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Grant, Membership, Person, PersonGroup, Unit, Usage, UsageMember
from dataspace.errors import Invalid

Subject = Person | Unit | Usage


def of(access: Access, grant: Grant) -> Subject | str:
    """Who has it: a person, a unit, a usage, or a group of the directory by its name."""
    if grant.person_id is not None:
        return access.session.scalars(select(Person).where(Person.id == grant.person_id)).one()
    if grant.subject_unit_id is not None:
        return access.session.scalars(select(Unit).where(Unit.id == grant.subject_unit_id)).one()
    if grant.usage_id is not None:
        return access.session.scalars(select(Usage).where(Usage.id == grant.usage_id)).one()
    return grant.group_name or ""


def check(subject: Subject, asset: Asset | None, moment: datetime) -> None:
    """Raises Invalid when `subject` cannot be given a right on `asset` (None: on a unit)."""
    if isinstance(subject, Unit) and asset is not None and asset.is_protected:
        raise Invalid("Ce contenu est protégé\u00a0: il ne s’ouvre qu’à des personnes nommées, ou à un usage.")
    if isinstance(subject, Person) and not subject.is_active:
        raise Invalid("Cette personne n’est plus dans l’annuaire.")
    if isinstance(subject, Usage) and asset is None:
        raise Invalid("Un usage n’ouvre que des éléments, un par un\u00a0: choisissez un jeu ou un tableau.")
    if isinstance(subject, Usage) and subject.ends <= moment:
        raise Invalid("Cet usage est terminé\u00a0: il n’ouvre plus rien.")


def is_oneself(access: Access, subject: Subject | str) -> bool:
    """Is it the actor, or a unit, a group (its name) or a usage that she is of? Her place in it may begin later."""
    me = access.actor.person_id
    if isinstance(subject, Person):
        return subject.id == me
    if isinstance(subject, Unit):
        tree = access.facts.tree
        to_come = select(Membership.unit_id).where(Membership.person_id == me, Membership.starts > access.moment)
        places = {posting.unit_id for posting in access.facts.postings} | set(access.session.scalars(to_come))
        return any(subject.id in tree.holding(place) for place in places if place in tree.nodes)
    if isinstance(subject, Usage):
        part = select(UsageMember.id).where(UsageMember.usage_id == subject.id, UsageMember.person_id == me)
        return access.session.scalars(part.where(UsageMember.ends > access.moment)).first() is not None
    hers = select(PersonGroup.name).where(PersonGroup.person_id == me, PersonGroup.name == subject)
    return access.session.scalar(hers) is not None
