"""What the stories of the catalogue need beside the common fixtures."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import selectinload

from dataspace.auth import Permission, Task, system
from dataspace.auth.models import Asset
from dataspace.catalog import deposits
from dataspace.catalog.files import Files
from dataspace.catalog.models import Dataset, Resource
from dataspace.config import Settings
from tests.make import Make

Filed = Callable[..., Resource]


@pytest.fixture
def files(settings: Settings) -> Files:
    """Where the portal of this test keeps its files."""
    return Files(settings.storage_url, at_most=settings.upload_max_bytes)


@pytest.fixture
def filed(make: Make, files: Files) -> Filed:
    """`filed(asset, "a;b\\n1;2\\n")`: puts a file in a dataset, as the house does."""

    def put(asset: Asset, content: str | bytes, filename: str = "jeu.csv", **more: Any) -> Resource:
        raw = content.encode() if isinstance(content, str) else content
        with make.writing() as session:
            house = system(session, Task.SEED, make.policy)
            stmt = house.select(Dataset, Permission.CARD_SEE).where(Asset.id == asset.id)
            dataset = session.scalars(
                stmt.options(selectinload(Dataset.resources), selectinload(Dataset.columns))
            ).one()
            return deposits.add_file(house, dataset, filename, io.BytesIO(raw), files=files, **more)

    return put


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Runs a command on the test's own portal."""
    for name, value in settings.model_dump(include={"database_url", "storage_url", "secret_key"}).items():
        told = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        monkeypatch.setenv(f"DATASPACE_{name.upper()}", told)

    def of(command, *words: str) -> Result:
        return CliRunner().invoke(command, list(words))

    return of
