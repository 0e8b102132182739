"""What is read of the catalogue. Never writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager, selectinload

from dataspace import db
from dataspace.auth import Access, Decision, HouseAccess, Permission
from dataspace.auth.finding import COUNTED_UP_TO, Opening, found
from dataspace.auth.listing import Narrowed, attached, newest, one
from dataspace.auth.models import Known, Theme
from dataspace.auth.scope import Scope
from dataspace.auth.search import sought
from dataspace.auth.tally import Tally, tally, tally_of
from dataspace.auth.words import AssetKind, Protection, Sensitivity, State
from dataspace.catalog.models import Dataset, Link, Resource, Rhythm

KINDS = (AssetKind.DATASET, AssetKind.REPORT, AssetKind.APPLICATION, AssetKind.SERVICE, AssetKind.API)
PER_PAGE = 20
LAST_PAGE = COUNTED_UP_TO // PER_PAGE


@dataclass(frozen=True)
class Filters:
    """What a reader asks of the list. Units are codes of directorates, themes are codes."""

    text: str = ""
    opening: Opening | None = None
    levels: tuple[Sensitivity, ...] = ()
    directions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    kinds: tuple[AssetKind, ...] = ()
    is_drafts: bool = False
    by_date: bool = False
    page: int = 1


@dataclass(frozen=True)
class Row:
    """A card of the list. `late_days` counts from the promised date; `is_readable` tells « sur demande »."""

    public_id: str
    kind: AssetKind
    title: str
    summary: str
    unit: str
    sensitivity: Sensitivity
    state: State
    updated: datetime
    late_days: int
    formats: str
    is_readable: bool
    theme_id: int


@dataclass(frozen=True)
class Choice:
    """A value of a facet, with how many cards it would leave."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Page:
    """One page of the list. `total` is None past 10,000; every count is true for this reader."""

    rows: Sequence[Row]
    total: int | None
    on_request_total: int
    facets: Mapping[str, Sequence[Choice]]
    number: int = 1
    counted: int = 0
    themes: Mapping[int, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def left(self) -> int:
        """How many come after this page."""
        return max(0, self.counted - self.last) if self.number < LAST_PAGE else 0


_BESIDE = attached(
    select(Dataset.asset_id, Dataset.promised_rhythm, Resource.filename)
    .outerjoin(Resource, Resource.dataset_id == Dataset.asset_id)
    .where(Dataset.asset_id.in_(bindparam("ids", expanding=True)))
    .order_by(Resource.id),
    "dataset",
    "resource",
)
_PARTS = (Dataset.resources, Dataset.columns, Dataset.row_rules)
_WHOLE = {
    Dataset: attached(
        select(Dataset).join(Dataset.asset).options(contains_eager(Dataset.asset), *map(selectinload, _PARTS))
        .where(Dataset.asset_id == bindparam("id")),
        "asset", "dataset", "resource", "dataset_column", "row_rule",
    ),
    Link: attached(
        select(Link).join(Link.asset).options(contains_eager(Link.asset)).where(Link.asset_id == bindparam("id")),
        "asset", "link",
    ),
}  # fmt: skip
_THEMES = select(Theme.id, Theme.code, Theme.label).order_by(Theme.id)


def page(access: Access, filters: Filters) -> Page:
    """The cards that answer `filters`, with the total and facets that are true for this reader."""
    themes = db.rows(access.session, _THEMES, {})
    wanted = sought(filters.text) if filters.text.strip() else None
    if filters.text.strip() and wanted is None:
        return Page([], 0, 0, _facets(access, filters, Tally(0, 0, {}, {}), themes))
    see = Permission.DRAFT_SEE if filters.is_drafts else Permission.CARD_SEE
    narrowed = _narrowed(access, filters, themes)
    number = min(max(filters.page, 1), LAST_PAGE)
    skipped = (number - 1) * PER_PAGE
    listed: list[Any] = []
    if wanted is not None:
        listed = found(
            access, see, Permission.DATASET_READ, narrowed, wanted, opening=filters.opening, by_date=filters.by_date,
            limit=PER_PAGE, offset=skipped,
        )  # fmt: skip
    is_all = wanted is not None and number == 1 and len(listed) < PER_PAGE
    if is_all and not narrowed.chosen and filters.opening is None:
        counted = tally_of(listed)
    else:
        counted = tally(access, see, Permission.DATASET_READ, narrowed, opening=filters.opening, sought=wanted)
    if wanted is None:
        is_asked = filters.opening is Opening.ON_REQUEST
        opens = Permission.DATASET_READ if filters.opening is Opening.READABLE else see
        listed = newest(
            access, opens, narrowed, without=Permission.DATASET_READ if is_asked else None, limit=PER_PAGE,
            offset=skipped, expected=counted.seen,
        )  # fmt: skip
    return Page(
        _rows(access, listed),
        None if counted.is_capped else counted.seen,
        0 if filters.is_drafts or filters.opening is Opening.READABLE else counted.on_request,
        _facets(access, filters, counted, themes),
        number,
        counted.seen,
        {theme.id: theme.label for theme in themes},
    )


def latest(access: Access, limit: int = 5) -> list[Row]:
    """The datasets last updated among those the reader may open."""
    return _rows(access, newest(access, Permission.DATASET_READ, Narrowed((AssetKind.DATASET,)), limit=limit))


def counts_by_theme(access: Access) -> dict[int, int]:
    """How many cards the reader sees in each theme, by its id."""
    return dict(tally(access, Permission.CARD_SEE, Permission.DATASET_READ, Narrowed(KINDS)).facets["themes"])


def near(access: Access, asset: Known, limit: int = 3) -> list[Row]:
    """What the reader may open on the same theme, the newest first, without `asset`."""
    narrowed = Narrowed(KINDS, themes=(asset.theme_id,))
    listed = newest(access, Permission.DATASET_READ, narrowed, limit=limit + 1)
    return [row for row in _rows(access, listed) if row.public_id != asset.public_id][:limit]


def by_id(access: Access, public_id: str) -> tuple[Dataset | Link, Decision] | None:
    """The card of `public_id`, to be changed, and whether its content may be read; None when she may not know of it.

    Who only reads it takes the plain rows of `sheets.by_id`.
    """
    asset = one(access, public_id, Permission.CARD_SEE, Permission.DRAFT_SEE)
    if asset is None or asset.kind not in KINDS:
        return None
    stmt = _WHOLE[Dataset if asset.kind is AssetKind.DATASET else Link]
    card = access.session.scalars(stmt, {"id": asset.id}).one_or_none()
    return (card, reading(access, asset)) if card is not None else None


def every(access: HouseAccess) -> list[Dataset | Link]:
    """All the cards, for the house's own tasks."""
    described = access.select(Dataset, Permission.CARD_SEE).options(selectinload(Dataset.columns))
    links = access.select(Link, Permission.CARD_SEE)
    return [*access.session.scalars(described), *access.session.scalars(links)]


def stored_keys(access: HouseAccess) -> set[str]:
    """Where every file that a dataset has is kept, for the house's own tasks."""
    described = access.select(Dataset, Permission.CARD_SEE).options(selectinload(Dataset.resources))
    return {resource.storage_key for dataset in access.session.scalars(described) for resource in dataset.resources}


def reading(access: Access, asset: Known) -> Decision:
    """May the content be read? A draft is read by those who write it."""
    return access.decide(Permission.DATASET_EDIT if asset.state is State.DRAFT else Permission.DATASET_READ, asset)


def exporting(access: Access, asset: Known) -> Decision:
    """May the content be taken away?"""
    return access.decide(Permission.DATASET_EDIT if asset.state is State.DRAFT else Permission.DATASET_EXPORT, asset)


def themes(access: Access) -> list[tuple[int, str]]:
    """Every theme (id, label), for a form."""
    return [(theme.id, theme.label) for theme in access.session.execute(_THEMES)]


def late_days(updated: datetime, rhythm: Rhythm | None, moment: datetime) -> int:
    """Days past the promised date; 0 when it is kept or nothing was promised."""
    if rhythm is None or rhythm.days is None:
        return 0
    return max(0, (moment - updated).days - rhythm.days)


def _narrowed(access: Access, filters: Filters, known: Sequence[Any]) -> Narrowed:
    tree = access.facts.tree
    units = themes = None
    if filters.directions:
        units = tuple(unit for unit in tree.nodes if tree.directorate(unit).code in filters.directions)
    if filters.themes:
        themes = tuple(theme.id for theme in known if theme.code in filters.themes)
    return Narrowed(KINDS, units, filters.levels or None, themes, filters.kinds or None)


def _rows(access: Access, listed: Sequence[Any]) -> list[Row]:
    rhythms: dict[int, Rhythm] = {}
    formats: dict[int, dict[str, None]] = {}
    datasets = [row.id for row in listed if row.kind is AssetKind.DATASET]
    for asset_id, rhythm, filename in db.rows(access.session, _BESIDE, {"ids": datasets}) if datasets else ():
        rhythms[asset_id] = rhythm
        if filename:
            formats.setdefault(asset_id, {})[filename.rpartition(".")[2].upper()[:8]] = None
    scope, tree = access.scope(Permission.DATASET_READ), access.facts.tree
    rows = []
    for row in listed:
        is_readable = isinstance(access, HouseAccess) or is_open(scope, row)
        is_late = row.state is State.PUBLISHED
        how = ", ".join(formats.get(row.id, ())) if row.kind is AssetKind.DATASET else _capital(row.kind.label)
        rows.append(
            Row(
                row.public_id, row.kind, row.title, row.summary, tree.directorate(row.unit_id).short_name,
                row.sensitivity, row.state, row.updated,
                late_days(row.updated, rhythms.get(row.id), access.moment) if is_late else 0,
                how if is_readable or row.state is State.DRAFT else "", is_readable, row.theme_id,
            )
        )  # fmt: skip
    return rows


def is_open(scope: Scope, row: Any) -> bool:
    """Does `scope` open this row? The predicate of DESIGN 4 on one row already listed, to label it."""
    if row.id in scope.denied_assets or row.theme_id in scope.denied_themes or row.state is State.DRAFT:
        return False
    level = scope.cells.get(row.unit_id)
    in_cells = level is not None and row.sensitivity <= level and row.protection is Protection.NONE
    return in_cells or row.id in scope.assets


def _facets(access: Access, filters: Filters, counted: Tally, known: Sequence[Any]) -> dict[str, list[Choice]]:
    tree = access.facts.tree
    directions: dict[str, int] = {}
    for unit, count in counted.facets.get("units", {}).items():
        code = tree.directorate(unit).code
        directions[code] = directions.get(code, 0) + count
    names = {node.code: node.short_name for node in tree.nodes.values()}
    themes = {theme.code: theme.label for theme in known}
    by_theme = {theme.code: counted.facets.get("themes", {}).get(theme.id, 0) for theme in known}
    levels, kinds = counted.facets.get("levels", {}), counted.facets.get("kind", {})
    openings = {Opening.READABLE: "Lisible tout de suite", Opening.ON_REQUEST: "Sur demande"}
    opened = (filters.opening,) if filters.opening else ()
    return {
        "acces": [Choice(o, label, counted.openings.get(o, 0), o in opened) for o, label in openings.items()],
        "sensibilite": [
            Choice(level.code, level.label, levels.get(int(level), 0), level in filters.levels)
            for level in Sensitivity
            if levels.get(int(level)) or level in filters.levels
        ],
        "direction": _most(directions, names, filters.directions),
        "theme": _most(by_theme, themes, filters.themes),
        "type": _most(kinds, {kind.value: _capital(kind.label) for kind in KINDS}, filters.kinds),
    }


def _most(counts: Mapping[str, int], labels: Mapping[str, str], chosen: Sequence[str]) -> list[Choice]:
    """The values that have cards, or are chosen, from the most frequent."""
    kept = {value for value, count in counts.items() if count} | {value for value in chosen if value in labels}
    ordered = sorted(kept, key=lambda value: (-counts.get(value, 0), labels.get(value, value)))
    return [Choice(str(value), labels.get(value, value), counts.get(value, 0), value in chosen) for value in ordered]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
