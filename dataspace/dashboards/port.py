"""What the portal asks of a system of dashboards, whichever it is: plain types in, plain types out.

The rule of the house: rows are cut by the adapter, or nothing is shown. It never falls back to unfiltered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

TOKEN_LIFE = timedelta(minutes=5)


class ProviderError(Exception):
    """The other system did not do what was asked. The sentence is French and holds no address, SQL or secret."""


class ProviderDown(ProviderError):
    """It does not answer, answers too late, or answers something that is not its API."""


class ProviderRefused(ProviderError):
    """It answered, and said no: our service account lacks a right, or the two systems disagree."""


class UnknownDashboard(ProviderError):
    """It has no dashboard by that id, or does not let it be shown elsewhere."""


class CannotFilter(ProviderError):
    """The rows cannot be cut as asked, so no token was made."""


class NoRows(CannotFilter):
    """The reader's rule holds no value: there is nothing she may see here."""


@dataclass(frozen=True)
class Rule:
    """What a reader may see of one dataset, named as in the system of dashboards."""

    dataset: str


@dataclass(frozen=True)
class AllRows(Rule):
    """Everything: the dataset is declared shared."""


@dataclass(frozen=True)
class RowFilter(Rule):
    """The rows whose `column` is one of `values`: data, which the adapter quotes itself.

    No value is no row. To give every row one must say so: `RowFilter.all_rows`.
    """

    column: str
    values: tuple[str, ...]

    @classmethod
    def all_rows(cls, dataset: str) -> AllRows:
        """This dataset is shared: every reader of the dashboard sees every row."""
        return AllRows(dataset)


@dataclass(frozen=True)
class Subject:
    """For whom a dashboard is shown; it ends in the other system's log."""

    username: str
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Health:
    """Whether the system answers, its version when it tells, and a French sentence when it does not."""

    is_up: bool
    version: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DashboardRef:
    """A dashboard as the other system describes it."""

    external_id: str
    title: str
    slug: str = ""
    is_published: bool = False
    updated: datetime | None = None
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetRef:
    """A dataset that a dashboard reads, directly or through one of its filters."""

    external_id: str
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class EmbedTicket:
    """What the page needs to show one dashboard to one reader until `expires_at` (UTC).

    `src`: address of the system as the browser reaches it. `script`: our static file that opens the frame.
    `frame_origin`: what the page's Content-Security-Policy must let in.
    """

    mode: str
    src: str
    token: str = field(repr=False)
    expires_at: datetime
    script: str
    frame_origin: str
    dashboard_uuid: str


class DashboardProvider(Protocol):
    """A system of dashboards. Every method may raise `ProviderError`, except `health`."""

    kind: str
    frame_origin: str

    def health(self) -> Health:
        """Whether it answers now."""
        ...

    def list_dashboards(self) -> list[DashboardRef]:
        """Those our service account sees, latest change first."""
        ...

    def datasets(self, external_id: str) -> list[DatasetRef]:
        """Everything a reader of this dashboard can reach: each needs a rule."""
        ...

    def embed(
        self, external_id: str, *, subject: Subject, row_filters: Sequence[Rule], ttl: timedelta = TOKEN_LIFE
    ) -> EmbedTicket:
        """A ticket cut to `row_filters`, that lives `ttl` at most: asked anew each time, after our own check."""
        ...

    def open_url(self, external_id: str) -> str:
        """Where an author opens it in the system itself."""
        ...
