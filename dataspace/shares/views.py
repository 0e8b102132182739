"""Screens of links: making one, one's own, those to a thing one answers for. What a link opens is in `opening.py`."""

from datetime import UTC, datetime, time, timedelta

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Permission, sharing
from dataspace.auth.models import Asset
from dataspace.auth.words import AssetKind
from dataspace.errors import Invalid, Refused
from dataspace.shares import opening, presenters, queries, services
from dataspace.shares.forms import ALL, NAMED, EndShareForm, ShareForm
from dataspace.shares.services import Wanted
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

blueprint = Blueprint("shares", __name__, template_folder="templates")
opening.mount(blueprint)


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)


@blueprint.get("/mes-acces/partages", requires=Permission.SHARE_MAKE)
def mine() -> str:
    """One's own links."""
    found = presenters.rows(context.access(), queries.mine(context.access()), endpoint="shares.take_back")
    return flask.render_template("shares/mine.html", shares=found)


@blueprint.post("/mes-acces/partages/<public_id>/retirer", requires=Permission.SHARE_MAKE)
def take_back(public_id: str) -> ResponseReturnValue:
    """End one of one's own."""
    services.take_back(context.access(), public_id)
    flask.flash("Lien retiré\u00a0: il n’ouvre plus rien dès maintenant.")
    return flask.redirect(flask.url_for("shares.mine"), code=303)


@blueprint.get("/partages/sur/<public_id>", requires=Permission.SHARE_MAKE)
def new(public_id: str) -> ResponseReturnValue:
    """The form; or why this does not leave by a link, and what to do instead."""
    here = context.access()
    asset = services.shareable(here, public_id)
    if (why := services.why_not(here, asset)) is not None:
        return _closed_page(asset, why), 403
    form = _form(asset, formdata=None)
    form.ends.data = french.local_day(here.moment + timedelta(days=context.settings().share_days))
    return _form_page(asset, form)


@blueprint.post("/partages/sur/<public_id>", requires=Permission.SHARE_MAKE)
def make(public_id: str) -> ResponseReturnValue:
    """Make it: the link is on the page that answers, and nowhere else ever again."""
    here = context.access()
    asset = services.shareable(here, public_id)
    if (why := services.why_not(here, asset)) is not None:
        return _closed_page(asset, why), 403
    form = _form(asset)
    if not form.validate_on_submit():
        return _form_page(asset, form), 422
    longest = timedelta(days=context.settings().share_days_most)
    try:
        share, secret = services.make(here, asset, _wanted(form), longest=longest)
    except Invalid as error:
        form.form_errors.append(error.sentence)
        return _form_page(asset, form), 422
    except Refused as error:
        return _closed_page(asset, error.sentence), 403
    link = context.settings().portal_url.rstrip("/") + flask.url_for("shares.show", link=secret)
    said = {"title": asset.title, "url": presenters.address(asset), "link": link, "ends": share.ends}
    return flask.render_template("shares/made.html", **said, is_for_all=share.is_for_all), 201


@blueprint.get("/administration/elements/<public_id>/partages", requires=Permission.SHARE_END)
def on_asset(public_id: str) -> str:
    """The links to a thing one answers for."""
    return _asset_page(public_id)


@blueprint.post("/administration/partages/<public_id>/retirer", requires=Permission.SHARE_END)
def end(public_id: str) -> ResponseReturnValue:
    """End somebody's link, and tell her why."""
    form = EndShareForm()
    reason = form.reason.data if form.validate_on_submit() else ""
    portal = context.settings().portal_url.rstrip("/")
    asset = services.end_for_other(context.access(), public_id, reason=reason or "", portal=portal)
    flask.flash("Lien retiré. Un message dit pourquoi à la personne qui l’avait fait.")
    return flask.redirect(flask.url_for("shares.on_asset", public_id=asset.public_id), code=303)


def _form(asset: Asset, **given: object) -> ShareForm:
    form = ShareForm(**given)
    columns = services.columns(context.access(), asset)
    form.column.choices = [SelectChoice("", "toutes les lignes"), *(SelectChoice(n, lb) for n, lb in columns.items())]
    if not sharing.may_be_for_all(asset):
        form.to.choices = [choice for choice in form.to.choices if choice.value == NAMED]
    return form


def _wanted(form: ShareForm) -> Wanted:
    people = None if form.to.data == ALL else services.people_meant(context.access(), form.people.data or "")
    column = form.column.data or ""
    typed = (form.values.data or "").replace(";", "\n").replace(",", "\n").splitlines() if column else ()
    values = tuple(dict.fromkeys(value.strip() for value in typed if value.strip()))
    ends = datetime.combine(form.ends.data, time(23, 59, 59), french.PARIS).astimezone(UTC)
    return Wanted(form.purpose.data, ends, people, column, values)


def _form_page(asset: Asset, form: ShareForm) -> str:
    return flask.render_template(
        "shares/new.html", title=asset.title, url=presenters.address(asset), form=form,
        days=context.settings().share_days_most, level=asset.sensitivity.code,
        has_columns=len(form.column.choices) > 1, may_be_for_all=len(form.to.choices) > 1,
        is_board=asset.kind is AssetKind.DASHBOARD,
    )  # fmt: skip


def _closed_page(asset: Asset, why: str) -> str:
    url = presenters.address(asset)
    card = context.settings().portal_url.rstrip("/") + url
    return flask.render_template("shares/closed.html", title=asset.title, url=url, why=why, card=card)


def _asset_page(public_id: str) -> str:
    asset, found = queries.on_asset(context.access(), public_id)
    back = flask.url_for("admin.asset_access", public_id=public_id)
    may_see = context.access().allows(Permission.RIGHTS_SEE, asset)
    return flask.render_template(
        "shares/on_asset.html", title=asset.title, back=back if may_see else presenters.address(asset),
        shares=presenters.rows(context.access(), found, endpoint="shares.end"),
    )  # fmt: skip
