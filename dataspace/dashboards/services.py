"""Declaring boards, and opening one to a reader: the right is ours, checked each time a ticket is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dataspace import audit, db
from dataspace.auth import Access, HouseAccess, Permission, search
from dataspace.auth.models import Asset, Person, Theme, Unit
from dataspace.auth.words import AssetKind, Protection, RowAttribute, Sensitivity, State
from dataspace.dashboards import queries
from dataspace.dashboards.models import Dashboard, DashboardSource
from dataspace.dashboards.port import (
    CannotFilter,
    DashboardProvider,
    EmbedTicket,
    NoRows,
    ProviderDown,
    ProviderError,
    RowFilter,
    Rule,
    Subject,
)
from dataspace.errors import Invalid, NotFound, Refused, Unavailable


@dataclass(frozen=True)
class Source:
    """A dataset of the provider that a board reads, cut by `attribute` of its reader on `column`, or shared by all."""

    dataset: str
    column: str = ""
    attribute: RowAttribute | None = None


class TicketRefused(Refused):
    """No ticket: the right is not there, or no longer, or its rows cannot be told. Already in the journal."""


class NotDrawnYet(Unavailable):
    """The provider does not have this board yet."""

    sentence = "Ce tableau est en cours de préparation."


def declare(
    access: Access,
    *,
    slug: str,
    title: str,
    unit: Unit,
    theme: Theme,
    sensitivity: Sensitivity,
    sources: Sequence[Source],
    card_sensitivity: Sensitivity | None = None,
    protection: Protection = Protection.NONE,
    state: State = State.PUBLISHED,
    ground: str = "",
    review_date: datetime | None = None,
    summary: str = "",
    updated: datetime | None = None,
    freshness: str = "",
    scope_note: str = "",
    definitions: Sequence[tuple[str, str]] = (),
    headline: Mapping[str, object] | None = None,
    late_days: int = 0,
    owner: Person | None = None,
    external_id: str = "",
    public_id: str | None = None,
) -> Dashboard:
    """Make a board known to the portal. `public_id` is given by the deterministic demo only, random otherwise."""
    asset = Asset(
        kind=AssetKind.DASHBOARD,
        unit_id=unit.id,
        theme_id=theme.id,
        sensitivity=sensitivity,
        card_sensitivity=sensitivity if card_sensitivity is None else card_sensitivity,
        protection=protection,
        state=state,
        title=title,
        summary=summary,
        ground=ground,
        review_date=review_date,
        updated=updated or access.moment,
        **({"public_id": public_id} if public_id else {}),
    )
    access.require(Permission.DATASET_PUBLISH, asset)
    _check(sources)
    board = Dashboard(
        asset=asset,
        slug=slug,
        external_id=external_id,
        freshness=freshness,
        scope_note=scope_note,
        definitions=[list(pair) for pair in definitions],
        headline=dict(headline or {}),
        late_days=late_days,
        owner_id=owner.id if owner else None,
        sources=[DashboardSource(dataset=s.dataset, column=s.column, attribute=s.attribute) for s in sources],
    )
    access.session.add(board)
    access.session.flush()
    index(access, board)
    audit.record(access, audit.Act.ASSET_CREATED, board)
    return board


def index(access: Access, board: Dashboard) -> None:
    """Write the words of a board in the search index again."""
    search.index(access, board.asset, inner=[term for term, _ in board.definitions])


def connect(access: HouseAccess, slug: str, external_id: str) -> Dashboard:
    """Remember how the provider names the board `slug`, once it has drawn it."""
    board = queries.by_slug(access, slug)
    if board is None:
        raise NotFound
    if board.external_id != external_id:
        board.external_id = external_id
        audit.record(access, audit.Act.ASSET_CHANGED, board, external_id=external_id)
    return board


def row_rules(access: Access, board: Dashboard) -> list[Rule]:
    """One rule for each source, from the reader's own units or territories. Raises NoRows when she has none."""
    rules: list[Rule] = []
    cut = access.row_cut(board.asset)
    for source in board.sources:
        if cut.keys() - {source.column if source.attribute is not None else ""}:
            # Said of a column that this source does not have, or no more: all its rows would show.
            raise NoRows("Les lignes de ce tableau ne peuvent pas, ou plus, être réduites ainsi.")
        if source.attribute is None:
            rules.append(RowFilter.all_rows(source.dataset))
            continue
        hers = access.row_values(source.attribute)
        values = tuple(value for value in hers if value in cut[source.column]) if cut else hers
        if not values:
            raise NoRows("Aucune ligne de ce tableau ne correspond à vos unités ou à votre territoire.")
        rules.append(RowFilter(source.dataset, source.column, values))
    return rules


def guest_token(access: Access, board: Dashboard, provider: DashboardProvider) -> EmbedTicket:
    """A short-lived ticket for this reader, cut to her rows: asked anew, and the right checked anew, each time.

    Raises TicketRefused (journaled: commit it), NotDrawnYet or Unavailable.
    """
    decision = access.decide(Permission.DASHBOARD_OPEN, board.asset)
    if not decision.is_allowed:
        raise _refused(access, board, "Ce tableau ne vous est pas, ou plus, ouvert.", "droit")
    try:
        rules = row_rules(access, board)
    except NoRows as error:
        raise _refused(access, board, str(error), "lignes") from error
    if not board.external_id:
        raise NotDrawnYet
    # No write lock is held while the other system answers.
    access.session.commit()
    try:
        # The other system learns no name: it needs none to draw.
        ticket = provider.embed(board.external_id, subject=Subject(access.actor.public_id), row_filters=rules)
    except CannotFilter as error:
        db.begin_writing(access.session)
        raise _refused(access, board, str(error), "règle") from error
    except ProviderDown as error:
        raise Unavailable(str(error)) from error
    except ProviderError as error:
        raise Unavailable("L’outil qui dessine ce tableau a refusé de l’ouvrir.") from error
    db.begin_writing(access.session)
    access.stands_on(decision.held)
    audit.record(
        access, audit.Act.GUEST_TOKEN, board, held=decision.held, lignes=_rows(rules), expire=ticket.expires_at
    )
    return ticket


def _refused(access: Access, board: Dashboard, sentence: str, why: str) -> TicketRefused:
    audit.record(access, audit.Act.GUEST_TOKEN_REFUSED, board, motif=why)
    return TicketRefused(sentence)


def _rows(rules: Sequence[Rule]) -> dict[str, object]:
    """What the journal keeps of the rules: how many values cut each dataset."""
    return {rule.dataset: len(rule.values) if isinstance(rule, RowFilter) else "toutes" for rule in rules}


def _check(sources: Sequence[Source]) -> None:
    if not sources:
        raise Invalid("Un tableau de bord déclare au moins un jeu de données, avec sa règle de lignes.")
    for source in sources:
        if not source.dataset or bool(source.column) != (source.attribute is not None):
            raise Invalid("Chaque jeu d’un tableau dit sa colonne et ce qui la coupe, ou qu’il est partagé par tous.")
