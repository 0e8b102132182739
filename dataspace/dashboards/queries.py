"""Which boards there are for a reader, and which of her rows each shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from dataspace.auth import Access, HouseAccess, Permission
from dataspace.auth.models import Asset
from dataspace.auth.tree import Node
from dataspace.auth.words import RowAttribute, UnitKind
from dataspace.dashboards.models import Dashboard

SEEN = (Permission.CARD_SEE, Permission.DASHBOARD_OPEN)


@dataclass(frozen=True)
class Listed:
    """A board in a list. Not `is_open`: on request. The headline shows only to who would see every row behind it."""

    dashboard: Dashboard
    directorate: Node
    is_open: bool
    has_headline: bool

    @property
    def asset(self) -> Asset:
        return self.dashboard.asset


@dataclass(frozen=True)
class Shelf:
    """The boards of one directorate; `is_mine` when the reader works there."""

    directorate: Node
    is_mine: bool
    boards: tuple[Listed, ...]


@dataclass(frozen=True)
class RowScope:
    """Which rows a reader sees of what one attribute cuts: codes, and whether they are the whole authority's."""

    attribute: RowAttribute
    codes: tuple[str, ...]
    is_whole: bool


def shelf(access: Access) -> list[Listed]:
    """The boards of the reader's own directorates: those open first, then by title."""
    return [board for shelf in shelves(access) if shelf.is_mine for board in shelf.boards]


def open_elsewhere(access: Access) -> list[Listed]:
    """The boards that the reader opens, whoever keeps them: for who has none of her own directorate."""
    return [board for shelf in shelves(access) for board in shelf.boards if board.is_open]


def shelves(access: Access) -> list[Shelf]:
    """Every board one may know of, by directorate: the reader's own first, the others in the order of names."""
    mine = {access.facts.tree.directorate(posting.unit_id).id for posting in access.facts.postings}
    stmt = access.select(Dashboard, *SEEN).options(selectinload(Dashboard.sources))
    found: dict[int, list[Listed]] = {}
    for dashboard in access.session.scalars(stmt):
        listed = _listed(access, dashboard)
        found.setdefault(listed.directorate.id, []).append(listed)
    for boards in found.values():
        boards.sort(key=lambda board: (not board.is_open, board.asset.title))
    groups = [Shelf(access.facts.tree[unit], unit in mine, tuple(boards)) for unit, boards in found.items()]
    return sorted(groups, key=lambda group: (not group.is_mine, group.directorate.short_name))


def by_id(access: Access, public_id: str) -> Dashboard | None:
    """The board, with its sources, when one may know of it."""
    stmt = access.select(Dashboard, *SEEN).options(selectinload(Dashboard.sources))
    found: Dashboard | None = access.session.scalar(stmt.where(Asset.public_id == public_id))
    return found


def every(access: HouseAccess) -> Sequence[Dashboard]:
    """All the boards, for the house's own tasks."""
    return access.session.scalars(access.select(Dashboard, *SEEN)).all()


def by_slug(access: HouseAccess, slug: str) -> Dashboard | None:
    """The board the house knows by its own name."""
    stmt = access.select(Dashboard, *SEEN).options(selectinload(Dashboard.sources))
    found: Dashboard | None = access.session.scalar(stmt.where(Dashboard.slug == slug))
    return found


def row_scopes(access: Access, board: Dashboard) -> list[RowScope]:
    """The reader's own rows of a board, one scope for each attribute that cuts it; none when all is shared."""
    attributes = dict.fromkeys(source.attribute for source in board.sources if source.attribute is not None)
    return [_row_scope(access, board, attribute) for attribute in attributes]


def cut_by(board: Dashboard) -> dict[str, RowAttribute]:
    """The column, with what it holds, by which every row of a board may be cut; none when its sources have no such."""
    rules = {(source.column, source.attribute) for source in board.sources}
    return {column: attribute for column, attribute in rules if attribute is not None} if len(rules) == 1 else {}


def outermost(access: Access, codes: Iterable[str]) -> list[Node]:
    """The units of `codes` that stand under no other of them."""
    tree, wanted = access.facts.tree, set(codes)
    nodes = [tree.by_code[code] for code in wanted if code in tree.by_code]
    return sorted(
        (node for node in nodes if not any(above.code in wanted for above in tree.line(node.id)[1:])),
        key=lambda node: node.name,
    )


def _listed(access: Access, dashboard: Dashboard) -> Listed:
    is_open = access.allows(Permission.DASHBOARD_OPEN, dashboard.asset)
    return Listed(
        dashboard,
        access.facts.tree.directorate(dashboard.asset.unit_id),
        is_open,
        # Its figure is of every row: shown to a reader of some, it would tell her the others.
        is_open and bool(dashboard.headline) and all(scope.is_whole for scope in row_scopes(access, dashboard)),
    )


def _row_scope(access: Access, board: Dashboard, attribute: RowAttribute) -> RowScope:
    tree, codes = access.facts.tree, access.row_values(attribute)
    root = tree.root(board.asset.unit_id)
    if attribute is RowAttribute.AREA:
        whole = set(tree.areas(root))
    else:
        whole = {tree[unit].code for unit in tree.authority(root) if tree[unit].kind is not UnitKind.COMMUNE}
    return RowScope(attribute, codes, bool(whole) and whole <= set(codes))
