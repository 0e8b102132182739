"""Closing somebody's account, and opening it again."""

import flask
from flask.typing import ResponseReturnValue

from dataspace.admin.forms import RevokeForm
from dataspace.auth import Permission, leaving, queries
from dataspace.auth.models import Person
from dataspace.errors import NotFound
from dataspace.web import context, french
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add accounts closed and opened to the administration."""
    blueprint.post("/personnes/<public_id>/desactiver", requires=Permission.RIGHTS_ASSIGN)(disable)
    blueprint.post("/personnes/<public_id>/reactiver", requires=Permission.RIGHTS_ASSIGN)(enable)


def disable(public_id: str) -> ResponseReturnValue:
    """Close the account: sessions, tokens and links end with it."""
    person, reason = _asked(public_id)
    ended = leaving.disable(context.access(), person, reason=reason)
    parts = [
        french.plural(ended.sessions, "connexion fermée", "connexions fermées"),
        french.plural(ended.tokens, "jeton révoqué", "jetons révoqués"),
        french.plural(ended.shares, "lien retiré", "liens retirés"),
    ]
    flask.flash(f"Compte désactivé\u00a0: {', '.join(parts)}.")
    return _back(public_id)


def enable(public_id: str) -> ResponseReturnValue:
    """Open it again; what ended with it stays ended."""
    person, reason = _asked(public_id)
    leaving.enable(context.access(), person, reason=reason)
    flask.flash("Compte réactivé\u00a0: la personne se reconnecte, et refait ses jetons et ses liens s’il lui en faut.")
    return _back(public_id)


def actions(person: Person) -> dict[str, str | None]:
    """Where the account of `person` is closed or opened, for who may."""
    if not leaving.may_disable(context.access(), person):
        return {"disable_url": None, "enable_url": None}
    word = "disable" if person.is_active else "enable"
    other = "enable" if person.is_active else "disable"
    return {f"{word}_url": flask.url_for(f"admin.{word}", public_id=person.public_id), f"{other}_url": None}


def _asked(public_id: str) -> tuple[Person, str]:
    here = context.access()
    person = queries.person_by_public_id(here.session, public_id)
    if person is None or (person.id != here.actor.person_id and not leaving.may_disable(here, person)):
        raise NotFound
    form = RevokeForm()
    form.validate()
    return person, form.reason.data or ""


def _back(public_id: str) -> ResponseReturnValue:
    return flask.redirect(flask.url_for("admin.person_access", public_id=public_id), code=303)
