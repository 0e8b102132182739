"""Signing in and out: what the browser carries between us and the identity provider."""

import secrets
import time
from dataclasses import astuple
from typing import cast

import flask
import flask_login
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from sqlalchemy.exc import IntegrityError

from dataspace import audit, db
from dataspace.accounts import services
from dataspace.accounts.blueprint import blueprint
from dataspace.accounts.devices import device
from dataspace.auth import Task, oidc, system
from dataspace.auth.attempts import Answer, Attempt, SignInRefused
from dataspace.auth.discovery import ProviderDown
from dataspace.auth.proving import Asked
from dataspace.errors import Unavailable
from dataspace.web import context, errors, rates
from dataspace.web.gate import safe_next
from dataspace.web.routing import PUBLIC

# Several tabs may be signing in at once; a cookie holds 4 kB.
_TABS = 3
_PATIENCE = 30 * 60
_LONGEST_NEXT = 600
_TITLE = "La connexion n’a pas abouti"


def register(app: flask.Flask) -> None:
    """Find the providers."""
    app.extensions["oidc"] = oidc.clients(app.extensions["settings"])
    # The provider itself posts there, with a signed token instead of our form's.
    cast(CSRFProtect, app.extensions["csrf"]).exempt("dataspace.accounts.signin.provider_sign_out")


