"""What an identity provider publishes, its metadata and its keys, each kept no longer than its maximum age."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dataspace.errors import Unavailable

# A provider that does not answer must not hold every worker: after a failure, nobody asks again for a moment.
_REST = 5.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Http = Callable[[], AbstractContextManager[requests.Session]]


class ProviderDown(Unavailable):
    """The provider does not answer, or not as it should; `code` is for the journal."""

    sentence = "La connexion n’est pas possible pour l’instant : le service d’identité ne répond pas."
    next_step = "Réessayez dans quelques minutes. Les connexions déjà ouvertes continuent."

    def __init__(self, code: str = "provider-down") -> None:
        self.code = code
        super().__init__()


class Published:
    """The metadata and the keys of one issuer, shared by the threads of a process."""

    def __init__(self, issuer: str, http: Http, max_age: timedelta) -> None:
        self._issuer = issuer
        self._http = http
        self._max_age = max_age.total_seconds()
        self._lock = Lock()
        self._kept: dict[str, tuple[float, Any]] = {}
        self._failed_at = -_REST

    def metadata(self) -> Mapping[str, Any]:
        """The discovery document, which must be the configured issuer's own. Raises ProviderDown."""
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        found: Mapping[str, Any] = self._current(url, self._checked)
        return found

    def keys(self, *, fresh: bool = False) -> KeySet:
        """The keys that sign; `fresh` asks the provider again. Raises ProviderDown."""
        url = self.metadata()["jwks_uri"]
        if fresh:
            with self._lock:
                self._kept.pop(url, None)
        found: KeySet = self._current(url, _public_keys)
        return found

    def verify(self, token: str, algorithms: tuple[str, ...]) -> jwt.Token:
        """The content of a signed token. Raises JoseError when no published key made this signature.

        A key may have changed under the same name, or be newer than our copy: the keys are read once more.
        """
        try:
            return jwt.decode(token, self.keys(), algorithms=algorithms)
        except (BadSignatureError, InvalidKeyIdError):
            return jwt.decode(token, self.keys(fresh=True), algorithms=algorithms)

    def _current(self, url: str, read: Callable[[Any], Any]) -> Any:
        with self._lock:
            at, document = self._kept.get(url, (0.0, None))
            if document is None or monotonic() - at > self._max_age:
                document = read(self._fetch(url))
                self._kept[url] = (monotonic(), document)
            return document

    def _fetch(self, url: str) -> Any:
        if monotonic() - self._failed_at < _REST:
            raise ProviderDown
        try:
            with self._http() as http:
                answer = http.get(url)
            if answer.status_code != 200:
                raise ValueError(answer.status_code)
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            self._failed_at = monotonic()
            raise ProviderDown from error

    def _checked(self, document: Any) -> Mapping[str, Any]:
        if not isinstance(document, dict) or document.get("issuer") != self._issuer:
            raise ProviderDown("wrong-issuer")
        # Plain http is for the demonstration: a provider met over TLS never sends us elsewhere without it.
        scheme = self._issuer.split(":", 1)[0] + "://"
        if not all(str(document.get(name, "")).startswith((scheme, "https://")) for name in _ENDPOINTS):
            raise ProviderDown("wrong-endpoints")
        return document


def _public_keys(document: Any) -> KeySet:
    try:
        # A shared secret published as a key would let anyone sign.
        return KeySet.import_key_set({"keys": [key for key in document["keys"] if key.get("kty") != "oct"]})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProviderDown("wrong-keys") from error
