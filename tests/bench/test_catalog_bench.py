"""The bench in small: its shape, its answers, and that it times nothing when answers differ."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bench import words
from bench.catalog import Bench, Different
from dataspace.auth import Permission
from dataspace.auth.listing import Narrowed, newest
from dataspace.auth.tally import tally
from dataspace.catalog.queries import KINDS

SIZE = 200
NAMES = [
    f"{work}_{reader}" for reader in ("dense", "sparse") for work in ("list", "search_common", "search_rare", "show")
]  # fmt: skip


@pytest.fixture
def bench(clone, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(clone("bare"), tmp_path, words.invented(SIZE, 1), stack)


def test_it_prints_one_object_of_ratios():
    said = subprocess.run(
        [sys.executable, "-m", "bench", "catalog", "--size", str(SIZE), "--rounds", "15", "--json"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = json.loads(said.stdout)
    assert [name for name in found if not name.startswith("naive")] == NAMES
    assert [name for name in found if name.startswith("naive")] == ["naive_list_dense", "naive_list_sparse"]
    for measure in found.values():
        assert set(measure) == {"ours_ms", "limit_ms", "ratio"}
        assert measure["ours_ms"] > 0
        assert measure["ratio"] == pytest.approx(measure["ours_ms"] / measure["limit_ms"], rel=0.05)


def test_every_workload_answers_as_its_limit_does(bench: Bench):
    # `measure` compares before it times: whoever answers differently never gets here.
    found = bench.run(rounds=1)
    assert len(found) == len(NAMES) + 2


def test_it_times_nothing_when_answers_differ(bench: Bench):
    work = next(bench.workloads())
    short = replace(work, limit=lambda: replace(work.limit(), total=work.limit().total - 1))
    with pytest.raises(Different, match="list_dense"):
        bench.measure(short, rounds=1)


def test_the_dense_reader_sees_nearly_all_and_the_sparse_one_little(bench: Bench):
    seen = {}
    for name, browser in bench.browsers.items():
        with browser.access() as access:
            seen[name] = tally(access, Permission.CARD_SEE, Permission.DATASET_READ, Narrowed(KINDS)).seen
    assert seen["dense"] > 0.8 * SIZE > seen["sparse"] > 0


def test_no_hot_statement_reads_the_whole_table_of_assets(tmp_path: Path):
    # SQLite tells its plan: an asset is found by an index, or by walking the dates and stopping at the page's end.
    with ExitStack() as stack:
        bench = Bench(f"sqlite:///{tmp_path / 'plans.sqlite'}", tmp_path, words.invented(2_000, 1), stack)
        asked = [(work.name, work.browser, work.path) for work in bench.workloads()]
        plans = {name: bench.plans(browser, path) for name, browser, path in asked}
    scans = [
        (name, line)
        for name, lines in plans.items()
        for line in lines
        if line.startswith("SCAN asset") and "USING INDEX ix_asset_updated" not in line and "asset_search" not in line
    ]
    assert scans == []
    assert all(any("asset" in line for line in lines) for lines in plans.values())


def test_real_cards_replace_made_up_ones(tmp_path: Path):
    file = tmp_path / "cartes.csv"
    file.write_text("title,description\nPistes cyclables,Tracé des pistes\nCantines,Menus de la semaine\n", "utf-8")
    titles = [text.title for text in words.read(file, 3)]
    assert titles == ["Pistes cyclables", "Cantines", "Pistes cyclables, lot 2"]


def test_pages_stop_at_twenty(bench: Bench):
    with bench.browsers["dense"].access() as access:
        assert len(newest(access, Permission.CARD_SEE, Narrowed(KINDS))) == 20
