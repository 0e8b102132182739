"""Screens where accesses are assigned, revoked and read. The journal's screens are in journal.py."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.admin import (
    asking,
    closing,
    conflicts,
    conformity,
    desk,
    endless,
    grants,
    history,
    journal,
    leaving,
    policies,
    presenters,
    viewing,
)
from dataspace.admin.forms import AssignForm, FindForm
from dataspace.auth import Access, Permission, effects, holders, labels, queries, rights
from dataspace.auth.endless import NeedsOpinion
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.rights import Wanted
from dataspace.auth.words import AssetKind, Role
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.web.context import access, settings
from dataspace.web.routing import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/administration", template_folder="templates")
journal.mount(blueprint)
asking.mount(blueprint)
conflicts.mount(blueprint)
closing.mount(blueprint)
viewing.mount(blueprint)
grants.mount(blueprint)
policies.mount(blueprint)
leaving.mount(blueprint)
conformity.mount(blueprint)
endless.mount(blueprint)
history.mount(blueprint)
PARIS = ZoneInfo("Europe/Paris")
SOON = timedelta(days=30)


def register(app: flask.Flask) -> None:
    """Mount the administration."""
    app.register_blueprint(blueprint)
    endless.register(app)


@blueprint.get("/", requires=Permission.RIGHTS_SEE)
def index() -> str:
    """What one administers, and what ends soon."""
    here = access()
    ending = queries.grants_seen(here, Grant.ends.is_not(None), Grant.ends < here.moment + SOON, limit=12)
    return flask.render_template(
        "admin/index.html", reach=presenters.reach(here), groups=desk.groups(here),
        ending=presenters.grants(here, ending),
    )  # fmt: skip


@blueprint.get("/acces/attribuer", requires=Permission.RIGHTS_ASSIGN)
def assign() -> str:
    """The form, filled with what the address says."""
    here = access()
    form = _assign_form(here, None)
    form.subject.data = labels.typed(flask.request.args.get("qui"))
    form.scope.data = labels.typed(flask.request.args.get("sur"))
    form.starts.data = here.moment.astimezone(PARIS).date()
    form.ends.data = _usual_end(here, labels.scope(here, form.scope.data)).date()
    return _assign_page(here, form)


@blueprint.post("/acces/attribuer", requires=Permission.RIGHTS_ASSIGN)
def do_assign() -> ResponseReturnValue:
    """First what it would change, then, on the second button, the change."""
    here = access()
    form = _assign_form(here, flask.request.form)
    wanted = _wanted(here, form) if form.validate_on_submit() else None
    if wanted is None:
        return _assign_page(here, form), 422
    try:
        if "ask_opinion" in flask.request.form and wanted.ends is None:
            endless.ask_opinion(here, wanted)
            return _assign_page(here, form, opinion=endless.said(here, wanted))
        rights.check(here, wanted)
        if "save" not in flask.request.form:
            change = presenters.giving(effects.of_giving(here, wanted))
            return _assign_page(here, form, change, opinion=endless.said(here, wanted))
        grant = rights.assign(here, wanted)
    except (Refused, Invalid, Conflict) as error:
        # The form stays as typed: nothing is lost, the reason stands beside it.
        opinion, asks = endless.said(here, wanted), isinstance(error, NeedsOpinion)
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        if not isinstance(error, Conflict) and not asks:
            presenters.journal_refusal(error.sentence, wanted.scope, role=wanted.role.value)
        status = 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422
        return _assign_page(here, form, opinion=opinion, needs_opinion=asks), status
    flask.flash("C’est fait : l’accès vaut dès la prochaine page que la personne ouvrira.")
    return flask.redirect(flask.url_for("admin.show_grant", public_id=grant.public_id), code=303)


@blueprint.get("/chercher", requires=Permission.RIGHTS_SEE)
def find() -> str:
    """Find the person or the asset whose accesses one wants to read."""
    here = access()
    form = FindForm(flask.request.args)
    text = form.q.data or "" if form.validate() else ""
    return flask.render_template("admin/find.html", form=form, q=text, found=presenters.found(here, text))


@blueprint.get("/elements/<public_id>", requires=Permission.RIGHTS_SEE)
def asset_access(public_id: str) -> str:
    """Who has access to an asset, and why."""
    here = access()
    asset = queries.asset_known(here, public_id, Permission.RIGHTS_SEE)
    if asset is None:
        raise NotFound
    opens = Permission.DASHBOARD_OPEN if asset.kind is AssetKind.DASHBOARD else Permission.DATASET_READ
    found = holders.of(here, asset, opens)
    return flask.render_template(
        "admin/asset_access.html", **presenters.asset_access(here, asset, found),
        grants=presenters.grants(here, queries.grants_on_asset(here, asset)),
        assign_url=_assign_url(here, sur=labels.of_asset(asset)),
        shares_url=flask.url_for("shares.on_asset", public_id=public_id)
        if here.allows(Permission.SHARE_END, asset) else None,
    )  # fmt: skip


@blueprint.get("/personnes/<public_id>", requires=Permission.RIGHTS_SEE)
def person_access(public_id: str) -> str:
    """What a person has, and why, as far as one's own reach goes."""
    here = access()
    person = queries.person_by_public_id(here.session, public_id)
    if person is None:
        raise NotFound
    found = queries.grants_seen(here, Grant.public_id.in_(presenters.held_by(here, person)))
    can_close = rights.may_close_sessions(here, person)
    return flask.render_template(
        "admin/person_access.html", **presenters.person_access(here, person),
        grants=presenters.grants(here, found),
        sessions_total=len(queries.sessions_of(here.session, person.id)) if can_close else 0,
        close_sessions_url=flask.url_for("admin.close_sessions", public_id=public_id) if can_close else None,
        assign_url=_assign_url(here, qui=labels.of_person(person)), **leaving.actions(person),
    )  # fmt: skip


