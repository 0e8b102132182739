"""Screens of tokens: one's own, and those of the people of one's reach."""

from datetime import UTC, date, datetime, time, timedelta

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Permission, lending
from dataspace.auth.lending import Wanted
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.tokens import presenters, services
from dataspace.tokens.forms import RevokeTokenForm, TokenForm
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

blueprint = Blueprint("tokens", __name__, template_folder="templates")


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)


@blueprint.get("/mes-acces/jetons", requires=Permission.TOKEN_USE)
def index() -> str:
    """One's own tokens."""
    here = context.access()
    found = presenters.rows(lending.mine(here), here.moment, endpoint="tokens.revoke")
    return flask.render_template("tokens/list.html", tokens=found)


@blueprint.get("/mes-acces/jetons/nouveau", requires=Permission.TOKEN_USE)
def new() -> str:
    """The form, with what is proposed."""
    form = TokenForm(formdata=None, lends=Permission.DATASET_READ.value)
    form.ends.data = french.local_day(context.access().moment + timedelta(days=context.settings().token_days))
    return _form_page(form)


@blueprint.post("/mes-acces/jetons/nouveau", requires=Permission.TOKEN_USE)
def make() -> ResponseReturnValue:
    """Make it: its secret is on the page that answers, and never again anywhere."""
    here, form = context.access(), TokenForm()
    if not form.validate_on_submit():
        return _form_page(form), 422
    longest = timedelta(days=context.settings().token_days_most)
    try:
        only = services.datasets_meant(here, form.only.data or "")
        wanted = Wanted(form.name.data, (Permission(form.lends.data),), _end_of_day(form.ends.data), only)
        token, secret = lending.make(here, wanted, longest=longest)
    except Invalid as error:
        form.form_errors.append(error.sentence)
        return _form_page(form), 422
    except Refused:
        form.form_errors.append("L’un de ces jeux ne vous est pas ouvert ainsi, et un jeton ne peut pas plus que vous.")
        return _form_page(form), 403
    except Conflict as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _form_page(form), 409
    url = context.settings().portal_url.rstrip("/") + flask.url_for("catalog.api_index")
    return flask.render_template("tokens/made.html", name=token.name, ends=token.ends, secret=secret, url=url), 201


@blueprint.post("/mes-acces/jetons/<public_id>/revoquer", requires=Permission.TOKEN_USE)
def revoke(public_id: str) -> ResponseReturnValue:
    """End one of one's own."""
    token = lending.revoke_own(context.access(), public_id)
    flask.flash(f"Jeton «\u00a0{token.name}\u00a0» révoqué\u00a0: il n’ouvre plus rien dès maintenant.")
    return flask.redirect(flask.url_for("tokens.index"), code=303)


@blueprint.get("/administration/jetons", requires=Permission.RIGHTS_ASSIGN)
def people() -> str:
    """The tokens of the people of one's reach: what they lend, never their secret."""
    return _people_page()


@blueprint.post("/administration/jetons/<public_id>/revoquer", requires=Permission.RIGHTS_ASSIGN)
def revoke_other(public_id: str) -> ResponseReturnValue:
    """End somebody's token, and tell her why."""
    form = RevokeTokenForm()
    if not form.validate_on_submit():
        return _people_page(form, public_id), 422
    portal = context.settings().portal_url.rstrip("/")
    name = services.revoke_for_other(context.access(), public_id, reason=form.reason.data, portal=portal)
    flask.flash(f"Jeton révoqué. Un message dit pourquoi à {name}.")
    return flask.redirect(flask.url_for("tokens.people"), code=303)


def _form_page(form: TokenForm) -> str:
    days = context.settings().token_days_most
    return flask.render_template("tokens/new.html", form=form, days=days)


def _people_page(form: RevokeTokenForm | None = None, asked: str = "") -> str:
    here = context.access()
    found = presenters.rows(lending.of_people(here), here.moment, endpoint="tokens.revoke_other")
    return flask.render_template("tokens/people.html", tokens=found, form=form, asked=asked)


def _end_of_day(day: date) -> datetime:
    """« Jusqu’au 31 décembre » means until that day is over, in Paris."""
    return datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC)
