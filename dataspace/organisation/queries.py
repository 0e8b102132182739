"""The tree of units as far as one keeps it: what is under what, who works there, what waits for an answer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from dataspace.auth import Access, Permission
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, GroupMapping, Membership, Person, Unit
from dataspace.auth.moving import by_right
from dataspace.auth.tree import Tree
from dataspace.auth.words import Source
from dataspace.organisation.models import Placement, PlacementState


@dataclass(frozen=True)
class Place:
    """Somebody at work in a unit."""

    person: Person
    membership: Membership


@dataclass(frozen=True)
class Waiting:
    """A unit that waits to be taken under another one; `placement` is None when an import left it so."""

    unit: Unit
    parent_id: int
    placement: Placement | None


def kept(access: Access) -> set[int]:
    """The units that the actor keeps up to date."""
    return set(access.scope(Permission.UNIT_EDIT).cells)


def tops(access: Access) -> list[int]:
    """Of the units that she keeps, those whose parent she does not keep, in the order of names."""
    mine, tree = kept(access), access.facts.tree
    found = [unit for unit in mine if tree[unit].parent_id not in mine]
    return sorted(found, key=lambda unit: tree[unit].name)


def known(access: Access, code: str) -> Unit | None:
    """The unit, when she keeps it, when it asks to come under one that she keeps, or when she proposed it."""
    unit = access.session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        return None
    mine = kept(access)
    if unit.id in mine or (unit.closed is not None and unit.parent_id in mine):
        return unit
    placement = waiting_of(access, unit)
    if placement is not None:
        is_asked = placement.parent_id in mine or placement.proposed_by_id == access.author_id
        return unit if is_asked else None
    is_pending = not unit.is_accepted and unit.closed is None
    if is_pending and unit.parent_id in mine:
        return unit
    return unit if is_pending and _proposed_by(access, unit) else None


def may_edit(access: Access, unit: Unit) -> bool:
    """Does she keep it? Of a unit that nobody took yet, who proposed it does."""
    if unit.closed is not None:
        return False
    if by_right(access, Permission.UNIT_EDIT, unit.id) is not None:
        return True
    return not unit.is_accepted and access.may(Permission.UNIT_EDIT) and _proposed_by(access, unit)


def may_move(access: Access, unit: Unit) -> bool:
    """Does she keep what it hangs under? A manager does not take his own unit away from who is above him."""
    if unit.closed is not None or unit.parent_id is None:
        return False
    if unit.is_accepted:
        return by_right(access, Permission.UNIT_EDIT, unit.parent_id) is not None
    return may_edit(access, unit)


def waiting_of(access: Access, unit: Unit) -> Placement | None:
    """The answer that is waited for on this unit."""
    stmt = select(Placement).where(Placement.unit_id == unit.id, Placement.state == PlacementState.WAITING)
    return access.session.scalar(stmt)


def waiting(access: Access) -> list[Waiting]:
    """What asks to come under a unit that she keeps, the oldest first; what she asked herself is not hers to answer."""
    mine = sorted(kept(access))
    stmt = (
        select(Unit, Placement)
        .outerjoin(Placement, (Placement.unit_id == Unit.id) & (Placement.state == PlacementState.WAITING))
        .where(Unit.closed.is_(None))
        .where(
            or_(
                Placement.parent_id.in_(mine),
                Placement.id.is_(None) & Unit.is_accepted.is_(False) & Unit.parent_id.in_(mine),
            )
        )
        .order_by(Placement.proposed_at, Unit.name)
    )
    rows = access.session.execute(stmt).all()
    found = [
        Waiting(unit, placement.parent_id if placement else unit.parent_id or 0, placement) for unit, placement in rows
    ]
    refused = _refused(access, [one.unit.id for one in found if one.placement is None])
    return [
        one
        for one in found
        if one.unit.id not in refused and (one.placement is None or one.placement.proposed_by_id != access.author_id)
    ]


def proposed(access: Access) -> list[tuple[Unit, Placement]]:
    """What she proposed and is not answered yet, or was refused and still hangs nowhere."""
    stmt = (
        select(Unit, Placement)
        .join(Placement, Placement.unit_id == Unit.id)
        .where(Placement.proposed_by_id == access.author_id, Unit.closed.is_(None))
        .where(or_(Placement.state == PlacementState.WAITING, Unit.is_accepted.is_(False)))
        .order_by(Placement.id.desc())
    )
    found: dict[int, tuple[Unit, Placement]] = {}
    for unit, placement in access.session.execute(stmt):
        found.setdefault(unit.id, (unit, placement))
    return list(found.values())


def parents(access: Access) -> list[Unit]:
    """Under what she may put a unit, or ask to: the bodies that she keeps something of, and those they hang in."""
    tree = access.facts.tree
    around = {unit for top in tops(access) for node in tree.line(top) for unit in tree.authority(node.id)}
    stmt = select(Unit).where(Unit.id.in_(sorted(around)), Unit.closed.is_(None))
    return list(access.session.scalars(stmt.order_by(Unit.name)))


def units(access: Access, ids: Iterable[int]) -> dict[int, Unit]:
    """These units, by id."""
    stmt = select(Unit).where(Unit.id.in_(sorted(set(ids))))
    return {unit.id: unit for unit in access.session.scalars(stmt)}


def closed_under(access: Access, unit: Unit) -> Sequence[Unit]:
    """What hung there and is closed, the last first."""
    stmt = select(Unit).where(Unit.parent_id == unit.id, Unit.closed.is_not(None))
    return access.session.scalars(stmt.order_by(Unit.closed.desc())).all()


def people_counts(access: Access) -> Counter[int]:
    """How many people work or sit in each unit that she keeps, its branch included."""
    tree, mine = access.facts.tree, kept(access)
    stmt = (
        select(Membership.unit_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id.in_(sorted(mine)), live(Membership, access.moment), Person.is_active)
    )
    here: dict[int, set[int]] = {}
    for unit, person in access.session.execute(stmt):
        here.setdefault(unit, set()).add(person)
    return Counter({unit: len(set().union(*(here.get(one, set()) for one in tree.branch(unit)))) for unit in mine})


def people(access: Access, unit: Unit) -> list[Place]:
    """Who works or sits in this very unit, or is to come, in the order of names."""
    standing = or_(Membership.ends.is_(None), Membership.ends > access.moment)
    stmt = (
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == unit.id, standing, Person.is_active)
        .order_by(Person.family_name, Person.given_name, Membership.id)
    )
    return [Place(person, membership) for person, membership in access.session.execute(stmt)]


def by_hand(access: Access, unit: Unit, person: Person) -> list[Membership]:
    """Her places there that a manager wrote, not over yet."""
    return [
        place.membership
        for place in people(access, unit)
        if place.person.id == person.id and place.membership.source is Source.MANUAL
    ]


def assets_total(access: Access, unit: Unit) -> int:
    """How many things of its branch have rights that she may see."""
    branch = access.facts.tree.branch(unit.id)
    known = access.select(Asset, Permission.RIGHTS_SEE, Permission.DRAFT_SEE).where(Asset.unit_id.in_(branch))
    return access.count(known)


def under(session_units: Iterable[Unit], unit_id: int) -> set[int]:
    """`unit_id` and all that hangs under it, accepted or not: where it can never be put itself."""
    children: dict[int | None, list[int]] = {}
    for unit in session_units:
        children.setdefault(unit.parent_id, []).append(unit.id)
    found, waiting = set(), [unit_id]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += children.get(here, [])
    return found


def mapped(access: Access, unit: Unit) -> int:
    """How many lines of the directory still lead there."""
    stmt = select(GroupMapping.id).where(GroupMapping.unit_id == unit.id)
    return len(access.session.scalars(stmt).all())


def crosses(tree: Tree, unit: Unit, parent_id: int) -> bool:
    """Would it come to answer to another data controller?"""
    return tree.body(unit.id).id != tree.body(parent_id).id


def _proposed_by(access: Access, unit: Unit) -> bool:
    stmt = select(Placement.id).where(Placement.unit_id == unit.id, Placement.proposed_by_id == access.author_id)
    return access.session.scalars(stmt.limit(1)).first() is not None


def _refused(access: Access, ids: Sequence[int]) -> set[int]:
    """Of these, those whose last proposal was answered no."""
    stmt = select(Placement.unit_id).where(Placement.unit_id.in_(sorted(ids)))
    return set(access.session.scalars(stmt.where(Placement.state == PlacementState.REFUSED)))
