"""What a page costs on the wire (LOOK, Proof), and the pages that are there for everyone."""

import pytest

from tests.journeys.conftest import As
from tests.journeys.visitor import Visitor
from tests.journeys.whole import Whole

pytestmark = pytest.mark.xdist_group("journeys")
FIRST_VISIT = 300_000
AFTER = 40_000


def test_pages_are_light(as_: As, whole: Whole) -> None:
    """Bytes that the portal sends; a board's own charts come from Superset and are not in it."""
    awa = as_("awa")
    paths = [
        "/",
        "/donnees/",
        "/referents/",
        "/mes-acces",
        "/tableaux-de-bord/",
        whole.path("dataset", "Cantines scolaires : repas servis"),
        whole.path("dashboard", "RSA : suivi mensuel"),
    ]
    heavy = {}
    for path in paths:
        awa.forget_files()
        first, after = awa.transferred(path), awa.transferred(path)
        if first >= FIRST_VISIT or after >= AFTER:
            heavy[path] = (first, after)
    assert not heavy


@pytest.mark.parametrize("path", ["/aide", "/accessibilite", "/donnees-personnelles"])
def test_public_pages(nobody: Visitor, path: str) -> None:
    nobody.open(path, path.strip("/"))
