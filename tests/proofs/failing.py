"""A database that goes away at the n-th statement, for every n: what an act writes is all there, or none of it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from dataspace import db

W = TypeVar("W")
# The engine's own moments around a statement, then around the end of the transaction.
MOMENTS = BEFORE, AFTER, COMMIT = "before_cursor_execute", "after_cursor_execute", "commit"


@contextmanager
def failing(engine: Any, moment: str, nth: int) -> Iterator[list[str]]:
    """Within, the `nth` statement (or the commit) fails as a database that went away; the statements met."""
    met: list[str] = []

    def fail(*said: Any) -> None:
        met.append(said[2] if moment != COMMIT else COMMIT)
        if len(met) == nth:
            raise OperationalError(met[-1], {}, Exception("the server closed the connection"))

    event.listen(engine, moment, fail)
    try:
        yield met
    finally:
        event.remove(engine, moment, fail)


def all_or_nothing(
    sessions: Any, act: Callable[[Any], None], moment: str, written: Callable[[], W], *, most: int, least: int
) -> tuple[W, W]:
    """What is written before, and after the `act` that nothing interrupts; nothing moves as long as something does."""
    before = written()
    for nth in range(1, most):
        with failing(sessions.kw["bind"], moment, nth) as met:
            try:
                with db.writing(sessions) as session:
                    act(session)
                break
            except OperationalError:
                pass
        assert written() == before, f"statement {nth}: {met[-1]}"
    else:
        pytest.fail(f"the act takes more than {most} statements")
    assert nth > (1 if moment == COMMIT else least), "nothing failed"
    return before, written()
