"""Taking what one holds by a sleeping role, for a while and for a reason; giving it back."""

import flask
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from dataspace.accounts.blueprint import blueprint
from dataspace.auth import taking
from dataspace.auth.taking import Dormant
from dataspace.auth.words import Role
from dataspace.errors import Invalid, NotFound, Refused
from dataspace.web import context, errors
from dataspace.web.gate import safe_next, wants_json
from dataspace.web.routing import PUBLIC


class TakeForm(FlaskForm):  # type: ignore[misc]
    """Why one takes one's rights."""

    reason = StringField(
        "Motif",
        [DataRequired("À remplir."), Length(min=10, max=400, message="Dites-le en dix caractères au moins.")],
    )
    role = HiddenField()
    next = HiddenField()


def register(app: flask.Flask) -> None:
    """Offer to take them wherever they would have opened the page."""
    app.register_error_handler(Dormant, sleeping)


def sleeping(error: Dormant) -> ResponseReturnValue:
    """The page refused, with the one button that opens it."""
    refused = errors.ours(error)
    if wants_json():
        return refused
    here = flask.request.full_path.removesuffix("?") if flask.request.method in context.SAFE else "/"
    return _page(TakeForm(formdata=None, role=error.roles[0].value, next=here), error.roles[0]), 403


# Public as leaving is: who holds nothing but a sleeping role has no other page at all.
@blueprint.get("/connexion/droits", requires=PUBLIC)
def rights_asleep() -> ResponseReturnValue:
    """What one may take now."""
    if context.current_actor() is None:
        return flask.redirect(flask.url_for("accounts.sign_in", next=flask.request.path))
    found = taking.asleep(context.access())
    if not found:
        return flask.redirect(flask.url_for("accounts.my_access"))
    target = safe_next(flask.request.args.get("next"))
    return _page(TakeForm(formdata=None, role=found[0].value, next=target), found[0])


@blueprint.post("/connexion/droits", requires=PUBLIC)
def take_rights() -> ResponseReturnValue:
    """Wake one role, and go on to the page that wanted it."""
    here, form = context.access(), TakeForm()
    if form.role.data not in {role.value for role in taking.asleep(here)}:
        if any(taken.role.value == form.role.data for taken in here.facts.taken):
            return flask.redirect(safe_next(form.next.data), code=303)
        raise NotFound
    role = Role(form.role.data)
    if not form.validate_on_submit():
        return _page(form, role), 422
    try:
        taking.take(here, role, reason=form.reason.data, lasts=context.settings().taken_for)
    except Invalid as error:
        form.reason.errors = [error.sentence]
        return _page(form, role), 422
    minutes = int(context.settings().taken_for.total_seconds() // 60)
    flask.flash(f"Vos droits {taking.word(role)} sont ouverts pour {minutes} minutes. C’est inscrit au journal.")
    return flask.redirect(safe_next(form.next.data), code=303)


@blueprint.post("/connexion/droits/rendre", requires=PUBLIC)
def return_rights() -> ResponseReturnValue:
    """Put them back to sleep now."""
    if context.current_actor() is None:
        raise Refused
    if taking.give_back(context.access()):
        flask.flash("Droits rendus\u00a0: ils dorment de nouveau.")
    return flask.redirect(flask.url_for("accounts.home"), code=303)


def _page(form: TakeForm, role: Role) -> str:
    minutes = int(context.settings().taken_for.total_seconds() // 60)
    others = [one for one in taking.asleep(context.access()) if one is not role]
    return flask.render_template(
        "accounts/take.html",
        form=form,
        word=taking.word(role),
        minutes=minutes,
        others=[taking.word(o) for o in others],
    )
