"""A browser without pages: signs in at the provider as a person would, form by form."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup
from joserfc import jwt
from joserfc.jwk import KeySet

from dataspace.idp.server import RETURN_PATH, IdpServer

SCOPE = "openid profile email phone groups"


@dataclass
class Browser:
    """One person's cookies, and what the portal remembers between two redirects."""

    provider: IdpServer
    portal: str
    http: requests.Session = field(default_factory=requests.Session)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.metadata: dict[str, Any] = self.http.get(
            f"{self.provider.issuer}/.well-known/openid-configuration", timeout=10
        ).json()

    @property
    def return_uri(self) -> str:
        return self.portal + RETURN_PATH

    def sign_in(self, login: str, password: str) -> requests.Response:
        """Follow the provider to the end: the redirection back to the portal, or the page that refuses."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.return_uri,
            "scope": SCOPE,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return self.sign_in_at(f"{self.metadata['authorization_endpoint']}?{urlencode(asked)}", login, password)

    def sign_in_at(self, address: str, login: str, password: str) -> requests.Response:
        """The same, from the address that a portal has sent the browser to."""
        answer = self.http.get(address, allow_redirects=False, timeout=10)
        for typed in ({"login": login}, {"password": password}):
            page = self._follow(answer)
            answer = self._submit(page, typed)
        return self._follow(answer)

    def confirm_at(self, address: str, password: str) -> requests.Response:
        """Signed in there already, and asked for the password again."""
        page = self._follow(self.http.get(address, allow_redirects=False, timeout=10))
        return self._follow(self._submit(page, {"password": password}))

    def tokens(self, answer: requests.Response) -> dict[str, Any]:
        """What the code in the redirection buys at the token endpoint."""
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert query["state"] == [self.state]
        return self._token_endpoint(
            grant_type="authorization_code",
            code=query["code"][0],
            redirect_uri=self.return_uri,
            code_verifier=self.verifier,
        ).json()

    def refresh(self, refresh_token: str) -> requests.Response:
        """A new access token, unless the account is no longer welcome."""
        return self._token_endpoint(grant_type="refresh_token", refresh_token=refresh_token)

    def claims(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token whose RS256 signature holds with a published key."""
        keys = KeySet.import_key_set(self.http.get(self.metadata["jwks_uri"], timeout=10).json())
        return jwt.decode(id_token, keys, algorithms=["RS256"]).claims

    def _token_endpoint(self, **form: str) -> requests.Response:
        return self.http.post(
            self.metadata["token_endpoint"],
            data=form,
            auth=(self.provider.client_id, self.provider.client_secret),
            timeout=10,
        )

    def _follow(self, answer: requests.Response) -> requests.Response:
        while answer.is_redirect and not answer.headers["Location"].startswith(self.portal):
            answer = self.http.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False, timeout=10)
        return answer

    def _submit(self, page: requests.Response, typed: dict[str, str]) -> requests.Response:
        form = next(
            form
            for form in BeautifulSoup(page.text, "html.parser").find_all("form")
            if form.find(attrs=typed_in(typed))
        )
        fields = {
            entry["name"]: entry.get("value", "") for entry in form.find_all("input") if entry.get("type") == "hidden"
        }
        return self.http.post(
            urljoin(page.url, form.get("action") or page.url),
            data={**fields, **typed},
            headers={"Referer": page.url},
            allow_redirects=False,
            timeout=10,
        )


def typed_in(typed: dict[str, str]) -> dict[str, str]:
    """What the field to fill looks like."""
    return {"name": next(iter(typed))}
