"""Asking the running portal over HTTP, as a browser does: the only module of the proof that reaches out."""

import html
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self

import requests

from dataspace.errors import Unavailable

_TIMEOUT = (3, 30)
_LONGEST = 4_000_000
_PATIENCE = 3
_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
# What differs between two answers that say the same.
_MOVING = re.compile(r'nonce="[^"]*"|name="csrf_token"[^>]*?value="[^"]*"|<svg[^>]*id="[^"]*"')
_SAID = ("Content-Type", "Location", "Content-Disposition", "ETag", "Last-Modified")


@dataclass(frozen=True)
class Answer:
    """What came back: its status, the headers that may tell something, and its text (the beginning of a long one)."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def readable(self) -> str:
        """Everything that may be read in it, entities undone and spaces folded."""
        return " ".join(html.unescape(f"{self.text} {' '.join(self.headers.values())}").split())

    @property
    def json(self) -> Any:
        """The answer of a program, {} when it is not one."""
        try:
            return json.loads(self.text)
        except ValueError:
            return {}

    def without(self, *words: str) -> tuple[int, str, str]:
        """The answer with each of `words`, and what changes from one answer to the next, forgotten."""
        forgotten = re.compile("|".join(re.escape(word) for word in words))
        said = " ".join(f"{name}: {value}" for name, value in sorted(self.headers.items()))
        return self.status, forgotten.sub("*", said), forgotten.sub("*", _MOVING.sub("*", self.text))


class Pace:
    """At most so many requests a second, until a moment: the portal goes on serving its own people."""

    def __init__(self, per_second: float, seconds: float) -> None:
        self._gap = 1 / per_second
        self._next = time.monotonic()
        self.ends = time.monotonic() + seconds
        self.requests = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    def wait(self) -> None:
        """Until it is time for one more."""
        self.requests += 1
        ahead = self._next - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        self._next = max(self._next, time.monotonic()) + self._gap


class Visitor:
    """Somebody's browser: `cookie` is her session, none for who has not signed in."""

    def __init__(self, url: str, pace: Pace, *, cookie_name: str, cookie: str = "", verify: bool | str = True) -> None:
        self._url, self._pace, self._name, self._cookie = url.rstrip("/"), pace, cookie_name, cookie
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.verify = verify
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, *, as_program: bool = False, **query: str) -> Answer:
        """The answer to a page asked for, as it stands: redirections are not followed."""
        return self._ask("GET", path, as_program=as_program, params=query or None)

    def post(self, path: str, token: str) -> Answer:
        """The answer to a form sent empty, as a program."""
        return self._ask("POST", path, as_program=True, data={"csrf_token": token})

    def token(self, path: str) -> str:
        """A CSRF token of this session, taken from a page that has a form."""
        found = _TOKEN.search(self.get(path).text)
        return html.unescape(found[1]) if found else ""

    def _ask(self, method: str, path: str, *, as_program: bool, **options: Any) -> Answer:
        for turn in range(_PATIENCE):
            self._pace.wait()
            headers = {"Accept": "application/json" if as_program else "text/html"}
            if self._cookie:
                headers["Cookie"] = f"{self._name}={self._cookie}"
            try:
                with self._http.request(
                    method, self._url + path, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True,
                    **options,
                ) as response:  # fmt: skip
                    body = b"".join(_first(response, _LONGEST))
            except requests.RequestException as error:
                if turn + 1 < _PATIENCE:
                    time.sleep(0.3 * (turn + 1))
                    continue
                raise Unavailable(
                    f"Le portail ne répond pas à l’adresse {self._url}.",
                    "Démarrez-le, ou corrigez DATASPACE_PORTAL_URL, puis relancez la commande.",
                ) from error
            if response.status_code in (429, 503) and turn + 1 < _PATIENCE:
                time.sleep(min(float(response.headers.get("Retry-After", "1") or 1), 10))
                continue
            self._cookie = response.cookies.get(self._name) or self._cookie
            kept = {name: response.headers[name] for name in _SAID if name in response.headers}
            return Answer(response.status_code, kept, body.decode(response.encoding or "utf-8", "replace"))
        raise AssertionError("the last turn returns or raises")


def _first(response: requests.Response, size: int) -> Any:
    for chunk in response.iter_content(65536):
        yield chunk
        size -= len(chunk)
        if size <= 0:
            return
