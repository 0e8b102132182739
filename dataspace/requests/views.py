"""Screens of requests: asking, the inbox, a request and its answer, giving back, being away."""

from datetime import UTC, date, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Permission, endless, labels, returning
from dataspace.auth.models import Asset
from dataspace.auth.queries import asset_known
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.requests import absences, answers, governing, presenters, queries, services
from dataspace.requests.forms import AbsenceForm, AdviseForm, AskForm, LessForm, RefuseForm
from dataspace.requests.letters import for_whom
from dataspace.requests.models import AccessRequest, Need, Opinion, Purpose, Step
from dataspace.requests.queries import Desk
from dataspace.requests.services import Asked
from dataspace.tools_asked import presenters as tool_rows
from dataspace.tools_asked import queries as tools
from dataspace.web import context, french, inbox
from dataspace.web.routing import Blueprint

blueprint = Blueprint("requests", __name__, template_folder="templates")
_SAID = {
    "refuse": "Refus envoyé, avec son motif.",
    "less": "Accepté pour moins\u202f: l’accès vaut dès la prochaine page que la personne ouvrira.",
    "accept": "Accepté\u202f: l’accès vaut dès la prochaine page que la personne ouvrira.",
    "person": "Accepté pour la personne seulement\u202f: l’accès vaut dès sa prochaine page.",
}


governing.mount(blueprint)


def register(app: flask.Flask) -> None:
    """Mount the domain's screens, and count on every page what waits for its reader."""
    app.register_blueprint(blueprint)
    inbox.announce(app, "requests.messages", lambda access: len(presenters.desk(access).tasks()))


@blueprint.get("/messages", requires=Permission.REQUEST_USE)
def messages() -> str:
    """What waits for the reader, and her own requests."""
    here = _desk()
    found = presenters.messages(here, here.tasks(), queries.mine(here.access), queries.answered(here))
    found["tasks"] = [*found["tasks"], *inbox.more_tasks(here.access)]
    return flask.render_template("requests/messages.html", **found, away=absences.mine(here.access),
        endless_total=len(endless.to_advise(here.access)), governs=here.access.may(Permission.RIGHTS_ASSIGN),
        tools=tool_rows.rows(here.access, tools.waiting(here.access)),
    )  # fmt: skip


@blueprint.get("/demandes/sur/<public_id>", requires=Permission.REQUEST_USE)
def ask(public_id: str) -> ResponseReturnValue:
    """The form alone, for a thing one may know of; elsewhere when there is nothing to ask."""
    asset = _asset(public_id)
    found = presenters.asking(context.access(), asset)
    if queries.is_open_to(context.access(), asset) or found["form"] is None:
        return flask.redirect(found["running"][0] if found["running"] else presenters.address(asset), code=303)
    return _ask_page(asset, found)


@blueprint.post("/demandes/sur/<public_id>", requires=Permission.REQUEST_USE)
def do_ask(public_id: str) -> ResponseReturnValue:
    """Send the request, or keep it for later."""
    here, asset = _desk(), _asset(public_id)
    form = presenters.ask_form(here, asset, flask.request.form)
    if not form.validate_on_submit():
        return _ask_page(asset, _asking(asset, form)), 422
    condition = queries.condition(here.access, asset)
    is_usage = form.topic.data.startswith(presenters.USAGE)
    asked = Asked(
        Purpose.MISSION if is_usage else Purpose(form.topic.data),
        form.purpose.data, Need(form.need.data), _end_of_day(form.until.data),
        int(form.unit.data), condition.version if condition else "",
        form.topic.data.removeprefix(presenters.USAGE) if is_usage else "",
    )  # fmt: skip
    try:
        if "keep" in flask.request.form:
            made = services.keep(here, asset, asked)
            flask.flash("Brouillon gardé\u202f: personne d’autre ne le lit.")
        else:
            made = services.ask(here, asset, asked)
            flask.flash("Demande envoyée. Vous suivez ici qui répond, et quand.")
    except Invalid as error:
        form.form_errors.append(error.sentence)
        return _ask_page(asset, _asking(asset, form)), 422
    return flask.redirect(flask.url_for("requests.show", public_id=made.public_id), code=303)


@blueprint.get("/demandes/<public_id>", requires=Permission.REQUEST_USE)
def show(public_id: str) -> str:
    """A request: its line of time, and what its reader may do with it."""
    here = _desk()
    return _page(here, _request(here, public_id))


