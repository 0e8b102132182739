"""Who is asked about a right: who may decide on it now, the nearest first, and never the one who holds it."""

from collections.abc import Iterable
from functools import cached_property

from sqlalchemy import select

from dataspace.auth import Access, Permission, standing_in, usages
from dataspace.auth.dated import live
from dataspace.auth.deciding import Deciders, Rank
from dataspace.auth.models import Membership, PersonGroup
from dataspace.auth.words import INSIDE
from dataspace.reviews.models import ReviewPlace


class Turns:
    """Everybody who may decide, read once; from it, the turn of each place."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._lines: dict[tuple[object, ...], list[Rank]] = {}

    @cached_property
    def deciders(self) -> Deciders:
        return Deciders(self.access)

    @cached_property
    def ids(self) -> set[int]:
        """Everybody who may decide on something."""
        return {post.person.id for post in self.deciders.posts}

    @cached_property
    def away(self) -> dict[int, int | None]:
        """Who is absent now, and who stands in."""
        return standing_in.away(self.access)

    def told(self, place: ReviewPlace, rank: int) -> Rank:
        """Who is written to now: those asked, or who stands in for them."""
        found = standing_in.deputies(self.access, self.asked(place, rank), self.away)
        return tuple(dict.fromkeys(person for person in found if person.id != place.person_id))

    def line(self, place: ReviewPlace) -> list[Rank]:
        """Who may decide there, rank after rank, whoever holds the right left out."""
        key = (place.unit_id, place.role, place.level, place.whole)
        if key not in self._lines:
            self._lines[key] = self.deciders.on(place.unit_id, place.role, place.level, whole=place.whole)
        own = self._own(place)
        ranks = [tuple(person for person in rank if person.id not in own) for rank in self._lines[key]]
        ranks = [rank for rank in ranks if rank]
        # Whoever is away with nobody in her place is passed over.
        there = [rank for rank in ranks if any(standing_in.is_answered(person.id, self.away) for person in rank)]
        return there or ranks

    def asked(self, place: ReviewPlace, rank: int) -> Rank:
        """Who is asked now: the first rank, and the next one too once the line was escalated."""
        return tuple(dict.fromkeys(person for rank in self.line(place)[: rank + 1] for person in rank))

    def mine(self, places: Iterable[ReviewPlace]) -> tuple[list[int], list[int]]:
        """Places where the actor is asked at once, and those where she is once the line was escalated."""
        me, cells = self.access.actor.person_id, self.access.scope(Permission.RIGHTS_ASSIGN).cells
        first: list[int] = []
        then: list[int] = []
        for place in places:
            if place.unit_id not in cells:
                continue
            line = self.line(place)
            if line and any(person.id == me for person in line[0]):
                first.append(place.id)
            if any(person.id == me for rank in line[:2] for person in rank):
                then.append(place.id)
        return first, then

    def _own(self, place: ReviewPlace) -> set[int]:
        if place.person_id is not None:
            return {place.person_id}
        if place.subject_unit_id is not None:
            return {person for person, units in self._units.items() if place.subject_unit_id in units}
        if place.group_name is not None:
            return {person for person, names in self._groups.items() if place.group_name in names}
        if place.usage_id is not None:
            return usages.members_of(self.access, place.usage_id)
        return set()

    @cached_property
    def _units(self) -> dict[int, set[int]]:
        """The units that each decider is inside, those above included."""
        tree = self.access.facts.tree
        stmt = select(Membership.person_id, Membership.unit_id).where(
            Membership.person_id.in_(sorted(self.ids)),
            Membership.kind.in_(INSIDE),
            live(Membership, self.access.moment),
        )
        found: dict[int, set[int]] = {}
        for row in self.access.session.execute(stmt):
            found.setdefault(row.person_id, set()).update(tree.holding(row.unit_id))
        return found

    @cached_property
    def _groups(self) -> dict[int, set[str]]:
        stmt = select(PersonGroup.person_id, PersonGroup.name).where(PersonGroup.person_id.in_(sorted(self.ids)))
        found: dict[int, set[str]] = {}
        for row in self.access.session.execute(stmt):
            found.setdefault(row.person_id, set()).add(row.name)
        return found


def turns_of(access: Access) -> Turns:
    """The turns as this access sees them: read once for a page."""
    found: Turns = access.kept.setdefault("turns", Turns(access))
    return found
