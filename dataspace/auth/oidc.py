"""Signing in at an OpenID Connect provider: authorization code, PKCE, and every check before a claim is believed.

Only importer of authlib. What it leaves to us is done here (facts/identity.md 6): algorithms pinned whatever the
provider advertises, issuer and audience compared, RFC 9207, userinfo tied to the ID token, signed userinfo.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core.util import create_half_hash
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry, Token

from dataspace.auth import fresh
from dataspace.auth.attempts import Answer, Attempt, LogoutOrder, SignInRefused, said_no
from dataspace.auth.discovery import ProviderDown, Published
from dataspace.auth.renewal import Renewal
from dataspace.config import Settings

_TIMEOUT = (2, 5)
_DEADLINE = 10.0
_LARGEST = 1_000_000
_LEEWAY = 60
_OLDEST_LOGOUT = 150
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# What the ID token says is not for userinfo to change.
_SIGNED_ONLY = ("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "acr", "amr", "auth_time", "sid")


@dataclass(frozen=True)
class Provider:
    """A provider we trust, as configured: nothing here comes from the provider itself."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    groups_claim: str
    login_claim: str
    algorithms: tuple[str, ...]
    auth_method: str
    keys_max_age: timedelta
    ca_bundle: Path | None = None
    proxy: str = ""

    def __post_init__(self) -> None:
        if weak := [name for name in self.algorithms if name == "none" or name.startswith("HS")]:
            raise ValueError(f"DATASPACE_OIDC_ALGORITHMS : {', '.join(weak)} n’est pas accepté")

    @classmethod
    def of(cls, settings: Settings) -> "Provider":
        return cls(
            settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value(),
            settings.oidc_scopes, settings.oidc_groups_claim, settings.oidc_login_claim, settings.oidc_algorithms,
            settings.oidc_auth_method, settings.oidc_keys_max_age, settings.ca_bundle, settings.http_proxy,
        )  # fmt: skip


