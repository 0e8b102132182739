"""Screens of the waiting room: asking to be received, and receiving."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace import db
from dataspace.admin.presenters import journal_refusal
from dataspace.auth import Permission, notices
from dataspace.directory import arrivals, presenters, queries
from dataspace.directory.arrivals import Room
from dataspace.directory.forms import AcceptForm, ArrivalForm, RefuseForm
from dataspace.directory.models import Arrival, ArrivalState
from dataspace.errors import Conflict, Invalid, NotFound, Refused, Unmapped
from dataspace.web import context, errors, french
from dataspace.web.gate import wants_json
from dataspace.web.routing import PUBLIC, SIGNED_IN, Blueprint, requirement


def mount(blueprint: Blueprint, root: str) -> None:
    """Add the waiting room: the newcomer's side, then the managers'."""
    blueprint.get("/attente", requires=SIGNED_IN)(arriving)
    blueprint.post("/attente", requires=SIGNED_IN)(ask_to_be_received)
    blueprint.post("/attente/retirer", requires=SIGNED_IN)(withdraw)
    blueprint.get(f"{root}/attente", requires=Permission.RIGHTS_ASSIGN)(room)
    blueprint.post(f"{root}/attente/<public_id>/accepter", requires=Permission.RIGHTS_ASSIGN)(accept)
    blueprint.post(f"{root}/attente/<public_id>/refuser", requires=Permission.RIGHTS_ASSIGN)(refuse)


def register(app: flask.Flask) -> None:
    """Receive whom nothing maps, and say once to each what changed for her."""
    app.register_error_handler(Unmapped, unmapped)
    app.before_request(say_what_changed)


def say_what_changed() -> None:
    """On her next page, then forgotten."""
    endpoint = flask.request.endpoint
    if flask.request.method != "GET" or endpoint is None or requirement(flask.current_app, endpoint) is PUBLIC:
        return
    # The house that looks at her pages does not read it in her place.
    if not context.notice() or context.is_walk():
        return
    actor = context.current_actor()
    if actor is None or wants_json():
        return
    flask.flash(context.notice())
    with db.writing(context.maker()) as own:
        notices.forget(own, actor.person_id)


# --- the newcomer ---------------------------------------------------------------------------------------------------
def unmapped(refusal: Unmapped) -> ResponseReturnValue:
    """Signed in, but nothing gives this person a place: who may receive her, and whom to tell."""
    answer = errors.ours(refusal)
    if wants_json() or context.current_actor() is None:
        return answer
    return _arriving_page(_form(formdata=None)), 403


def arriving() -> ResponseReturnValue:
    """Where her request is."""
    if context.access().may(Permission.PORTAL_USE):
        return flask.redirect(flask.url_for("accounts.home"))
    return _arriving_page(_form(formdata=None))


def ask_to_be_received() -> ResponseReturnValue:
    """Ask a unit to be received."""
    here, form = _room(), _form()
    if not form.validate_on_submit():
        return _arriving_page(form), 422
    try:
        arrivals.ask(here, form.unit.data, form.note.data)
    except Invalid as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _arriving_page(form), 422
    flask.flash("C’est envoyé\u00a0: la direction est prévenue.")
    return flask.redirect(flask.url_for("directory.arriving"), code=303)


def withdraw() -> ResponseReturnValue:
    """Take the request back."""
    arrivals.withdraw(_room())
    flask.flash("Votre demande est retirée.")
    return flask.redirect(flask.url_for("directory.arriving"), code=303)


def _form(**given: Any) -> ArrivalForm:
    form = ArrivalForm(**given)
    form.unit.choices = [SelectChoice(node.code, node.name) for node in _room().units]
    return form


def _arriving_page(form: ArrivalForm) -> str:
    access, settings = context.access(), context.settings()
    last = queries.mine(access)
    state = last.state if last is not None else None
    contact = None
    if settings.support_name:
        contact = {
            "name": settings.support_name, "email": settings.support_email, "phone": settings.support_phone
        }  # fmt: skip
    return flask.render_template(
        "directory/arriving.html", login=access.actor.login, contact=contact, form=form,
        units=[choice.label for choice in form.unit.choices],
        waiting=_told(last) if last is not None and state is ArrivalState.WAITING else None,
        refused=_told(last) if last is not None and state is ArrivalState.REFUSED else None,
    )  # fmt: skip


def _told(one: Arrival) -> dict[str, Any]:
    unit = context.access().facts.tree[one.unit_id]
    return {"unit": unit.name, "note": one.note, "since": one.created, "answer": one.answer, "at": one.decided_at}


# --- who receives ---------------------------------------------------------------------------------------------------
def room() -> str:
    """Who waits for an answer that one may give."""
    return _page()


def accept(public_id: str) -> ResponseReturnValue:
    """Give her a place, until a day."""
    one = _arrival(public_id)
    form = _accept_form(one.unit_id)
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page({public_id: form}), 422
    name, ends = form.unit.data, _end_of_day(form.ends.data)
    unit = context.access().facts.tree.by_code[name]
    try:
        arrivals.accept(
            _room(), one, unit_id=unit.id, with_services=bool(form.with_services.data), ends=ends,
            note=form.note.data or "", version=int(form.version.data),
        )  # fmt: skip
    except (Invalid, Refused, Conflict) as error:
        return _refused(error, {public_id: form})
    flask.flash(f"C’est fait\u00a0: la personne est accueillie dans {unit.name} dès sa prochaine page.")
    return flask.redirect(flask.url_for("directory.room"), code=303)


def refuse(public_id: str) -> ResponseReturnValue:
    """Say no, and why."""
    one, form = _arrival(public_id), RefuseForm()
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page(refusals={public_id: form}), 422
    try:
        arrivals.refuse(_room(), one, reason=form.reason.data, version=int(form.version.data))
    except (Invalid, Refused, Conflict) as error:
        return _refused(error, refusals={public_id: form})
    flask.flash("La personne est prévenue, avec votre motif.")
    return flask.redirect(flask.url_for("directory.room"), code=303)


def _refused(
    error: Invalid | Refused | Conflict, forms: dict[str, AcceptForm] | None = None,
    refusals: dict[str, RefuseForm] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    wrong = f"{error.sentence} {error.next_step}"
    if isinstance(error, Refused):
        journal_refusal(error.sentence, None)
        return _page(forms, refusals, wrong=wrong), 403
    # Nothing of what was begun stays.
    flask.g.session.rollback()
    return _page(forms, refusals, wrong=wrong), 409 if isinstance(error, Conflict) else 422


def _arrival(public_id: str) -> Arrival:
    one = queries.arrival(context.access(), public_id)
    if one is None:
        raise NotFound
    return one


def _accept_form(unit_id: int, **given: Any) -> AcceptForm:
    tree, form = context.access().facts.tree, AcceptForm(**given)
    inside = sorted((tree[unit] for unit in tree.branch(unit_id) if unit != unit_id), key=lambda node: node.name)
    form.unit.choices = [SelectChoice(node.code, node.name) for node in (tree[unit_id], *inside)]
    return form


def _page(
    forms: dict[str, AcceptForm] | None = None, refusals: dict[str, RefuseForm] | None = None, wrong: str = ""
) -> str:
    rows = presenters.arrivals(context.access())
    until = (context.access().moment + timedelta(days=context.settings().grant_days)).astimezone(french.PARIS).date()
    for row in rows:
        known = row["public_id"]
        row["accepting"], row["refusing"] = known in (forms or {}), known in (refusals or {})
        row["form"] = (forms or {}).get(known) or _accept_form(
            row["unit_id"], formdata=None, ends=until, version=row["version"]
        )  # fmt: skip
        row["refusal"] = (refusals or {}).get(known) or RefuseForm(formdata=None, version=row["version"])
    return flask.render_template("directory/room.html", rows=rows, wrong=wrong)


def _room() -> Room:
    settings = context.settings()
    return Room(context.access(), settings.entry_rules, settings.portal_url.rstrip("/"))


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC)
