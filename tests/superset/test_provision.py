"""Superset is brought to what our boards need, again and again without harm."""

import dataclasses
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from dataspace.bi.server import BiServer
from dataspace.dashboards.boards import PERCENT, Board, Chart, Column, Measure, Table, Warehouse
from dataspace.dashboards.port import ProviderRefused, RowFilter
from dataspace.dashboards.provision import Account, Provisioned, provision
from dataspace.dashboards.superset import Superset
from dataspace.dashboards.superset_rest import SupersetRest
from tests.shared import turn
from tests.superset.conftest import AWA
from tests.superset.guest import Charts, Guest
from tests.superset.server import PORTAL

pytestmark = pytest.mark.superset

POOLS = Table("piscines", (Column("insee", "Code INSEE"), Column("bassin", "Bassin"), Column("entrees", "Entrées")))
VISITS = Measure("entrees", "Entrées")
BOARD = Board(
    "piscines",
    "Fréquentation des piscines",
    charts=(
        Chart("Entrées par bassin", "bar", "piscines", (VISITS,), by="bassin"),
        Chart("Entrées", "big_number", "piscines", (VISITS,), compare_label="depuis janvier", width=3),
        Chart("Part", "big_number", "piscines", (Measure("entrees", "Part", "AVG", PERCENT),), width=3),
    ),
)
Bring = Callable[..., Provisioned]


@pytest.fixture
def bring(bi: BiServer, http: requests.Session, folder: Path) -> Bring:
    """Provision the swimming pools, on a warehouse of their own; arguments change what is asked."""
    path = folder / "piscines.sqlite"
    with turn(folder, "piscines"), sqlite3.connect(path) as base:
        base.execute("CREATE TABLE IF NOT EXISTS piscines (insee VARCHAR(5), bassin VARCHAR(80), entrees INTEGER)")
        base.execute("DELETE FROM piscines")
        base.executemany("INSERT INTO piscines VALUES (?, ?, ?)", [("99001", "Nautile", 900), ("99002", "Iris", 400)])

    def run(**changes: object) -> Provisioned:
        wanted: dict[str, object] = {
            "admin": Account(bi.admin, bi.secrets.admin_password),
            "service": Account("portail-piscines", "un mot de passe de piscine"),
            "warehouse": Warehouse("Piscines", f"sqlite:///{path}"),
            "tables": (POOLS,),
            "boards": (BOARD,),
            "portal_origin": PORTAL,
        }
        return provision(http, bi.url, **(wanted | changes))  # type: ignore[arg-type]

    return run


@pytest.fixture(autouse=True)
def _one_at_a_time(folder: Path, boards: Provisioned) -> object:
    with turn(folder, "provision"):
        yield


def test_a_second_run_changes_nothing(bring: Bring) -> None:
    first = bring()
    assert bring() == Provisioned(first.boards, changes=())


def test_the_board_can_be_embedded_at_once_by_the_new_account(
    bring: Bring, bi: BiServer, http: requests.Session
) -> None:
    made = bring().boards["piscines"]
    portal = Superset(http, bi.url, username="portail-piscines", password="un mot de passe de piscine")
    assert [dataset.name for dataset in portal.datasets(made.external_id)] == list(made.datasets) == ["piscines"]
    ticket = portal.embed(made.external_id, subject=AWA, row_filters=[RowFilter("piscines", "insee", ("99002",))])
    admin = SupersetRest(http, bi.url, bi.admin, bi.secrets.admin_password)
    rows = Guest(bi.url, ticket.token).rows(Charts(admin, made.external_id)["Entrées par bassin"])
    assert rows == [{"bassin": "Iris", "Entrées": 400}]


def test_what_someone_changed_in_superset_is_put_back(bring: Bring, admin: SupersetRest) -> None:
    made = bring()
    path = f"/api/v1/dashboard/{made.boards['piscines'].external_id}"
    dashboard_id = admin.get(path)["result"]["id"]
    chart = next(row for row in admin.get(f"{path}/charts")["result"] if row["slice_name"] == "Entrées")
    admin.put(f"/api/v1/chart/{chart['id']}", {"params": "{}"})
    admin.put(f"/api/v1/dashboard/{dashboard_id}", {"published": False, "dashboard_title": "Brouillon"})
    admin.post(f"/api/v1/dashboard/{dashboard_id}/embedded", {"allowed_domains": []})
    again = bring()
    assert again.boards == made.boards
    assert len(again.changes) == 3
    assert bring().changes == ()
    assert admin.get(path)["result"]["dashboard_title"] == BOARD.title
    assert admin.get(f"{path}/embedded")["result"]["allowed_domains"] == [PORTAL]


