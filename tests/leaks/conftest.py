"""Pairs of worlds: one with what a reader may not know of, one without."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.leaks import chance
from tests.leaks.hidden import KINDS
from tests.leaks.world import World, fresh_logs

Pair = Callable[..., tuple[World, World]]


@pytest.fixture
def steady(clock, monkeypatch) -> Iterator[None]:
    """Time stands still, chance is foreseen, and the logs are listened to from here on."""
    for module, log in fresh_logs().items():
        monkeypatch.setattr(module, "log", log)
    with chance.foreseen():
        yield


@pytest.fixture
def pair(steady, clone, tmp_path: Path) -> Iterator[Pair]:
    """`pair("dataset")`: the world that has these secrets (all of them unless said), and the one that has none."""
    with ExitStack() as stack:

        def of(kinds: Iterable[str] = tuple(KINDS), **more: object) -> tuple[World, World]:
            made = []
            for name, chosen in (("real", kinds), ("bare", ())):
                world = World(clone("valmer", f"leaks_{name}"), tmp_path / name, chosen, **more)
                stack.callback(world.close)
                made.append(world)
            return made[0], made[1]

        yield of


@pytest.fixture
def unknown(pair: Pair) -> Callable[[str], frozenset[str]]:
    """The kinds of secrets that a login may not know of, said by the policy."""

    def of(login: str) -> frozenset[str]:
        everything, _ = pair()
        found = everything.unknown_to(login)
        everything.close()
        return found

    return of
