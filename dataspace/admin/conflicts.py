"""Screens of conflicts of interest (déports): declared, listed, ended."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.admin.forms import DenialForm, RevokeForm
from dataspace.auth import Permission, denials, labels, queries
from dataspace.auth.models import Asset, Person, Theme
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused
from dataspace.web import context
from dataspace.web.french import PARIS
from dataspace.web.routing import Blueprint

_STATUS: tuple[tuple[type[DataspaceError], int], ...] = ((Refused, 403), (Conflict, 409))


def mount(blueprint: Blueprint) -> None:
    """Add conflicts of interest to the administration."""
    blueprint.get("/conflits", requires=Permission.DENIAL_DECLARE)(conflicts)
    blueprint.post("/conflits", requires=Permission.DENIAL_DECLARE)(declare_conflict)
    blueprint.post("/conflits/<public_id>/terminer", requires=Permission.DENIAL_DECLARE)(end_conflict)


def conflicts() -> str:
    """What is declared on people of one's reach, and the form."""
    form = _form(formdata=None)
    form.person.data = flask.request.args.get("qui", "")
    form.starts.data = context.access().moment.astimezone(PARIS).date()
    return _page(form)


def declare_conflict() -> ResponseReturnValue:
    """Declare one: it holds from its first day, whatever the person is given."""
    here, form = context.access(), _form()
    found = _typed(form) if form.validate_on_submit() else None
    if found is None:
        return _page(form), 422
    who, on = found
    # A day that is begun is begun: it holds from now on.
    starts = max(here.moment, datetime.combine(form.starts.data, time(), PARIS).astimezone(UTC))
    ends = datetime.combine(form.ends.data, time(23, 59, 59), PARIS).astimezone(UTC) if form.ends.data else None
    try:
        denials.declare(here, who, on, starts=starts, ends=ends, reason=form.reason.data)
    except (Refused, Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(form), next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
    flask.flash("Conflit d’intérêts déclaré\u00a0: il l’emporte sur tout accès. La personne le lit sur sa page.")
    return flask.redirect(flask.url_for("admin.conflicts"), code=303)


def end_conflict(public_id: str) -> ResponseReturnValue:
    """End one now: what the person holds counts again."""
    here = context.access()
    denial = denials.known(here, public_id)
    if denial is None:
        raise NotFound
    form = RevokeForm()
    if not form.validate_on_submit():
        raise Invalid("Dites pourquoi ce conflit est terminé\u00a0: le motif est conservé au journal.")
    denials.end(here, denial, reason=form.reason.data)
    flask.flash("Conflit d’intérêts terminé\u00a0: les accès de la personne valent de nouveau.")
    return flask.redirect(flask.url_for("admin.conflicts"), code=303)


def _form(**given: Any) -> DenialForm:
    form = DenialForm(**given)
    form.theme.choices = [SelectChoice("", "aucune\u00a0: un seul élément"), *(
        SelectChoice(theme.code, theme.label) for theme in queries.themes(context.access().session)
    )]  # fmt: skip
    return form


def _typed(form: DenialForm) -> tuple[Person, Asset | Theme] | None:
    here = context.access()
    who = labels.subject(here, form.person.data)
    if not isinstance(who, Person):
        form.person.errors = ["Personne inconnue\u00a0: choisissez dans la liste."]
        return None
    if bool(form.theme.data) == bool(form.thing.data):
        form.theme.errors = ["Donnez une thématique, ou un seul élément."]
        return None
    if form.theme.data:
        theme = queries.theme_by_code(here.session, form.theme.data)
        return (who, theme) if theme is not None else None
    on = labels.asset(here, form.thing.data, *denials.KNOWING)
    if on is None:
        form.thing.errors = ["Élément inconnu de vous\u00a0: choisissez dans la liste."]
        return None
    return who, on


def _page(form: DenialForm) -> str:
    here = context.access()
    found = denials.declared(here)
    named = queries.people(here.session, [i for d in found for i in (d.person_id, d.declared_by_id)])
    things = denials.things(here, found)
    cells = sorted(here.scope(Permission.DENIAL_DECLARE).cells)
    rows = [
        {
            "name": named[d.person_id].name, "what": things[d.public_id], "reason": d.reason, "since": d.starts,
            "ends": d.ends, "by": named[d.declared_by_id].name if d.declared_by_id in named else None,
            "public_id": d.public_id,
            "end_url": flask.url_for("admin.end_conflict", public_id=d.public_id)
            if d.person_id != here.actor.person_id else None,
        }
        for d in found
    ]  # fmt: skip
    return flask.render_template(
        "admin/conflicts.html", form=form, rows=rows, places=labels.assets(here, *denials.KNOWING),
        people=[labels.of_person(person) for person in queries.working_in(here, cells)],
    )  # fmt: skip
