"""The portal facing a provider of ours that may lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dataspace.auth.models import GroupMapping, Unit
from dataspace.auth.words import Role
from dataspace.config import Settings
from tests.conftest import settings_for
from tests.identity.hostile import CLIENT_ID, Hostile, provider
from tests.identity.travel import Traveller
from tests.make import Make
from tests.site import Site


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with provider() as made:
        yield made


@pytest.fixture
def settings(engine_url: str, tmp_path: Path, hostile: Hostile) -> Settings:
    changes = {"oidc_issuer": hostile.issuer, "oidc_client_id": CLIENT_ID}
    return settings_for(engine_url, tmp_path).model_copy(update=changes)


@pytest.fixture
def awa(site: Site, hostile: Hostile) -> Traveller:
    """Awa's browser, between the portal and the provider."""
    return Traveller(site.nobody, hostile)


@pytest.fixture
def mapped(make: Make) -> None:
    """Two groups of the directory, and the role that each gives."""
    with make.writing() as session:
        for group, unit in (("dir-solidarite", "solidarite"), ("dir-eau", "eau")):
            unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
            session.add(GroupMapping(value=group, unit_id=unit_id, role=Role.AGENT, with_services=True))
