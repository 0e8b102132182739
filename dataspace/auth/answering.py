"""Who holds a permission that is about a place: the nearest first, by name."""

from sqlalchemy import select

from dataspace.auth import standing_in
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import Grant, Person
from dataspace.auth.words import Permission, Reach, Role


def nearest(access: Access, permission: Permission, unit_id: int, *, but: int | None = None) -> tuple[Person, ...]:
    """Whom to tell, never `but`: the nearest rank where somebody is there; when all are away, the nearest."""
    ranks = [[one for one in rank if one.id != but] for rank in in_charge(access, permission, unit_id)]
    absent = standing_in.away(access)
    there = [[one for one in rank if one.id not in absent] for rank in ranks]
    return tuple(next((rank for rank in [*there, *ranks] if rank), ()))


def in_charge(access: Access, permission: Permission, unit_id: int) -> list[tuple[Person, ...]]:
    """Ranks of people whom `permission` lets act in `unit_id`: where they stand nearest first, the far last."""
    policy, tree = access.policy, access.facts.tree
    near = {role for role in Role if policy.level(role, permission, Reach.UNIT) is not None}
    far = {role for role in near if policy.level(role, permission, Reach.AUTHORITY) is not None}
    line = tree.holding(unit_id)
    stmt = (
        select(Person, Grant.role, Grant.unit_id, Grant.with_services)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(sorted(near)), Grant.unit_id.is_not(None), Grant.revoked_at.is_(None), Person.is_active)
        .where(live(Grant, access.moment))
        .order_by(Person.family_name, Person.id)
    )
    ranks: dict[int, list[Person]] = {}
    for person, role, unit, whole in access.session.execute(stmt).all():
        if role not in far and unit in line and (unit == unit_id or whole):
            ranks.setdefault(line.index(unit), []).append(person)
        elif role in far and unit in tree.nodes and unit_id in tree.authority(unit):
            ranks.setdefault(len(line), []).append(person)
    return [tuple(dict.fromkeys(ranks[distance])) for distance in sorted(ranks)]
