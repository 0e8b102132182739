"""A real OpenID Connect provider on the loopback that is honest until told to lie."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID = "portal"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Hostile:
    """What it publishes and signs; a test changes the attribute that should lie."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = new_key("one")
        self.published = [self.key]
        self.discovery: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.signs_userinfo = False
        self.sign: Callable[[dict[str, Any]], str] = self.honestly
        self.slow: dict[str, float] = {}
        self.raw: dict[str, bytes] = {}
        self.asked: list[str] = []
        self._left: dict[str, str] = {}
        self._spent: set[str] = set()

    def honestly(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def with_the_public_key_as_secret(self, claims: dict[str, Any]) -> str:
        # By hand: joserfc would not take a public key for a secret.
        signed = f"{_part({'alg': 'HS256', 'kid': self.key.kid})}.{_part(claims)}"
        secret = self.key.as_pem(private=False)
        return f"{signed}.{_url64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    def with_another_key(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, new_key(str(self.key.kid)))

    def with_an_embedded_key(self, claims: dict[str, Any]) -> str:
        own = ECKey.generate_key("P-256")
        return jwt.encode({"alg": "ES256", "kid": "mine", "jwk": own.as_dict(private=False)}, claims, own)

    def leave(self, location: str) -> dict[str, str]:
        """What the portal sent the browser with."""
        self._left = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        return self._left

    def id_claims(self) -> dict[str, Any]:
        now = int(time.time())
        told = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "awa-subject", "nonce": self._left.get("nonce", ""),
            "iat": now, "exp": now + 300,
        }  # fmt: skip
        return {name: value for name, value in (told | self.claims).items() if value is not None}

    def logout_token(self, **changes: Any) -> str:
        """An order to close `awa-subject`'s sessions."""
        now = int(time.time())
        told = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": f"{now}", "sub": "awa-subject",
            "events": {LOGOUT: {}},
        }  # fmt: skip
        return self.sign({name: value for name, value in (told | changes).items() if value is not None})

    # --- endpoints --------------------------------------------------------------------------------------------------
    def answer(self, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        self.asked.append(path)
        time.sleep(self.slow.get(path, 0))
        if path in self.raw:
            return 200, "application/json", self.raw[path]
        if path == "/.well-known/openid-configuration":
            return _json(self._document() | self.discovery)
        if path == "/keys":
            return _json({"keys": [key.as_dict(private=False) for key in self.published]})
        if path == "/token":
            return self._token(form)
        if path == "/userinfo":
            told = {"sub": "awa-subject", "preferred_username": "awa", "groups": ["dir-solidarite"]} | self.userinfo
            if self.signs_userinfo:
                return 200, "application/jwt", self.sign(told).encode()
            return _json({name: value for name, value in told.items() if value is not None})
        return 404, "text/plain", b""

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys", "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }  # fmt: skip

    def _token(self, form: dict[str, str]) -> tuple[int, str, bytes]:
        made = _url64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if made != self._left.get("code_challenge") or form["code"] in self._spent:
            return 400, "application/json", b'{"error": "invalid_grant"}'
        self._spent.add(form["code"])
        return _json({"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(self.id_claims())})


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _part(content: dict[str, Any]) -> str:
    return _url64(json.dumps(content).encode())


def _json(document: Any) -> tuple[int, str, bytes]:
    return 200, "application/json", json.dumps(document).encode()


@contextmanager
def provider(tls: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """One that listens, until the end of the block."""
    made: list[Hostile] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send({name: values[0] for name, values in parse_qs(body).items()})

        def _send(self, form: dict[str, str]) -> None:
            status, kind, body = made[0].answer(urlsplit(self.path).path, form)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.append(Hostile(server.server_port))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        made[0].issuer = made[0].issuer.replace("http:", "https:")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        server.shutdown()
        server.server_close()
