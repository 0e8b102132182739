"""Screens of the matrix: read it, tick cells and change them, undo; take it away as a file, bring one in."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import flask
from flask.typing import ResponseReturnValue

from dataspace import audit
from dataspace.admin import presenters as administration
from dataspace.auth import Access, Permission, ruled
from dataspace.auth.labels import typed
from dataspace.auth.models import Asset, Unit
from dataspace.auth.queries import unit_by_code
from dataspace.auth.words import Role
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused
from dataspace.matrix import addresses, presenters, queries, services, sheet
from dataspace.matrix.forms import END, ChangeForm, SheetForm
from dataspace.matrix.services import Line, Step
from dataspace.matrix.sheet import Read, Unreadable
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

blueprint = Blueprint("matrix", __name__, url_prefix="/administration", template_folder="templates")
MOST_CELLS = 100


def register(app: flask.Flask) -> None:
    """Mount the matrix."""
    app.register_blueprint(blueprint)


@blueprint.get("/matrice", requires=Permission.RIGHTS_SEE)
def index() -> str:
    """Assets by units: what the people of each unit get, and why."""
    here, asked = context.access(), addresses.asked(flask.request.args)
    unit = queries.branch(here, asked.unite)
    found = queries.matrix(here, addresses.narrowed(here, asked), unit, page=asked.page, view=asked.colonnes)
    return flask.render_template(
        "matrix/matrix.html", **presenters.page(here, asked, found), asked=asked, form=_change_form(here),
        done=_done(here),
    )  # fmt: skip


@blueprint.get("/matrice.csv", requires=Permission.RIGHTS_SEE)
def export() -> ResponseReturnValue:
    """The grants on what is shown, for a spreadsheet; journaled before it leaves."""
    here, asked = context.access(), addresses.asked(flask.request.args)
    grants = ruled.standing(here, addresses.narrowed(here, asked), limit=sheet.EXPORTED)
    context.journal_now(audit.Act.RIGHTS_EXPORTED, filters=addresses.values(asked), lines=len(grants))
    response = flask.Response(sheet.written(here, grants), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="acces.csv")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/matrice/<public_id>", requires=Permission.RIGHTS_SEE)
def cell(public_id: str) -> str:
    """One cell, with the names."""
    here = context.access()
    asset = queries.known(here, public_id)
    if asset is None:
        raise NotFound
    unit = queries.branch(here, flask.request.args.get("unite", ""))
    found, named, total = queries.cell(here, asset, unit)
    return flask.render_template(
        "matrix/cell.html", **presenters.one(here, asset, unit, found, named, total), form=_change_form(here),
        back=flask.url_for("matrix.index", unite=unit.code),
        change_url=flask.url_for("matrix.change", unite=unit.code),
    )  # fmt: skip


@blueprint.post("/matrice/changer", requires=Permission.RIGHTS_ASSIGN)
def change() -> ResponseReturnValue:
    """First who gains and who loses; then, on the second button, all the cells at once."""
    here, asked, form = context.access(), addresses.asked(flask.request.args), ChangeForm()
    cases = list(dict.fromkeys(flask.request.form.getlist("case")))
    is_right = form.validate_on_submit()
    lines, unknown = _lines(here, form, cases)
    wrong = _said_of_cases(cases, unknown)
    if not is_right or wrong:
        form.form_errors += wrong
        return _change_page(asked, form, services.plan(here, lines) if is_right else [], cases), 422
    steps = services.plan(here, lines)
    errors = [step.error for step in steps if step.error is not None]
    if errors:
        drawn = _change_page(asked, form, steps, cases)
        _journal(errors)
        return drawn, 403 if any(isinstance(error, Refused) for error in errors) else 422
    if "save" not in flask.request.form:
        panel = presenters.change(services.outcome(here, steps), steps)
        return _change_page(asked, form, steps, cases, panel)
    try:
        moment = services.apply(here, steps)
    except (Invalid, Conflict, Refused) as error:
        flask.g.session.rollback()
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _change_page(asked, form, [], cases), _status(error)
    return flask.redirect(
        flask.url_for("matrix.index", **addresses.values(asked), fait=moment.isoformat()), code=303
    )  # fmt: skip


@blueprint.post("/matrice/annuler", requires=Permission.RIGHTS_ASSIGN)
def undo() -> ResponseReturnValue:
    """Put back what one has just changed, all of it."""
    asked = addresses.asked(flask.request.args)
    services.undo(context.access(), _moment(flask.request.form.get("fait", "")))
    flask.flash("Tout est annulé\u00a0: les accès sont comme avant.")
    return flask.redirect(flask.url_for("matrix.index", **addresses.values(asked)), code=303)


@blueprint.get("/matrice/importer", requires=Permission.RIGHTS_ASSIGN)
def bring() -> str:
    """Where a file is dropped, and how it is made."""
    return _sheet_page(SheetForm(formdata=None))


@blueprint.post("/matrice/importer", requires=Permission.RIGHTS_ASSIGN, pasted=True)
def do_bring() -> ResponseReturnValue:
    """Check each line, say who gains and loses; then, on the second button and if every line is right, apply them."""
    here, form = context.access(), SheetForm()
    if not form.validate_on_submit():
        return _sheet_page(form), 422
    if "save" not in flask.request.form:
        # Reading a whole authority takes longer than other writers wait.
        context.let_others_write()
    if uploaded := flask.request.files.get("file"):
        form.text.data = _decoded(uploaded.read(sheet.LARGEST * 4)) or form.text.data
    try:
        lines = sheet.read(here, form.text.data or "")
    except Unreadable as error:
        form.form_errors.append(str(error))
        return _sheet_page(form), 422
    planned = iter(services.plan(here, [one.line for one in lines if one.line is not None]))
    steps = [(one, next(planned) if one.line is not None else None) for one in lines]
    errors = [step.error for _, step in steps if step is not None and step.error is not None]
    if errors or any(one.error for one in lines):
        drawn = _sheet_page(form, steps)
        context.write_again()
        _journal(errors)
        return drawn, 422
    ready = [step for _, step in steps if step is not None]
    if (changes := sum(step.does is not services.Does.NOTHING for step in ready)) > services.MOST_CHANGES:
        refusal = services.too_many(changes)
        form.form_errors.append(f"{refusal.sentence} {refusal.next_step}")
        return _sheet_page(form), 422
    if "save" not in flask.request.form:
        return _sheet_page(form, steps, ready)
    if form.plan.data != services.fingerprint(ready):
        form.form_errors.append(
            "Ce fichier, ou ce qui est en vigueur, a changé depuis que vous avez lu ce que cela change. "
            "Relisez\u00a0: rien n’est enregistré."
        )
        return _sheet_page(form, steps, ready), 409
    try:
        moment = services.apply(here, ready)
    except (Invalid, Conflict, Refused) as error:
        flask.g.session.rollback()
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _sheet_page(form), _status(error)
    return flask.redirect(flask.url_for("matrix.index", fait=moment.isoformat()), code=303)


def _lines(here: Access, form: ChangeForm, cases: Sequence[str]) -> tuple[list[Line], int]:
    """The cells ticked, as rights to give or take back; and how many of them mean nothing here."""
    lines, unknown = [], 0
    is_end, day = form.action.data == END, form.ends.data
    ends = datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC) if day else None
    role = None if is_end else next((r for r in queries.GIVEN if r.value == form.role.data), Role.READER)
    assets: dict[str, Asset | None] = {}
    units: dict[str, Unit | None] = {}
    for case in cases[:MOST_CELLS]:
        public_id, _, code = typed(case).partition(":")
        if public_id not in assets:
            assets[public_id] = queries.known(here, public_id)
        if code not in units:
            units[code] = unit_by_code(here.session, code)
        asset, unit = assets[public_id], units[code]
        if asset is None or unit is None:
            unknown += 1
            continue
        lines.append(Line(unit, role, asset, False, ends, form.reason.data or "", is_removal=is_end))
    return lines, unknown


def _said_of_cases(cases: Sequence[str], unknown: int) -> list[str]:
    if not cases:
        return ["Cochez au moins une case de la matrice."]
    if len(cases) > MOST_CELLS:
        return [f"{MOST_CELLS} cases au plus à la fois\u00a0: décochez-en."]
    return ["Une case ne correspond à aucun élément que vous administrez."] if unknown else []


def _change_form(here: Access) -> ChangeForm:
    form = ChangeForm(formdata=None)
    form.ends.data = (here.moment + timedelta(days=context.settings().grant_days)).astimezone(french.PARIS).date()
    return form


def _change_page(
    asked: addresses.Asked, form: ChangeForm, steps: Sequence[Step], cases: Sequence[str],
    panel: dict[str, object] | None = None,
) -> str:  # fmt: skip
    return flask.render_template(
        "matrix/change.html", form=form, steps=[presenters.step(step) for step in steps], cases=cases, change=panel,
        back=flask.url_for("matrix.index", **addresses.values(asked)),
        action=flask.url_for("matrix.change", **addresses.values(asked)),
    )  # fmt: skip


def _sheet_page(
    form: SheetForm, steps: Sequence[tuple[Read, Step | None]] = (), ready: Sequence[Step] = ()
) -> str:  # fmt: skip
    change, form.plan.data = None, services.fingerprint(ready)
    if ready and any(step.does is not services.Does.NOTHING for step in ready):
        found, total = services.effect(context.access(), ready)
        change = administration.changing(found, total) | {"button": presenters.button(ready)}
    rows = [
        {"number": one.number, "said": one.said, "error": one.error, **(presenters.step(step) if step else {})}
        | ({"error": one.error} if one.error else {})
        for one, step in steps
    ]  # fmt: skip
    wrong = [row for row in rows if row["error"]]
    told = [
        row
        for row, (_, step) in zip(rows, steps, strict=True)
        if row["error"] or (step is not None and step.does is not services.Does.NOTHING)
    ]
    return flask.render_template(
        "matrix/import.html", form=form, rows=told, read=len(rows), wrong=wrong, change=change,
        columns=sheet.COLUMNS, most=sheet.MOST_LINES, most_changes=services.MOST_CHANGES,
        export_url=flask.url_for("matrix.export"), back=flask.url_for("matrix.index"),
    )  # fmt: skip


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets on Windows write.
        return octets.decode("cp1252", "replace")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if moment.tzinfo is None:
        raise NotFound
    return moment


def _done(here: Access) -> dict[str, object] | None:
    """What was just done and can be undone, when the address says it was."""
    said = flask.request.args.get("fait", "")
    try:
        given, ended = services.done_at(here, _moment(said)) if said else (0, 0)
    except NotFound:
        return None
    if not given and not ended:
        return None
    asked = addresses.asked(flask.request.args)
    return {
        "given": given, "ended": ended, "fait": said,
        "url": flask.url_for("matrix.undo", **addresses.values(asked)),
    }  # fmt: skip


def _journal(errors: Sequence[DataspaceError]) -> None:
    """An attempt at what is not one's to give leaves a line, though the page only explains."""
    refused = [error.sentence for error in errors if isinstance(error, Refused)]
    if refused:
        administration.journal_refusal(refused[0], lines=len(refused))


def _status(error: DataspaceError) -> int:
    return 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422
