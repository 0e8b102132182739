"""Pairs of worlds: one with what a reader may not know of, one without."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.leaks import chance
from tests.leaks.hidden import KINDS
from tests.leaks.world import LOGINS, World, fresh_logs

Pair = Callable[..., tuple[World, World]]


@pytest.fixture
def steady(clock, monkeypatch) -> Iterator[None]:
    """Time stands still, chance is foreseen, and the logs are listened to from here on."""
    for module, log in fresh_logs().items():
        monkeypatch.setattr(module, "log", log)
    with chance.foreseen():
        yield


@pytest.fixture
def world(steady, clone, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """`world("real", kinds)`: a portal of its own that has these secrets."""
    with ExitStack() as stack:

        def of(name: str, kinds: Iterable[str], **more: Any) -> World:
            made = World(clone("valmer", f"leaks_{name}"), tmp_path / name, kinds, **more)
            stack.callback(made.close)
            return made

        yield of


@pytest.fixture
def pair(world) -> Pair:
    """`pair(kinds)`: the world that has these secrets, and the one that has none."""

    def of(kinds: Iterable[str], **more: Any) -> tuple[World, World]:
        return world("real", kinds, **more), world("bare", (), **more)

    return of


@pytest.fixture(scope="session")
def known() -> dict[str, frozenset[str]]:
    """What is unknown to whom, kept: the policy says the same to every test."""
    return {}


@pytest.fixture
def unknown(world, known) -> Callable[[str], frozenset[str]]:
    """The kinds of secrets that a login may not know of, said by the policy."""

    def of(login: str) -> frozenset[str]:
        if not known:
            everything = world("everything", KINDS)
            known.update((name, everything.unknown_to(name)) for name in LOGINS)
        return known[login]

    return of
