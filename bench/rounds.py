"""Two ways to the same answer, in turn, so that a machine that slows down slows both."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

WARM_UP = 8


@dataclass(frozen=True)
class Measure:
    """Medians in milliseconds, and the first over the second."""

    ours_ms: float
    limit_ms: float

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.limit_ms

    def shown(self) -> dict[str, float]:
        return {"ours_ms": round(self.ours_ms, 3), "limit_ms": round(self.limit_ms, 3), "ratio": round(self.ratio, 2)}


def in_turn(
    ours: Callable[[], object], limit: Callable[[], object], around_limit: Callable[[], AbstractContextManager[None]],
    *, rounds: int, clock: Callable[[], float], warm_up: int = WARM_UP,
) -> Measure:  # fmt: skip
    """Time both by `clock` (seconds), ABAB; what surrounds the limit (a request to render in) is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(warm_up + rounds):
        spent_ours = _timed(ours, clock)
        with around_limit():
            spent_limit = _timed(limit, clock)
        if turn >= warm_up:
            times[0].append(spent_ours)
            times[1].append(spent_limit)
    return Measure(median(times[0]), median(times[1]))


def clock_for(engine: str) -> Callable[[], float]:
    """SQLite works in our own thread: the processor's time, which what else runs on the machine does not lengthen.

    PostgreSQL works in another process: only the clock on the wall sees it.
    """
    return time.thread_time if engine == "sqlite" else time.perf_counter


def _timed(what: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    what()
    return (clock() - start) * 1000
