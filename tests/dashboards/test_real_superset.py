"""Two readers, one board, a real Superset: each gets her own rows, as long as she has the right."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from dataspace import db
from dataspace.audit import Act, Event
from dataspace.auth.models import Grant
from dataspace.bi.server import BiServer
from dataspace.config import Settings
from dataspace.dashboards.boards import Board, Chart, Column, Measure, Table, Warehouse
from dataspace.dashboards.provision import Account, provision
from dataspace.dashboards.superset_rest import SupersetRest
from tests.conftest import settings_for
from tests.dashboards.conftest import ask_ticket, shown
from tests.make import Make
from tests.shared import turn
from tests.site import Site
from tests.superset.conftest import bi, folder, http
from tests.superset.guest import Charts, Guest

__all__ = ["bi", "folder", "http"]
pytestmark = pytest.mark.superset

PORTAL = "http://127.0.0.1:5100"
SPENT = Measure("montant", "Mandaté")
BUDGET = Table("budget_test", (Column("direction", "Direction"), Column("montant", "Montant")))
YEARS = Table("exercices_test", (Column("exercice", "Exercice"),))
BOARD = Board(
    "budget-de-test",
    "Budget de test",
    charts=(
        Chart("Mandaté par direction", "bar", "budget_test", (SPENT,), by="direction"),
        Chart("Exercices", "table", "exercices_test", (Measure("exercice", "Lignes", "COUNT"),), columns=("exercice",)),
    ),
)
BY_UNIT, SHARED = ("budget_test", "direction", "unit"), ("exercices_test", "", "")


@pytest.fixture(scope="module")
def drawn(bi: BiServer, http: requests.Session, folder: Path) -> str:
    """The board, drawn in Superset; how Superset calls it."""
    path = folder / "budget.sqlite"
    with turn(folder, "budget"):
        if not path.exists():
            with sqlite3.connect(path) as base:
                base.executescript(
                    """
                    CREATE TABLE budget_test (direction VARCHAR(64), montant INTEGER);
                    INSERT INTO budget_test VALUES ('solidarite', 10), ('insertion', 20), ('finances', 40), ('eau', 80);
                    CREATE TABLE exercices_test (exercice INTEGER);
                    INSERT INTO exercices_test VALUES (2025), (2026);
                    """
                )
            base.close()
        made = provision(
            http,
            bi.url,
            admin=Account(bi.admin, bi.secrets.admin_password),
            service=Account("portal", bi.secrets.service_password),
            warehouse=Warehouse("Budget des tests", f"sqlite:///{path}"),
            tables=(BUDGET, YEARS),
            boards=(BOARD,),
            portal_origin=PORTAL,
        )
    return made.boards[BOARD.slug].external_id


@pytest.fixture
def settings(engine_url: str, tmp_path: Path, bi: BiServer) -> Settings:
    facts = {"bi_url": bi.url, "bi_password": bi.secrets.service_password}
    made = settings_for(engine_url, tmp_path)
    return Settings(**{**made.model_dump(exclude_unset=True), **facts})


@pytest.fixture
def seen_by(site: Site, bi: BiServer, http: requests.Session, drawn: str) -> Callable[[str, str], set[str]]:
    """The directorates whose rows this person's ticket opens."""
    charts = Charts(SupersetRest(http, bi.url, bi.admin, bi.secrets.admin_password), drawn)

    def seen(login: str, public_id: str) -> set[str]:
        ticket = ask_ticket(site.as_(login), public_id).json
        rows: list[dict[str, Any]] = Guest(bi.url, ticket["jeton"]).rows(charts["Mandaté par direction"])
        return {str(row["direction"]) for row in rows}

    return seen


def test_luc_and_viviane_see_other_rows_of_the_same_board(
    seen_by: Callable[[str, str], set[str]], make: Make, drawn: str
) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=[BY_UNIT, SHARED], external_id=drawn)
    assert seen_by("luc", board.public_id) == {"solidarite", "insertion"}
    assert seen_by("viviane", board.public_id) == {"finances"}
    assert seen_by("jerome", board.public_id) == {"solidarite", "insertion", "finances", "eau"}
    with make.sessions() as session:
        lines = session.query(Event).filter_by(act=Act.GUEST_TOKEN).order_by(Event.seq).all()
    assert [line.affectation for line in lines] == ["solidarite", "finances", "valmer"]
    assert lines[0].facts["lignes"] == {"budget_test": 3, "exercices_test": "toutes"}


def test_a_right_taken_back_closes_the_board_at_the_next_ticket(site: Site, make: Make, drawn: str) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", card="internal", sensitivity="restricted",
                           sources=[BY_UNIT, SHARED], external_id=drawn)  # fmt: skip
    grant = make.grant("luc", "agent", board)
    luc = site.as_("luc")
    first, second = (ask_ticket(luc, board.public_id).json["jeton"] for _ in range(2))
    assert first != second
    with db.writing(make.sessions) as session:
        taken = session.get(Grant, grant.id)
        taken.revoked_at = taken.ends = db.now()
    assert ask_ticket(luc, board.public_id, status=403).json["etat"] == "refuse"
    with make.sessions() as session:
        assert session.query(Event).filter_by(act=Act.GUEST_TOKEN_REFUSED, subject_id=board.public_id).count() == 1


@pytest.mark.parametrize("sources", [[BY_UNIT], [SHARED], [("budget_test", "service", "unit"), SHARED]])
def test_a_board_whose_rules_do_not_cover_its_data_opens_to_nobody(
    site: Site, make: Make, drawn: str, sources: list[tuple[str, str, str]]
) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=sources, external_id=drawn)
    ask_ticket(site.as_("viviane"), board.public_id, status=403)
    with make.sessions() as session:
        (line,) = session.query(Event).filter_by(act=Act.GUEST_TOKEN_REFUSED).all()
    assert line.facts["motif"] == "règle"


def test_the_page_is_ready_when_superset_is(site: Site, make: Make, drawn: str, bi: BiServer) -> None:
    board = make.dashboard("Budget exécuté", unit="finances", sources=[BY_UNIT, SHARED], external_id=drawn)
    page = site.as_("viviane").get(f"/tableaux-de-bord/{board.public_id}")
    assert shown(page) == "Le tableau s’ouvre…"
    assert f"frame-src {bi.url}" in page.headers["Content-Security-Policy"]
    not_yet = make.dashboard("Budget à venir", unit="finances", sources=[BY_UNIT, SHARED])
    assert "démarrent" in shown(site.as_("viviane").get(f"/tableaux-de-bord/{not_yet.public_id}"))
