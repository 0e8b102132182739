"""Sharing as people do it, through the pages."""

from urllib.parse import urlsplit

import pytest

from tests.catalog.conftest import filed, files  # noqa: F401 - fixtures of the catalogue

WHY = "Préparer la réunion de jeudi"


@pytest.fixture
def share(site):
    """`share("awa", asset, people="lucie")`: the path of the link; the page itself when another status is expected."""

    def make(login, asset, *, status=201, **typed):
        page = site.as_(login).get(f"/partages/sur/{asset.public_id}")
        page = page.submit({"purpose": WHY} | typed, form="form.ask", status=status)
        return urlsplit(page.words("#lien")[0]).path if status == 201 else page

    return make
