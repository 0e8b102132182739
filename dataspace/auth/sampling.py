"""Whom to look as, when the house proves that nothing leaks: somebody of each kind."""

from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from dataspace.auth.access import HouseAccess
from dataspace.auth.dated import live
from dataspace.auth.models import Grant, Membership, Person, Unit
from dataspace.auth.words import PersonKind, Role, UnitKind

WITHOUT_RIGHTS = "personne sans accès"


@dataclass(frozen=True)
class Sampled:
    """Somebody, and the kind of which she is the sample: a role, a partner, never her name."""

    person: Person
    kind: str


def people(house: HouseAccess, chance: Random, *, at_most: int, again: tuple[str, ...] = ()) -> list[Sampled]:
    """At most that many active people, each kind once before any of them twice; `again` (public ids) come first."""
    strata = _strata(house)
    by_id = {person.id: person for person in house.session.scalars(select(Person).where(Person.is_active))}
    found: dict[int, Sampled] = {}
    for person in by_id.values():
        if person.public_id in again:
            kind = next((name for name, ids in strata.items() if person.id in ids), WITHOUT_RIGHTS)
            found[person.id] = Sampled(person, kind)
    waiting = {name: sorted(ids & by_id.keys()) for name, ids in strata.items()}
    for ids in waiting.values():
        chance.shuffle(ids)
    while any(waiting.values()):
        for name, ids in waiting.items():
            while ids and ids[-1] in found:
                ids.pop()
            if ids and len(found) < at_most:
                chosen = ids.pop()
                found[chosen] = Sampled(by_id[chosen], name)
        if len(found) >= at_most:
            break
    return list(found.values())


def _strata(house: HouseAccess) -> dict[str, set[int]]:
    """Ids of people by kind: each role, each partner, élus, and those who hold nothing."""
    session, moment = house.session, house.moment
    held = select(Grant.role, Grant.person_id).where(
        Grant.person_id.is_not(None), Grant.revoked_at.is_(None), live(Grant, moment)
    )
    strata: dict[str, set[int]] = {role.label: set() for role in Role}
    for role, person_id in session.execute(held):
        strata[role.label].add(int(person_id or 0))
    places = (
        select(Membership.person_id, Unit.kind, Unit.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(live(Membership, moment))
        .order_by(Unit.id)
    )
    ranks: dict[int, int] = {}
    for person_id, kind, unit_id in session.execute(places):
        if kind is UnitKind.PARTNER:
            rank = ranks.setdefault(unit_id, len(ranks) + 1)
            strata.setdefault(f"partenaire n°\u00a0{rank}", set()).add(person_id)
    strata["élu"] |= set(session.scalars(select(Person.id).where(Person.kind == PersonKind.ELECTED)))
    holding = {person_id for ids in strata.values() for person_id in ids}
    strata[WITHOUT_RIGHTS] = set(session.scalars(select(Person.id).where(Person.is_active))) - holding
    return {name: ids for name, ids in strata.items() if ids}
