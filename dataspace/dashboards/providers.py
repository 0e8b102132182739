"""The system of dashboards of this installation, and whether it answers: asked so that no page waits for it."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from enum import StrEnum

import requests

from dataspace.config import Settings
from dataspace.dashboards.port import DashboardProvider, Health
from dataspace.dashboards.superset import Superset

# A page tells within 5 s that boards are not there: we look again this often, and wait for the answer this long.
FRESH_SECONDS = 2.0
PATIENCE_SECONDS = 2.0
# Superset's first start takes a little more than a minute.
STARTING_SECONDS = 180.0


class State(StrEnum):
    """What a page says of the system of dashboards."""

    OFF = "absent"
    STARTING = "demarre"
    READY = "pret"
    DOWN = "muet"


def from_settings(settings: Settings) -> DashboardProvider | None:
    """The provider that configuration names; None when there is none."""
    if not settings.bi_url:
        return None
    http = requests.Session()
    # Configuration decides, not the environment of the process.
    http.trust_env = False
    if settings.ca_bundle:
        http.verify = str(settings.ca_bundle)
    if settings.http_proxy:
        http.proxies = {"http": settings.http_proxy, "https": settings.http_proxy}
    return Superset(
        http,
        settings.bi_url,
        username=settings.bi_username,
        password=settings.bi_password.get_secret_value(),
        public_url=settings.bi_public_url,
    )


class Watch:
    """Looks at the provider from time to time, in its own thread."""

    def __init__(self, provider: DashboardProvider | None) -> None:
        self._provider = provider
        self._turn = threading.Lock()
        self._looks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bi-watch")
        self._look: Future[Health] | None = None
        self._seen_at = float("-inf")
        self._is_up = False
        self._was_up = False
        self._since = time.monotonic()

    def state(self) -> State:
        """Whether boards can be shown now, known within PATIENCE_SECONDS."""
        if self._provider is None:
            return State.OFF
        with self._turn:
            if time.monotonic() - self._seen_at > FRESH_SECONDS:
                self._is_up = self._answers(self._provider)
                self._was_up = self._was_up or self._is_up
                self._seen_at = time.monotonic()
        if self._is_up:
            return State.READY
        is_young = time.monotonic() - self._since < STARTING_SECONDS
        return State.STARTING if is_young and not self._was_up else State.DOWN

    def _answers(self, provider: DashboardProvider) -> bool:
        if self._look is not None and not self._look.done():
            return False  # still waiting for its last answer: nobody waits with us
        self._look = self._looks.submit(provider.health)
        try:
            return self._look.result(timeout=PATIENCE_SECONDS).is_up
        except TooLate:
            return False
