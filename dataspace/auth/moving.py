"""What another tree, or another place of a person, would change for each: who gains, who loses, whose rows move.

Rights read twice, in the tree as it is and in the tree as it would be. What one gains is a set, not a number: whoever
would open two things more and two less both gains and loses.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import not_, select

from dataspace.auth import facts as facts_of
from dataspace.auth.access import Access, Supposed
from dataspace.auth.dated import live
from dataspace.auth.effects import KINDS, SHOWN
from dataspace.auth.facts import Actor, Facts, Held, Posting
from dataspace.auth.models import Asset, Grant, Membership, Person, PersonGroup
from dataspace.auth.scope import Scope, opened_in, scope
from dataspace.auth.tree import Tree
from dataspace.auth.words import Permission, Reach, Role, RowAttribute

# Deciding about a place is told apart from opening what it owns.
DECIDING = (Permission.RIGHTS_ASSIGN, Permission.UNIT_EDIT, Permission.ASSET_WIDEN)


@dataclass(frozen=True)
class Rows:
    """The codes of the rows that somebody reads, before and after."""

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Moved:
    """What changes for one person; counts are of the things that the actor may know of."""

    person: Person
    gained: dict[Permission, int]
    lost: dict[Permission, int]
    areas: Rows
    units: Rows
    decides: bool = False
    no_longer_decides: bool = False

    @property
    def gains(self) -> bool:
        wider = self.areas.after - self.areas.before or self.units.after - self.units.before
        return bool(any(self.gained.values()) or wider or self.decides)

    @property
    def loses(self) -> bool:
        narrower = self.areas.before - self.areas.after or self.units.before - self.units.after
        return bool(any(self.lost.values()) or narrower or self.no_longer_decides)


def of_tree(access: Access, after: Tree) -> list[Moved]:
    """Everybody for whom something changes in the tree `after`, in the order of names."""
    session, before = access.session, access.facts.tree
    compare = _Compare(access)
    found = []
    for person in _concerned(access, before, after):
        actor = Actor.of(person)
        now = facts_of.of(session, actor, access.moment)
        moved = compare(person, now, facts_of.supposing(session, actor, access.moment, now, tree=after))
        if moved.gains or moved.loses:
            found.append(moved)
    return found


def of_places(access: Access, person: Person, change: Any) -> tuple[Facts, Facts, Moved]:
    """What `change` (of her postings into others) makes of what `person` opens: facts before, after, and the two
    compared."""
    actor = Actor.of(person)
    now = facts_of.of(access.session, actor, access.moment)
    postings: tuple[Posting, ...] = change(now.postings)
    after = facts_of.supposing(access.session, actor, access.moment, now, postings=postings)
    return now, after, _Compare(access)(person, now, after)


def widens(access: Access, after: Tree) -> bool:
    """Would the actor herself open more in the tree `after`? Told by her cells, never by what is in them."""
    # A role that she only has to take is hers already.
    mine = facts_of.awake(access.facts)
    theirs = facts_of.supposing(access.session, access.actor, access.moment, mine, tree=after)
    for permission in Permission:
        now, then = scope(access.policy, mine, permission), scope(access.policy, theirs, permission)
        if then.assets - now.assets or any(level > now.cells.get(unit, -1) for unit, level in then.cells.items()):
            return True
    return any(
        set(Supposed(access, theirs).row_values(attribute)) - set(Supposed(access, mine).row_values(attribute))
        for attribute in RowAttribute
    )


def by_right(access: Access, permission: Permission, unit_id: int) -> Held | None:
    """The actor's own grant that opens `permission` on `unit_id`, or None."""
    for grant in access.facts.held:
        if grant.unit_id is not None and opened_in(access.policy, access.facts, grant, permission, unit_id):
            return grant
    return None


def holding(access: Access, permission: Permission, unit_id: int) -> list[tuple[Person, Role, int]]:
    """Who may do `permission` in `unit_id`, by which role standing where, the nearest first."""
    tree = access.facts.tree
    roles = [role for role in Role if _opens(access, role, permission)]
    stmt = (
        select(Person, Grant.role, Grant.unit_id, Grant.with_services)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(roles), Grant.unit_id.is_not(None), Grant.revoked_at.is_(None), Person.is_active)
        .where(live(Grant, access.moment))
        .order_by(Person.family_name, Person.given_name)
    )
    line = tree.holding(unit_id)
    found = []
    for person, role, unit, with_services in access.session.execute(stmt):
        if unit not in tree.nodes:
            continue
        held = Held("", role, unit, with_services, None, None, "", None, access.moment, None, True)  # type: ignore[arg-type]
        if opened_in(access.policy, access.facts, held, permission, unit_id):
            found.append((line.index(unit) if unit in line else len(line), person, role, unit))
    ordered = sorted(found, key=lambda one: one[0])
    return list(dict.fromkeys((person, role, unit) for _, person, role, unit in ordered))