class Client:
    """Our side of one provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._published = Published(provider.issuer, self._http, provider.keys_max_age)

    def start(
        self, return_uri: str, *, renews: str = "", max_age: int = 0, acr: tuple[str, ...] = ()
    ) -> tuple[str, Attempt]:
        """Where to send the browser, and what it must bring back. Raises ProviderDown.

        `renews` is the session whose person is to sign in again, at most `max_age` seconds ago, at one of these levels.
        """
        # 43 characters each: some providers refuse less than 32 (ProConnect).
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        made = Attempt(self.provider.issuer, state, nonce, verifier, renews, max_age, acr)
        more = {"prompt": "login"} if renews else {}
        more |= {"max_age": str(max_age)} if max_age else {}
        more |= {"acr_values": " ".join(acr)} if acr else {}
        with self._http(return_uri) as http:
            url, _ = http.create_authorization_url(
                self._published.metadata()["authorization_endpoint"],
                state=made.state, nonce=made.nonce, code_verifier=made.verifier, **more,
            )  # fmt: skip
        return str(url), made

    def finish(self, query: Mapping[str, str], attempt: Attempt, return_uri: str) -> Answer:
        """Believe the answer brought back for `attempt`, or raise SignInRefused or ProviderDown."""
        metadata = self._published.metadata()
        if query.get("state") != attempt.state:
            raise SignInRefused("state")
        is_named = "iss" in query or metadata.get("authorization_response_iss_parameter_supported") is True
        if is_named and query.get("iss") != self.provider.issuer:
            raise SignInRefused("answer-issuer")
        if "error" in query or "code" not in query:
            raise said_no(query.get("error", "no-code"))
        with self._http(return_uri) as http:
            tokens = self._tokens(http, metadata, query["code"], attempt)
            try:
                signed = self._id_token(tokens, attempt)
                told = self._userinfo(http, metadata) if "userinfo_endpoint" in metadata else {}
            except (JoseError, ValueError, TypeError) as error:
                raise SignInRefused(_reason(error)) from error
        if told and told.get("sub") != signed["sub"]:
            raise SignInRefused("userinfo-subject")
        claims = signed | {name: value for name, value in told.items() if name not in _SIGNED_ONLY}
        _rename(claims, self.provider.groups_claim, "groups")
        _rename(claims, self.provider.login_claim, "preferred_username")
        return Answer(self.provider.issuer, signed["sub"], claims, tokens["id_token"], Renewal.of(tokens))

    def renewed(self, renewal: Renewal, moment: datetime) -> Renewal | None:
        """What the next question will be asked with, when the account still lives; None when the provider says no.

        Raises ProviderDown when it does not answer, or when there is nothing left to ask it with.
        """
        metadata = self._published.metadata()
        with self._http() as http:
            if renewal.refresh:
                try:
                    tokens = http.refresh_token(metadata["token_endpoint"], refresh_token=renewal.refresh)
                except AuthlibBaseError as error:
                    if _is_gone(error):
                        return None
                    raise ProviderDown from error
                except (requests.RequestException, ValueError) as error:
                    raise ProviderDown from error
                if not isinstance(tokens.get("access_token"), str):
                    raise ProviderDown
                renewal = Renewal.of({"refresh_token": renewal.refresh, **tokens})
            elif renewal.ends and renewal.ends <= moment.timestamp():
                # Over by itself: its refusal would tell nothing of the account.
                raise ProviderDown
            if "userinfo_endpoint" not in metadata:
                return renewal
            http.token = {"access_token": renewal.access, "token_type": "Bearer"}
            try:
                status = http.get(metadata["userinfo_endpoint"]).status_code
            except (requests.RequestException, AuthlibBaseError) as error:
                raise ProviderDown from error
        if status in (401, 403):
            return None
        if status != 200:
            raise ProviderDown
        return renewal

    def logout_url(self, id_token: str | None, return_uri: str, state: str) -> str | None:
        """Where to close the provider's own session too; None when it offers no such thing or does not answer."""
        try:
            endpoint = self._published.metadata().get("end_session_endpoint")
        except ProviderDown:
            return None
        if not endpoint:
            return None
        asked = {"client_id": self.provider.client_id, "post_logout_redirect_uri": return_uri, "state": state}
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def logout_order(self, token: str) -> LogoutOrder:
        """The content of a logout token. Raises SignInRefused unless everything about it is right."""
        try:
            found = self._verified(token, "iat", "jti", "events")
            claims = found.claims
            # Read as an end, with this leeway, the moment of issue says that the order is recent.
            JWTClaimsRegistry(leeway=_OLDEST_LOGOUT).validate_exp(claims["iat"])
        except (JoseError, ValueError, TypeError) as error:
            raise SignInRefused(_reason(error)) from error
        subject, sid = claims.get("sub"), claims.get("sid")
        is_logout = isinstance(claims["events"], dict) and _LOGOUT_EVENT in claims["events"]
        if not is_logout or "nonce" in claims or not (subject or sid) or not isinstance(sid, str | None):
            raise SignInRefused("not-a-logout")
        return LogoutOrder(self.provider.issuer, subject, sid, claims["jti"])

    def _http(self, return_uri: str | None = None) -> "_Http":
        provider = self.provider
        http = _Http(
            client_id=provider.client_id, client_secret=provider.client_secret, scope=provider.scopes,
            redirect_uri=return_uri, token_endpoint_auth_method=provider.auth_method, code_challenge_method="S256",
        )  # fmt: skip
        # Configuration decides, not the environment of the process: proxy, private authority, no .netrc.
        http.trust_env = False
        if provider.ca_bundle:
            http.verify = str(provider.ca_bundle)
        if provider.proxy:
            http.proxies = {"http": provider.proxy, "https": provider.proxy}
        return http

    def _tokens(self, http: "_Http", metadata: Mapping[str, Any], code: str, attempt: Attempt) -> Mapping[str, Any]:
        try:
            tokens = http.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=attempt.verifier,
                redirect_uri=http.redirect_uri,
            )  # fmt: skip
        except AuthlibBaseError as error:
            # Replayed, too old, or bought with another verifier.
            raise SignInRefused("code") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderDown from error
        if not isinstance(tokens.get("id_token"), str) or not isinstance(tokens.get("access_token"), str):
            raise SignInRefused("no-id-token")
        found: Mapping[str, Any] = tokens
        return found

    def _id_token(self, tokens: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        token = self._verified(tokens["id_token"], "sub", "exp", "iat", "nonce")
        claims = token.claims
        if not isinstance(claims["nonce"], str) or not secrets.compare_digest(claims["nonce"], attempt.nonce):
            raise SignInRefused("nonce")
        if "at_hash" in claims:
            expected = create_half_hash(tokens["access_token"], token.header["alg"])
            if expected is None or expected.decode() != claims["at_hash"]:
                raise SignInRefused("at-hash")
        if fault := fresh.fault(claims, attempt.max_age, attempt.acr):
            raise SignInRefused(*fault)
        return dict(claims)

    def _verified(self, token: str, *essential: str) -> Token:
        """A token signed by the provider, for us, now."""
        found = self._published.verify(token, self.provider.algorithms)
        must = {name: {"essential": True} for name in essential}
        JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            **must,  # type: ignore[arg-type]
        ).validate(found.claims)
        audience, azp = found.claims["aud"], found.claims.get("azp")
        if isinstance(audience, list) and len(audience) > 1 and azp is None:
            raise SignInRefused("azp")
        if azp is not None and azp != self.provider.client_id:
            raise SignInRefused("azp")
        return found

    def _userinfo(self, http: "_Http", metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = http.get(metadata["userinfo_endpoint"])
        except requests.RequestException as error:
            raise ProviderDown from error
        if answer.status_code != 200:
            raise ProviderDown
        if not answer.headers.get("Content-Type", "").startswith("application/jwt"):
            try:
                told = answer.json()
            except ValueError as error:
                raise ProviderDown from error
            return told if isinstance(told, dict) else {"sub": None}
        signed = self._published.verify(answer.text, self.provider.algorithms).claims
        # OpenID Connect only recommends iss and aud here, and LemonLDAP::NG leaves them out.
        JWTClaimsRegistry(
            leeway=_LEEWAY, iss={"value": self.provider.issuer}, aud={"value": self.provider.client_id}
        ).validate(signed)
        return signed


class _Http(OAuth2Session):  # type: ignore[misc]
    """A conversation with a provider, bounded in time and size, that follows no redirection."""

    def request(self, method: str, url: str, withhold_token: bool = False, auth: Any = None, **kwargs: Any) -> Any:
        end = monotonic() + _DEADLINE
        kwargs |= {"timeout": _TIMEOUT, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, withhold_token or not self.token, auth, **kwargs)
        body = b""
        for piece in answer.iter_content(16_384):
            body += piece
            if len(body) > _LARGEST or monotonic() > end:
                answer.close()
                raise requests.Timeout("answer too long")
        # requests has no other way to bound a body that somebody else reads.
        answer._content = body  # noqa: SLF001
        return answer


def clients(settings: Settings) -> dict[str, Client]:
    """Our providers by issuer; none when none is configured."""
    return {settings.oidc_issuer: Client(Provider.of(settings))} if settings.oidc_issuer else {}


def _rename(claims: dict[str, Any], theirs: str, ours: str) -> None:
    value = claims.get(theirs)
    claims.pop(ours, None)
    if value is not None:
        claims[ours] = value


def _reason(error: Exception) -> str:
    """A short word for the journal, without any value."""
    if isinstance(error, JoseError):
        claim = getattr(error, "claim", None)
        return f"{error.error}:{claim}" if isinstance(claim, str) else error.error
    return "unreadable"


def _is_gone(error: AuthlibBaseError) -> bool:
    """Does the refusal of a refresh token say that nobody is behind it any more? Canaille has its own words for it."""
    is_nobody = error.error == "invalid_request" and "user" in (error.description or "").lower()
    return error.error == "invalid_grant" or is_nobody
