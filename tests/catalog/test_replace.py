"""A file takes the place of another: the whole old one is served, then the whole new one, and nothing is left over."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from dataspace import db
from dataspace.catalog.commands import sweep_files
from dataspace.catalog.files import Files, let_go
from dataspace.config import Settings
from dataspace.errors import Invalid
from tests.catalog.conftest import Filed
from tests.catalog.test_write import CSV, sent
from tests.make import Make
from tests.site import Page, Site

NEWER = CSV + "2026-01-03;14\n"


@pytest.fixture
def sweep(run) -> Callable[..., str]:
    """Sweeps the files of this test's portal, some time from now; what the command said."""

    def after(late: timedelta = timedelta()) -> str:
        with time_machine.travel(db.now() + late):
            told = run(sweep_files)
        if told.exception:
            raise told.exception
        return told.output

    return after


def stored(settings: Settings) -> list[bytes]:
    """What every file kept holds, the waiting ones too."""
    folder = Path(settings.storage_url.removeprefix("file://"))
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def taken(site: Site, page: Page) -> bytes:
    return site.as_("lucie").get(str(page.select(".take a")[0]["href"])).body


def test_the_old_file_goes_once_the_new_one_is_there(site: Site, make: Make, filed: Filed, settings: Settings) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    filed(asset, CSV, "debits.csv")
    filed(asset, NEWER, "debits.csv")
    assert stored(settings) == [NEWER.encode()]
    assert taken(site, site.as_("lucie").get(f"/donnees/{asset.public_id}")) == NEWER.encode()


def test_a_commit_that_fails_leaves_the_old_file_and_the_deposit(
    site: Site, make: Make, filed: Filed, files: Files, settings: Settings, sweep
) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    filed(asset, CSV, "debits.csv")
    lucie = site.as_("lucie")
    check = sent(lucie.get(f"/donnees/{asset.public_id}/deposer"), NEWER).follow()

    def breaks(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(site.app.extensions["engine"], "commit", breaks)
    check.submit(form="main form[method=post]", status=503)
    event.remove(site.app.extensions["engine"], "commit", breaks)
    assert taken(site, lucie.get(f"/donnees/{asset.public_id}")) == CSV.encode()

    again = check.submit(form="main form[method=post]").follow()
    assert taken(site, again) == NEWER.encode()
    assert stored(settings) == [NEWER.encode()] * 2, "the one that the failure left behind"
    assert sweep() == "Aucun fichier à retirer.\n"
    assert sweep(timedelta(days=2)) == "1 fichier(s) retiré(s).\n"
    assert taken(site, again) == NEWER.encode()


def test_an_act_undone_lets_go_of_no_file(make: Make, files: Files) -> None:
    kept = files.write(io.BytesIO(CSV.encode()))
    with make.writing() as session:
        let_go(session, files, kept.key)
        session.rollback()
    with files.reading(kept.key) as stream:
        assert stream.read() == CSV.encode()


def test_a_sweep_on_the_wrong_database_removes_nothing(files: Files, settings: Settings, sweep) -> None:
    files.write(io.BytesIO(CSV.encode()))
    with pytest.raises(Invalid):
        sweep(timedelta(days=2))
    assert len(stored(settings)) == 1
