"""`python -m bench catalog --size 10000 --json`: see bench/README.md."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from bench import revocations, rights, words
from bench.catalog import Bench
from bench.rounds import Measure, clock_for, in_turn
from bench.world import SEED
from dataspace import db
from dataspace.auth import tally
from tests import people


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("workload", choices=("catalog", "rights"))
    parser.add_argument("--size", type=int, default=10_000, help="how many cards")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=31, help="timed rounds of each workload, at least 15")
    parser.add_argument("--cards", type=Path, default=os.environ.get("DATASPACE_BENCH_CARDS"),
                        help="real cards (CSV or JSON lines, columns title and description) instead of made up ones")  # fmt: skip
    parser.add_argument(
        "--growth", action="store_true", help="the list's page with --size cards, then with ten times more"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    asked = parser.parse_args(arguments)
    if asked.workload == "rights":
        show(measured_rights(asked.engine, max(15, asked.rounds)), is_json=asked.json)
        return
    if asked.growth:
        show(growth(asked.engine, asked.size, max(15, asked.rounds)), is_json=asked.json)
        return
    texts = words.read(Path(asked.cards), asked.size) if asked.cards else words.invented(asked.size, SEED)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dataspace-bench-")))
        url = stack.enter_context(database(asked.engine, folder))
        bench = Bench(url, folder, texts, stack)
        print(
            f"{asked.size} cards, {asked.engine}, « {bench.world.common_word} », « {bench.world.rare_word} »",
            file=sys.stderr,
        )
        found = bench.run(rounds=max(15, asked.rounds), tell=tell)
    show({name: measure.shown() for name, measure in found.items()}, is_json=asked.json)


def measured_rights(engine: str, rounds: int) -> dict[str, Any]:
    """Questions about rights, then a run of revocations on two workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dataspace-bench-")))
        url = stack.enter_context(database(engine, folder))
        bench = rights.Bench(url, folder, stack)
        found: dict[str, Any] = {n: m.shown() for n, m in bench.run(rounds=rounds, tell=tell).items()}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dataspace-bench-")))
        url = stack.enter_context(database(engine, folder))
        db.upgrade(url)
        with db.writing(db.sessions(db.engine(url))) as session:
            people.settle(session)
        ran = revocations.run(url, folder, seconds=10).shown()
        print(ran, file=sys.stderr)
        return {**found, "violations": ran["violations"], "revocation_run": ran}


def growth(engine: str, size: int, rounds: int) -> dict[str, Any]:
    """How much longer the list takes when the catalogue is ten times larger; the two pages in turn.

    `*_after_a_change`: the first page that is asked once an asset has changed, hence counted anew.
    """
    with ExitStack() as stack:
        small, large = (_filled(engine, many, stack) for many in (size, 10 * size))
        found = {}
        for name in ("list_dense", "list_sparse"):
            pages = _page(large, name), _page(small, name)
            for suffix, (ours, smaller) in (("", pages), ("_after_a_change", tuple(map(_counted_anew, pages)))):
                spent = in_turn(ours, smaller, nullcontext, rounds=rounds, clock=clock_for(engine))
                found[name + suffix] = {
                    "small_ms": round(spent.limit_ms, 3), "large_ms": round(spent.ours_ms, 3),
                    "growth": round(spent.ratio, 2),
                }  # fmt: skip
        return found


def _counted_anew(page: Callable[[], bytes]) -> Callable[[], bytes]:
    def ask() -> bytes:
        tally.forget()
        return page()

    return ask


def _filled(engine: str, many: int, stack: ExitStack) -> Bench:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dataspace-bench-")))
    url = stack.enter_context(database(engine, folder))
    return Bench(url, folder, words.invented(many, SEED), stack)


def _page(bench: Bench, name: str) -> Callable[[], bytes]:
    work = next(work for work in bench.workloads() if work.name == name)
    return partial(work.browser.get, work.browser.environ(work.path))


def show(found: dict[str, Any], *, is_json: bool) -> None:
    if is_json:
        print(json.dumps(found, indent=1))


def tell(name: str, measure: Measure) -> None:
    print(
        f"{name:<24}{measure.ours_ms:>12.2f} ms{measure.limit_ms:>12.2f} ms{measure.ratio:>10.2f}",
        file=sys.stderr,
        flush=True,
    )


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """An empty database of its own: a file, or one more base on the server the tests would use."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite'}"
        return
    from tests import postgres

    with postgres.server(folder) as server:
        yield server.clone("bench")


if __name__ == "__main__":
    main()
