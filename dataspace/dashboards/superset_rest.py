"""A signed-in conversation with Superset's REST API, that ends on time and says no more than it should."""

import base64
import binascii
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from dataspace.dashboards.port import ProviderDown, ProviderRefused, UnknownDashboard

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
# A page of dashboards is some 100 kB; more than this is not an answer to us.
LARGEST_ANSWER = 16 * 1024 * 1024
# Renew before the other side's clock says it is over.
MARGIN_SECONDS = 60
BUSY = (408, 429)
# The most that Superset gives at once.
PAGE = 100

Json = dict[str, Any]


class SupersetRest:
    """Calls as one account. Private CA, proxies and retries are those of the given session."""

    def __init__(
        self, http: requests.Session, base_url: str, username: str, password: str, *, read_seconds: float = READ_SECONDS
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._account = {"username": username, "password": password, "provider": "db", "refresh": True}
        self._read_seconds = read_seconds
        self._access = ""
        self._refresh = ""
        self._csrf = ""
        self._turn = threading.RLock()

    def get(self, path: str, q: str = "") -> Json:
        """The answer of a read; `q` is Superset's rison query."""
        return self._signed("GET", path, params={"q": q} if q else None)

    def every(self, path: str, q: str = "", *, order: str = "id") -> list[Json]:
        """All pages of a list. `order` must tell rows apart: without one, PostgreSQL loses some between pages."""
        found: list[Json] = []
        while True:
            paging = f"order_column:{order},order_direction:asc,page:{len(found) // PAGE},page_size:{PAGE}"
            rows = self.get(path, f"({q},{paging})" if q else f"({paging})")["result"]
            found += rows
            if len(rows) < PAGE:
                return found

    def post(self, path: str, body: Json) -> Json:
        """The answer of a creation."""
        return self._signed("POST", path, body=body)

    def put(self, path: str, body: Json) -> Json:
        """The answer of a change."""
        return self._signed("PUT", path, body=body)

    def anonymous(self, path: str) -> Json:
        """The answer of a read that needs no account."""
        return self._answer(*self._send("GET", path, {}))

    def sign_in(self) -> None:
        """Make sure that we are someone; `ProviderRefused` when the password is wrong."""
        with self._turn:
            if _expiry(self._access) - time.time() > MARGIN_SECONDS:
                return
            self._csrf = ""
            if _expiry(self._refresh) - time.time() > MARGIN_SECONDS:
                bearer = {"Authorization": f"Bearer {self._refresh}"}
                status, body = self._send("POST", "/api/v1/security/refresh", bearer)
                if status == 200:
                    self._access = _text(self._answer(status, body), "access_token")
                    return
            status, body = self._send("POST", "/api/v1/security/login", {}, body=self._account)
            tokens = self._answer(status, body)
            self._access, self._refresh = _text(tokens, "access_token"), str(tokens.get("refresh_token", ""))

    def _signed(
        self, method: str, path: str, *, body: Json | None = None, params: Mapping[str, str] | None = None
    ) -> Json:
        for is_last in (False, True):
            self.sign_in()
            headers = {"Authorization": f"Bearer {self._access}"}
            if method != "GET":
                headers |= {"X-CSRFToken": self._csrf_token(), "Referer": self._base}
            status, answer = self._send(method, path, headers, body=body, params=params)
            stale = status == 401 or (status == 400 and b"CSRF" in answer)
            if not stale or is_last:
                break
            # Superset restarted with other keys, or forgot our session: start again, once.
            with self._turn:
                self._access = self._refresh = self._csrf = ""
        return self._answer(status, answer)

    def _csrf_token(self) -> str:
        """Superset wants it with its session cookie, even from an account that signs each call."""
        with self._turn:
            if not self._csrf:
                headers = {"Authorization": f"Bearer {self._access}"}
                answer = self._answer(*self._send("GET", "/api/v1/security/csrf_token/", headers))
                self._csrf = _text(answer, "result")
            return self._csrf

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: Json | None = None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body, both had before the deadline: a server that drips bytes does not hold us."""
        deadline = time.monotonic() + self._read_seconds
        try:
            with self._http.request(
                method,
                self._base + path,
                headers=headers,
                json=body,
                params=params,
                timeout=(CONNECT_SECONDS, self._read_seconds),
                # A redirection is a login page or a proxy: never an answer.
                allow_redirects=False,
                stream=True,
            ) as response:
                content = bytearray()
                while piece := response.raw.read1(65_536, decode_content=True):
                    content += piece
                    if time.monotonic() > deadline or len(content) > LARGEST_ANSWER:
                        raise ProviderDown("Superset répond trop lentement.")
                return response.status_code, bytes(content)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise ProviderDown("Superset ne répond pas.") from error

    def _answer(self, status: int, content: bytes) -> Json:
        """The JSON object of a success; the other side's own words stay out of ours, they may hold SQL."""
        if status >= 500 or 300 <= status < 400 or status in BUSY:
            raise ProviderDown(f"Superset répond par une erreur ({status}).")
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise ProviderDown("Superset répond autre chose que son API.") from error
        if status == 404:
            raise UnknownDashboard("Superset ne connaît pas cet objet.")
        if status >= 400:
            raise ProviderRefused(f"Superset refuse la demande ({status}).")
        if not isinstance(answer, dict):
            raise ProviderDown("Superset répond autre chose que son API.")
        return answer


def claims(token: str) -> Json:
    """What a token says, unverified: the other side signs it and is the one to check."""
    try:
        part = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return said if isinstance(said, dict) else {}


def _expiry(token: str) -> float:
    """Seconds since the epoch; 0 for what is no token."""
    said = claims(token).get("exp", 0)
    return float(said) if isinstance(said, int | float) else 0.0


def _text(answer: Json, key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise ProviderDown("Superset répond autre chose que son API.")
    return value
