"""Screens of usages: those one is of, one's page, who takes part, what it needs, what the DPO thinks."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Permission, labels
from dataspace.auth.models import Usage
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.usages import gap_screens, members, pages, presenters, queries, services
from dataspace.usages.forms import AdviseForm, AskForm, NeedForm, RecipientForm
from dataspace.usages.models import HealthGround, LegalBasis, RecipientKind, Stance
from dataspace.usages.services import Sheet
from dataspace.web import context, inbox
from dataspace.web.routing import Blueprint

blueprint = Blueprint("usages", __name__, url_prefix="/usages", template_folder="templates")
members.mount(blueprint)


def register(app: flask.Flask) -> None:
    """Mount the screens of usages and of their gaps; who asks to take part waits in « Messages »."""
    app.register_blueprint(blueprint)
    app.register_blueprint(gap_screens.blueprint)
    inbox.announce_more(app, presenters.tasks)


@blueprint.get("/", requires=Permission.PORTAL_USE)
def index() -> str:
    """The usages one is of, what each opens and until when; those one answers for; the others one may know of."""
    return flask.render_template("usages/index.html", **presenters.index(context.access()))


@blueprint.get("/nouveau", requires=Permission.USAGE_MANAGE)
def new() -> str:
    """The sheet, to be filled in."""
    here = context.access()
    return flask.render_template("usages/edit.html", form=presenters.sheet_form(here, None), usage=None)


@blueprint.post("/nouveau", requires=Permission.USAGE_MANAGE)
def create() -> ResponseReturnValue:
    """Open a usage."""
    here = context.access()
    form = presenters.sheet_form(here, None, typed=True)
    if form.validate_on_submit():
        try:
            usage = services.declare(here, int(form.unit.data), _sheet(form))
        except Invalid as error:
            form.form_errors.append(f"{error.sentence} {error.next_step}")
        else:
            flask.flash("L’usage est ouvert\u00a0: dites maintenant à qui il s’adresse et de quoi il se sert.")
            return pages.back(usage)
    return flask.render_template("usages/edit.html", form=form, usage=None), 422


@blueprint.get("/<public_id>", requires=Permission.PORTAL_USE)
def show(public_id: str) -> str:
    """One usage: what for, by which right, of what, with whom."""
    return _page(pages.known(public_id))


@blueprint.get("/<public_id>/modifier", requires=Permission.USAGE_MANAGE)
def edit(public_id: str) -> str:
    """The sheet, as it is."""
    usage = pages.mine(public_id)
    form = presenters.sheet_form(context.access(), usage)
    return flask.render_template("usages/edit.html", form=form, usage=usage)


@blueprint.post("/<public_id>/modifier", requires=Permission.USAGE_MANAGE)
def revise(public_id: str) -> ResponseReturnValue:
    """Change the sheet."""
    here, usage = context.access(), pages.mine(public_id)
    form = presenters.sheet_form(here, usage, typed=True)
    status = 422
    if form.validate_on_submit() and (form.version.data or "").isdigit():
        try:
            services.revise(here, usage, _sheet(form), version=int(form.version.data))
            flask.flash("La fiche de l’usage est à jour.")
            return pages.back(usage)
        except (Invalid, Conflict, Refused) as error:
            form.form_errors.append(f"{error.sentence} {error.next_step}")
            status = pages.status(error)
    return flask.render_template("usages/edit.html", form=form, usage=usage), status


@blueprint.post("/<public_id>/terminer", requires=Permission.USAGE_MANAGE)
def close(public_id: str) -> ResponseReturnValue:
    """End it now."""
    usage = pages.mine(public_id)
    services.close(context.access(), usage)
    flask.flash("L’usage est terminé\u00a0: ce qu’il ouvrait est refermé dès la prochaine page.")
    return pages.back(usage)


@blueprint.post("/<public_id>/destinataires", requires=Permission.USAGE_MANAGE)
def add_recipient(public_id: str) -> ResponseReturnValue:
    """Declare a category of recipients."""
    here, usage = context.access(), pages.mine(public_id)
    form = presenters.recipient_form(here, usage, typed=True)
    if not form.validate_on_submit():
        return _page(usage, recipient=form), 422
    services.add_recipient(here, usage, RecipientKind(form.kind.data), presenters.unit(here, form.unit.data))
    flask.flash("Catégorie de destinataires déclarée.")
    return pages.back(usage)


@blueprint.post("/<public_id>/destinataires/<recipient_id>/retirer", requires=Permission.USAGE_MANAGE)
def drop_recipient(public_id: str, recipient_id: str) -> ResponseReturnValue:
    """Declare it no more."""
    here, usage = context.access(), pages.mine(public_id)
    recipient = next((one for one in queries.recipients(here, usage) if one.public_id == recipient_id), None)
    if recipient is None:
        raise NotFound
    services.drop_recipient(here, usage, recipient)
    flask.flash("Catégorie retirée. Les accès déjà donnés restent\u00a0: la page des écarts les montre.")
    return pages.back(usage)


@blueprint.post("/<public_id>/elements", requires=Permission.USAGE_MANAGE)
def need(public_id: str) -> ResponseReturnValue:
    """Say that the usage needs an element."""
    here, usage, form = context.access(), pages.mine(public_id), NeedForm()
    asset = labels.asset(here, form.thing.data or "", Permission.CARD_SEE) if form.validate_on_submit() else None
    if asset is None:
        form.thing.errors = [*form.thing.errors, "Élément inconnu de vous\u00a0: choisissez dans la liste."][:1]
        return _page(usage, need=form), 422
    try:
        services.need(here, usage, asset)
    except (Invalid, Conflict) as error:
        form.thing.errors = [f"{error.sentence} {error.next_step}"]
        return _page(usage, need=form), pages.status(error)
    flask.flash("Élément ajouté. Sa direction responsable décide de l’ouvrir à l’usage.")
    return pages.back(usage)


@blueprint.post("/<public_id>/elements/<element_id>/retirer", requires=Permission.USAGE_MANAGE)
def need_no_more(public_id: str, element_id: str) -> ResponseReturnValue:
    """Say that the usage does without it."""
    here, usage = context.access(), pages.mine(public_id)
    asset = next((one for one, _ in queries.assets(here, usage) if one.public_id == element_id), None)
    if asset is None:
        raise NotFound
    services.need_no_more(here, usage, asset)
    flask.flash("Élément retiré de la fiche.")
    return pages.back(usage)


@blueprint.post("/<public_id>/rejoindre", requires=Permission.REQUEST_USE)
def ask(public_id: str) -> ResponseReturnValue:
    """Ask to take part."""
    usage, form = pages.known(public_id), AskForm()
    if not form.validate_on_submit():
        return _page(usage, ask=form), 422
    services.ask(context.access(), usage, reason=form.reason.data, portal=pages.portal())
    flask.flash("Demande envoyée à la direction qui tient l’usage. Sa réponse se lira ici, et vous sera écrite.")
    return pages.back(usage)


@blueprint.post("/<public_id>/avis", requires=Permission.REQUEST_ADVISE)
def advise(public_id: str) -> ResponseReturnValue:
    """The opinion of the DPO."""
    usage, form = pages.known(public_id), AdviseForm()
    if form.validate_on_submit():
        try:
            services.advise(context.access(), usage, Stance(form.opinion.data), note=form.comment.data or "")
            flask.flash("Avis enregistré\u00a0: il se lit sur la page de l’usage.")
            return pages.back(usage)
        except Invalid as error:
            form.comment.errors = [*form.comment.errors, f"{error.sentence}"]
    return _page(usage, advise=form), 422


def _page(
    usage: Usage, *, recipient: RecipientForm | None = None, need: NeedForm | None = None, ask: AskForm | None = None,
    advise: AdviseForm | None = None,
) -> str:  # fmt: skip
    here = context.access()
    return flask.render_template(
        "usages/show.html", **presenters.page(here, usage), need=need or NeedForm(formdata=None),
        recipient=recipient or presenters.recipient_form(here, usage), ask=ask or AskForm(formdata=None),
        advise=advise or AdviseForm(formdata=None),
    )  # fmt: skip


def _sheet(form: Any) -> Sheet:
    return Sheet(
        form.title.data, form.purpose.data, LegalBasis(form.basis.data),
        HealthGround(form.health_ground.data) if form.health_ground.data else None, int(form.controller.data),
        form.retention.data, pages.end_of_day(form.ends.data), pages.end_of_day(form.review_date.data),
    )  # fmt: skip
