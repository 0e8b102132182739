"""Before any view: is the endpoint declared, is somebody there, may she use this kind of page?"""

from urllib.parse import urlsplit

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Permission, proving, taking, why
from dataspace.auth.viewing import OnlyLooking
from dataspace.auth.walking import TRIED
from dataspace.errors import NotFound, Refused, Unmapped
from dataspace.web import context, programs
from dataspace.web.routing import PUBLIC, SIGNED_IN, Requirement, is_pasted, is_proven, requirement

# Bytes of a form without its files; and where the accesses of a whole authority are pasted as a table.
_LONGEST_TYPED, _LONGEST_PASTED = 500_000, 3_000_000
_LEAVING = ("admin.stop_viewing", "accounts.sign_out", "accounts.provider_sign_out")


def bound() -> None:
    """`before_request`: what is typed is small, whoever sends it; only files may be as large as a deposit.

    Werkzeug bounds the fields of a form that carries files, and those of no other.
    """
    pasted = is_pasted(flask.current_app, flask.request.endpoint)
    if flask.request.mimetype == "application/x-www-form-urlencoded":
        longest = _LONGEST_PASTED if pasted else _LONGEST_TYPED
        flask.request.max_content_length = min(longest, flask.request.max_content_length or longest)
    elif pasted:
        flask.request.max_form_memory_size = _LONGEST_PASTED


def check() -> ResponseReturnValue | None:  # noqa: PLR0911 - one question after another
    """`before_request`: lets the request go on, sends to the sign-in page, or raises what explains the refusal."""
    endpoint = flask.request.endpoint
    if endpoint is None:
        return None
    if "\x00" in flask.request.path:
        # No name holds one, PostgreSQL cannot be asked about it, and no page may show it back.
        return NotFound.sentence, 404, {"Content-Type": "text/plain; charset=utf-8"}
    required = requirement(flask.current_app, endpoint)
    secret = programs.presented() if required is not PUBLIC else None
    if secret is not None and (refused := programs.admit(endpoint, secret)) is not None:
        return refused
    if context.is_walk() and flask.request.method not in context.SAFE and endpoint not in TRIED:
        raise OnlyLooking
    if required is PUBLIC and (flask.request.method in context.SAFE or endpoint in _LEAVING):
        return None
    if context.viewing() is not None:
        _while_viewing(endpoint, required)
        return None
    if required is PUBLIC:
        return None
    if required is None:
        raise Refused
    if context.current_actor() is None:
        return _to_sign_in()
    if required is SIGNED_IN:
        return None
    assert isinstance(required, Permission)
    _require(required, endpoint)
    return None


def demand(required: Permission) -> None:
    """Refuse the reader, as a route that requires it does."""
    _require(required, flask.request.endpoint or "")


def _require(required: Permission, endpoint: str) -> None:
    access = context.access()
    if not access.may(required):
        if roles := taking.would_open(access, required):
            raise taking.Dormant(roles)
        raise Refused(*why.page(access, required)) if access.may(Permission.PORTAL_USE) else Unmapped
    if is_proven(flask.current_app, endpoint):
        proving.require(access)


def _while_viewing(endpoint: str, required: Requirement | None) -> None:
    """As somebody else one looks at things: no act but leaving, and nothing that is a person's own."""
    if endpoint in _LEAVING:
        return
    if flask.request.method not in context.SAFE:
        raise OnlyLooking
    if required is not Permission.CARD_SEE and endpoint != "accounts.home":
        raise OnlyLooking("Cette page est personnelle, ou administre : elle ne se montre pas en « voir comme ».")
    assert isinstance(required, Permission)
    if not context.access().may(required):
        raise Refused


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        return {"erreur": "Connectez-vous d’abord.", "statut": 401}, 401
    here = flask.request.full_path.removesuffix("?") if flask.request.method == "GET" else "/"
    return flask.redirect(flask.url_for("accounts.sign_in", next=here))


def wants_json() -> bool:
    """Was the answer asked for by a program?"""
    if programs.presented() is not None or flask.request.path.startswith("/api/"):
        return True
    accepted = flask.request.accept_mimetypes
    return flask.request.is_json or accepted.best_match(["text/html", "application/json"]) == "application/json"


def safe_next(target: str | None) -> str:
    """`target` when it is a plain path of this portal, else the home page (open redirects: facts/trust.md 9)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(target)
    has_control = any(ord(char) < 32 or char == "\\" for char in target)
    return "/" if parts.scheme or parts.netloc or has_control else target
