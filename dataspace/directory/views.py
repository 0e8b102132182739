"""Screens of the mapping table: read, changed once its effect is seen, tried, taken out and brought as a file."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.admin.presenters import journal_refusal
from dataspace.auth import Permission, labels
from dataspace.auth.mapping import Line
from dataspace.auth.models import GroupMapping, Person
from dataspace.auth.words import MembershipKind, Role
from dataspace.directory import presenters, queries, services, sheets, trying, waiting
from dataspace.directory.forms import LineForm, RemoveForm, TryForm
from dataspace.directory.services import Stale, Step
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused
from dataspace.web import context, inbox
from dataspace.web.routing import Blueprint

blueprint = Blueprint("directory", __name__, template_folder="templates")
ROOT = "/administration/annuaire"
sheets.mount(blueprint, ROOT)
waiting.mount(blueprint, ROOT)
MAP = Permission.DIRECTORY_MAP
_SHOWN = 100


def register(app: flask.Flask) -> None:
    """Mount the domain's screens; somebody whom nothing maps lands in the waiting room."""
    app.register_blueprint(blueprint)
    app.extensions.setdefault("desks", []).append(presenters.desks)
    inbox.announce_more(app, presenters.tasks)
    waiting.register(app)


@blueprint.get(ROOT, requires=MAP)
def index() -> str:
    """The table, with the values really heard; and those that give nothing."""
    here, text = context.access(), labels.typed(flask.request.args.get("q"))
    everything, seen = queries.table(here), queries.seen(here)
    found = queries.table(here, text) if text else everything
    return flask.render_template(
        "directory/index.html", rows=presenters.rows(here, found[:_SHOWN], seen), q=text, total=len(everything),
        more=max(len(found) - _SHOWN, 0),
        idle=presenters.idle(everything, seen), waiting=len(queries.waiting(here)),
    )  # fmt: skip


@blueprint.get(f"{ROOT}/lignes/nouvelle", requires=MAP)
def new() -> str:
    """The form of a line, filled with what the address says."""
    form = _form(formdata=None)
    form.claim.data = labels.typed(flask.request.args.get("revendication")) or "groups"
    form.value.data = labels.typed(flask.request.args.get("valeur"))[:200]
    form.role.data = Role.AGENT.value
    return _page(form)


@blueprint.post(f"{ROOT}/lignes/nouvelle", requires=MAP)
def add() -> ResponseReturnValue:
    """First who would gain, then, on the second button, the line, applied at once."""
    here, form = context.access(), _form()
    line = _line(form) if form.validate_on_submit() else None
    if line is None:
        return _page(form), 422
    try:
        if "save" not in flask.request.form:
            turns = services.preview(here, [Step(None, line)], presenters.claims())
            return _page(form, change=presenters.panel(here, turns, "Enregistrer cette ligne"))
        services.add(here, line, reason=form.reason.data, claims=presenters.claims())
    except (Refused, Invalid, Conflict) as error:
        return _page(form, wrong=error), _status(error)
    flask.flash("C’est fait\u00a0: la ligne vaut dès maintenant pour qui porte cette valeur.")
    return flask.redirect(flask.url_for("directory.index"), code=303)


@blueprint.get(f"{ROOT}/lignes/<public_id>", requires=MAP)
def show(public_id: str) -> str:
    """One line."""
    row = _row(public_id)
    return _page(_filled(row), row)


@blueprint.post(f"{ROOT}/lignes/<public_id>", requires=MAP)
def change(public_id: str) -> ResponseReturnValue:
    """First who would gain and lose, then the change."""
    here, form = context.access(), _form()
    row = queries.line(here, public_id)
    if row is None and not queries.was_taken_away(here, public_id):
        raise NotFound
    line = _line(form) if form.validate_on_submit() else None
    if line is None or not (form.version.data or "").isdigit():
        if row is None:
            raise NotFound
        return _page(form, row), 422
    if row is not None:
        line = Line(row.issuer, line.claim, line.value, line.unit_id, line.role, line.with_services, line.membership)
    try:
        if row is None or row.version != int(form.version.data):
            raise Stale(row)
        if "save" not in flask.request.form:
            turns = services.preview(here, [Step(row, line)], presenters.claims())
            return _page(form, row, change=presenters.panel(here, turns, "Enregistrer ce changement"))
        services.change(
            here, public_id, line, version=int(form.version.data), reason=form.reason.data,
            claims=presenters.claims(),
        )  # fmt: skip
    except (Refused, Invalid, Conflict) as error:
        return _page(form, row, wrong=error), _status(error)
    flask.flash("C’est fait\u00a0: le changement vaut dès la prochaine page des personnes concernées.")
    return flask.redirect(flask.url_for("directory.index"), code=303)


