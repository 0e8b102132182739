"""Apache Superset behind the port: the only place that reads its dashboards, datasets and guest tokens.

Checked against 6.1.0 by tests/superset. The rules of row-level security were learnt there: a token filters only the
datasets it names, so every dataset a reader can reach gets one rule, read at the moment the token is made.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

import requests

from dataspace.dashboards.port import (
    TOKEN_LIFE,
    AllRows,
    CannotFilter,
    DashboardRef,
    DatasetRef,
    EmbedTicket,
    Health,
    NoRows,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    RowFilter,
    Rule,
    Subject,
    UnknownDashboard,
)
from dataspace.dashboards.superset_rest import Json, SupersetRest, claims

# The UMD file of @superset-ui/embedded-sdk, vendored beside our other scripts.
SCRIPT = "vendor/superset/embedded-sdk.js"
# The token travels in a header; past this, web servers on the way may cut it.
LONGEST_TOKEN = 24_000
# Values come from our own tables of units and communes. These would be read otherwise than as text on the way:
# a backslash by MySQL and ClickHouse, braces by Jinja, control characters by anyone.
UNSAFE = re.compile(r"[\\\x00-\x1f\x7f]|\{[{%#]")

COLUMNS = "(columns:!(id,table_name,columns.column_name))"
# Where a dashboard keeps the filters that query datasets of their own.
FILTERS = ("native_filter_configuration", "chart_customization_config")
LIST = (
    "columns:!(uuid,slug,dashboard_title,published,changed_on_utc,"
    "owners.first_name,owners.last_name,tags.name,tags.type)"
)


class Superset:
    """One Superset, seen by the portal's service account."""

    kind = "superset"

    def __init__(
        self, http: requests.Session, base_url: str, *, username: str, password: str, public_url: str = ""
    ) -> None:
        """`base_url`: as the portal reaches it; `public_url`: as browsers do, the same when empty."""
        self._rest = SupersetRest(http, base_url, username, password)
        self._public = (public_url or base_url).rstrip("/")
        self.frame_origin = _origin(self._public)

    def health(self) -> Health:
        """Whether it answers, and its version."""
        try:
            with _understood():
                return Health(is_up=True, version=str(self._rest.anonymous("/version")["version_string"]))
        except ProviderError as error:
            return Health(is_up=False, reason=str(error))

    def list_dashboards(self) -> list[DashboardRef]:
        """Those the service account sees, latest change first."""
        with _understood():
            rows = self._rest.every("/api/v1/dashboard/", LIST, order="changed_on_delta_humanized")
            return [_dashboard(row) for row in reversed(rows)]

    def datasets(self, external_id: str) -> list[DatasetRef]:
        """Those its charts read, and those its filters read: guests may query both."""
        uuid = _uuid(external_id)
        with _understood():
            # This list tells only the columns that charts show: a rule may bear on another.
            shown = {int(row["id"]) for row in self._rest.get(f"/api/v1/dashboard/{uuid}/datasets")["result"]}
            ids = sorted(shown | self._filtered(uuid))
            return [_dataset(self._rest.get(f"/api/v1/dataset/{each}", COLUMNS)["result"]) for each in ids]

    def embed(
        self, external_id: str, *, subject: Subject, row_filters: Sequence[Rule], ttl: timedelta = TOKEN_LIFE
    ) -> EmbedTicket:
        """A guest token for this dashboard alone, one rule for each of its datasets."""
        rules = _rules(self.datasets(external_id), row_filters)
        guest = {"username": subject.username, "first_name": subject.first_name, "last_name": subject.last_name}
        with _understood():
            embedded = str(UUID(self._rest.get(f"/api/v1/dashboard/{_uuid(external_id)}/embedded")["result"]["uuid"]))
            body = {"user": guest, "resources": [{"type": "dashboard", "id": embedded}], "rls": rules}
            token = self._rest.post("/api/v1/security/guest_token/", body)["token"]
            said = claims(token)
            expires_at = datetime.fromtimestamp(said["exp"], UTC)
        _check(token, said, rules, ttl)
        return EmbedTicket(
            mode="sdk",
            src=self._public,
            token=token,
            expires_at=expires_at,
            script=SCRIPT,
            frame_origin=self.frame_origin,
            dashboard_uuid=embedded,
        )

    def open_url(self, external_id: str) -> str:
        """The dashboard in Superset itself, for its authors."""
        return f"{self._public}/superset/dashboard/{quote(_uuid(external_id))}/"

    def _filtered(self, uuid: str) -> set[int]:
        """Ids of the datasets that the dashboard's own filters read."""
        metadata = json.loads(self._rest.get(f"/api/v1/dashboard/{uuid}")["result"].get("json_metadata") or "{}")
        filters = [each for key in FILTERS for each in metadata.get(key) or []]
        targets = [target for each in filters for target in each.get("targets") or []]
        return {int(target["datasetId"]) for target in targets if target.get("datasetId")}


