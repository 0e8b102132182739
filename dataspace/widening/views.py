"""Screens of openings that two people decide: what waits, and one proposal."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from dataspace.admin.closing import drawn
from dataspace.auth import Access, Permission, closing
from dataspace.auth.labels import typed
from dataspace.auth.models import Asset
from dataspace.auth.queries import people
from dataspace.errors import NotFound
from dataspace.web import context, inbox
from dataspace.web.routing import Blueprint
from dataspace.widening import queries, services
from dataspace.widening.models import Widening, WideningState

blueprint = Blueprint("widening", __name__, url_prefix="/administration/ouvertures", template_folder="templates")
_MARKS = {
    WideningState.WAITING: ("ask", "hourglass", "En attente"),
    WideningState.CONFIRMED: ("good", "check-circle", "Confirmée"),
    WideningState.REFUSED: ("bad", "x-octagon", "Refusée"),
    WideningState.WITHDRAWN: ("", "slash-circle", "Retirée"),
    WideningState.EXPIRED: ("late", "clock-history", "Délai passé"),
}


class RefuseForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        "Motif du refus", [DataRequired("À remplir."), Length(max=400, message="400 caractères au plus.")],
        filters=[typed],
    )  # fmt: skip


def register(app: flask.Flask) -> None:
    """Mount the openings that two people decide."""
    app.register_blueprint(blueprint)
    inbox.announce_more(app, tasks)


@blueprint.get("", requires=Permission.ASSET_WIDEN)
def index() -> str:
    """What waits for the reader, and what she proposed."""
    here = context.access()
    waiting, mine = queries.to_confirm(here), queries.mine(here)
    return flask.render_template(
        "widening/index.html", waiting=[_row(here, *one) for one in waiting], mine=[_row(here, *one) for one in mine]
    )


@blueprint.get("/<public_id>", requires=Permission.ASSET_WIDEN)
def show(public_id: str) -> str:
    """One proposal: from what to what, whom it would open to, and the answer that the reader may give."""
    return _page(*_known(public_id))


@blueprint.post("/<public_id>/confirmer", requires=Permission.ASSET_WIDEN)
def confirm(public_id: str) -> ResponseReturnValue:
    """Let it take effect."""
    widening, asset = _known(public_id)
    services.confirm(_desk(), widening, asset)
    flask.flash("Ouverture confirmée, dès la prochaine page de chacun.")
    return flask.redirect(flask.url_for("widening.show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/refuser", requires=Permission.ASSET_WIDEN)
def refuse(public_id: str) -> ResponseReturnValue:
    """Answer no, with a reason."""
    widening, asset = _known(public_id)
    form = RefuseForm()
    if not form.validate_on_submit():
        return _page(widening, asset, form), 422
    services.refuse(_desk(), widening, asset, reason=form.reason.data)
    flask.flash("Ouverture refusée\u00a0: la personne qui l’a proposée le lira.")
    return flask.redirect(flask.url_for("widening.show", public_id=public_id), code=303)


@blueprint.post("/<public_id>/retirer", requires=Permission.ASSET_WIDEN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take back one's own proposal."""
    widening, asset = _known(public_id)
    services.withdraw(_desk(), widening, asset)
    flask.flash("Proposition retirée\u00a0: rien n’a changé.")
    return flask.redirect(flask.url_for("widening.show", public_id=public_id), code=303)


def tasks(access: Access) -> list[dict[str, object]]:
    """What waits for the reader to confirm it, among what waits for her in « Messages »."""
    if not access.may(Permission.ASSET_WIDEN):
        return []
    return [
        {
            "url": row["url"], "who": row["title"], "title": "ouverture à deux", "note": f"proposée par {row['by']}",
            "todo": "Votre confirmation", "until": row["expires"], "late": False,
        }
        for row in (_row(access, *one) for one in queries.to_confirm(access))
    ]  # fmt: skip


def _desk() -> services.Desk:
    return services.Desk.of(context.access(), context.settings())


def _known(public_id: str) -> tuple[Widening, Asset]:
    found = queries.known(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _row(here: Access, widening: Widening, asset: Asset) -> dict[str, Any]:
    by = people(here.session, [widening.proposed_by_id])[widening.proposed_by_id]
    return {
        "title": asset.title, "url": flask.url_for("widening.show", public_id=widening.public_id), "by": by.name,
        "since": widening.proposed_at, "expires": widening.expires, "mark": _MARKS[services.state(here, widening)],
        "from": widening.from_sensitivity.code, "to": widening.sensitivity.code, "note": widening.note,
        "levels": _levels(here, widening),
    }  # fmt: skip


def _page(widening: Widening, asset: Asset, refusing: RefuseForm | None = None) -> str:
    here = context.access()
    now = services.state(here, widening)
    is_waiting, is_mine = now is WideningState.WAITING, widening.proposed_by_id == here.author_id
    change = drawn(closing.effect(here, asset, services.wanted(widening))) if is_waiting else None
    others = [one.name for one in queries.confirming(here, asset, widening.proposed_by_id)]
    named = people(here.session, [widening.decided_by_id])
    return flask.render_template(
        "widening/show.html", row=_row(here, widening, asset), change=change, is_mine=is_mine,
        public_id=widening.public_id,
        asset={"title": asset.title, "kind": asset.kind.label, "unit": here.facts.tree[asset.unit_id].name,
               "url": flask.url_for("admin.asset_access", public_id=asset.public_id)},
        reason=widening.reason, levels=_levels(here, widening), others=others[:6],
        decided_by=next((one.name for one in named.values()), None), decided_at=widening.decided_at,
        refusing=refusing or RefuseForm(formdata=None),
    )  # fmt: skip


def _levels(here: Access, widening: Widening) -> list[tuple[str, str, str]]:
    """What changes: the name, before, after."""
    told = (
        ("Le contenu", widening.from_sensitivity.label, widening.sensitivity.label),
        ("La fiche", widening.from_card_sensitivity.label, widening.card_sensitivity.label),
        ("Protection", widening.from_protection.label, widening.protection.label),
        ("Qui en répond", *(here.facts.tree[unit].name for unit in (widening.from_unit_id, widening.unit_id))),
    )
    return [(name, before, after) for name, before, after in told if before != after]
