"""Screens of dashboards: the shelves, a board with its contract, and the tickets that open it."""

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Decision, Permission, why
from dataspace.auth.queries import deciders, people
from dataspace.catalog import grounds
from dataspace.dashboards import presenters, providers, queries, tickets
from dataspace.dashboards.models import Dashboard
from dataspace.dashboards.providers import Watch
from dataspace.errors import NotFound
from dataspace.requests import presenters as requests
from dataspace.themes.queries import municipalities
from dataspace.web import context
from dataspace.web.routing import Blueprint

blueprint = Blueprint("dashboards", __name__, template_folder="templates", url_prefix="/tableaux-de-bord")
# Drawing it would hand out a ticket: who looks as somebody else gets none.
LOOKED_AT = "comme"


def register(app: flask.Flask) -> None:
    """Mount the domain's screens, and meet the system that draws the boards."""
    app.extensions["bi"] = providers.from_settings(app.extensions["settings"])
    app.extensions["bi_watch"] = Watch(app.extensions["bi"])
    app.register_blueprint(blueprint)


@blueprint.get("/", requires=Permission.CARD_SEE)
def index() -> str:
    """Every board one may know of, by directorate."""
    access = context.access()
    shelves = [
        {
            "title": f"Les tableaux de votre direction\u00a0: {shelf.directorate.short_name}"
            if shelf.is_mine
            else shelf.directorate.short_name,
            "code": shelf.directorate.code,
            "boards": [presenters.row(board) for board in shelf.boards],
        }
        for shelf in queries.shelves(access)
    ]
    nothing = why.nothing(access, Permission.CARD_SEE, "Aucun tableau de bord")
    return flask.render_template("dashboards/list.html", shelves=shelves, nothing=nothing)


@blueprint.get("/etat", requires=Permission.CARD_SEE)
def state() -> ResponseReturnValue:
    """Whether boards can be drawn now: a page that waits for them asks."""
    return {"etat": tickets.watch().state()}


@blueprint.get("/<public_id>", requires=Permission.CARD_SEE)
def show(public_id: str) -> str:
    """The board; or, for who knows of it without reading it, whom to ask."""
    access = context.access()
    dashboard = _known(access, public_id)
    decision = access.decide(Permission.DASHBOARD_OPEN, dashboard.asset)
    if not decision.is_allowed:
        return _on_request(access, dashboard, decision)
    context.journal_opening(dashboard.asset, decision.held)
    unit = access.facts.tree.directorate(dashboard.asset.unit_id).short_name
    owner = people(access.session, [dashboard.owner_id]).get(dashboard.owner_id or 0)
    answers = owner if owner and owner.is_active else next(iter(deciders(access, dashboard.asset)), None)
    return flask.render_template(
        "dashboards/show.html",
        board=presenters.board(access, dashboard),
        scope=presenters.scope(access, dashboard, municipalities(access)),
        owner=presenters.Owner.of(answers, unit) if answers else None,
        state=_state_for(access, dashboard),
        share_url=flask.url_for("shares.new", public_id=public_id) if access.may(Permission.SHARE_MAKE) else None,
    )


@blueprint.post("/<public_id>/jeton", requires=Permission.CARD_SEE)
def ticket(public_id: str) -> ResponseReturnValue:
    """A fresh ticket for the reader's browser: the right is checked each time, so a lost one closes the board."""
    access = context.access()
    dashboard = _known(access, public_id)
    return tickets.answer(access, dashboard)


def _known(access: Access, public_id: str) -> Dashboard:
    found = queries.by_id(access, public_id)
    if found is None:
        raise NotFound
    return found


def _state_for(access: Access, dashboard: Dashboard) -> str:
    if context.viewing() is not None:
        return LOOKED_AT
    return tickets.state_for(access, dashboard)


def _on_request(access: Access, dashboard: Dashboard, decision: Decision) -> str:
    asset = dashboard.asset
    said = why.refused(access, decision, asset)
    directorate = access.facts.tree.directorate(asset.unit_id)
    decider = next(iter(deciders(access, asset)), None)
    near = next((s for s in queries.shelves(access) if s.directorate.id == directorate.id), None)
    return flask.render_template(
        "catalog/on_request.html",
        dataset={
            "title": asset.title,
            "sensitivity": asset.sensitivity.code,
            "protection": asset.protection,
            "unit": directorate.short_name,
            "unit_url": flask.url_for("dashboards.index", _anchor=directorate.code),
            "ground": grounds.sentence(asset.ground),
            "review": asset.review_date,
        },
        why=said.reason,
        before=said.before,
        next_step=said.next_step,
        readable=[presenters.row(board) for board in near.boards if board.is_open][:3] if near else [],
        back=("Tableaux de bord", flask.url_for("dashboards.index")),
        **{"decides": {"name": decider.name, "note": decider.post, "email": decider.email} if decider else None}
        | requests.asking(access, asset),
    )
