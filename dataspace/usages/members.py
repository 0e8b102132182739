"""Who takes part in a usage: adding somebody, answering who asks, ending somebody's part; leaving it oneself."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Permission, effects, labels, usages
from dataspace.auth.models import Usage
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.usages import pages, presenters, queries, services
from dataspace.usages.forms import JoinForm, RefuseForm, RemoveForm
from dataspace.web import context
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add these screens to those of usages."""
    blueprint.get("/<public_id>/membres/ajouter", requires=Permission.USAGE_MANAGE)(joining)
    blueprint.post("/<public_id>/membres/ajouter", requires=Permission.USAGE_MANAGE)(join)
    blueprint.post("/<public_id>/demandes/<join_id>/refuser", requires=Permission.USAGE_MANAGE)(refuse)
    blueprint.get("/<public_id>/membres/<member_id>", requires=Permission.USAGE_MANAGE)(member)
    blueprint.post("/<public_id>/membres/<member_id>/retirer", requires=Permission.USAGE_MANAGE)(remove)
    blueprint.post("/<public_id>/quitter", requires=Permission.REQUEST_USE)(leave)


def joining(public_id: str) -> str:
    """The form, filled with who asks when somebody does."""
    here, usage = context.access(), pages.mine(public_id)
    asked = queries.join_of(here, usage, flask.request.args.get("demande", ""))
    return _joining(usage, presenters.join_form(here, usage, asked), asked=asked)


def join(public_id: str) -> ResponseReturnValue:
    """First what it would change, by name, then, on the second button, the change."""
    here, usage, form = context.access(), pages.mine(public_id), JoinForm()
    person = labels.person(here.session, form.person.data or "") if form.validate_on_submit() else None
    if person is None:
        if form.person.data and not form.person.errors:
            form.person.errors = [*form.person.errors, "Personne inconnue\u00a0: choisissez dans la liste."]
        return _joining(usage, form), 422
    until = min(pages.end_of_day(form.until.data), max(usage.ends, here.moment))
    try:
        if "save" not in flask.request.form:
            services.check_joining(here, usage, person, until=until)
            return _joining(usage, form, change=presenters.joining(effects.of_joining(here, usage, person)))
        services.join(here, usage, person, until=until, reason=form.reason.data, portal=pages.portal())
    except (Refused, Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _joining(usage, form), pages.status(error)
    flask.flash(f"{person.name} est de l’usage\u00a0: ce qu’il ouvre lui est ouvert dès sa prochaine page.")
    return pages.back(usage)


def refuse(public_id: str, join_id: str) -> ResponseReturnValue:
    """Answer no, with a reason."""
    here, usage, form = context.access(), pages.mine(public_id), RefuseForm()
    asked = queries.join_of(here, usage, join_id)
    if asked is None:
        raise NotFound
    if not form.validate_on_submit():
        return _joining(usage, presenters.join_form(here, usage, asked), asked=asked, refuse=form), 422
    services.refuse(here, usage, asked, reason=form.note.data, portal=pages.portal())
    flask.flash("Réponse enregistrée\u00a0: la personne la lit sur la page de l’usage.")
    return pages.back(usage)


def member(public_id: str, member_id: str) -> str:
    """Somebody's part in it: what ending it takes away."""
    return _member(pages.mine(public_id), member_id, RemoveForm(formdata=None))


def remove(public_id: str, member_id: str) -> ResponseReturnValue:
    """End somebody's part in it now."""
    here, usage, form = context.access(), pages.mine(public_id), RemoveForm()
    found = queries.member_of(here, usage, member_id)
    if found is None:
        raise NotFound
    if not form.validate_on_submit():
        return _member(usage, member_id, form), 422
    usages.remove(here, usage, found[1], reason=form.reason.data)
    flask.flash(f"{found[0].name} n’est plus de l’usage.")
    return pages.back(usage)


def leave(public_id: str) -> ResponseReturnValue:
    """Go out of it, in one click."""
    usage = pages.known(public_id)
    usages.leave(context.access(), usage)
    flask.flash(f"Vous n’êtes plus de l’usage «\u00a0{usage.title}\u00a0».")
    return flask.redirect(flask.url_for("usages.index"), code=303)


def _joining(usage: Usage, form: JoinForm, **more: Any) -> str:
    refusal = more.pop("refuse", None) or RefuseForm(formdata=None)
    said = presenters.joining_page(context.access(), usage, more.pop("asked", None))
    return flask.render_template("usages/join.html", form=form, refuse=refusal, change=more.get("change"), **said)


def _member(usage: Usage, member_id: str, form: RemoveForm) -> str:
    here = context.access()
    found = queries.member_of(here, usage, member_id)
    if found is None:
        raise NotFound
    change = presenters.leaving(effects.of_leaving(here, usage, found[0]))
    return flask.render_template("usages/member.html", form=form, change=change, **presenters.member(usage, *found))
