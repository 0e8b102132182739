"""Chance made to be the same in both worlds: ids, tokens and nonces are drawn from the number of the request."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

_TURN = ["", 0]


def turn(name: object) -> None:
    """From now on draw what `name` gives: the same name, the same draws."""
    _TURN[:] = [str(name), 0]


@contextmanager
def foreseen() -> Iterator[None]:
    """What the standard library's `secrets` draws follows the turn."""

    def octets(size: int | None = None) -> bytes:
        _TURN[1] = int(_TURN[1]) + 1
        return hashlib.shake_256(f"{_TURN[0]}:{_TURN[1]}".encode()).digest(size or 32)

    with (
        patch.object(secrets, "token_bytes", octets),
        patch.object(secrets, "token_hex", lambda size=None: octets(size).hex()),
        patch.object(secrets, "token_urlsafe", lambda size=None: octets(size).hex()),
    ):
        yield
