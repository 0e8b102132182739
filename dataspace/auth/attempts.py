"""What goes to and fro at sign-in: what a browser must bring back, who she turned out to be, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataspace.auth.renewal import Renewal
from dataspace.errors import Refused


class SignInRefused(Refused):
    """The answer of the provider cannot be believed, or says no; `code` is for the journal."""

    sentence = "La connexion n’a pas abouti : la réponse du service d’identité n’a pas pu être vérifiée."
    next_step = "Recommencez depuis le portail. Si cela se reproduit, prévenez l’administration du portail."

    def __init__(self, code: str, sentence: str | None = None, next_step: str | None = None) -> None:
        self.code = code
        super().__init__(sentence, next_step)


@dataclass(frozen=True)
class Attempt:
    """What a browser must bring back: kept in its signed cookie between leaving and returning."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    # When she signs in again to prove who she is: her session, and what was asked of the provider.
    renews: str = ""
    max_age: int = 0
    acr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Who signed in, verified. `groups` and `preferred_username` are the claims configured for these, if given."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    id_token: str
    renewal: Renewal | None = None

    def text(self, name: str) -> str | None:
        value = self.claims.get(name)
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True)
class LogoutOrder:
    """A provider's own word that a session, or all of a person's, must end (back-channel logout)."""

    issuer: str
    subject: str | None
    sid: str | None
    jti: str


def said_no(error: str) -> SignInRefused:
    """The refusal for an error that the provider names."""
    known = "".join(char for char in error if char.isalnum() or char in "_-")[:60]
    sentence = "Le service d’identité n’a pas ouvert la connexion."
    return SignInRefused(f"provider:{known}", sentence, "Recommencez, ou vérifiez votre compte auprès du support.")
