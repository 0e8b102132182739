"""What a dashboard of the demo says of itself: its card in the portal, its sources, its contract with the reader."""

from dataclasses import dataclass

from dataspace.dashboards.boards import Board, Chart, Measure


@dataclass(frozen=True)
class Source:
    """A table of the warehouse that a board reads, and how its rows are cut; both empty: declared shared by all."""

    table: str
    column: str = ""
    attribute: str = ""


@dataclass(frozen=True)
class Contract:
    """What the board promises: when it is fresh, what the reader sees, what its words mean, who answers for it."""

    freshness: str
    scope: str
    definitions: tuple[tuple[str, str], ...]
    owner: str


@dataclass(frozen=True)
class BoardCard:
    """A board with all the portal says of it; `dataset` is the card whose freshness it has."""

    board: Board
    summary: str
    unit: str
    theme: str
    sensitivity: str
    card_sensitivity: str
    closure: str | None
    review_days: int
    dataset: str
    sources: tuple[Source, ...]
    contract: Contract

    @property
    def slug(self) -> str:
        return self.board.slug


LAST = "dernier = 1"


def month(title: str, table: str, measure: Measure, *, compare: int, since: str, where: str = "") -> Chart:
    """The figure of the last month, its trend, its change over `compare` months."""
    return Chart(
        title,
        "big_number",
        table,
        (measure,),
        by="mois",
        grain="P1M",
        compare=compare,
        compare_label=since,
        where=where,
        width=4,
    )


def latest(title: str, table: str, measure: Measure, *, since: str) -> Chart:
    """The figure of the last period only."""
    return Chart(title, "big_number", table, (measure,), where=LAST, compare_label=since, width=4)
