"""The page of one access: what it says, other terms for it, its end; and who else was changing it at the same time."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.admin import presenters
from dataspace.admin.forms import ChangeGrantForm, RevokeForm
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, changing, effects, queries, rights
from dataspace.auth.changing import ChangedMeanwhile, Terms
from dataspace.auth.models import Grant
from dataspace.auth.words import Role
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.web import context, french
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add the page of an access to the administration."""
    blueprint.get("/acces/<public_id>", requires=Permission.RIGHTS_SEE)(show_grant)
    blueprint.post("/acces/<public_id>/modifier", requires=Permission.RIGHTS_ASSIGN)(change_grant)
    blueprint.post("/acces/<public_id>/retirer", requires=Permission.RIGHTS_ASSIGN)(revoke)
    blueprint.post("/acces/<public_id>/retablir", requires=Permission.RIGHTS_ASSIGN)(restore)


def show_grant(public_id: str) -> str:
    """One access: what ending it would change, and other terms for it."""
    here = context.access()
    return _page(here, _grant(here, public_id))


def change_grant(public_id: str) -> ResponseReturnValue:
    """First who gains and who loses; then, on the second button, the change."""
    here = context.access()
    grant = _grant(here, public_id)
    form = _form(here, grant, typed=True)
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page(here, grant, change_form=form), 422
    version = int(form.version.data[:9])
    terms = Terms(Role(form.role.data), bool(form.with_services.data), _end(grant, form), form.reason.data)
    try:
        if "again" in flask.request.form:
            made = changing.give_again(here, grant, terms, version=version)
            flask.flash("Accès donné de nouveau, avec vos valeurs.")
            return flask.redirect(flask.url_for("admin.show_grant", public_id=made.public_id), code=303)
        if "save" not in flask.request.form:
            changing.take(here, grant, version)
            wanted = changing.check(here, grant, terms)
            found, total = effects.of_changes(here, [wanted], [grant])
            return _page(here, grant, change_form=form, foreseen=presenters.changing(found, total))
        changing.change(here, grant, terms, version=version)
    except ChangedMeanwhile:
        return _both(here, grant, form), 409
    except (Refused, Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        drawn = _page(here, grant, change_form=form)
        if not isinstance(error, Conflict):
            presenters.journal_refusal(error.sentence, grant=public_id, role=terms.role.value, ends=terms.ends)
        return drawn, 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422
    flask.flash("C’est enregistré\u00a0: cela vaut dès la prochaine page.")
    return flask.redirect(flask.url_for("admin.show_grant", public_id=public_id), code=303)


def revoke(public_id: str) -> ResponseReturnValue:
    """End an access now, unless somebody changed it since it was on screen."""
    here = context.access()
    grant, form = _grant(here, public_id), RevokeForm()
    if not form.validate_on_submit():
        return _page(here, grant, form=form), 422
    version = int(form.version.data[:9]) if (form.version.data or "").isdigit() else None
    try:
        changing.revoke(here, grant, reason=form.reason.data, version=version)
    except ChangedMeanwhile:
        return _both(here, grant, form), 409
    flask.flash("Accès retiré\u00a0: il ne vaut plus dès la prochaine page.")
    return flask.redirect(flask.url_for("admin.show_grant", public_id=public_id), code=303)


def restore(public_id: str) -> ResponseReturnValue:
    """Undo one's own revocation."""
    here = context.access()
    rights.restore(here, _grant(here, public_id))
    flask.flash("Accès rétabli, avec la même date de fin.")
    return flask.redirect(flask.url_for("admin.show_grant", public_id=public_id), code=303)


def _grant(here: Access, public_id: str) -> Grant:
    grant = rights.grant_known(here, public_id)
    if grant is None:
        raise NotFound
    return grant


def _form(here: Access, grant: Grant, *, typed: bool = False) -> ChangeGrantForm:
    form = (
        ChangeGrantForm()
        if typed
        else ChangeGrantForm(
            formdata=None, role=grant.role.value, with_services=grant.with_services, reason=grant.reason,
            ends=french.local_day(grant.ends) if grant.ends else None, version=grant.version,
        )
    )  # fmt: skip
    offered = dict(presenters.roles(here))
    form.role.choices = [
        SelectChoice(role.value, offered.get(role.value, role.label.capitalize()))
        for role in Role
        if role.value in offered or role is grant.role
    ]
    # Another form of the page has a reason too.
    for field in form:
        field.id = field.label.field_id = f"autre-{field.name}"
    return form


def _end(grant: Grant, form: ChangeGrantForm) -> datetime:
    """« Au 31 décembre » means until that day is over, in Paris; a day left as it was keeps its hour."""
    day = form.ends.data
    if grant.ends is not None and french.local_day(grant.ends) == day:
        return grant.ends
    return datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC)


