"""Answering a browser that asks for a ticket: the same words whether a board is opened by right or by a link."""

from typing import cast

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access
from dataspace.dashboards import services
from dataspace.dashboards.models import Dashboard
from dataspace.dashboards.port import DashboardProvider, NoRows
from dataspace.dashboards.providers import State, Watch
from dataspace.dashboards.services import NotDrawnYet, TicketRefused
from dataspace.errors import Unavailable

NO_ROWS = "lignes"


def watch() -> Watch:
    """What looks at whether the system of dashboards answers."""
    return cast(Watch, flask.current_app.extensions["bi_watch"])


def answer(access: Access, dashboard: Dashboard) -> ResponseReturnValue:
    """A ticket as JSON, or why there is none."""
    provider = cast("DashboardProvider | None", flask.current_app.extensions["bi"])
    if provider is None:
        return {"etat": State.OFF, "erreur": Unavailable.sentence}, 503
    try:
        made = services.guest_token(access, dashboard, provider)
    except TicketRefused as error:
        return {"etat": "refuse", "erreur": error.sentence}, 403
    except NotDrawnYet as error:
        return {"etat": State.STARTING, "erreur": error.sentence}, 503
    except Unavailable as error:
        return {"etat": watch().state(), "erreur": error.sentence}, 503
    return {
        "etat": State.READY,
        "jeton": made.token,
        "tableau": made.dashboard_uuid,
        "adresse": made.src,
        "expire": made.expires_at.isoformat(),
    }


def state_for(access: Access, dashboard: Dashboard) -> str:
    """What the page of a board shows first to this reader."""
    try:
        services.row_rules(access, dashboard)
    except NoRows:
        return NO_ROWS
    found = watch().state()
    return State.STARTING if found is State.READY and not dashboard.external_id else found
