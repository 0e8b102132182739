"""Where the responsible directorate changes how closed something is, once it has seen who gains and loses."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from dataspace.admin.forms import LevelForm
from dataspace.auth import Permission, closing, queries
from dataspace.auth.closing import Change, Level
from dataspace.auth.models import Asset
from dataspace.auth.words import Protection, Sensitivity
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.web import context, french
from dataspace.web.routing import Blueprint
from dataspace.widening import services as widening


def mount(blueprint: Blueprint) -> None:
    """Add the level of things to the administration."""
    blueprint.get("/elements/<public_id>/niveau", requires=Permission.ASSET_WIDEN)(level)
    blueprint.post("/elements/<public_id>/niveau", requires=Permission.ASSET_WIDEN)(change_level)


def level(public_id: str) -> str:
    """How closed it is now."""
    asset = _known(public_id)
    now = closing.level_of(asset)
    form = _form(
        asset, formdata=None, sensitivity=now.sensitivity.code, card_sensitivity=now.card_sensitivity.code,
        protection=now.protection.value, ground=now.ground, review_date=now.review_date, version=asset.version,
        unit=asset.unit_id,
    )  # fmt: skip
    return _page(asset, form)


def change_level(public_id: str) -> ResponseReturnValue:
    """First whom it opens to and closes to; then, on the second button, the change."""
    here, asset = context.access(), _known(public_id)
    form = _form(asset)
    if not form.validate_on_submit() or not form.version.data.isdigit():
        return _page(asset, form), 422
    wanted = _wanted(asset, form)
    if "save" not in flask.request.form:
        effect = closing.effect(here, asset, wanted)
        return _page(asset, form, effect, is_for_two=closing.needs_two(asset, wanted))
    version, reason, is_for_two = int(form.version.data), form.reason.data, closing.needs_two(asset, wanted)
    try:
        if is_for_two:
            widening.propose(widening.Desk.of(here, context.settings()), asset, wanted, reason=reason, version=version)
        else:
            closing.change(here, asset, wanted, reason=reason, version=version)
    except (Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _page(asset, form), 409 if isinstance(error, Conflict) else 422
    flask.flash(
        "Ouverture proposée\u00a0: elle attend qu’une autre personne la confirme. Rien n’a changé d’ici là."
        if is_for_two
        else "C’est fait, dès la prochaine page de chacun."
    )
    return flask.redirect(flask.url_for("admin.asset_access", public_id=public_id), code=303)


def _known(public_id: str) -> Asset:
    here = context.access()
    asset = queries.asset_known(here, public_id, Permission.ASSET_WIDEN)
    if asset is None or not here.allows(Permission.RIGHTS_SEE, asset):
        raise NotFound
    return asset


def _form(asset: Asset, **said: Any) -> LevelForm:
    """The form, with the units that the actor may hand it to: those where she still answers for it, and its own."""
    here, form = context.access(), LevelForm(**said)
    units = [
        node for node in here.facts.tree.nodes.values()
        if node.id == asset.unit_id or here.may_in(Permission.ASSET_WIDEN, node.id)
    ]  # fmt: skip
    form.unit.choices = [SelectChoice(node.id, node.name) for node in sorted(units, key=lambda one: one.name)]
    return form


def _wanted(asset: Asset, form: LevelForm) -> Level:
    day = form.review_date.data
    return Level(
        Sensitivity[form.sensitivity.data.upper()], Sensitivity[form.card_sensitivity.data.upper()],
        Protection(form.protection.data), form.ground.data or "",
        datetime.combine(day, time(12), UTC) if day else None,
        form.unit.data if form.unit.data != asset.unit_id else None,
    )  # fmt: skip


def _page(asset: Asset, form: LevelForm, change: Change | None = None, *, is_for_two: bool = False) -> str:
    here = context.access()
    return flask.render_template(
        "admin/level.html", form=form, change=drawn(change) if change else None, is_for_two=is_for_two,
        asset={"title": asset.title, "kind": asset.kind.label, "unit": here.facts.tree[asset.unit_id].name,
               "sensitivity": asset.sensitivity.code, "protection": asset.protection.value},
        back=flask.url_for("admin.asset_access", public_id=asset.public_id),
    )  # fmt: skip


def drawn(change: Change) -> dict[str, Any]:
    """The panel: whom it opens to and closes to, by name."""
    gains = french.plural(change.gaining_total, "personne le lira", "personnes le liront")
    loses = french.plural(change.losing_total, "personne ne le lira plus", "personnes ne le liront plus")
    knows = french.plural(change.knowing_total, "personne connaîtra la fiche", "personnes connaîtront la fiche")
    forgets = french.plural(
        change.unknowing_total, "personne ne connaîtra plus la fiche", "personnes ne connaîtront plus la fiche"
    )
    told = (
        ("plus", gains, change.gaining, "rien", "lit"), ("minus", loses, change.losing, "lit", "rien"),
        ("plus", knows, change.knowing, "rien", "connaît la fiche"),
        ("minus", forgets, change.unknowing, "connaît la fiche", "rien"),
    )  # fmt: skip
    groups = [
        {"kind": kind, "title": title, "people": [
            {"name": one.name, "note": one.post, "before": before, "after": after, "remark": None} for one in people
        ]}
        for kind, title, people, before, after in told
        if people
    ]  # fmt: skip
    totals = (change.gaining_total, change.losing_total, change.knowing_total, change.unknowing_total)
    said = [words for words, total in zip((gains, loses, knows, forgets), totals, strict=True) if total]
    lead = f"{', '.join(said)}." if said else "Personne ne gagne ni ne perd aujourd’hui."
    return {"lead": f"Rien n’est encore enregistré. {lead}", "groups": groups}