def digest(moved: Iterable[Moved]) -> str:
    """Who gains and who loses, in a few letters: what was shown is what is saved, or it is shown again."""
    said = sorted((one.person.id, one.gains, one.loses) for one in moved)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


class _Compare:
    """Two states of facts compared; people alike are counted once."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.counted: dict[Any, int] = {}

    def __call__(self, person: Person, now: Facts, then: Facts) -> Moved:
        policy = self.access.policy
        gained, lost = {}, {}
        for permission in SHOWN:
            before, after = scope(policy, now, permission), scope(policy, then, permission)
            gained[permission] = self._more(before, after)
            lost[permission] = self._more(after, before)
        decided = [(set(scope(policy, now, p).cells), set(scope(policy, then, p).cells)) for p in DECIDING]
        areas = self._rows(person, now, then, RowAttribute.AREA)
        units = self._rows(person, now, then, RowAttribute.UNIT)
        return Moved(
            person, gained, lost, areas, units, any(after - before for before, after in decided),
            any(before - after for before, after in decided),
        )  # fmt: skip

    def _more(self, less: Scope, more: Scope) -> int:
        """How many things that the actor may know of are in `more` and not in `less`."""
        if less == more:
            return 0
        key = (_signature(less), _signature(more))
        if key not in self.counted:
            known = self.access.select(Asset, Permission.RIGHTS_SEE, Permission.CARD_SEE, Permission.DRAFT_SEE)
            kinds = Asset.kind.in_(KINDS[more.permission]) if more.permission in KINDS else None
            stmt = known.where(more.predicate(), not_(less.predicate()))
            self.counted[key] = self.access.count(stmt if kinds is None else stmt.where(kinds))
        return self.counted[key]

    def _rows(self, person: Person, now: Facts, then: Facts, attribute: RowAttribute) -> Rows:
        here = Access(Actor.of(person), self.access.session, self.access.policy, moment=self.access.moment)
        before, after = (frozenset(Supposed(here, facts).row_values(attribute)) for facts in (now, then))
        return Rows(before, after)


def _signature(one: Scope) -> Any:
    return (one.permission, tuple(sorted(one.cells.items())), one.assets, one.denied_assets, one.denied_themes)


def _concerned(access: Access, before: Tree, after: Tree) -> Sequence[Person]:
    """Who holds something where branches or bodies differ, or works where what is above differs."""
    touched = [unit for unit in before.nodes if _reached(before, unit) != _reached(after, unit)]
    inside = {
        unit
        for unit in before.nodes
        if before.holding(unit) != after.holding(unit) or before.areas(unit) != after.areas(unit)
    }
    standing = (Grant.unit_id.in_(touched), Grant.revoked_at.is_(None), live(Grant, access.moment))
    roles = None if _owns_something(access, before, after, touched) else [r for r in Role if _decides(access, r)]
    granted = select(Grant).where(*standing) if roles is None else select(Grant).where(*standing, Grant.role.in_(roles))
    people: set[int] = set()
    groups: set[str] = set()
    for grant in access.session.scalars(granted):
        if grant.person_id is not None:
            people.add(grant.person_id)
        elif grant.subject_unit_id is not None:
            inside |= {*before.branch(grant.subject_unit_id), *after.branch(grant.subject_unit_id)}
        elif grant.group_name is not None:
            groups.add(grant.group_name)
    if groups:
        members = select(PersonGroup.person_id).where(PersonGroup.name.in_(sorted(groups)))
        people |= set(access.session.scalars(members))
    working = select(Membership.person_id).where(Membership.unit_id.in_(sorted(inside)))
    people |= set(access.session.scalars(working.where(live(Membership, access.moment))))
    stmt = select(Person).where(Person.is_active, Person.id.in_(sorted(people)))
    return access.session.scalars(stmt.order_by(Person.family_name, Person.given_name, Person.id)).all()


def _reached(tree: Tree, unit: int) -> tuple[frozenset[int], frozenset[int]]:
    """What a grant standing on `unit` reaches: its branch, and all its body."""
    return frozenset(tree.branch(unit)), frozenset(tree.authority(unit))


def _owns_something(access: Access, before: Tree, after: Tree, touched: Sequence[int]) -> bool:
    """Is there anything, known to the actor, in the places that come or go? Else only who decides there changes."""
    moved: set[int] = set()
    for unit in touched:
        for was, will_be in zip(_reached(before, unit), _reached(after, unit), strict=True):
            moved |= was ^ will_be
    known = access.select(Asset, Permission.RIGHTS_SEE, Permission.CARD_SEE, Permission.DRAFT_SEE)
    return bool(access.count(known.where(Asset.unit_id.in_(sorted(moved))), at_most=1))


def _decides(access: Access, role: Role) -> bool:
    # Rows by unit follow the tree whether or not anything is there.
    return any(_opens(access, role, permission) for permission in (*DECIDING, Permission.DATASET_ROWS))


def _opens(access: Access, role: Role, permission: Permission) -> bool:
    return access.policy.level(role, permission, Reach.UNIT) is not None
