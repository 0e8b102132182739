"""Bring a Superset to what our boards need, by its REST API: run again, it changes nothing, or repairs."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import requests

from dataspace.dashboards import superset_charts
from dataspace.dashboards.boards import Board, Chart, Table, Warehouse
from dataspace.dashboards.port import ProviderRefused, UnknownDashboard
from dataspace.dashboards.superset_rest import Json, SupersetRest
from dataspace.dashboards.superset_roles import GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE, Permission, Role


@dataclass(frozen=True)
class Account:
    """A name and password in Superset."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Provisioned:
    """Where each board ended, by slug, and what had to be changed (nothing, the second time)."""

    boards: Mapping[str, "ProvisionedBoard"]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class ProvisionedBoard:
    """The id by which the port knows it, and the names of the datasets that each need a rule."""

    external_id: str
    datasets: tuple[str, ...]


def provision(
    http: requests.Session,
    base_url: str,
    *,
    admin: Account,
    service: Account,
    warehouse: Warehouse,
    tables: Sequence[Table],
    boards: Sequence[Board],
    portal_origin: str,
    progress: Callable[[str], None] = lambda _line: None,
) -> Provisioned:
    """Database, datasets, charts, dashboards, embedding, roles and the portal's account; `ProviderError` if it fails.

    `portal_origin` is the only page that may frame the dashboards.
    """
    site = Site(SupersetRest(http, base_url, admin.username, admin.password, read_seconds=30), progress)
    for role in (GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE):
        site.role(role)
    site.account(service, SERVICE_ROLE, lambda: SupersetRest(http, base_url, service.username, service.password))
    database = site.database(warehouse)
    datasets = {table.name: site.dataset(table, database, warehouse.schema) for table in tables}
    made = {board.slug: ProvisionedBoard(site.board(board, datasets, portal_origin), board.tables) for board in boards}
    return Provisioned(made, tuple(site.changes))