def _rules(datasets: Sequence[DatasetRef], asked: Sequence[Rule]) -> list[Json]:
    """One rule for each dataset, or `CannotFilter`."""
    if not datasets:
        raise CannotFilter("Ce tableau ne lit aucun jeu de données : rien ne peut y être filtré.")
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        raise CannotFilter("Ce tableau lit deux jeux de données de même nom : on ne sait lequel filtrer.")
    return [_rule(dataset, asked) for dataset in datasets]


def _rule(dataset: DatasetRef, asked: Iterable[Rule]) -> Json:
    mine = [rule for rule in asked if rule.dataset == dataset.name]
    if not mine:
        raise CannotFilter(f"Aucune règle ne dit quelles lignes de « {dataset.name} » peuvent être montrées.")
    clause = " AND ".join(sorted(_clause(dataset, rule) for rule in mine))
    return {"dataset": int(dataset.external_id), "clause": clause}


def _clause(dataset: DatasetRef, rule: Rule) -> str:
    """A condition in standard SQL, its values quoted. Where `"a"` is not a column (MySQL), it matches nothing."""
    if isinstance(rule, AllRows):
        return "1 = 1"
    if not isinstance(rule, RowFilter):
        raise CannotFilter("Cette sorte de règle n’est pas connue de Superset.")
    if rule.column not in dataset.columns or not rule.column.isidentifier():
        raise CannotFilter(f"« {dataset.name} » n’a pas de colonne « {rule.column} » sur laquelle filtrer.")
    if not rule.values:
        raise NoRows(f"Aucune ligne de « {dataset.name} » ne vous est ouverte.")
    return f'"{rule.column}" IN ({", ".join(_quoted(value) for value in rule.values)})'


def _quoted(value: str) -> str:
    if not isinstance(value, str) or UNSAFE.search(value):
        raise CannotFilter("Une valeur de la règle contient un caractère qui ne peut pas être transmis.")
    return "'" + value.replace("'", "''") + "'"


def _check(token: str, said: Json, rules: list[Json], ttl: timedelta) -> None:
    """Refuse a token that does not say what was asked: the same rules, no longer a life than ours."""
    if said.get("rls_rules") != rules:
        raise CannotFilter("Superset n’a pas gardé les règles demandées.")
    if len(token) > LONGEST_TOKEN:
        raise CannotFilter("Trop de valeurs pour un jeton : la règle doit porter sur un niveau plus large.")
    # One second for the other side's rounding.
    if said["exp"] - said.get("iat", 0) > ttl.total_seconds() + 1:
        raise ProviderRefused("Superset donne des jetons plus longs que permis (GUEST_TOKEN_JWT_EXP_SECONDS).")


def _dashboard(row: Json) -> DashboardRef:
    return DashboardRef(
        external_id=str(row["uuid"]),
        title=row["dashboard_title"] or "",
        slug=row.get("slug") or "",
        is_published=bool(row.get("published")),
        updated=datetime.fromisoformat(row["changed_on_utc"]) if row.get("changed_on_utc") else None,
        owners=tuple(f"{one['first_name']} {one['last_name']}" for one in row.get("owners") or []),
        # Other types are Superset's own marks (owner:3, type:dashboard).
        tags=tuple(tag["name"] for tag in row.get("tags") or [] if tag.get("type") in (1, "TagType.custom")),
    )


def _dataset(row: Json) -> DatasetRef:
    return DatasetRef(
        external_id=str(row["id"]),
        name=row["table_name"],
        columns=tuple(column["column_name"] for column in row["columns"]),
    )


def _uuid(external_id: str) -> str:
    """A dashboard is named by its UUID alone: a number would also name those nobody chose to show."""
    try:
        return str(UUID(external_id))
    except (ValueError, AttributeError, TypeError) as error:
        raise UnknownDashboard("Un tableau de bord se désigne par son identifiant UUID.") from error


@contextmanager
def _understood() -> Iterator[None]:
    """An answer of another shape than Superset's comes from something else."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ProviderDown("Superset répond autre chose que son API.") from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
