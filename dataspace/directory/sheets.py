"""The table as a file: taken out, and brought back after a dry run."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.admin.presenters import journal_refusal
from dataspace.auth import Permission, mapping
from dataspace.auth.mapping import Line
from dataspace.directory import presenters, queries, services, sheet
from dataspace.directory.forms import SheetForm
from dataspace.directory.services import Step
from dataspace.directory.sheet import Fault
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.web import context, french
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint, root: str) -> None:
    """Add the file to the table's screens."""
    blueprint.get(f"{root}/table.csv", requires=Permission.DIRECTORY_MAP)(export)
    blueprint.get(f"{root}/importer", requires=Permission.DIRECTORY_MAP)(bring)
    blueprint.post(f"{root}/importer", requires=Permission.DIRECTORY_MAP)(do_bring)


def export() -> flask.Response:
    """The lines of one's reach, for a spreadsheet."""
    here = context.access()
    response = flask.Response(sheet.write(here, queries.table(here)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="annuaire.csv")
    return response


def bring() -> str:
    """The form of a file."""
    return _page(SheetForm(formdata=None))


def do_bring() -> ResponseReturnValue:
    """First the faults by line, or the dry run; then, on the second button, all of it or nothing."""
    here, form = context.access(), SheetForm()
    try:
        _take_file(form)
        if not form.validate_on_submit():
            return _page(form), 422
        if not (form.table.data or "").strip():
            raise Invalid("Choisissez un fichier, ou collez son contenu.")
        lines, faults = sheet.read(here, form.table.data, presenters.claims())
    except Invalid as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(form), 422
    if faults:
        return _page(form, faults=faults), 422
    try:
        steps = _steps(form, lines)
        if "save" not in flask.request.form or not form.version.data:
            return _page(form, steps=steps)
        services.replace(
            here, steps, version=form.version.data, reason=form.reason.data, claims=presenters.claims()
        )  # fmt: skip
    except Conflict as error:
        flask.g.session.rollback()
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(form, steps=_steps(form, lines)), 409
    except (Refused, Invalid) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        journal_refusal(error.sentence, None, lines=len(steps))
        return _page(form), 403 if isinstance(error, Refused) else 422
    flask.flash(f"C’est fait\u00a0: {french.plural(len(steps), 'ligne changée', 'lignes changées')}, d’un seul coup.")
    return flask.redirect(flask.url_for("directory.index"), code=303)


def _steps(form: SheetForm, lines: list[Line]) -> list[Step]:
    here = context.access()
    rows = queries.table(here)
    fixed = [row.id for row in rows if not services.can_change(here, Line.of(row))]
    return sheet.steps(rows, lines, is_whole=bool(form.absent.data), kept=fixed)


def _take_file(form: SheetForm) -> None:
    sent = flask.request.files.get("file")
    if sent is None or not sent.filename:
        return
    try:
        form.table.data = sent.read(400_001).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("Ce fichier n’est pas en UTF-8.", "Enregistrez-le en «\u00a0CSV UTF-8\u00a0».") from error


def _page(form: SheetForm, *, faults: list[Fault] | None = None, steps: list[Step] | None = None) -> str:
    here = context.access()
    change: dict[str, Any] | None = None
    if steps is not None:
        turns = services.preview(here, steps, presenters.claims())
        form.version.data = mapping.version(here.session)
        change = presenters.panel(here, turns, f"Enregistrer {french.plural(len(steps), 'changement')}")
    counts = None
    if steps is not None:
        counts = {
            "added": sum(step.row is None for step in steps), "removed": sum(step.line is None for step in steps),
            "changed": sum(step.row is not None and step.line is not None for step in steps),
        }  # fmt: skip
    return flask.render_template(
        "directory/sheet.html", form=form, faults=faults, change=change, counts=counts, columns=sheet.COLUMNS,
        units=len(queries.places(here)),
    )  # fmt: skip
