"""Screens of the organisation: the tree, one unit, making, changing and closing it."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Permission
from dataspace.auth.models import Unit
from dataspace.auth.queries import unit_by_code
from dataspace.auth.words import UnitKind
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused
from dataspace.organisation import moves, presenters, queries, services, staff
from dataspace.organisation.forms import CloseForm, NewUnitForm, UnitForm, offer
from dataspace.organisation.screens import journaled, known, portal, status_of
from dataspace.organisation.services import Described
from dataspace.organisation.steps import ChangedMeanwhile, ListChanged
from dataspace.web import context, inbox
from dataspace.web.routing import Blueprint

blueprint = Blueprint(
    "organisation", __name__, url_prefix="/administration/organisation", template_folder="templates"
)  # fmt: skip
moves.mount(blueprint)
staff.mount(blueprint)


def register(app: flask.Flask) -> None:
    """Mount the organisation."""
    app.register_blueprint(blueprint)
    inbox.announce_more(app, presenters.tasks)


@blueprint.get("", requires=Permission.UNIT_EDIT)
def index() -> str:
    """The tree of what one keeps, and what waits for an answer."""
    here = context.access()
    return flask.render_template(
        "organisation/index.html", tops=presenters.tree(here),
        waiting=presenters.waiting(here, queries.waiting(here)),
        proposed=presenters.proposed(here, queries.proposed(here)),
    )  # fmt: skip


@blueprint.get("/unites/<code>", requires=Permission.UNIT_EDIT)
def show(code: str) -> str:
    """One unit: where it hangs, who directs it, who works there, what is under it."""
    here = context.access()
    unit = known(here, code)
    return flask.render_template(
        "organisation/unit.html", unit=presenters.unit(here, unit), **presenters.page(here, unit)
    )  # fmt: skip


@blueprint.get("/nouvelle-unite", requires=Permission.UNIT_EDIT)
def creating() -> str:
    """The form of a new unit, under the one the address names."""
    here = context.access()
    form = _new_form(here, formdata=None)
    under = flask.request.args.get("sous", "")
    form.parent.data = under if under in {code for code, *_ in _choices(form.parent)} else ""
    return _new_page(form)


@blueprint.post("/nouvelle-unite", requires=Permission.UNIT_EDIT)
def create() -> ResponseReturnValue:
    """Make it, at once or pending."""
    here = context.access()
    form = _new_form(here)
    parent = unit_by_code(here.session, form.parent.data or "") if form.validate_on_submit() else None
    if parent is None:
        return _new_page(form), 422
    described = Described(form.name.data, form.short_name.data or "", tuple(form.areas.data or ()))
    try:
        unit = services.create(
            here, parent, described, kind=UnitKind(form.kind.data), reason=form.reason.data, portal=portal()
        )
    except (Refused, Invalid, Conflict) as error:
        return _new_page(_said(form, error)), status_of(error)
    done = "Unité créée." if unit.is_accepted else (
        "Unité proposée\u00a0: elle attend que la direction de rattachement l’accepte."
    )  # fmt: skip
    flask.flash(done)
    return flask.redirect(flask.url_for("organisation.show", code=unit.code), code=303)


@blueprint.get("/unites/<code>/modifier", requires=Permission.UNIT_EDIT)
def changing(code: str) -> str:
    """Its name and its territory, to be changed."""
    here = context.access()
    unit = _editable(here, code)
    form = _unit_form(
        here, unit, formdata=None, name=unit.name, short_name=unit.short_name, areas=list(unit.areas or ()),
        version=unit.version,
    )  # fmt: skip
    return _change_page(here, unit, form)


@blueprint.post("/unites/<code>/modifier", requires=Permission.UNIT_EDIT)
def change(code: str) -> ResponseReturnValue:
    """First whose rows it moves; then, on the second button, the change."""
    here = context.access()
    unit = _editable(here, code)
    form = _unit_form(here, unit)
    if not form.validate_on_submit():
        return _change_page(here, unit, form), 422
    described = Described(form.name.data, form.short_name.data or "", tuple(sorted(form.areas.data or ())))
    if "save" not in flask.request.form:
        return _change_page(here, unit, form, _effect(here, unit, described))
    seen = form.seen.data or None
    try:
        services.change(here, unit, described, reason=form.reason.data, version=form.shown_version, seen=seen)
    except (Refused, Invalid, Conflict) as error:
        journaled(error, unit)
        again = _effect(here, unit, described) if isinstance(error, ListChanged) else None
        theirs = presenters.unit(here, unit) if isinstance(error, ChangedMeanwhile) else None
        return _change_page(here, unit, _said(form, error), again, theirs), status_of(error)
    flask.flash("Unité enregistrée, dès la prochaine page de chacun.")
    return flask.redirect(flask.url_for("organisation.show", code=code), code=303)


@blueprint.get("/unites/<code>/fermer", requires=Permission.UNIT_EDIT)
def closing(code: str) -> str:
    """What must go elsewhere before it closes."""
    here = context.access()
    unit = known(here, code)
    if not queries.may_move(here, unit):
        raise NotFound
    form = CloseForm(formdata=None, version=unit.version)
    return _close_page(here, unit, form)


@blueprint.post("/unites/<code>/fermer", requires=Permission.UNIT_EDIT)
def close(code: str) -> ResponseReturnValue:
    """Close it from now on."""
    here = context.access()
    unit, form = known(here, code), CloseForm()
    if not form.validate_on_submit():
        return _close_page(here, unit, form), 422
    above = unit.parent_id
    try:
        services.close(here, unit, reason=form.reason.data, version=form.shown_version)
    except (Refused, Invalid, Conflict) as error:
        journaled(error, unit)
        return _close_page(here, unit, _said(form, error)), status_of(error)
    flask.flash("Unité fermée. Son nom reste au journal, et sur la page de l’unité dont elle dépendait.")
    parent = here.facts.tree.nodes.get(above or 0)
    is_mine = parent is not None and parent.id in queries.kept(here)
    target = presenters.url(parent.code) if parent and is_mine else flask.url_for("organisation.index")
    return flask.redirect(target, code=303)


def _editable(here: Access, code: str) -> Unit:
    unit = known(here, code)
    if not queries.may_edit(here, unit):
        raise NotFound
    return unit


def _effect(here: Access, unit: Unit, described: Described) -> dict[str, Any]:
    moved = services.effect_of_change(here, unit, described)
    return presenters.change(here, moved, button="Enregistrer cette unité")


def _new_form(here: Access, **given: Any) -> NewUnitForm:
    form = NewUnitForm(**given)
    found = queries.parents(here)
    offer(form.parent, presenters.parent_choices(here, found), first="choisir")
    offer(form.areas, presenters.area_choices(here, *(unit.id for unit in found)))
    return form


def _choices(field: Any) -> list[Any]:
    return [(one.value, one.label) for one in field.choices]


def _unit_form(here: Access, unit: Unit, **given: Any) -> UnitForm:
    form = UnitForm(**given)
    # What it already has may be kept or given back.
    around = [unit.parent_id] if unit.is_accepted and unit.parent_id is not None else []
    offer(form.areas, presenters.area_choices(here, unit.id, *around))
    return form


def _said(form: Any, error: DataspaceError) -> Any:
    form.form_errors.append(f"{error.sentence} {error.next_step}")
    return form


def _new_page(form: NewUnitForm) -> str:
    return flask.render_template("organisation/new.html", form=form, back=flask.url_for("organisation.index"))


def _change_page(
    here: Access, unit: Unit, form: UnitForm, change: dict[str, Any] | None = None,
    theirs: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    if theirs is not None:
        form.version.data = str(theirs["version"])
    return flask.render_template(
        "organisation/change.html", unit=presenters.unit(here, unit), form=form, change=change, theirs=theirs
    )


def _close_page(here: Access, unit: Unit, form: CloseForm) -> str:
    left: list[str] | None
    try:
        left = services.still_holds(here, unit)
    except Refused as error:
        left = [f"{error.sentence} {error.next_step}"]
    return flask.render_template("organisation/close.html", unit=presenters.unit(here, unit), form=form, left=left)