@blueprint.get("/connexion", requires=PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Send the browser to the identity provider, remembering the page asked for."""
    _not_too_often()
    target = _next(flask.request.args.get("next"))
    if context.current_actor() is not None:
        return flask.redirect(target)
    return leave(target)


def _not_too_often() -> None:
    """How often one address may try. Raises TooManyRequests."""
    rates.count(context.settings().login_rate, flask.request.endpoint or "", flask.request.remote_addr or "")


def leave(target: str, *, renews: str = "") -> ResponseReturnValue:
    """To the provider, and back to `target`; `renews` is the session whose person is to prove who she is."""
    asked = Asked.of(context.settings())
    more = {"renews": renews, "max_age": int(asked.within.total_seconds()), "acr": asked.acr} if renews else {}
    try:
        url, attempt = _first_client().start(_return_uri(), **more)  # type: ignore[arg-type]
    except ProviderDown as down:
        _journal_down(down)
        raise
    _remember(attempt, target)
    return flask.redirect(url)


@blueprint.get("/connexion/retour", requires=PUBLIC)
def sign_in_return() -> ResponseReturnValue:
    """The provider's answer: everything is verified before a session exists."""
    _not_too_often()
    found = _recall(flask.request.args.get("state", ""))
    if found is None:
        return _refused(
            SignInRefused(
                "state",
                "Cette connexion a déjà servi, a trop attendu, ou a été commencée ailleurs.",
                "Reprenez depuis l’accueil du portail : si vous êtes déjà connecté, il s’ouvrira.",
            ),
            400,
        )
    attempt, target = found
    try:
        answer = _client(attempt.issuer).finish(flask.request.args, attempt, _return_uri())
        opened = _prove(answer, attempt.renews) if _is_renewing(attempt) else _open(answer)
    except SignInRefused as refused:
        return _refused(refused, 403)
    except ProviderDown as down:
        _journal_down(down)
        raise
    if _is_renewing(attempt):
        # The same session goes on, under another handle: what she had chosen in it stays.
        flask_login.login_user(context.SignedIn(opened.handle, opened.actor))
        return flask.redirect(target)
    # A cookie known before signing in must be worth nothing after (session fixation).
    flask.session.clear()
    flask_login.login_user(context.SignedIn(opened.handle, opened.actor))
    _tell(opened)
    return flask.redirect(target)


@blueprint.post("/deconnexion", requires=PUBLIC)
def sign_out() -> ResponseReturnValue:
    """Close the session here, then at the provider."""
    closed = None
    if context.current_actor() is not None:
        closed = services.close_session(context.access(), flask.session["_user_id"], secret_key=_secret_key())
    flask.session.clear()
    here = flask.url_for("accounts.signed_out")
    client = _clients().get(closed.issuer) if closed else None
    if closed is None or client is None:
        return flask.redirect(here, code=303)
    state = flask.session["leaving"] = secrets.token_urlsafe(32)
    return flask.redirect(client.logout_url(closed.id_token, _absolute(here), state) or here, code=303)


@blueprint.get("/deconnexion", requires=PUBLIC)
def signed_out() -> ResponseReturnValue:
    """Where the provider sends back: nothing is open any more."""
    if context.current_actor() is not None:
        return flask.redirect(flask.url_for("accounts.home"))
    expected, brought = flask.session.pop("leaving", None), flask.request.args.get("state")
    if brought is not None and brought != expected:
        return errors.page(
            400, "Demande incomprise", "Cette déconnexion n’a pas été commencée ici.", "Fermez cette page."
        )
    return flask.render_template(
        "accounts/signed_out.html",
        signed_out=expected is not None,
        expired=False,
        sign_in_url=flask.url_for(".sign_in"),
    )


@blueprint.post("/connexion/fin", requires=PUBLIC)
def provider_sign_out() -> ResponseReturnValue:
    """Back-channel logout: the provider says, server to server, that a session has ended."""
    _not_too_often()
    order = None
    for client in _clients().values():
        try:
            order = client.logout_order(flask.request.form.get("logout_token", ""))
        except SignInRefused:
            continue
    if order is None:
        return {"error": "invalid_request"}, 400
    services.close_as_told(system(context.session(), Task.SIGN_IN, context.policy()), order)
    return "", 200


def _is_renewing(attempt: Attempt) -> bool:
    """Is it the session that is open here which is proved? One that has closed meanwhile is opened anew."""
    actor = context.current_actor()
    return bool(attempt.renews) and actor is not None and actor.session == attempt.renews


def _prove(answer: Answer, public_id: str) -> services.Opened:
    with db.writing(context.maker()) as session:
        house = system(session, Task.SIGN_IN, context.policy())
        main = context.settings().oidc_issuer
        return services.prove(house, answer, public_id, main_issuer=main, secret_key=_secret_key())


def _open(answer: Answer) -> services.Opened:
    try:
        return _open_once(answer)
    except IntegrityError:
        # Two tabs of a newcomer at the same instant: the second one finds the person that the first one made.
        return _open_once(answer)


def _open_once(answer: Answer) -> services.Opened:
    with db.writing(context.maker()) as session:
        return services.open_session(
            system(session, Task.SIGN_IN, context.policy()),
            answer,
            context.limits(),
            main_issuer=context.settings().oidc_issuer,
            secret_key=_secret_key(),
            device=device(flask.request.user_agent.string[:400]),
            leaving=flask.session.get("_user_id"),
            rules=context.settings().entry_rules,
            claims=context.settings().directory_claims,
        )


def _tell(opened: services.Opened) -> None:
    if said := opened.change.sentence:
        flask.flash(said)


def _remember(attempt: Attempt, target: str) -> None:
    waiting = flask.session.get("signing_in", [])
    flask.session["signing_in"] = [*waiting[1 - _TABS :], [*astuple(attempt), target, int(time.time())]]


def _recall(state: str) -> tuple[Attempt, str] | None:
    """What this very browser left with, once only."""
    waiting = flask.session.get("signing_in", [])
    found = next((left for left in waiting if secrets.compare_digest(left[1].encode(), state.encode())), None)
    if found is None:
        return None
    flask.session["signing_in"] = [left for left in waiting if left is not found]
    issuer, state_, nonce, verifier, renews, max_age, acr, target, at = found
    attempt = Attempt(issuer, state_, nonce, verifier, renews, max_age, tuple(acr))
    return (attempt, target) if time.time() - at < _PATIENCE else None


def _refused(refused: SignInRefused, status: int) -> ResponseReturnValue:
    _journal(refused.code)
    return errors.page(status, _TITLE, refused.sentence, refused.next_step)


def _journal_down(down: ProviderDown) -> None:
    # Once a minute: everybody in the house meets it at the same time.
    _journal(down.code, once=f"{down.code}:{db.now():%Y%m%d%H%M}")


def _journal(code: str, once: str | None = None) -> None:
    house = system(context.session(), Task.SIGN_IN, context.policy())
    line = audit.entry(house, audit.Act.SIGN_IN_REFUSED, once=once, reason=code)
    audit.separately(context.maker(), line)


def _clients() -> dict[str, oidc.Client]:
    return cast("dict[str, oidc.Client]", flask.current_app.extensions["oidc"])


def _client(issuer: str) -> oidc.Client:
    found = _clients().get(issuer)
    if found is None:
        raise SignInRefused("unknown-provider")
    return found


def _first_client() -> oidc.Client:
    for client in _clients().values():
        return client
    raise Unavailable(
        "Aucun service d’identité n’est configuré : personne ne peut se connecter.",
        "Donnez son adresse à l’installation (DATASPACE_OIDC_ISSUER).",
    )


def _next(target: str | None) -> str:
    """Where to land: never outside, never back into signing in."""
    found = safe_next(target)
    return "/" if len(found) > _LONGEST_NEXT or found.startswith(("/connexion", "/deconnexion")) else found


def _return_uri() -> str:
    return _absolute(flask.url_for("accounts.sign_in_return"))


def _absolute(path: str) -> str:
    """As registered at the provider: from the configured address, whatever the Host header says."""
    return context.settings().portal_url.rstrip("/") + path


def _secret_key() -> str:
    return context.settings().secret_key.get_secret_value()
