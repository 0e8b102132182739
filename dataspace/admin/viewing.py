"""« Voir comme » : choosing whom, why, and coming back."""

import flask
from flask.typing import ResponseReturnValue

from dataspace.admin.forms import ViewAsForm
from dataspace.auth import Permission, labels, queries, viewing
from dataspace.auth.models import Person
from dataspace.errors import Invalid, Refused
from dataspace.web import context
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add « voir comme » to the administration."""
    blueprint.get("/voir-comme", requires=Permission.PERSON_IMPERSONATE, proven=True)(choose_view)
    blueprint.post("/voir-comme", requires=Permission.PERSON_IMPERSONATE, proven=True)(start_viewing)
    blueprint.post("/voir-comme/fin", requires=Permission.PORTAL_USE)(stop_viewing)


def choose_view() -> str:
    """Whom one may look as, and the reason asked."""
    form = ViewAsForm(formdata=None)
    form.person.data = flask.request.args.get("qui", "")
    return _page(form)


def start_viewing() -> ResponseReturnValue:
    """Journal it, then look as this person from the next page on."""
    here = context.access()
    form = ViewAsForm()
    who = labels.subject(here, form.person.data) if form.validate_on_submit() else None
    if not isinstance(who, Person):
        if form.person.data and not form.errors:
            form.person.errors = ["Personne inconnue : choisissez dans la liste."]
        return _page(form), 422
    try:
        viewing.begin(here, who, reason=form.reason.data)
    except (Refused, Invalid) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(form), 403 if isinstance(error, Refused) else 422
    context.view_as(who)
    return flask.redirect(flask.url_for("accounts.home"), code=303)


def stop_viewing() -> ResponseReturnValue:
    """Back to oneself."""
    context.view_as_oneself()
    flask.flash("Vous êtes de nouveau vous-même.")
    return flask.redirect(flask.url_for("accounts.home"), code=303)


def _page(form: ViewAsForm) -> str:
    here = context.access()
    people = queries.working_in(here, sorted(here.scope(Permission.PERSON_IMPERSONATE).cells))
    minutes = int(viewing.LASTS.total_seconds() // 60)
    known = [labels.of_person(person) for person in people if person.id != here.actor.person_id]
    return flask.render_template("admin/view_as.html", form=form, people=known, minutes=minutes)
