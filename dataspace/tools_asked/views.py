"""Screens of tools asked for: asking, following, answering."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Permission
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.tools_asked import presenters, queries, services
from dataspace.tools_asked.forms import AnswerToolForm, ToolForm, WordForm
from dataspace.tools_asked.models import ToolRequest, ToolState
from dataspace.web import context, french, inbox
from dataspace.web.routing import Blueprint

blueprint = Blueprint("tools_asked", __name__, template_folder="templates", url_prefix="/outils-demandes")
_SUGGESTED = 5
_LONGEST = 160


def register(app: flask.Flask) -> None:
    """Mount the domain's screens, and count in the inbox what nobody has looked at."""
    app.register_blueprint(blueprint)
    inbox.count_too(app, queries.count_new)


@blueprint.get("/", requires=Permission.REQUEST_USE)
def index() -> str:
    """One's own, those one answers, those of one's directorate."""
    here = context.access()
    return flask.render_template(
        "tools_asked/list.html", mine=presenters.rows(here, queries.mine(here)),
        waiting=presenters.rows(here, queries.waiting(here)), around=presenters.rows(here, queries.around(here)),
        answers=here.may(Permission.TOOL_ANSWER),
    )  # fmt: skip


@blueprint.get("/nouvelle", requires=Permission.REQUEST_USE)
def ask() -> str:
    """The form, begun with what was looked for."""
    form = _form(None)
    form.title.data = flask.request.args.get("q", "")[:_LONGEST]
    return _ask_page(form)


@blueprint.post("/nouvelle", requires=Permission.REQUEST_USE)
def do_ask() -> ResponseReturnValue:
    """Send it; when others ask for much the same, they are shown first."""
    here, form = context.access(), _form(flask.request.form)
    if not form.validate_on_submit():
        return _ask_page(form), 422
    if "anyway" not in flask.request.form and queries.similar(here, f"{form.title.data} {form.purpose.data}"):
        return _ask_page(form)
    day = form.wanted_by.data
    wanted_by = datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC) if day else None
    asked = services.Asked(
        form.title.data, form.purpose.data, form.audience.data, wanted_by, bool(form.is_shared.data),
        int(form.unit.data),
    )  # fmt: skip
    try:
        made = services.ask(here, asked, portal=_portal())
    except Invalid as error:
        form.form_errors.append(error.sentence)
        return _ask_page(form), 422
    flask.flash("Demande envoyée. Sa page dit où elle en est, et un message vous préviendra.")
    return flask.redirect(flask.url_for("tools_asked.show", public_id=made.public_id), code=303)


@blueprint.get("/<public_id>", requires=Permission.REQUEST_USE)
def show(public_id: str) -> str:
    """Where it stands, and what was said."""
    return _page(_request(public_id))


@blueprint.post("/<public_id>/reponse", requires=Permission.REQUEST_USE)
def answer(public_id: str) -> ResponseReturnValue:
    """Say where it stands."""
    request, form = _request(public_id), AnswerToolForm()
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page(request, form=form), 422
    try:
        services.answer(
            context.access(), request, state=ToolState(form.state.data), note=form.note.data or "",
            version=int(form.version.data), portal=_portal(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(request, form=form), 409 if isinstance(error, Conflict) else 422
    flask.flash("Réponse envoyée à la personne qui demande.")
    return flask.redirect(flask.url_for("tools_asked.show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/mot", requires=Permission.REQUEST_USE)
def say(public_id: str) -> ResponseReturnValue:
    """Add a word."""
    request, form = _request(public_id), WordForm()
    if not form.validate_on_submit():
        return _page(request, word=form), 422
    services.say(context.access(), request, form.word.data, portal=_portal())
    flask.flash("Mot ajouté.")
    return flask.redirect(flask.url_for("tools_asked.show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/moi-aussi", requires=Permission.REQUEST_USE)
def join(public_id: str) -> ResponseReturnValue:
    """Need it too."""
    services.join(context.access(), _request(public_id))
    flask.flash("C’est noté\u00a0: vous serez prévenu en même temps que la personne qui demande.")
    return flask.redirect(flask.url_for("tools_asked.show", public_id=public_id), code=303)


def _request(public_id: str) -> ToolRequest:
    found = queries.seen(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _form(typed: object) -> ToolForm:
    form, here = ToolForm(typed), context.access()
    places = {posting.unit_id: here.facts.tree[posting.unit_id].name for posting in here.facts.postings}
    form.unit.choices = [SelectChoice(str(unit_id), name) for unit_id, name in places.items()]
    return form


def _ask_page(form: ToolForm) -> str:
    here = context.access()
    alike = queries.similar(here, f"{form.title.data or ''} {form.purpose.data or ''}")
    return flask.render_template(
        "tools_asked/ask.html", form=form, similar=presenters.rows(here, alike[:_SUGGESTED]), similar_total=len(alike)
    )


def _page(request: ToolRequest, *, form: AnswerToolForm | None = None, word: WordForm | None = None) -> str:
    filled: dict[str, Any] = {"version": request.version, "state": ToolState.STUDIED.value}
    return flask.render_template(
        "tools_asked/show.html", **presenters.page(context.access(), request),
        form=form or AnswerToolForm(formdata=None, **filled), word=word or WordForm(formdata=None),
    )  # fmt: skip


def _portal() -> str:
    return context.settings().portal_url.rstrip("/")
