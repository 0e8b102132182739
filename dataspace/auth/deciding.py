"""Who could decide: from the p2 lines of the policy and the live grants, the line of people who may open a thing.

The same rule as `rights.assigning`, asked the other way round: not « may she », but « who may ».
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import Grant, Person
from dataspace.auth.tree import Tree
from dataspace.auth.words import Permission, Reach, Role, Sensitivity

Rank = tuple[Person, ...]


@dataclass(frozen=True)
class Post:
    """Somebody, the role she holds and where it stands."""

    person: Person
    role: Role
    unit_id: int
    with_services: bool


def decides_in(access: Access, role: Role, unit_id: int, level: Sensitivity) -> bool:
    """May the actor give `role` up to `level` on each thing of `unit_id` and of its branch?"""
    policy, tree = access.policy, access.facts.tree
    wanted = set(tree.branch(unit_id))
    for grant in access.facts.held:
        if grant.unit_id is None or grant.unit_id not in tree.nodes:
            continue
        near = policy.assigns(grant.role, role, Reach.UNIT)
        far = policy.assigns(grant.role, role, Reach.AUTHORITY)
        units = set(tree.branch(grant.unit_id)) if grant.with_services else {grant.unit_id}
        if near is not None and level <= near and wanted <= units:
            return True
        if far is not None and level <= far and wanted <= set(tree.authority(grant.unit_id)):
            return True
    return False


class Deciders:
    """Everybody who may assign something or advise, read once."""

    def __init__(self, access: Access) -> None:
        self.policy, self.tree = access.policy, access.facts.tree
        roles = [role for role in Role if self._assigns_anything(role) or self._advises(role)]
        stmt = (
            select(Person, Grant.role, Grant.unit_id, Grant.with_services)
            .join(Grant, Grant.person_id == Person.id)
            .where(Grant.role.in_(roles), Grant.unit_id.is_not(None), Grant.revoked_at.is_(None), Person.is_active)
            .where(live(Grant, access.moment))
            .order_by(Person.family_name, Person.id)
        )
        rows = access.session.execute(stmt).all()
        self.posts = [Post(p, role, unit, whole) for p, role, unit, whole in rows if unit in self.tree.nodes]

    def on(self, unit_id: int, role: Role, level: Sensitivity, *, whole: bool = False) -> list[Rank]:
        """Who may give `role` up to `level` on one thing of `unit_id`, the nearest first, the far last.

        `whole`: on the unit and all that is under it, which who stands on the unit alone may not.
        """
        far = tuple(dict.fromkeys(self._far(unit_id, role, level)))
        return [*self._near(unit_id, role, level, whole=whole), *([far] if far else [])]

    def superiors(self, unit_id: int) -> list[Rank]:
        """Who directs `unit_id`, the nearest first: those to whom everything it owns is to be asked."""
        return self._near(unit_id, Role.READER, Sensitivity.CONFIDENTIAL)

    def advisers(self, unit_id: int, level: Sensitivity) -> Rank:
        """Who may advise on opening something of `unit_id` at `level`."""
        found = (post.person for post in self.posts if self._advises_on(post, unit_id, level))
        return tuple(dict.fromkeys(found))

    def _near(self, unit_id: int, role: Role, level: Sensitivity, *, whole: bool = False) -> list[Rank]:
        ranks: dict[int, list[Person]] = {}
        line = self.tree.holding(unit_id)
        for post in self.posts:
            highest = self.policy.assigns(post.role, role, Reach.UNIT)
            if highest is None or highest < level or self.policy.assigns(post.role, role, Reach.AUTHORITY) is not None:
                continue
            is_here = post.unit_id == unit_id and not (whole and len(self.tree.branch(unit_id)) > 1)
            if is_here or (post.with_services and post.unit_id in line):
                ranks.setdefault(line.index(post.unit_id), []).append(post.person)
        return [tuple(dict.fromkeys(ranks[distance])) for distance in sorted(ranks)]

    def _far(self, unit_id: int, role: Role, level: Sensitivity) -> Iterator[Person]:
        for post in self.posts:
            highest = self.policy.assigns(post.role, role, Reach.AUTHORITY)
            if highest is not None and level <= highest and unit_id in self._authorities[post.unit_id]:
                yield post.person

    @cached_property
    def _authorities(self) -> dict[int, frozenset[int]]:
        return {post.unit_id: frozenset(self.tree.authority(post.unit_id)) for post in self.posts}

    def _advises_on(self, post: Post, unit_id: int, level: Sensitivity) -> bool:
        near = self.policy.level(post.role, Permission.REQUEST_ADVISE, Reach.UNIT)
        far = self.policy.level(post.role, Permission.REQUEST_ADVISE, Reach.AUTHORITY)
        if far is not None and level <= far and unit_id in self._authorities[post.unit_id]:
            return True
        return near is not None and level <= near and unit_id in _branch(self.tree, post)

    def _assigns_anything(self, role: Role) -> bool:
        return any(self.policy.assigns(role, given, Reach.UNIT) is not None for given in Role)

    def _advises(self, role: Role) -> bool:
        return self.policy.level(role, Permission.REQUEST_ADVISE, Reach.UNIT) is not None


def _branch(tree: Tree, post: Post) -> tuple[int, ...]:
    return tree.branch(post.unit_id) if post.with_services else (post.unit_id,)