def _page(
    here: Access, grant: Grant, *, form: RevokeForm | None = None, change_form: ChangeGrantForm | None = None,
    foreseen: dict[str, object] | None = None,
) -> str:  # fmt: skip
    can_revoke = rights.can_revoke(here, grant)
    losing = presenters.revoking(effects.of_revoking(here, grant)) if can_revoke and not foreseen else None
    return flask.render_template(
        "admin/revoke.html", grant=presenters.grant(here, grant),
        form=form or RevokeForm(formdata=None, version=grant.version), change_form=change_form or _form(here, grant),
        is_changing=change_form is not None, can_revoke=can_revoke, can_restore=rights.can_restore(here, grant),
        change=losing, foreseen=foreseen, on_unit=grant.unit_id is not None, back=flask.url_for("admin.index"),
    )  # fmt: skip


def _both(here: Access, grant: Grant, form: ChangeGrantForm | RevokeForm) -> str:
    """Both versions: what the other saved, by whom and when; what was typed here, ready to be sent again."""
    last = journal.last_on_right(here, grant)
    by = queries.people(here.session, [last.actor_id if last else None])
    name = by[last.actor_id].name if last and last.actor_id in by else "Une autre personne"
    sent: dict[str, Any] = {"version": grant.version, "reason": form.reason.data}
    rows = None
    if isinstance(form, ChangeGrantForm):
        ends = _end(grant, form)
        sent |= {"role": form.role.data, "ends": form.ends.data.isoformat(), "save": "1"}
        sent |= {"with_services": "y"} if form.with_services.data else {}
        sent |= {"again": "1"} if grant.revoked_at is not None else {}
        rows = _side_by_side(grant, Terms(Role(form.role.data), bool(form.with_services.data), ends, form.reason.data))
    return flask.render_template(
        "admin/both.html", grant=presenters.grant(here, grant), who=name, is_self=last is not None
        and last.actor_id == here.author_id, at=last.at if last else grant.granted_at,
        rows=rows, sent=sent, reason=form.reason.data,
        can_again=rows is not None or grant.revoked_at is None,
        action=flask.url_for("admin.change_grant" if rows else "admin.revoke", public_id=grant.public_id),
        back=flask.url_for("admin.show_grant", public_id=grant.public_id),
    )  # fmt: skip


def _side_by_side(grant: Grant, hers: Terms) -> list[dict[str, Any]]:
    theirs = changing.terms_of(grant)

    def said(terms: Terms) -> list[tuple[str, str]]:
        ends = french.long_date(terms.ends) if terms.ends else "sans fin"
        services = [("Et ses services", "oui" if terms.with_services else "non")] if grant.unit_id else []
        return [("Rôle", terms.role.label.capitalize()), *services, ("Fin", ends), ("Motif", terms.reason)]

    return [
        {"name": name, "theirs": one, "hers": other, "differs": one != other}
        for (name, one), (_, other) in zip(said(theirs), said(hers), strict=True)
    ]
