"""Requests of programs: a token in `Authorization: Bearer`, on the routes that say so, and nowhere else."""

import flask
from flask.typing import ResponseReturnValue

from dataspace import db
from dataspace.auth import tokens
from dataspace.web import context, rates
from dataspace.web.routing import takes_programs

_BEARER = "bearer "


def presented() -> str | None:
    """The token that came with the request, whatever it is worth; None when none did."""
    header = flask.request.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else None


def admit(endpoint: str, secret: str) -> ResponseReturnValue | None:
    """Let a program in with its token, or say why not: 401, 403 or too often (429)."""
    if not takes_programs(flask.current_app, endpoint):
        return _answer(
            403, "Cette adresse ne s’ouvre pas avec un jeton.", "Le guide « Lire par un programme » dit lesquelles."
        )
    session, moment = context.session(), db.now()
    found = tokens.find(session, secret, moment)
    if found is None:
        rates.count(context.settings().token_refused_rate, "token refused", flask.request.remote_addr or "")
        return _answer(
            401, "Ce jeton n’est pas, ou n’est plus, valable.",
            "Demandez-en un autre dans « Mes accès », puis « Jetons pour vos programmes ».",
        )  # fmt: skip
    token = found[0]
    rates.count(context.settings().token_rate, "token", token.public_id)
    if tokens.is_to_be_noted(token, moment):
        with db.writing(context.maker()) as own:
            tokens.note_use(own, token.id, moment, tokens.program(flask.request.user_agent.string))
    context.by_token(tokens.access_of(session, context.policy(), found))
    return None


def _answer(status: int, sentence: str, next_step: str) -> ResponseReturnValue:
    response = flask.jsonify({"erreur": sentence, "que_faire": next_step, "statut": status})
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
