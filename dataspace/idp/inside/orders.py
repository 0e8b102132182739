"""Run in the provider's own venv: carries out the orders read on standard input, one JSON list.

Each order is an object whose `order` names one of the functions below, the rest being its arguments.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from canaille.app import models
from canaille.backends import Backend
from provider import provider


def accounts(people: list[dict[str, Any]]) -> None:
    """Make the accounts equal to this list: create, update, delete."""
    keep = {person["login"] for person in people}
    for user in Backend.instance.query(models.User):
        if user.user_name not in keep:
            Backend.instance.delete(user)
    for person in people:
        user = Backend.instance.get(models.User, user_name=person["login"]) or models.User(user_name=person["login"])
        full_name = f"{person['given_name']} {person['family_name']}"
        user.given_name = person["given_name"]
        user.family_name = person["family_name"]
        user.formatted_name = user.display_name = full_name
        user.emails = [person["email"]]
        user.phone_numbers = [person["phone"]] if person.get("phone") else []
        user.preferred_language = "fr"
        user.lock_date = None
        user.groups = [_group(name) for name in person.get("groups", [])]
        # One save for all of it, the password too: each is a commit on the disk.
        user.password = person["password"]
        user.password_last_update = datetime.now(UTC)
        Backend.instance.save(user)


def groups(login: str, names: list[str]) -> None:
    """The groups of one person become exactly these."""
    user = _user(login)
    user.groups = [_group(name) for name in names]
    Backend.instance.save(user)


def lock(login: str) -> None:
    """Nobody signs in with this account any more."""
    user = _user(login)
    user.lock_date = datetime.now(UTC)
    Backend.instance.save(user)


def unlock(login: str) -> None:
    """Undo `lock`."""
    user = _user(login)
    user.lock_date = None
    Backend.instance.save(user)


def client(
    client_id: str, client_secret: str, name: str, redirect_uris: list[str], post_logout_redirect_uris: list[str]
) -> None:
    """Make one relying party equal to this description."""
    party = Backend.instance.get(models.Client, client_id=client_id) or models.Client(client_id=client_id)
    home = urlsplit(redirect_uris[0])
    party.client_name = name
    party.client_secret = client_secret
    party.client_id_issued_at = party.client_id_issued_at or datetime.now(UTC)
    # A host of TRUSTED_DOMAINS: no consent page in front of the house's own portal.
    party.client_uri = f"{home.scheme}://{home.netloc}/"
    party.redirect_uris = redirect_uris
    party.post_logout_redirect_uris = post_logout_redirect_uris
    party.grant_types = ["authorization_code", "refresh_token"]
    party.response_types = ["code"]
    party.scope = ["openid", "profile", "email", "phone", "groups"]
    party.token_endpoint_auth_method = "client_secret_basic"
    # Left unset, Canaille picks one of its algorithms at random for each token.
    party.id_token_signed_response_alg = "RS256"
    Backend.instance.save(party)
    party.audience = [party]
    Backend.instance.save(party)


def allow(client_id: str, redirect_uri: str, post_logout_redirect_uri: str) -> None:
    """One more address of the same relying party."""
    party = Backend.instance.get(models.Client, client_id=client_id)
    party.redirect_uris = sorted({*party.redirect_uris, redirect_uri})
    party.post_logout_redirect_uris = sorted({*party.post_logout_redirect_uris, post_logout_redirect_uri})
    Backend.instance.save(party)


ORDERS = {order.__name__: order for order in (accounts, groups, lock, unlock, client, allow)}


def _user(login: str) -> Any:
    user = Backend.instance.get(models.User, user_name=login)
    if user is None:
        raise SystemExit(f"compte inconnu : {login}")
    return user


def _group(name: str) -> Any:
    group = Backend.instance.get(models.Group, display_name=name)
    if group is None:
        group = models.Group(display_name=name)
        Backend.instance.save(group)
    return group


def main() -> None:
    """Carry out every order inside one application context."""
    orders = json.load(sys.stdin)
    app = provider()
    with app.app_context(), app.backend.session():
        for order in orders:
            ORDERS[order.pop("order")](**order)


if __name__ == "__main__":
    main()