@blueprint.post("/demandes/<public_id>/avis", requires=Permission.REQUEST_USE)
def advise(public_id: str) -> ResponseReturnValue:
    """Record the visa of a superior, or the opinion of the DPO: the step that waits for the reader."""
    here = _desk()
    request, form = _request(here, public_id), AdviseForm()
    if not form.validate_on_submit():
        return _page(here, request, advise=form), 422
    asset = here.known([request.asset_id]).get(request.asset_id)
    task = here.task(request, asset)
    step = task.step if task else Step.VISA
    try:
        answers.advise(here, request, step, Opinion(form.opinion.data), form.comment.data or "")
    except Conflict as met:
        return _page(here, request, advise=form, met=met, typed_text=form.comment.data), 409
    flask.flash("Avis enregistré\u202f: la personne qui décide le lira.")
    return flask.redirect(flask.url_for("requests.messages"), code=303)


@blueprint.post("/demandes/<public_id>/decision", requires=Permission.REQUEST_USE)
def decide(public_id: str) -> ResponseReturnValue:
    """Accept as asked, accept for less, or refuse."""
    here = _desk()
    request, typed = _request(here, public_id), flask.request.form
    version = int(typed["version"]) if typed.get("version", "").isdigit() else -1
    choice = typed.get("decision", "")
    less, refusal = _less(here, request), RefuseForm()
    if choice == "less" and not less.validate_on_submit():
        return _page(here, request, less=less), 422
    if choice == "refuse" and not refusal.validate_on_submit():
        return _page(here, request, refuse=refusal), 422
    if choice not in _SAID:
        return _page(here, request), 422
    try:
        if choice == "refuse":
            answers.refuse(here, request, version=version, reason=refusal.reason.data)
        elif choice == "less":
            until = min(_end_of_day(less.until.data), request.until)
            need, note = Need(less.need.data), less.note.data or ""
            only = less.to is None or less.to.data == "person"
            answers.approve(here, request, version=version, need=need, until=until, note=note, to_person=only)
        else:
            answers.approve(here, request, version=version, to_person=choice == "person")
    except Conflict as met:
        # Nothing was changed: the page says who was first, and keeps what was typed.
        shown = {"less": less} if choice == "less" else {"refuse": refusal} if choice == "refuse" else {}
        return _page(here, request, **shown, met=met, typed_text=refusal.reason.data or less.note.data), 409
    flask.flash(_SAID[choice])
    return flask.redirect(flask.url_for("requests.messages"), code=303)


@blueprint.post("/demandes/<public_id>/retrait", requires=Permission.REQUEST_USE)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take one's own request back."""
    here = _desk()
    services.withdraw(here, _request(here, public_id))
    flask.flash("Demande retirée.")
    return flask.redirect(flask.url_for("requests.messages"), code=303)


@blueprint.get("/demandes/acces/<public_id>/prolonger", requires=Permission.REQUEST_USE)
def extending(public_id: str) -> str:
    """The one button that asks for more time: where the reminder leads."""
    here = _desk()
    grant = returning.kept(here.access, public_id)
    scope = services.scope_of(here, grant) if grant is not None else None
    if grant is None or scope is None or grant.ends is None:
        raise NotFound
    is_own = grant.person_id == here.access.author_id
    return flask.render_template(
        "requests/extend.html", title=scope.title if isinstance(scope, Asset) else scope.name, grant_id=public_id,
        url=presenters.address(scope) if isinstance(scope, Asset) else flask.url_for("accounts.my_access"),
        ends=grant.ends, is_place=not isinstance(scope, Asset),
        whose="Votre accès" if is_own else f"L’accès{for_whom(here.access, grant)}",
        running=is_own and isinstance(scope, Asset) and queries.open_of_mine(here.access, scope) is not None,
    )  # fmt: skip


@blueprint.post("/demandes/acces/<public_id>/prolonger", requires=Permission.REQUEST_USE)
def extend(public_id: str) -> ResponseReturnValue:
    """Ask for more time, in one click."""
    here = _desk()
    grant = returning.own(here.access, public_id)
    if grant is None or grant.unit_id is not None:
        services.ask_longer(here, public_id)
        flask.flash("Demande envoyée\u00a0: la personne qui avait donné cet accès peut en changer la date.")
        return flask.redirect(flask.url_for("accounts.my_access"), code=303)
    made = services.extend(here, public_id)
    flask.flash("Demande de prolongation envoyée.")
    return flask.redirect(flask.url_for("requests.show", public_id=made.public_id), code=303)


