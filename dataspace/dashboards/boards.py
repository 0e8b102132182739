"""Dashboards as we describe them before any system draws them: tables, charts, layout, in plain types."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["bar", "line", "table", "big_number"]
Aggregate = Literal["SUM", "AVG", "MIN", "MAX", "COUNT"]
Grain = Literal["P1D", "P1W", "P1M", "P3M", "P1Y"]

# d3 formats, written in French by the other system's locale: 12 345 ; 12,3 ; 45,6 %.
WHOLE = ",d"
ONE_DECIMAL = ",.1f"
PERCENT = ".1%"


@dataclass(frozen=True)
class Warehouse:
    """The database that dashboards read: `uri` is a SQLAlchemy address, of an account that may only read."""

    name: str
    uri: str = field(repr=False)
    schema: str | None = None


@dataclass(frozen=True)
class Column:
    """A column and its French name."""

    name: str
    label: str
    is_date: bool = False


@dataclass(frozen=True)
class Table:
    """A table or view made to be shown. When `columns` are given they must be all it has.

    A reader of an embedded dashboard can ask for any column of its tables, shown in a chart or not.
    """

    name: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A figure: an aggregate of one column, its French name, its d3 format."""

    column: str
    label: str
    aggregate: Aggregate = "SUM"
    format: str = WHOLE


@dataclass(frozen=True)
class Chart:
    """One chart of a board.

    `by` is the axis: a date column (then `grain` groups it) or a category. `series` splits it in colours.
    A big number with a date axis shows its last period and the change over `compare` periods; without, the whole,
    with `compare_label` under it.
    A table groups by `columns`. `width` counts twelfths of the page.
    """

    title: str
    kind: Kind
    table: str
    measures: tuple[Measure, ...]
    by: str = ""
    grain: Grain | None = None
    series: str = ""
    columns: tuple[str, ...] = ()
    where: str = ""
    compare: int = 0
    compare_label: str = ""
    is_stacked: bool = False
    limit: int = 1000
    width: int = 6


@dataclass(frozen=True)
class Choice:
    """A list above the charts, from which the reader picks values of one column."""

    label: str
    table: str
    column: str


@dataclass(frozen=True)
class Board:
    """A dashboard: its charts fill rows of twelve columns in order. `note` (Markdown) says source and definitions."""

    slug: str
    title: str
    charts: tuple[Chart, ...]
    choices: tuple[Choice, ...] = ()
    note: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of all it reads, each once."""
        return tuple(dict.fromkeys([chart.table for chart in self.charts] + [choice.table for choice in self.choices]))
