"""The unit tree in memory: small, immutable, kept by version (the `units` stamp changes with any unit)."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from dataspace.auth.models import Stamp, Unit
from dataspace.auth.words import UnitKind
from dataspace.db import GuardedSession

# A separate controller or a partner keeps its own: nothing given above reaches inside.
_BOUNDARIES = (UnitKind.AUTHORITY, UnitKind.PARTNER)
_ROOTS = (UnitKind.AUTHORITY, UnitKind.COMMUNE, UnitKind.PARTNER)


@dataclass(frozen=True)
class Node:
    """A unit, as the tree knows it. `areas` are INSEE codes."""

    id: int
    code: str
    name: str
    short_name: str
    kind: UnitKind
    parent_id: int | None
    areas: tuple[str, ...] = field(default=())


class Tree:
    """Who is under whom. Only accepted children hang under their parent."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self._branches: dict[int, tuple[int, ...]] = {}

    def __getitem__(self, unit_id: int) -> Node:
        return self.nodes[unit_id]

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for node in self.nodes.values():
            found.setdefault(node.parent_id, []).append(node.id)
        return found

    @cached_property
    def by_code(self) -> dict[str, Node]:
        return {node.code: node for node in self.nodes.values()}

    def branch(self, unit_id: int) -> tuple[int, ...]:
        """`unit_id` and what is under it, without entering a partner or another authority."""
        if unit_id not in self._branches:
            found, waiting = [], [unit_id]
            while waiting:
                found.append(waiting.pop())
                waiting += [
                    child
                    for child in self.children.get(found[-1], ())
                    if self.nodes[child].kind not in _BOUNDARIES and child not in found
                ]
            self._branches[unit_id] = tuple(found)
        return self._branches[unit_id]

    def line(self, unit_id: int) -> list[Node]:
        """`unit_id` and its ancestors, nearest first."""
        found: list[Node] = []
        here: int | None = unit_id
        while here is not None and here in self.nodes and self.nodes[here] not in found:
            found.append(self.nodes[here])
            here = self.nodes[here].parent_id
        return found

    def holding(self, unit_id: int) -> list[int]:
        """The units whose branch `unit_id` is in, nearest first."""
        found = []
        for node in self.line(unit_id):
            found.append(node.id)
            if node.kind in _BOUNDARIES:
                break
        return found

    def root(self, unit_id: int) -> int:
        """The authority, commune or partner that `unit_id` belongs to."""
        line = self.line(unit_id)
        return next((node.id for node in line if node.kind in _ROOTS), line[-1].id)

    def authority(self, unit_id: int) -> tuple[int, ...]:
        """Everything in the authority of `unit_id`."""
        return self.branch(self.root(unit_id))

    @cached_property
    def bodies(self) -> dict[int, list[int]]:
        """The units by the authority, commune or partner that they belong to (see `root`)."""
        found: dict[int, list[int]] = {}
        for unit in self.nodes:
            found.setdefault(self.root(unit), []).append(unit)
        return found

    @cached_property
    def inside(self) -> tuple[tuple[int, int], ...]:
        """Every (unit, one unit of its branch)."""
        return tuple((top, unit) for top in self.nodes for unit in self.branch(top))

    def areas(self, unit_id: int) -> tuple[str, ...]:
        """Where `unit_id` works: its own territory, else its nearest ancestor's in the same body."""
        # A partner under the authority does not inherit its whole territory: nothing said is no row (DESIGN 5).
        return next((self[unit].areas for unit in self.holding(unit_id) if self[unit].areas), ())

    def body(self, unit_id: int) -> Node:
        """The authority or the partner that answers for what `unit_id` keeps (data controller)."""
        return self[self.holding(unit_id)[-1]]

    def with_unit(self, unit_id: int, **changed: Any) -> "Tree":
        """The same tree, were this unit otherwise: `parent_id`, `areas`."""
        return Tree(replace(node, **changed) if node.id == unit_id else node for node in self.nodes.values())

    def directorate(self, unit_id: int) -> Node:
        """The directorate (or body) that `unit_id` is part of, for showing."""
        kinds = (UnitKind.DIRECTORATE, UnitKind.COMMUNE, UnitKind.PARTNER, UnitKind.AUTHORITY, UnitKind.SPACE)
        line = self.line(unit_id)
        return next((node for node in line if node.kind in kinds), line[0])


_kept: WeakKeyDictionary[Any, tuple[str, Tree]] = WeakKeyDictionary()


def current(session: Session, version: str | None) -> Tree:
    """The tree at `version`, read again only when it is another one than the one kept."""
    bind = session.get_bind()
    kept = _kept.get(bind)
    if kept is not None and version is not None and kept[0] == version:
        return kept[1]
    tree = _read(session)
    if version is not None:
        _kept[bind] = (version, tree)
    return tree


def _read(session: Session) -> Tree:
    rows: Sequence[Any] = session.execute(
        select(
            Unit.id,
            Unit.code,
            Unit.name,
            Unit.short_name,
            Unit.kind,
            Unit.parent_id,
            Unit.is_accepted,
            Unit.areas,
            Unit.closed,
        ).order_by(Unit.id)
    ).all()
    return Tree(
        Node(
            r.id,
            r.code,
            r.name,
            r.short_name,
            r.kind,
            r.parent_id if r.is_accepted and r.closed is None else None,
            tuple(r.areas or ()),
        )
        for r in rows
    )


@event.listens_for(GuardedSession, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    if any(isinstance(thing, Unit) for thing in (*session.new, *session.dirty, *session.deleted)):
        # A random token, not a counter: a version rolled back must never be met again with another content.
        version = secrets.token_hex(8)
        stamp = session.get(Stamp, "units")
        if stamp is None:
            session.add(Stamp(name="units", version=version))
        else:
            stamp.version = version