@blueprint.post("/demandes/acces/<public_id>/rendre", requires=Permission.REQUEST_USE)
def give_back(public_id: str) -> ResponseReturnValue:
    """End one of one's own accesses."""
    returning.give_back(context.access(), public_id)
    flask.flash("Accès rendu\u202f: il ne vaut plus dès maintenant.")
    return flask.redirect(flask.url_for("accounts.my_access"), code=303)


@blueprint.get("/messages/absence", requires=Permission.REQUEST_USE)
def absence() -> str:
    """Who decides while one is away."""
    return flask.render_template("requests/absence.html", form=AbsenceForm(formdata=None))


@blueprint.post("/messages/absence", requires=Permission.REQUEST_USE)
def be_absent() -> ResponseReturnValue:
    """Name somebody for the time one is away."""
    access, form = context.access(), AbsenceForm()
    if not form.validate_on_submit():
        return flask.render_template("requests/absence.html", form=form), 422
    delegate = labels.person(access.session, form.delegate.data)
    try:
        if delegate is None:
            raise Invalid("Personne inconnue, ou plusieurs de ce nom\u202f: écrivez son nom entier.")
        absences.be_away(access, delegate, starts=_start_of_day(form.starts.data), ends=_end_of_day(form.ends.data))
    except (Invalid, Conflict) as error:
        form.form_errors.append(error.sentence)
        return flask.render_template("requests/absence.html", form=form), 422
    flask.flash("C’est noté\u202f: ce qui vous est demandé ira à cette personne.")
    return flask.redirect(flask.url_for("requests.messages"), code=303)


@blueprint.post("/messages/retour", requires=Permission.REQUEST_USE)
def come_back() -> ResponseReturnValue:
    """End one's absence now."""
    absences.come_back(context.access())
    flask.flash("Vous répondez de nouveau vous-même.")
    return flask.redirect(flask.url_for("requests.messages"), code=303)


def _desk() -> Desk:
    return presenters.desk(context.access())


def _asset(public_id: str) -> Asset:
    asset = asset_known(context.access(), public_id, Permission.CARD_SEE)
    if asset is None or asset.kind not in queries.ASKABLE:
        raise NotFound
    return asset


def _request(here: Desk, public_id: str) -> AccessRequest:
    found = queries.seen(here, public_id)
    if found is None:
        raise NotFound
    return found


def _asking(asset: Asset, form: AskForm) -> dict[str, Any]:
    found = presenters.asking(context.access(), asset, form)
    if found["form"] is None:
        raise Conflict("Il n’y a rien à demander ici pour l’instant.", "La fiche dit ce qui vous est ouvert.")
    return found


def _ask_page(asset: Asset, found: dict[str, Any]) -> str:
    return flask.render_template("requests/ask.html", title=asset.title, url=presenters.address(asset), **found)


def _less(here: Desk, request: AccessRequest, *, is_typed: bool = True) -> LessForm:
    form = LessForm() if is_typed else LessForm(formdata=None, need=request.need.value)
    form.need.choices = [
        SelectChoice(need.value, need.label.capitalize()) for need in Need if need in (Need.CONSULT, request.need)
    ]
    usage = presenters.usage(here, request, here.known([request.asset_id]).get(request.asset_id))
    if usage is None or not usage["can_have"]:
        del form.to
    if not is_typed:
        form.until.data = french.local_day(request.until)
    return form


def _page(
    here: Desk, request: AccessRequest, *, advise: AdviseForm | None = None, less: LessForm | None = None,
    refuse: RefuseForm | None = None, met: Conflict | None = None, typed_text: str | None = None,
) -> str:  # fmt: skip
    return flask.render_template(
        "requests/show.html", **presenters.page(here, request), met=met, typed_text=typed_text,
        advise=advise or AdviseForm(formdata=None),
        less=less or _less(here, request, is_typed=False), refuse=refuse or RefuseForm(formdata=None),
    )  # fmt: skip


def _end_of_day(day: date) -> datetime:
    """« Jusqu’au 31 décembre » means until that day is over, in Paris."""
    return datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC)


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), french.PARIS).astimezone(UTC)
