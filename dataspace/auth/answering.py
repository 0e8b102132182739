"""Who holds a permission that is about a place: the nearest first, by name."""

from sqlalchemy import select

from dataspace.auth.access import Access
from dataspace.auth.models import Grant, Person
from dataspace.auth.queries import live
from dataspace.auth.words import Permission, Reach, Role


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
