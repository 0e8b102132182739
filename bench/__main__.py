"""`python -m bench catalog --size 10000 --json`: see bench/README.md."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import words
from bench.catalog import Bench
from bench.rounds import Measure
from bench.world import SEED


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("workload", choices=("catalog",))
    parser.add_argument("--size", type=int, default=10_000, help="how many cards")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=31, help="timed rounds of each workload, at least 15")
    parser.add_argument("--cards", type=Path, default=os.environ.get("DATASPACE_BENCH_CARDS"),
                        help="real cards (CSV or JSON lines, columns title and description) instead of made up ones")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    asked = parser.parse_args(arguments)
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
    if asked.json:
        print(json.dumps({name: measure.shown() for name, measure in found.items()}, indent=1))


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
