"""Screens of a person's own account: home, my accesses."""

from datetime import timedelta

import flask
from flask.typing import ResponseReturnValue

from dataspace.accounts import liveness, presenters, queries, services, signin, stepup, taking
from dataspace.accounts.blueprint import blueprint
from dataspace.audit import Act, Event, history
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, usages
from dataspace.auth import taking as asleep
from dataspace.catalog import queries as catalog
from dataspace.dashboards import presenters as boards
from dataspace.dashboards import queries as dashboards
from dataspace.referents import queries as referents
from dataspace.reviews import presenters as reviews
from dataspace.web import context, french, sheets

_BOARDS = 4
_RECENT = 4
_SENTENCES = 3
_LINES = 50
_LAST_PAGE = 1000


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)
    signin.register(app)
    liveness.register(app)
    stepup.register(app)
    taking.register(app)


@blueprint.get("/", requires=Permission.PORTAL_USE)
def home() -> str:
    """Her directorate's boards, the last data she may read, whom to call, her accesses, what changed."""
    access = context.access()
    shelf = dashboards.shelf(access)
    elsewhere = [] if shelf else dashboards.open_elsewhere(access)
    rights = queries.rights(access)
    return flask.render_template(
        "accounts/home.html",
        first_name=access.actor.given_name or access.actor.name,
        today=french.today(),
        post=presenters.post(access),
        place=presenters.place(access),
        boards=[boards.row(board) for board in (shelf or elsewhere)[:_BOARDS]],
        boards_total=len(shelf or elsewhere),
        boards_elsewhere=bool(elsewhere),
        recent=[presenters.recent(row) for row in catalog.latest(access, _RECENT)],
        sentences=presenters.sentences(access, rights)[:_SENTENCES],
        changes=[presenters.change(access, turn) for turn in queries.turns(access, rights)],
        seats=[presenters.seat(contact) for contact in referents.mine(access)],
    )


@blueprint.get("/mes-acces", requires=Permission.PORTAL_USE)
def my_access() -> str:
    """What she holds, because of what, until when; where she is signed in."""
    access = context.access()
    rights = queries.rights(access)
    return flask.render_template(
        "accounts/my_access.html",
        sentences=presenters.sentences(access, rights),
        grants=presenters.grants(access, rights),
        memberships=presenters.memberships(access),
        asleep=[asleep.word(role) for role in asleep.asleep(access)],
        usages=presenters.usages(usages.mine(access)),
        denials=presenters.denials(access, queries.themes(access)),
        lends=presenters.lends(access),
        sessions=presenters.sessions(access, queries.sessions(access)),
        unused=reviews.unused(access),
    )


@blueprint.get("/mes-acces/activite", requires=Permission.PORTAL_USE)
def my_activity() -> str:
    """Her own lines of the journal, newest first: what the portal remembers that she did."""
    access = context.access()
    page = min(max(flask.request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    lines = journal.own(access, skipped=(page - 1) * _LINES, limit=_LINES + 1)
    return flask.render_template(
        "accounts/my_activity.html",
        lines=[presenters.line(line) for line in lines[:_LINES]],
        months=context.settings().journal_most_months,
        looks=[presenters.look(event) for event in _looks(access)],
        export_url=flask.url_for("accounts.take_activity"),
        older_url=flask.url_for("accounts.my_activity", page=page + 1) if len(lines) > _LINES else None,
        newest_url=flask.url_for("accounts.my_activity") if page > 1 else None,
    )


def _looks(access: Access) -> list[Event]:
    return history.looks_at_me(access, delay=timedelta(days=context.settings().journal_notice_days))


@blueprint.get("/mes-acces/activite.csv", requires=Permission.PORTAL_USE)
def take_activity() -> ResponseReturnValue:
    """All her own lines, as a table to take away; that too is one of her lines."""
    access = context.access()
    looks = [presenters.look(event) for event in _looks(access)]
    context.journal_now(Act.ACTIVITY_EXPORTED)
    return sheets.streamed("mon-activite.csv", presenters.activity(context.reopening(), looks))


@blueprint.post("/mes-acces/sessions/<public_id>/fermer", requires=Permission.PORTAL_USE)
def close_session(public_id: str) -> ResponseReturnValue:
    """Close one of her sessions, left open elsewhere."""
    services.close_other(context.access(), public_id)
    flask.flash("Connexion fermée : cet appareil ne lit plus rien du portail.")
    return flask.redirect(flask.url_for("accounts.my_access"), code=303)