@blueprint.post(f"{ROOT}/lignes/<public_id>/retirer", requires=MAP)
def remove(public_id: str) -> ResponseReturnValue:
    """First who would lose, then the removal."""
    here, row, form = context.access(), _row(public_id), RemoveForm()
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page(_filled(row), row, removal=form), 422
    try:
        if "save" not in flask.request.form:
            if row.version != int(form.version.data):
                raise Stale(row)
            turns = services.preview(here, [Step(row, None)], presenters.claims())
            panel = presenters.panel(here, turns, "Retirer cette ligne")
            return _page(_filled(row), row, removal=form, change=panel | {"form": "retirer"})
        services.change(
            here, public_id, None, version=int(form.version.data), reason=form.reason.data,
            claims=presenters.claims(),
        )  # fmt: skip
    except (Refused, Invalid, Conflict) as error:
        return _page(_filled(row), row, removal=form, wrong=error), _status(error)
    flask.flash("Ligne retirée\u00a0: ce qu’elle donnait ne vaut plus dès la prochaine page.")
    return flask.redirect(flask.url_for("directory.index"), code=303)


@blueprint.get(f"{ROOT}/essai", requires=MAP)
def trial() -> str:
    """Try the table with somebody."""
    return _trial_page(TryForm(formdata=None))


@blueprint.post(f"{ROOT}/essai", requires=MAP)
def do_trial() -> ResponseReturnValue:
    """What the table gives her, line by line, and what it would change. Nothing is written."""
    here, form = context.access(), TryForm()
    if not form.validate_on_submit():
        return _trial_page(form), 422
    who = labels.subject(here, form.person.data) if form.person.data else None
    is_known = isinstance(who, Person) and bool(queries.known(here, [who.id]))
    if form.person.data and not is_known:
        form.person.errors = [*form.person.errors, "Personne inconnue de vous\u00a0: choisissez dans la liste."]
        return _trial_page(form), 422
    try:
        said = trying.pasted(form.claims.data or "", presenters.claims())
        found = trying.of(here, who if isinstance(who, Person) else None, said)
    except Invalid as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _trial_page(form), 422
    return _trial_page(form, presenters.trial(here, found))


def _row(public_id: str) -> GroupMapping:
    row = queries.line(context.access(), public_id)
    if row is None:
        raise NotFound
    return row


def _form(**given: Any) -> LineForm:
    here, form = context.access(), LineForm(**given)
    form.claim.choices = [SelectChoice(one, presenters.claim_word(one)) for one in presenters.claims()]
    form.role.choices = [SelectChoice(role.value, role.label.capitalize()) for role in queries.roles(here)]
    form.unit.choices = [SelectChoice("", "Choisissez une unité"), *presenters.units(here)]
    return form


def _filled(row: GroupMapping) -> LineForm:
    form = _form(
        formdata=None, claim=row.claim, value=row.value, role=row.role.value,
        unit=context.access().facts.tree[row.unit_id].code, with_services=row.with_services,
        membership=row.membership.value if row.membership else "", version=row.version,
    )  # fmt: skip
    if row.role.value not in [choice.value for choice in form.role.choices]:
        form.role.choices = [*form.role.choices, SelectChoice(row.role.value, row.role.label.capitalize())]
    return form


def _line(form: LineForm) -> Line | None:
    unit = context.access().facts.tree.by_code[form.unit.data]
    kind = MembershipKind(form.membership.data) if form.membership.data else None
    return Line(
        "", form.claim.data, form.value.data, unit.id, Role(form.role.data), bool(form.with_services.data), kind
    )


def _page(
    form: LineForm, row: GroupMapping | None = None, *, removal: RemoveForm | None = None,
    change: dict[str, Any] | None = None, wrong: DataspaceError | None = None,
) -> str:  # fmt: skip
    here = context.access()
    other = None
    if wrong is not None:
        # Nothing of what was begun stays.
        flask.g.session.rollback()
        form.form_errors.append(f"{wrong.sentence} {wrong.next_step}")
        if isinstance(wrong, Stale) and wrong.row is not None:
            row = wrong.row
            other = presenters.version(here, row)
            form.version.data = str(row.version)
        if not isinstance(wrong, Conflict):
            journal_refusal(wrong.sentence, None, claim=form.claim.data, value=form.value.data, role=form.role.data)
    can = row is None or services.can_change(here, Line.of(row))
    if row is not None:
        removal = removal or RemoveForm(formdata=None)
        removal.version.data = str(row.version)
    seen = queries.seen(here)
    return flask.render_template(
        "directory/line.html", form=form, removal=removal if can else None, change=change, other=other, can=can,
        row=presenters.rows(here, [row], seen)[0] if row is not None else None,
        public_id=row.public_id if row is not None else None,
        values=[one.value for one in seen if not one.issuer][:300],
        action=flask.url_for("directory.change", public_id=row.public_id) if row is not None
        else flask.url_for("directory.add"),
    )  # fmt: skip


def _trial_page(form: TryForm, found: dict[str, Any] | None = None) -> str:
    here = context.access()
    named = [labels.of_person(person) for person in queries.people(here)]
    return flask.render_template("directory/trial.html", form=form, people=named, found=found)


def _status(error: DataspaceError) -> int:
    return 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422
