"""The catalogue from the command line: real files, counts, index."""

from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from dataspace import db
from dataspace.audit import Event
from dataspace.audit import queries as journal
from dataspace.auth.models import AssetCount
from dataspace.catalog.commands import import_file, rebuild_index, verify_counts
from dataspace.catalog.queries import Filters, by_id, page
from dataspace.config import Settings
from dataspace.errors import Invalid
from tests.make import Make


def importing(file: Path, *more: str) -> tuple[str, ...]:
    return (str(file), "--unit", "eau", "--theme", "eau", "--title", "Débits 2026", *more)


def test_a_file_becomes_a_dataset(run, tmp_path: Path, access) -> None:
    file = tmp_path / "débits.csv"
    file.write_bytes("jour;débit\n01/01/2026;12,5\n".encode("cp1252"))
    told = run(import_file, *importing(file, "--publish"))
    assert told.exit_code == 0, told.output
    assert "1 lignes, 2 colonnes, cp1252" in told.output
    found = page(access("awa"), Filters(text="debit"))
    card, read = by_id(access("awa"), found.rows[0].public_id)
    assert read.is_allowed
    assert [(column.name, column.type) for column in card.columns] == [("jour", "date"), ("débit", "decimal")]


def test_unless_told_otherwise_it_is_a_draft(run, tmp_path: Path, access) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n")
    assert "en brouillon" in run(import_file, *importing(file)).output
    assert page(access("awa"), Filters()).total == 0
    assert page(access("lucie"), Filters(is_drafts=True)).total == 1


def test_what_is_no_csv_leaves_nothing_behind(run, tmp_path: Path, access, settings: Settings) -> None:
    file = tmp_path / "classeur.csv"
    file.write_bytes(b"PK\x03\x04")
    told = run(import_file, *importing(file))
    assert isinstance(told.exception, Invalid)
    assert page(access("lucie"), Filters(is_drafts=True)).total == 0
    stored = Path(settings.storage_url.removeprefix("file://"))
    assert [path for path in stored.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("words", [("--unit", "nulle-part"), ("--theme", "rien"), ("--sensitivity", "confidential")])
def test_what_is_unknown_or_missing_is_said(run, tmp_path: Path, words: tuple[str, str]) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n")
    told = run(import_file, *importing(file), *words)
    assert isinstance(told.exception, Invalid)


def test_counts_that_went_wrong_are_told_and_mended(run, make: Make) -> None:
    make.dataset("Un")
    assert "justes" in run(verify_counts).output
    with make.writing() as session:
        session.execute(db.declare(update(AssetCount).values(n=7), {"asset_count": 1}))
    wrong = run(verify_counts)
    assert (wrong.exit_code, "1 compteur" in wrong.output) == (1, True)
    assert run(verify_counts).exit_code == 0


def test_a_lost_index_is_written_again(run, make: Make, access) -> None:
    make.dataset("Cantines")
    make.dashboard("Suivi des cantines")
    make.seat("Cantines scolaires", holder="awa")
    with make.writing() as session:
        session.execute(db.declare(text("DELETE FROM asset_search"), {"asset_search": 1}))
    assert page(access("awa"), Filters(text="cantine")).total == 0
    assert "3 éléments" in run(rebuild_index).output
    assert page(access("awa"), Filters(text="cantine")).total == 1
    with make.sessions() as session:
        assert journal.verify(session) is None


def test_the_import_is_in_the_journal_as_an_act_of_the_house(run, tmp_path: Path, make: Make) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b\n1;2\n")
    run(import_file, *importing(file))
    with make.sessions() as session:
        lines = session.execute(select(Event.act, Event.actor_id).order_by(Event.seq)).all()
    assert [tuple(line) for line in lines] == [("asset-created", None), ("asset-changed", None)]
