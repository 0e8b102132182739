"""The matrix itself: a page of assets, the units of a branch, and what the people of each get."""

from collections.abc import Sequence
from dataclasses import dataclass

from dataspace.auth import Access, Permission, rights, ruled
from dataspace.auth.gets import Gets, Got, Key, Share
from dataspace.auth.grid import Grid
from dataspace.auth.models import Asset, Person
from dataspace.auth.queries import people
from dataspace.auth.ruled import Narrowed
from dataspace.auth.tree import Node
from dataspace.auth.words import Reach, Role

PER_PAGE = 25
PER_VIEW = 6  # units side by side, beside the whole branch
MOST_NAMES = 50
# What is given to a unit on one asset, from here.
GIVEN = (Role.READER, Role.AGENT)


@dataclass(frozen=True)
class Column:
    """A unit with all that is under it."""

    unit: Node
    people: Sequence[int]
    can_unfold: bool
    is_own: bool


@dataclass(frozen=True)
class Cell:
    """What the people of a unit get of an asset, and what is given to this very unit on it."""

    shares: Sequence[Share]
    standing: Sequence[Key]


@dataclass(frozen=True)
class Row:
    """An asset, its cells in the order of the columns, and the roles that the reader may give on it to a unit."""

    asset: Asset
    cells: Sequence[Cell]
    roles: Sequence[Role]


@dataclass(frozen=True)
class Matrix:
    """A page of it. `total` is None past ten thousand; `line` goes from the top to the branch shown."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int | None
    line: Sequence[Node]
    views: int


@dataclass(frozen=True)
class Named:
    """Somebody of a cell."""

    person: Person
    got: Got


def home(access: Access) -> Node:
    """The unit over all that the actor sees rights on: where the columns begin."""
    tree = access.facts.tree
    for held in access.facts.held:
        if held.unit_id is None or held.unit_id not in tree.nodes:
            continue
        if access.policy.level(held.role, Permission.RIGHTS_SEE, Reach.AUTHORITY) is not None:
            return tree[tree.root(held.unit_id)]
        if access.policy.level(held.role, Permission.RIGHTS_SEE, Reach.UNIT) is not None:
            return tree[held.unit_id]
    return next(iter(tree.nodes.values()))


def branch(access: Access, code: str) -> Node:
    """The unit of this code; where one begins when there is none."""
    return access.facts.tree.by_code.get(code) or home(access)


def matrix(access: Access, narrowed: Narrowed, unit: Node, *, page: int = 1, view: int = 1) -> Matrix:
    """The cells of one page. Needs rights:see, as far as it stands."""
    access.require(Permission.RIGHTS_SEE)
    tree = access.facts.tree
    under = [tree[child] for child in tree.children.get(unit.id, ())]
    assets, total = ruled.page(access, narrowed, number=page, size=PER_PAGE)
    grid = Grid(access, assets, {inside for node in (unit, *under) for inside in tree.branch(node.id)})
    crowds = {node.id: grid.inside(set(tree.branch(node.id))) for node in (unit, *under)}
    # Where most people are, one looks first.
    under.sort(key=lambda node: (-len(crowds[node.id]), node.name))
    views = max(1, -(-len(under) // PER_VIEW))
    first = (min(view, views) - 1) * PER_VIEW
    shown = [unit, *under[first : first + PER_VIEW]]
    shares = [grid.shares(crowds[node.id], grid.assets) for node in shown]
    columns = [
        Column(node, crowds[node.id], bool(tree.children.get(node.id)) and node is not unit, is_own(access, node.id))
        for node in shown
    ]
    rows = [
        Row(
            asset,
            [Cell(told[asset.id], grid.standing(node.id, asset.id)) for node, told in zip(shown, shares, strict=True)],
            roles(access, asset),
        )
        for asset in assets
    ]
    return Matrix(columns, rows, total, list(reversed(tree.line(unit.id))), views)


def roles(access: Access, asset: Asset) -> list[Role]:
    """What the actor may give on this asset to a whole unit."""
    if asset.is_protected or not access.may(Permission.RIGHTS_ASSIGN):
        return []
    return [role for role in GIVEN if rights.may_assign(access, role, asset)]


def is_own(access: Access, unit_id: int) -> bool:
    """Is the actor herself of this unit? Then nothing is hers to give it."""
    tree = access.facts.tree
    return any(unit_id in tree.holding(posting.unit_id) for posting in access.facts.postings)


def cell(access: Access, asset: Asset, unit: Node) -> tuple[Cell, list[Named], int]:
    """One cell with the first names, who gets the most first; and how many people the unit has."""
    grid = Grid(access, [asset], access.facts.tree.branch(unit.id))
    inside = grid.inside(set(access.facts.tree.branch(unit.id)))
    got = {person: grid.got(person, asset.id) for person in inside}
    named = people(access.session, [person for person, one in got.items() if one.level > Gets.NOTHING])
    order = sorted(named.values(), key=lambda one: (-got[one.id].level, one.family_name, one.given_name, one.id))
    found = [Named(one, got[one.id]) for one in order[:MOST_NAMES]]
    shares = grid.shares(inside, [asset.id])[asset.id]
    return Cell(shares, grid.standing(unit.id, asset.id)), found, len(inside)


def known(access: Access, public_id: str) -> Asset | None:
    """The asset, when the actor may see the rights on it."""
    found: Asset | None = access.session.scalar(ruled.assets(access, Narrowed()).where(Asset.public_id == public_id))
    return found
