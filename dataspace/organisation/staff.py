"""Screens of who works in a unit: giving a place, ending one."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Permission, labels
from dataspace.auth.models import Person, Unit
from dataspace.auth.moving import by_right
from dataspace.auth.queries import person_by_login
from dataspace.auth.words import MembershipKind
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.organisation import presenters, staffing
from dataspace.organisation.forms import EndForm, StaffForm, offer
from dataspace.organisation.screens import journaled, known, status_of
from dataspace.organisation.staffing import Wanted
from dataspace.web import context
from dataspace.web.french import PARIS
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add people to the organisation."""
    blueprint.get("/unites/<code>/affecter", requires=Permission.UNIT_STAFF)(staffing_form)
    blueprint.post("/unites/<code>/affecter", requires=Permission.UNIT_STAFF)(staff)
    blueprint.get("/unites/<code>/terminer", requires=Permission.UNIT_STAFF)(ending)
    blueprint.post("/unites/<code>/terminer", requires=Permission.UNIT_STAFF)(end)


def staffing_form(code: str) -> str:
    """Whom, as what, until when."""
    here = context.access()
    unit = _mine(here, code)
    form = _form(here, unit, formdata=None)
    form.starts.data = here.moment.astimezone(PARIS).date()
    return _page(here, unit, form)


def staff(code: str) -> ResponseReturnValue:
    """First what it changes for her; then, on the second button, the place."""
    here = context.access()
    unit = _mine(here, code)
    form = _form(here, unit)
    wanted = _wanted(here, form) if form.validate_on_submit() else None
    if wanted is None:
        return _page(here, unit, form), 422
    try:
        staffing.check(here, unit, wanted)
        if "save" not in flask.request.form:
            return _page(here, unit, form, _effect(here, unit, wanted))
        staffing.add(here, unit, wanted, reason=form.reason.data, seen=form.seen.data or None)
    except (Refused, Invalid, Conflict) as error:
        journaled(error, unit)
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(here, unit, form), status_of(error)
    flask.flash(f"Affectation enregistrée\u00a0: {wanted.person.name}, {unit.name}.")
    return flask.redirect(flask.url_for("organisation.show", code=code), code=303)


def ending(code: str) -> str:
    """What the end of a place would change."""
    here = context.access()
    unit = _mine(here, code)
    form = EndForm(formdata=None, person=flask.request.args.get("qui"), kind=flask.request.args.get("type"))
    return _end_page(here, unit, form, *_place(here, form))


def end(code: str) -> ResponseReturnValue:
    """End it now."""
    here = context.access()
    unit, form = _mine(here, code), EndForm()
    who, kind = _place(here, form)
    if not form.validate_on_submit():
        return _end_page(here, unit, form, who, kind), 422
    try:
        staffing.end(here, unit, who, kind, reason=form.reason.data, seen=form.seen.data or None)
    except (Refused, Invalid, Conflict) as error:
        journaled(error, unit)
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _end_page(here, unit, form, who, kind), status_of(error)
    flask.flash(f"Affectation terminée\u00a0: {who.name}, {unit.name}.")
    return flask.redirect(flask.url_for("organisation.show", code=code), code=303)


def _mine(here: Access, code: str) -> Unit:
    unit = known(here, code)
    if by_right(here, Permission.UNIT_STAFF, unit.id) is None or unit.closed is not None:
        raise NotFound
    return unit


def _place(here: Access, form: EndForm) -> tuple[Person, MembershipKind]:
    who = person_by_login(here.session, form.person.data or "")
    if who is None or form.kind.data not in set(MembershipKind):
        raise NotFound
    return who, MembershipKind(form.kind.data)


def _form(here: Access, unit: Unit, **given: Any) -> StaffForm:
    form = StaffForm(**given)
    offer(form.areas, presenters.area_choices(here, unit.id))
    return form


def _wanted(here: Access, form: StaffForm) -> Wanted | None:
    who = labels.person(here.session, form.person.data or "")
    if who is None:
        form.person.errors = ["Personne inconnue\u00a0: choisissez dans la liste."]
        return None
    starts = max(here.moment, datetime.combine(form.starts.data, time(), PARIS).astimezone(UTC))
    ends = datetime.combine(form.ends.data, time(23, 59, 59), PARIS).astimezone(UTC) if form.ends.data else None
    areas = tuple(sorted(form.areas.data or ()))
    return Wanted(who, MembershipKind(form.kind.data), starts, ends, areas, form.title.data or "")


def _effect(here: Access, unit: Unit, wanted: Wanted) -> dict[str, Any]:
    moved = staffing.effect(here, unit, wanted)
    return presenters.change(here, [moved], button="Enregistrer cette affectation")


def _page(here: Access, unit: Unit, form: StaffForm, change: dict[str, Any] | None = None) -> str:
    return flask.render_template(
        "organisation/staff.html",
        unit=presenters.unit(here, unit),
        form=form,
        change=change,
        people=labels.people(here.session),
    )


def _end_page(here: Access, unit: Unit, form: EndForm, who: Person, kind: MembershipKind) -> str:
    moved = staffing.effect_of_ending(here, unit, who, kind)
    change = presenters.change(here, [moved], button="Terminer cette affectation")
    form.seen.data = change["seen"]
    return flask.render_template(
        "organisation/end.html", unit=presenters.unit(here, unit), form=form, change=change,
        person=who.name, kind=kind.label,
    )  # fmt: skip