@blueprint.post("/personnes/<public_id>/connexions/fermer", requires=Permission.RIGHTS_ASSIGN)
def close_sessions(public_id: str) -> ResponseReturnValue:
    """Close every session of a person of one's reach: a lost device, somebody who has just left."""
    here = access()
    person = queries.person_by_public_id(here.session, public_id)
    if person is None or not rights.may_close_sessions(here, person):
        raise NotFound
    rights.close_sessions(here, person)
    flask.flash(f"Toutes les connexions de {person.name} sont fermées.")
    return flask.redirect(flask.url_for("admin.person_access", public_id=public_id), code=303)


def _assign_form(here: Access, typed: object) -> AssignForm:
    form = AssignForm(typed)
    form.role.choices = [SelectChoice(value, label) for value, label in presenters.roles(here)]
    return form


def _assign_page(
    here: Access, form: AssignForm, change: dict[str, object] | None = None, *,
    opinion: dict[str, Any] | None = None, needs_opinion: bool = False,
) -> str:  # fmt: skip
    scope = labels.scope(here, form.scope.data or "")
    standing = queries.grants_seen(here, *presenters.standing_on(scope)) if scope is not None else None
    return flask.render_template(
        "admin/assign.html", opinion=opinion, needs_opinion=needs_opinion and opinion is None, form=form,
        reach=presenters.reach(here), change=change,
        hints={"subject": "Une personne, toute une unité, ou un usage et ses membres.",
               "ends": "Vide\u00a0: selon la sensibilité.",
               "endless": "L’avis de la délégation à la protection des données est alors demandé."},
        people=labels.subjects(here), places=labels.scopes(here),
        grants=presenters.grants(here, standing) if standing is not None else None,
        grants_title=presenters.standing_title(scope), filters=None, journal_url=None,
    )  # fmt: skip


def _wanted(here: Access, form: AssignForm) -> Wanted | None:
    subject, scope = labels.subject(here, form.subject.data), labels.scope(here, form.scope.data)
    if subject is None:
        form.subject.errors = [*form.subject.errors, "Personne ou unité inconnue : choisissez dans la liste."]
    if scope is None:
        form.scope.errors = [*form.scope.errors, "Unité ou élément inconnu de vous : choisissez dans la liste."]
    if subject is None or scope is None:
        presenters.journal_refusal(
            (form.subject if subject is None else form.scope).errors[-1], scope, role=form.role.data,
            asked=[form.subject.data, form.scope.data],
        )  # fmt: skip
        return None
    starts = max(here.moment, datetime.combine(form.starts.data, time(), PARIS).astimezone(UTC))
    ends = _end_of_day(form.ends.data) if form.ends.data else _usual_end(here, scope, starts)
    return Wanted(
        subject, Role(form.role.data), scope, bool(form.with_services.data), starts,
        None if form.endless.data else ends, form.reason.data,
    )  # fmt: skip


def _usual_end(here: Access, scope: Unit | Asset | None, starts: datetime | None = None) -> datetime:
    """When an access on `scope` ends if nobody says: the more sensitive, the sooner (configuration)."""
    days = settings().grant_days
    if isinstance(scope, Asset):
        days = settings().grant_days_by_level.get(rights.deciding_level(scope).code, days)
    return _end_of_day(((starts or here.moment) + timedelta(days=days)).astimezone(PARIS).date())


def _end_of_day(day: date) -> datetime:
    """« Au 31 décembre » means until that day is over, in Paris."""
    return datetime.combine(day, time(23, 59, 59), PARIS).astimezone(UTC)


def _assign_url(here: Access, **filled: Any) -> str | None:
    return flask.url_for("admin.assign", **filled) if here.may(Permission.RIGHTS_ASSIGN) else None
