"""Screens of reviews: opening one, answering it in five minutes, confirming, and what came of it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace import db
from dataspace.auth import Permission, Task, system
from dataspace.auth.models import Grant
from dataspace.auth.queries import unit_by_code
from dataspace.auth.risks import Cause
from dataspace.errors import Invalid, NotFound
from dataspace.reviews import answers, closing, powers, presenters, queries, services
from dataspace.reviews.answers import Choice
from dataspace.reviews.forms import AnswerForm, KeepAllForm, OpenForm
from dataspace.reviews.models import ReviewCampaign, ReviewLine
from dataspace.web import context, french, inbox
from dataspace.web.gate import demand, wants_json
from dataspace.web.routing import Blueprint

blueprint = Blueprint("reviews", __name__, url_prefix="/administration/revues", template_folder="templates")
_PROPOSED = timedelta(days=21)
# How long a worker trusts what it knows of the next deadline: less than the shortest review.
_TRUSTED = timedelta(minutes=1)


def register(app: flask.Flask) -> None:
    """Mount the domain's screens, and have what is due settled before a reader's rights are read."""
    app.register_blueprint(blueprint)
    app.extensions["reviews"] = {}
    context.before_rights(app, _settle_reader)
    inbox.announce_more(app, presenters.tasks)


@blueprint.get("/", requires=Permission.RIGHTS_SEE)
def index() -> str:
    """The reviews one answers or oversees."""
    _settle_some()
    return flask.render_template("reviews/index.html", **presenters.index(context.access()))


@blueprint.get("/ouvrir", requires=Permission.REVIEW_RUN)
def opening() -> str:
    """The form to open a review."""
    access = context.access()
    form = presenters.open_form(access, None)
    form.until.data = french.local_day(access.moment + _PROPOSED)
    form.title.data = f"Revue des accès, {french.month(access.moment).lower()}"
    return _open_page(form)


@blueprint.post("/ouvrir", requires=Permission.REVIEW_RUN)
def do_open() -> ResponseReturnValue:
    """First what it would hold, then, on the second button, the review."""
    access = context.access()
    form = presenters.open_form(access, flask.request.form)
    if not form.validate_on_submit():
        return _open_page(form), 422
    unit = unit_by_code(access.session, form.unit.data)
    if unit is None:
        raise NotFound
    deadline = datetime.combine(form.until.data, time(23, 59, 59), french.PARIS).astimezone(UTC)
    try:
        if "save" not in flask.request.form:
            return _open_page(form, presenters.sketched(unit, services.sketch(access, unit, presenters.terms())))
        made = services.open_campaign(access, unit, title=form.title.data, deadline=deadline, terms=presenters.terms())
    except Invalid as error:
        context.session().rollback()
        form.form_errors.append(error.sentence)
        return _open_page(form), 422
    flask.flash("Revue ouverte : chacun reçoit ce qui relève de sa décision.")
    return flask.redirect(flask.url_for("reviews.show", public_id=made.public_id), code=303)


@blueprint.get("/<public_id>", requires=Permission.RIGHTS_SEE)
def show(public_id: str) -> str:
    """How far a review is."""
    _settle_some()
    return flask.render_template("reviews/show.html", **presenters.page(context.access(), _campaign(public_id)))


@blueprint.get("/<public_id>/repondre", requires=Permission.REQUEST_USE)
def answering(public_id: str) -> str:
    """The lines that wait for one's answer."""
    return _answer_page(_asked(public_id))


@blueprint.post("/lignes/<public_id>", requires=Permission.REQUEST_USE)
def answer(public_id: str) -> ResponseReturnValue:
    """Keep or remove one right; saved at once."""
    access = context.access()
    line, grant = _line(public_id)
    form = AnswerForm()
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _wrong(line, "Choisissez de garder ou de retirer." if not form.note.errors else form.note.errors[0])
    try:
        answers.answer(
            access, line, grant, Choice(form.answer.data), note=form.note.data or "", version=int(form.version.data)
        )  # fmt: skip
    except Invalid as error:
        return _wrong(line, error.sentence)
    return _answered(line)


@blueprint.post("/lignes/<public_id>/annuler", requires=Permission.REQUEST_USE)
def undo(public_id: str) -> ResponseReturnValue:
    """Take back one's own answer."""
    line, grant = _line(public_id)
    version = flask.request.form.get("version", "")
    answers.undo(context.access(), line, grant, version=int(version) if version.isdigit() else -1)
    if not wants_json():
        flask.flash("Réponse annulée : l’accès est comme avant.")
    return _answered(line)


@blueprint.post("/<public_id>/garder", requires=Permission.REQUEST_USE)
def keep_all(public_id: str) -> ResponseReturnValue:
    """Keep what is left of a group."""
    campaign, form = _asked(public_id), KeepAllForm()
    if not form.validate_on_submit():
        return _answer_page(campaign, said=" ".join(e for field in form for e in field.errors)), 422
    try:
        kept = answers.keep_all(context.access(), campaign, Cause(form.cause.data), note=form.note.data or "")
    except Invalid as error:
        context.session().rollback()
        return _answer_page(campaign, said=error.sentence), 422
    flask.flash(f"{french.plural(kept, 'accès gardé', 'accès gardés')}.")
    return flask.redirect(flask.url_for("reviews.answering", public_id=public_id), code=303)


