"""Boards to be opened, and a system of dashboards that is not there."""

from pathlib import Path

import pytest

from dataspace.auth import Access
from dataspace.child import LOOPBACK, free_port
from dataspace.config import Settings
from dataspace.dashboards import queries
from dataspace.dashboards.models import Dashboard
from tests.conftest import settings_for
from tests.site import Page, Visitor


@pytest.fixture
def settings(engine_url: str, tmp_path: Path) -> Settings:
    """A portal whose BI does not answer: nobody listens on that port."""
    return settings_for(engine_url, tmp_path).model_copy(update={"bi_url": f"http://{LOOPBACK}:{free_port()}"})


def ask_ticket(visitor: Visitor, public_id: str, *, status: int = 200) -> Page:
    """What the page's script does to open a board."""
    path = f"/tableaux-de-bord/{public_id}/jeton"
    return visitor.open("POST", path, status=status, json={}, headers={"X-CSRFToken": visitor.token()})


def board_of(access: Access, public_id: str) -> Dashboard:
    """The board, as that reader knows it."""
    found = queries.by_id(access, public_id)
    assert found is not None
    return found


def shown(page: Page) -> str:
    """What the frame's place says: the one sentence that is not hidden."""
    return " ".join(" ".join(part.get_text(" ").split()) for part in page.select(".embed [data-when]:not([hidden])"))
