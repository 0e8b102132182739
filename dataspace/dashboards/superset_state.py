"""What a Superset really holds of what the portal declares: roles, accounts, boards. Read as its administrator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import requests

from dataspace.dashboards.port import ProviderError, UnknownDashboard
from dataspace.dashboards.provision import Account, Site
from dataspace.dashboards.superset import Superset
from dataspace.dashboards.superset_rest import Json, SupersetRest
from dataspace.dashboards.superset_roles import GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE, Permission

_USERS = "columns:!(id,username,email,active,roles.id,roles.name)"


@dataclass(frozen=True)
class User:
    """An account of Superset, with the names of its roles."""

    id: int
    username: str
    email: str
    is_active: bool
    roles: frozenset[str]


@dataclass(frozen=True)
class BoardState:
    """A dashboard as it is there. `domains` is None when it may not be embedded at all."""

    title: str
    is_published: bool
    domains: tuple[str, ...] | None
    datasets: tuple[str, ...]
    owners: tuple[User, ...]
    # Roles of Superset to whom it is opened directly, beside the portal.
    viewers: tuple[str, ...]


@dataclass(frozen=True)
class State:
    version: str
    roles: Mapping[str, frozenset[Permission]]
    users: tuple[User, ...]
    # By the id that the portal knows; None for a dashboard that is no longer there.
    boards: Mapping[str, BoardState | None]


class SupersetState:
    """One Superset, seen and put back by its administrator. Every method may raise `ProviderError`."""

    def __init__(self, http: requests.Session, base_url: str, admin: Account) -> None:
        self._http, self._url, self._admin = http, base_url, admin
        self._rest = SupersetRest(http, base_url, admin.username, admin.password, read_seconds=30)
        self._boards = Superset(http, base_url, username=admin.username, password=admin.password)

    def read(self, external_ids: Iterable[str]) -> State:
        """Everything that is compared. `ProviderDown` when it does not answer."""
        health = self._boards.health()
        users = {row["id"]: _user(row) for row in self._rest.every("/api/v1/security/users/")}
        found = {row["name"]: int(row["id"]) for row in self._rest.every("/api/v1/security/roles/")}
        ours = [role.name for role in (GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE) if role.name in found]
        boards = {name: self._board(name, users) for name in external_ids}
        roles = {name: self._permissions(found[name]) for name in ours}
        return State(health.version, roles, tuple(users.values()), boards)

    def put_back(self, boards: Iterable[str], service: Account, origin: str) -> tuple[str, ...]:
        """Set again what is the portal's: its roles, its account, what is published and shown to whom. What changed.

        Nothing of an author's is touched: no chart, no owner, no account but the portal's own.
        """
        site = Site(self._rest, lambda _line: None)
        for role in (GUEST_ROLE, PUBLIC_ROLE, SERVICE_ROLE):
            site.role(role)
        site.account(
            service, SERVICE_ROLE, lambda: SupersetRest(self._http, self._url, service.username, service.password)
        )
        for name in boards:
            site.shown(name, origin)
        return tuple(site.changes)

    def _permissions(self, role_id: int) -> frozenset[Permission]:
        rows = self._rest.get(f"/api/v1/security/roles/{role_id}/permissions/")["result"]
        return frozenset((row["permission_name"], row["view_menu_name"]) for row in rows)

    def _board(self, name: str, users: Mapping[int, User]) -> BoardState | None:
        path = f"/api/v1/dashboard/{name}"
        try:
            row = self._rest.get(path)["result"]
        except UnknownDashboard:
            return None
        try:
            domains: tuple[str, ...] | None = tuple(self._rest.get(f"{path}/embedded")["result"]["allowed_domains"])
        except UnknownDashboard:
            domains = None
        try:
            datasets = tuple(one.name for one in self._boards.datasets(name))
        except UnknownDashboard:
            # One of them is gone: the board is there, and reads nothing whole.
            datasets = ()
        owners = tuple(users[one["id"]] for one in row.get("owners") or [] if one["id"] in users)
        viewers = tuple(one["name"] for one in row.get("roles") or [])
        return BoardState(row["dashboard_title"], bool(row["published"]), domains, datasets, owners, viewers)


def _user(row: Json) -> User:
    roles = frozenset(one["name"] for one in row["roles"])
    return User(int(row["id"]), row["username"], row.get("email") or "", bool(row["active"]), roles)


__all__ = ["BoardState", "ProviderError", "State", "SupersetState", "User"]
