"""Errors as French pages (or JSON), with the right status; refusals are journaled."""

from typing import Any

import flask
import structlog
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from dataspace import audit, db
from dataspace.auth.proving import StepUp
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused, Unavailable, Unmapped
from dataspace.web import context
from dataspace.web.gate import wants_json

_STATUS: dict[type[DataspaceError], tuple[int, str]] = {
    NotFound: (404, "Page introuvable"),
    Unmapped: (403, "Aucun accès pour l’instant"),
    Refused: (403, "Accès refusé"),
    StepUp: (403, "Confirmez que c’est bien vous"),
    Invalid: (422, "Saisie non acceptée"),
    Conflict: (409, "Modifié entre-temps"),
    Unavailable: (503, "Service momentanément indisponible"),
}
_PLAIN = {
    400: ("Demande incomprise", "Le portail n’a pas compris cette demande.", "Revenez en arrière et réessayez."),
    404: ("Page introuvable", NotFound.sentence, NotFound.next_step),
    405: ("Demande incomprise", "Cette adresse ne répond pas à ce type de demande.", "Revenez à l’accueil."),
    413: ("Fichier trop lourd", "Le fichier dépasse la taille acceptée.", "Déposez un fichier plus léger."),
    429: ("Trop d’essais", "Trop de demandes en peu de temps.", "Attendez une minute puis réessayez."),
}
_AT_ONCE = Conflict(
    "La même chose vient d’être enregistrée, à l’instant.", "Rechargez la page\u00a0: elle dit ce qui est enregistré."
)
log = structlog.get_logger()


def register(app: flask.Flask) -> None:
    """Every error of the app speaks through here."""
    app.register_error_handler(DataspaceError, ours)
    app.register_error_handler(CSRFError, expired_form)
    app.register_error_handler(SecurityError, other_host)
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(StaleDataError, lambda _error: ours(Conflict()))
    app.register_error_handler(SQLAlchemyError, database)
    app.register_error_handler(Exception, unexpected)


def undo() -> None:
    """Give up what the request began to write: it ends otherwise than planned."""
    _undo()


def ours(error: DataspaceError) -> ResponseReturnValue:
    _undo()
    status, title = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    # Reading what is not there is a wrong address; changing it is an attempt.
    if isinstance(error, Refused) or (isinstance(error, NotFound) and flask.request.method not in context.SAFE):
        _journal_refusal()
    return page(status, title, error.sentence, error.next_step)


def expired_form(_error: CSRFError) -> ResponseReturnValue:
    _journal_refusal(why="formulaire expiré ou forgé")
    sentence = "Ce formulaire a expiré ou vient d’une autre page."
    return page(403, "Formulaire expiré", sentence, "Rechargez la page, vérifiez votre saisie, puis renvoyez-la.")


def other_host(_error: SecurityError) -> ResponseReturnValue:
    # No page: its links would carry the forged host.
    return "Cette adresse n’est pas celle du portail.", 400, {"Content-Type": "text/plain; charset=utf-8"}


def plain(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    if error.code is not None and error.code < 400:
        return error
    _undo()
    status = error.code or 500
    response = flask.make_response(page(status, *_PLAIN.get(status, _PLAIN[400])))
    if (retry := getattr(error, "retry_after", None)) is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def database(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("database", kind=type(error).__name__)
    if db.is_taken(error):
        return ours(_AT_ONCE)
    _undo()
    response = flask.make_response(page(503 if isinstance(error, OperationalError) else 500, *_down()))
    response.headers["Retry-After"] = "5"
    return response


def unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected", kind=type(error).__name__, endpoint=flask.request.endpoint, exc_info=error)
    _undo()
    return page(500, "Erreur du portail", "Une erreur est survenue de notre côté.", DataspaceError.next_step)


def page(status: int, title: str, sentence: str, next_step: str) -> ResponseReturnValue:
    """The error as a page, or as JSON for a program. Says nothing of the thing asked for."""
    if wants_json():
        return {"erreur": sentence, "que_faire": next_step, "statut": status}, status
    # A page about a database that does not answer must not ask it anything.
    flask.g.bare = status in (500, 503)
    said = {"title": title, "sentence": sentence, "next_step": next_step, "status": status, "bare": flask.g.bare}
    return flask.render_template("error.html", **said), status


def _down() -> tuple[str, str, str]:
    return "Service momentanément indisponible", Unavailable.sentence, Unavailable.next_step


def _journal_refusal(**why: str) -> None:
    """A line for who was refused what: her route, and the thing that the address names."""
    if context.current_actor() is None or context.is_walk():
        # What the house is refused when it tries every door is in its certificate, and nobody's doing.
        return
    # Finding who she is may have begun to write.
    _undo()
    facts: dict[str, Any] = {"route": flask.request.endpoint or "", "method": flask.request.method, **why}
    try:
        line = audit.entry(context.access(), audit.Act.REFUSED, **facts)
        line["subject_id"] = str((flask.request.view_args or {}).get("public_id", ""))[:64]
        audit.separately(context.maker(), line)
    except Unavailable:
        # A refusal stays one, even when it cannot be journaled.
        log.exception("journal", endpoint=flask.request.endpoint)


def _undo() -> None:
    if "session" in flask.g:
        flask.g.session.rollback()