@blueprint.get("/<public_id>/confirmer", requires=Permission.REQUEST_USE)
def summary(public_id: str) -> str:
    """Who loses what, before it is done."""
    return flask.render_template("reviews/summary.html", **presenters.summary(context.access(), _asked(public_id)))


@blueprint.post("/<public_id>/confirmer", requires=Permission.REQUEST_USE)
def confirm(public_id: str) -> ResponseReturnValue:
    """Remove what one has said to remove."""
    done = answers.confirm(context.access(), _asked(public_id))
    words, refused = presenters.confirmed(done)
    flask.flash(words)
    for sentence in refused:
        flask.flash(sentence, "error")
    return flask.redirect(flask.url_for("reviews.answering", public_id=public_id), code=303)


@blueprint.get("/<public_id>/releve", requires=Permission.RIGHTS_SEE)
def record(public_id: str) -> ResponseReturnValue:
    """The record, octet for octet as it was written at the closing."""
    found = queries.record(context.access(), _campaign(public_id))
    if found is None:
        raise NotFound
    return flask.Response(found.body, content_type="text/html; charset=utf-8")


# --- parts ----------------------------------------------------------------------------------------------------------
def _campaign(public_id: str) -> ReviewCampaign:
    found = queries.by_id(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _asked(public_id: str) -> ReviewCampaign:
    """The review, for who decides somewhere, or answers in the place of who does."""
    _may_answer()
    return _campaign(public_id)


def _may_answer() -> None:
    if not powers.lent_to(context.access()):
        demand(Permission.RIGHTS_ASSIGN)


def _line(public_id: str) -> tuple[ReviewLine, Grant]:
    _may_answer()
    found = queries.line_known(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _open_page(form: OpenForm, sketch: dict[str, Any] | None = None) -> str:
    return flask.render_template("reviews/open.html", form=form, sketch=sketch)


def _answer_page(campaign: ReviewCampaign, *, wrong: dict[str, str] | None = None, said: str = "") -> str:
    found = presenters.answering(context.access(), campaign, wrong)
    return flask.render_template("reviews/answer.html", **found, wrong=said)


def _wrong(line: ReviewLine, sentence: str) -> ResponseReturnValue:
    """The answer is not accepted: beside its line, or as a sentence for the script that keeps the page."""
    if wants_json():
        return {"erreur": sentence}, 422
    context.session().rollback()
    campaign = queries.campaign_of(context.access(), line)
    return _answer_page(campaign, wrong={line.public_id: sentence}), 422


def _answered(line: ReviewLine) -> ResponseReturnValue:
    access = context.access()
    access.session.flush()
    campaign = queries.campaign_of(access, line)
    if not wants_json():
        return flask.redirect(flask.url_for("reviews.answering", public_id=campaign.public_id), code=303)
    progress = queries.mine(access, campaign)
    removing = len(queries.to_confirm(access, campaign))
    return {
        "version": line.version, "etat": line.outcome.label, "reponse": line.outcome.value,
        "faits": progress.done, "total": progress.total, "retraits": removing,
    }  # fmt: skip


def _settle_reader(person_id: int) -> bool:
    """Before a reader's rights are read: what is due among them takes effect; was there something?"""
    if not _is_due():
        return False
    with context.maker()() as session:
        if not closing.concerns(session, person_id):
            return False
    terms = presenters.terms()
    if flask.request.method in context.SAFE:
        with db.writing(context.maker()) as session:
            closing.settle_reader(system(session, Task.REVIEW, context.policy()), person_id, terms)
        context.read_anew()
    else:
        closing.settle_reader(system(context.session(), Task.REVIEW, context.policy()), person_id, terms)
    return True


def _settle_some() -> None:
    """Whoever looks at reviews settles some of what is due, whomever it is about."""
    terms = presenters.terms()
    with context.maker()() as session:
        if not closing.is_waiting(session):
            return
    with db.writing(context.maker()) as session:
        house = system(session, Task.REVIEW, context.policy())
        if closing.settle(house, terms) < closing.AT_ONCE:
            closing.finish(house, terms)
    context.read_anew()


def _is_due() -> bool:
    """Has the next deadline come? Asked of the database once a minute, for no review is shorter than a day."""
    known, moment = flask.current_app.extensions["reviews"], db.now()
    asked = known.get("asked")
    if asked is None or not asked <= moment < asked + _TRUSTED:
        with context.maker()() as session:
            known["next"] = closing.next_due(session)
        known["asked"] = moment
    due: datetime | None = known["next"]
    if due is not None and due <= moment:
        # Another worker may have settled it all: look again next time.
        known.pop("asked", None)
        return True
    return False