class Site:
    """One Superset being brought to what is wanted; `changes` tells what it took."""

    def __init__(self, rest: SupersetRest, progress: Callable[[str], None]) -> None:
        self._rest = rest
        self._progress = progress
        self.changes: list[str] = []

    def _changed(self, sentence: str) -> None:
        self.changes.append(sentence)
        self._progress(f"Superset : {sentence}")

    def _find(self, path: str, **equal: str) -> Json | None:
        filters = ",".join(f"(col:{column},opr:eq,value:{_rison(value)})" for column, value in equal.items())
        rows = self._rest.get(path, f"(filters:!({filters}),page:0,page_size:2)")["result"]
        return rows[0] if rows else None

    # --- rights -----------------------------------------------------------------------------------------------------

    def role(self, role: Role) -> None:
        """It has what it needs; one we own has nothing else."""
        found = self._find("/api/v1/security/roles/", name=role.name)
        role_id = found["id"] if found else self._rest.post("/api/v1/security/roles/", {"name": role.name})["id"]
        path = f"/api/v1/security/roles/{role_id}/permissions"
        has = {
            (row["permission_name"], row["view_menu_name"]): row["id"] for row in self._rest.get(f"{path}/")["result"]
        }
        missing = set(role.permissions) - has.keys()
        extra = {} if role.is_shared else {pair: has[pair] for pair in has.keys() - set(role.permissions)}
        if missing or extra:
            wanted = (set(has.values()) - set(extra.values())) | self._permissions(missing)
            self._rest.post(path, {"permission_view_menu_ids": sorted(wanted)})
            self._changed(f"rôle {role.name}")

    def _permissions(self, pairs: Collection[Permission]) -> set[int]:
        known = {
            (row["permission"]["name"], row["view_menu"]["name"]): row["id"]
            for row in self._rest.every("/api/v1/security/permissions-resources/")
        }
        absent = sorted(" ".join(pair) for pair in pairs if pair not in known)
        if absent:
            raise ProviderRefused(f"Ce Superset n’a pas les droits attendus : {', '.join(absent)}.")
        return {known[pair] for pair in pairs}

    def account(self, account: Account, role: Role, session: Callable[[], SupersetRest]) -> None:
        """The account exists, is active, has this role alone and this password."""
        role_id = (self._find("/api/v1/security/roles/", name=role.name) or {})["id"]
        wanted = {"active": True, "roles": [role_id]}
        found = self._find("/api/v1/security/users/", username=account.username)
        if found is None:
            names = {"username": account.username, "first_name": "Portail", "last_name": "Données"}
            email = f"{account.username}@portail.invalid"
            self._rest.post(
                "/api/v1/security/users/", {**names, **wanted, "email": email, "password": account.password}
            )
            self._changed(f"compte {account.username}")
            return
        if not found["active"] or [one["id"] for one in found["roles"]] != [role_id]:
            self._rest.put(f"/api/v1/security/users/{found['id']}", wanted)
            self._changed(f"rôle du compte {account.username}")
        try:
            session().sign_in()
        except ProviderRefused:
            self._rest.put(f"/api/v1/security/users/{found['id']}", {"password": account.password})
            self._changed(f"mot de passe du compte {account.username}")

    # --- data -------------------------------------------------------------------------------------------------------

    def database(self, warehouse: Warehouse) -> int:
        """The id of the connection of this name, that reaches this address."""
        found = self._find("/api/v1/database/", database_name=warehouse.name)
        if found is None:
            body = {"database_name": warehouse.name, "sqlalchemy_uri": warehouse.uri, "expose_in_sqllab": False}
            self._changed(f"entrepôt {warehouse.name}")
            return int(self._rest.post("/api/v1/database/", body)["id"])
        path = f"/api/v1/database/{found['id']}"
        stored = self._rest.get(f"{path}/connection")["result"]["sqlalchemy_uri"]
        if stored != _masked(warehouse.uri) or not self._reaches(path):
            self._rest.put(path, {"sqlalchemy_uri": warehouse.uri})
            self._changed(f"adresse de l’entrepôt {warehouse.name}")
        return int(found["id"])

    def _reaches(self, path: str) -> bool:
        """The stored password is not ours to read: try it."""
        try:
            self._rest.get(f"{path}/schemas/", "(force:!t)")
        except (ProviderRefused, UnknownDashboard):
            return False
        return True

    def dataset(self, table: Table, database_id: int, schema: str | None) -> int:
        """The id of the dataset on this table, with its columns' French names."""
        database = f"(col:database,opr:rel_o_m,value:{database_id})"
        name = f"(col:table_name,opr:eq,value:{_rison(table.name)})"
        rows = self._rest.get("/api/v1/dataset/", f"(filters:!({database},{name}),page:0,page_size:100)")["result"]
        mine = [row["id"] for row in rows if schema is None or row["schema"] == schema]
        if not mine:
            body = {"database": database_id, "table_name": table.name} | ({"schema": schema} if schema else {})
            mine = [self._rest.post("/api/v1/dataset/", body)["id"]]
            self._changed(f"jeu {table.name}")
        path = f"/api/v1/dataset/{mine[0]}"
        self._columns(table, path)
        return int(mine[0])

    def _columns(self, table: Table, path: str) -> None:
        wanted = {column.name: column for column in table.columns}
        if not wanted:
            return
        stored = self._rest.get(path)["result"]["columns"]
        if {column["column_name"] for column in stored} != wanted.keys():
            self._rest.put(f"{path}/refresh", {})
            self._changed(f"colonnes de {table.name}")
            stored = self._rest.get(path)["result"]["columns"]
        differ = {column["column_name"] for column in stored} ^ wanted.keys()
        if differ:
            raise ProviderRefused(f"La table {table.name} et sa description diffèrent : {', '.join(sorted(differ))}.")
        labelled = [
            {
                "id": column["id"],
                "column_name": column["column_name"],
                "verbose_name": wanted[column["column_name"]].label,
                "is_dttm": wanted[column["column_name"]].is_date,
            }
            for column in stored
        ]
        if any(not _holds(column, new) for column, new in zip(stored, labelled, strict=True)):
            self._rest.put(path, {"columns": labelled})
            self._changed(f"libellés de {table.name}")

    # --- dashboards -------------------------------------------------------------------------------------------------

    def board(self, board: Board, datasets: Mapping[str, int], portal_origin: str) -> str:
        """The UUID of the dashboard of this slug, drawn as described, shown to this portal only."""
        found = self._find("/api/v1/dashboard/", slug=board.slug)
        if found is None:
            body = {"dashboard_title": board.title, "slug": board.slug, "published": True}
            found = self._rest.post("/api/v1/dashboard/", body)
            self._changed(f"tableau « {board.title} »")
        path = f"/api/v1/dashboard/{found['id']}"
        charts = {row["slice_name"]: row["id"] for row in self._rest.get(f"{path}/charts")["result"]}
        ids = {spec.title: self._chart(spec, datasets[spec.table], charts.get(spec.title)) for spec in board.charts}
        self._page(board, path, ids, charts.values(), datasets)
        self._embedding(board.title, path, portal_origin)
        return str(self._rest.get(path)["result"]["uuid"])

    def _chart(self, spec: Chart, dataset_id: int, chart_id: int | None) -> int:
        wanted = superset_charts.chart(spec, dataset_id)
        if chart_id is None:
            self._changed(f"graphique « {spec.title} »")
            return int(self._rest.post("/api/v1/chart/", wanted)["id"])
        stored = self._rest.get(f"/api/v1/chart/{chart_id}")["result"]
        is_same = stored["viz_type"] == wanted["viz_type"] and all(
            json.loads(stored[key] or "{}") == json.loads(wanted[key]) for key in ("params", "query_context")
        )
        if not is_same:
            self._rest.put(f"/api/v1/chart/{chart_id}", wanted)
            self._changed(f"dessin du graphique « {spec.title} »")
        return chart_id

    def _page(
        self, board: Board, path: str, ids: Mapping[str, int], attached: Collection[int], datasets: Mapping[str, int]
    ) -> None:
        """Layout and settings. Charts not ours leave the page (they stay in Superset): they would need a rule."""
        stored = self._rest.get(path)["result"]
        positions = superset_charts.layout(board, ids)
        settings = superset_charts.metadata(board, datasets)
        is_same = (
            stored["dashboard_title"] == board.title
            and stored["published"]
            and set(attached) == set(ids.values())
            and _without_uuids(json.loads(stored["position_json"] or "{}")) == positions
            and _holds(json.loads(stored["json_metadata"] or "{}"), settings)
        )
        if not is_same:
            page = json.dumps({**settings, "positions": positions})
            self._rest.put(path, {"dashboard_title": board.title, "published": True, "json_metadata": page})
            self._changed(f"mise en page de « {board.title} »")

    def shown(self, external_id: str, portal_origin: str) -> None:
        """A dashboard that is there is published, and shown to this portal only; nothing else of it changes."""
        stored = self._rest.get(f"/api/v1/dashboard/{external_id}")["result"]
        title, path = stored["dashboard_title"], f"/api/v1/dashboard/{stored['id']}"
        if not stored["published"]:
            self._rest.put(path, {"published": True})
            self._changed(f"publication de « {title} »")
        self._embedding(title, path, portal_origin)

    def _embedding(self, title: str, path: str, portal_origin: str) -> None:
        try:
            allowed = self._rest.get(f"{path}/embedded")["result"]["allowed_domains"]
        except UnknownDashboard:
            allowed = None
        if allowed != [portal_origin]:
            self._rest.post(f"{path}/embedded", {"allowed_domains": [portal_origin]})
            self._changed(f"intégration de « {title} »")


def _holds(stored: Json, wanted: Json) -> bool:
    """Superset adds keys of its own: ours must be there, equal."""
    return all(stored.get(key) == value for key, value in wanted.items())


def _without_uuids(positions: Json) -> Json:
    """Superset writes each chart's UUID in the layout."""
    for cell in positions.values():
        if isinstance(cell, dict):
            cell.get("meta", {}).pop("uuid", None)
    return positions


def _masked(uri: str) -> str:
    """The address as Superset shows it: without its password."""
    scheme, separator, rest = uri.partition("://")
    account, at, place = rest.rpartition("@")
    name, colon, _ = account.partition(":")
    return f"{scheme}{separator}{name}{colon}{'XXXXXXXXXX' if colon else ''}{at}{place}"


def _rison(text: str) -> str:
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"
