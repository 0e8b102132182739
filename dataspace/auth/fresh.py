"""Does a signed token prove what was asked of the sign-in: how recent, how strong? (OpenID Connect Core 3.1.3.7)"""

import time
from collections.abc import Mapping
from typing import Any

_LEEWAY = 60
_TO_THE_ADMIN = "À transmettre à l’administration\u00a0: "
_NO_AUTH_TIME = (
    "no-auth-time",
    "Votre service d’identité ne dit pas quand vous vous êtes connecté\u00a0: cette action reste fermée.",
    (f"{_TO_THE_ADMIN}le jeton d’identité n’a pas d’«\u00a0auth_time\u00a0» alors que «\u00a0max_age\u00a0» est "
     "demandé. Réglez le fournisseur, ou DATASPACE_STEP_UP_MINUTES à 0."),
)  # fmt: skip
_TOO_OLD = (
    "auth-time",
    "Votre service d’identité n’a pas redemandé votre mot de passe\u00a0: sa réponse est trop ancienne.",
    f"{_TO_THE_ADMIN}le fournisseur n’applique ni «\u00a0prompt=login\u00a0» ni «\u00a0max_age\u00a0».",
)
_TOO_WEAK = (
    "acr",
    "Cette action demande une connexion plus forte que celle que votre service d’identité annonce.",
    (f"Recommencez avec votre second facteur. {_TO_THE_ADMIN}comparez DATASPACE_STEP_UP_ACR aux niveaux (acr) du "
     "fournisseur."),
)  # fmt: skip
Fault = tuple[str, str, str]


def fault(claims: Mapping[str, Any], max_age: int, acr: tuple[str, ...]) -> Fault | None:
    """A word for the journal, a sentence and the next step; None when the token says all that was asked."""
    if max_age:
        at = claims.get("auth_time")
        if at is None:
            return _NO_AUTH_TIME
        # Canaille gives a float.
        if isinstance(at, bool) or not isinstance(at, int | float) or not -_LEEWAY <= time.time() - at <= max_age:
            return _TOO_OLD
    return _TOO_WEAK if acr and claims.get("acr") not in acr else None
