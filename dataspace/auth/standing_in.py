"""Who is away, who stands in for whom, and the rights that this lends: the absent person's own, while she is away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.facts import Actor
from dataspace.auth.models import Absence, Person
from dataspace.auth.queries import people


@dataclass(frozen=True)
class Power:
    """A right to answer: the actor's own, or that of somebody absent who named her."""

    access: Access
    absent_id: int | None = None

    @property
    def person_id(self) -> int:
        return self.access.actor.person_id


def away(access: Access) -> dict[int, int | None]:
    """Who is absent now, and who stands in, None for nobody."""
    absences = select(Absence.person_id, Absence.delegate_id).where(live(Absence, access.moment))
    return {row.person_id: row.delegate_id for row in access.session.execute(absences)}


def lent(access: Access, absent: dict[int, int | None] | None = None) -> list[Power]:
    """The rights of the absent people in whose place the actor answers. Nothing in somebody else's eyes."""
    if not access.facts.stands_in or access.author_id != access.actor.person_id:
        return []
    known = away(access) if absent is None else absent
    found = people(access.session, (one for one, to in known.items() if to == access.author_id))
    return [
        Power(Access(Actor.of(one, access.actor.session), access.session, access.policy, moment=access.moment), one.id)
        for one in found.values()
        if one.is_active
    ]


def is_answered(person_id: int, absent: dict[int, int | None]) -> bool:
    """Does somebody answer for this person: herself, or who stands in?"""
    return absent.get(person_id, person_id) is not None


def deputies(access: Access, rank: Iterable[Person], absent: dict[int, int | None]) -> Iterator[Person]:
    """Those of a rank, or who stands in for them while they are away."""
    asked = list(rank)
    ids = {absent[person.id] for person in asked if absent.get(person.id) is not None}
    found = people(access.session, ids)
    for person in asked:
        deputy = absent.get(person.id)
        if person.id not in absent:
            yield person
        elif deputy in found:
            yield found[deputy]