def test_a_right_given_to_guests_by_someone_is_taken_back(bring: Bring, admin: SupersetRest) -> None:
    bring()
    guests = next(row for row in admin.every("/api/v1/security/roles/") if row["name"] == "EmbedGuest")
    path = f"/api/v1/security/roles/{guests['id']}/permissions"
    allowed = {row["id"] for row in admin.get(f"{path}/")["result"]}
    more = next(
        row["id"]
        for row in admin.every("/api/v1/security/permissions-resources/")
        if (row["permission"]["name"], row["view_menu"]["name"]) == ("can_read", "Tag")
    )
    admin.post(path, {"permission_view_menu_ids": [*allowed, more]})
    assert bring().changes == ("rôle EmbedGuest",)
    assert {row["id"] for row in admin.get(f"{path}/")["result"]} == allowed


def test_a_chart_added_by_someone_leaves_the_board_but_not_superset(bring: Bring, admin: SupersetRest) -> None:
    path = f"/api/v1/dashboard/{bring().boards['piscines'].external_id}"
    dashboard_id = admin.get(path)["result"]["id"]
    dataset = next(
        row for row in admin.every("/api/v1/dataset/", order="table_name") if row["table_name"] == "communes"
    )
    foreign = {"slice_name": "Ajout", "datasource_id": dataset["id"], "datasource_type": "table", "viz_type": "table"}
    chart_id = admin.post("/api/v1/chart/", {**foreign, "params": "{}", "dashboards": [dashboard_id]})["id"]
    bring()
    assert "Ajout" not in {row["slice_name"] for row in admin.get(f"{path}/charts")["result"]}
    assert admin.get(f"/api/v1/chart/{chart_id}")["result"]["slice_name"] == "Ajout"


def test_a_chart_we_redraw_keeps_its_place(bring: Bring) -> None:
    before = bring()
    wider = dataclasses.replace(BOARD.charts[0], limit=10)
    after = bring(boards=(dataclasses.replace(BOARD, charts=(wider, *BOARD.charts[1:])),))
    assert after.boards == before.boards
    assert after.changes == ("dessin du graphique «\u00a0Entrées par bassin\u00a0»",)
    bring()


def test_a_new_password_of_the_service_account_is_taken(bring: Bring, bi: BiServer, http: requests.Session) -> None:
    bring()
    changed = Account("portail-piscines", "un autre mot de passe")
    assert bring(service=changed).changes == ("mot de passe du compte portail-piscines",)
    SupersetRest(http, bi.url, changed.username, changed.password).sign_in()
    bring()


def test_a_table_with_a_column_nobody_described_is_refused(bring: Bring, folder: Path) -> None:
    """A reader of the dashboard could ask for it."""
    bring()
    base = sqlite3.connect(folder / "piscines.sqlite")
    base.execute("ALTER TABLE piscines ADD COLUMN abonne VARCHAR(80)")
    described = dataclasses.replace(POOLS, columns=(*POOLS.columns, Column("abonne", "Abonné")))
    try:
        bring(tables=(described,))
        with pytest.raises(ProviderRefused, match="abonne"):
            bring()
    finally:
        base.execute("ALTER TABLE piscines DROP COLUMN abonne")
        base.close()
        bring()


def test_a_wrong_administrator_is_refused_without_a_word_on_the_warehouse(bring: Bring) -> None:
    secret = Warehouse("Piscines", "postgresql://lecteur:motdepasse@entrepot/valmer")
    with pytest.raises(ProviderRefused) as refused:
        bring(admin=Account("admin", "faux"), warehouse=secret)
    assert "motdepasse" not in str(refused.value) + repr(secret)


def test_an_unreachable_warehouse_is_refused_without_its_password(bring: Bring) -> None:
    lost = Warehouse("Perdu", "postgresql://lecteur:motdepasse@127.0.0.1:1/valmer")
    with pytest.raises(ProviderRefused) as refused:
        bring(warehouse=lost)
    assert "motdepasse" not in f"{refused.value}{refused.value.__cause__}"
