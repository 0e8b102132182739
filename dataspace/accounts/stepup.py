"""Signing in again before a sensitive act: the trip to the provider, and what was typed meanwhile."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace import db
from dataspace.accounts import held
from dataspace.accounts.blueprint import blueprint
from dataspace.auth import Access
from dataspace.auth.proving import Asked, StepUp
from dataspace.auth.words import Role
from dataspace.errors import NotFound
from dataspace.web import context, errors
from dataspace.web.gate import safe_next, wants_json
from dataspace.web.routing import PUBLIC

# Fields that a person reads again before sending: those of our forms, in the words of their labels.
_LABELS = {
    "subject": "À qui", "person": "Qui", "role": "Rôle", "scope": "Sur quoi", "thing": "Sur quoi", "starts": "Du",
    "ends": "Au", "until": "Jusqu’au", "reason": "Motif", "note": "Un mot", "comment": "Avis",
    "sensitivity": "Le contenu", "card_sensitivity": "La fiche", "title": "Titre", "delegate": "Qui décide à la place",
}  # fmt: skip


def register(app: flask.Flask) -> None:
    """Answer `StepUp` wherever it is raised."""
    app.register_error_handler(StepUp, ask_again)


def ask_again(error: StepUp) -> ResponseReturnValue:
    """A page that was only to be read: straight to the provider and back. A form: kept, explained, then given back."""
    errors.undo()
    if wants_json():
        return {"erreur": error.sentence, "que_faire": error.next_step}, 403
    if flask.request.method in context.SAFE:
        return flask.redirect(flask.url_for("accounts.prove", next=flask.request.full_path.removesuffix("?")))
    kept = _keep()
    target = flask.url_for("accounts.resume", public_id=kept) if kept else safe_next(flask.request.path)
    asked = Asked.of(context.settings())
    return flask.render_template(
        "accounts/step_up.html", url=flask.url_for("accounts.prove", next=target), is_kept=kept is not None,
        minutes=int(asked.within.total_seconds() // 60), has_files=bool(flask.request.files),
    ), 403  # fmt: skip


@blueprint.get("/connexion/confirmer", requires=PUBLIC)
def prove() -> ResponseReturnValue:
    """To the provider, to sign in again; then back to the page that asked."""
    from dataspace.accounts import signin

    target = safe_next(flask.request.args.get("next"))
    actor = context.current_actor()
    if actor is None:
        return flask.redirect(flask.url_for("accounts.sign_in", next=target))
    return signin.leave(target, renews=actor.session)


@blueprint.get("/connexion/reprise/<public_id>", requires=PUBLIC)
def resume(public_id: str) -> ResponseReturnValue:
    """What was typed, to be read again and sent."""
    if context.current_actor() is None:
        return flask.redirect(flask.url_for("accounts.sign_in", next=flask.request.path))
    kept = held.given_back(context.access(), public_id, secret_key=_secret_key())
    if kept is None:
        raise NotFound("Ce que vous aviez saisi n’est plus gardé.", "Reprenez depuis la page où vous étiez.")
    return flask.render_template(
        "accounts/resume.html", address=kept.address, fields=kept.fields,
        shown=[(_LABELS[name], _said(name, value)) for name, value in kept.fields if name in _LABELS and value],
    )  # fmt: skip


def _keep() -> str | None:
    form: list[tuple[str, str]] = [
        (name, value) for name, value in flask.request.form.items(multi=True) if name != "csrf_token"
    ]
    actor = context.current_actor()
    assert actor is not None
    # The request's own transaction has just been undone.
    with db.writing(context.maker()) as session:
        access = Access(actor, session, context.policy())
        return held.keep(access, flask.request.path, form, secret_key=_secret_key())


def _said(name: str, value: str) -> Any:
    return Role(value).label if name == "role" and value in {role.value for role in Role} else value


def _secret_key() -> str:
    return context.settings().secret_key.get_secret_value()
