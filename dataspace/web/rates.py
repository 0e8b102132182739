"""How often one may ask: a window of fixed length for each kind of request and each asker, counted by `limits`.

In memory, hence by each worker apart; a shared storage is another address.
"""

import time
from typing import cast

import flask
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests


def register(app: flask.Flask, storage: str = "memory://") -> None:
    """Have somewhere to count."""
    app.extensions["rates"] = FixedWindowRateLimiter(storage_from_string(storage))


def count(rate: str, kind: str, whose: str) -> None:
    """Count one request of `whose`. Raises TooManyRequests past `rate` (« 60 per minute »), with when to come back."""
    counter, limit = cast(FixedWindowRateLimiter, flask.current_app.extensions["rates"]), parse(rate)
    if not counter.hit(limit, kind, whose):
        left = counter.get_window_stats(limit, kind, whose).reset_time - time.time()
        raise TooManyRequests(retry_after=max(1, round(left)))
