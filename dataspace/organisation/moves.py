"""Screens of a move: asked or done by one end, accepted or refused by the other."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Permission
from dataspace.auth.models import Unit
from dataspace.auth.queries import unit_by_code
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.organisation import placing, presenters, queries
from dataspace.organisation.forms import AcceptForm, MoveForm, RefuseForm, offer
from dataspace.organisation.screens import journaled, known, portal, status_of
from dataspace.organisation.steps import ChangedMeanwhile, FromAbove
from dataspace.web import context
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add moving and accepting to the organisation."""
    blueprint.get("/unites/<code>/deplacer", requires=Permission.UNIT_EDIT)(moving)
    blueprint.post("/unites/<code>/deplacer", requires=Permission.UNIT_EDIT)(move)
    blueprint.get("/unites/<code>/accepter", requires=Permission.UNIT_EDIT)(accepting)
    blueprint.post("/unites/<code>/accepter", requires=Permission.UNIT_EDIT)(accept)
    blueprint.post("/unites/<code>/refuser", requires=Permission.UNIT_EDIT)(refuse)
    blueprint.post("/unites/<code>/retirer", requires=Permission.UNIT_EDIT)(withdraw)


def moving(code: str) -> str:
    """Under what it is to be put."""
    here = context.access()
    unit = _movable(here, code)
    return _move_page(here, unit, _form(here, unit, formdata=None, version=unit.version))


def move(code: str) -> ResponseReturnValue:
    """First who gains and who loses; then, on the second button, the move or the proposal."""
    here = context.access()
    unit = _movable(here, code)
    form = _form(here, unit)
    parent = unit_by_code(here.session, form.parent.data or "") if form.validate_on_submit() else None
    if parent is None:
        return _move_page(here, unit, form), 422
    understood = bool(form.understood.data)
    try:
        if "save" not in flask.request.form:
            # What it means to cross is told with the list, and asked again when saving.
            placing.check(here, unit, parent, has_understood=True)
            return _move_page(here, unit, form, _effect(here, unit, parent))
        made = placing.move(
            here, unit, parent, reason=form.reason.data, version=form.shown_version, portal=portal(),
            seen=form.seen.data or None, has_understood=understood,
        )  # fmt: skip
    except (Refused, Invalid, Conflict) as error:
        journaled(error, unit)
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        theirs = presenters.unit(here, unit) if isinstance(error, ChangedMeanwhile) else None
        change = _effect(here, unit, parent) if not isinstance(error, Refused | ChangedMeanwhile) else None
        return _move_page(here, unit, form, change, theirs), status_of(error)
    flask.flash(
        "Unité déplacée, dès la prochaine page de chacun. Ses fiches l’ont suivie." if made is None else
        "Rattachement proposé\u00a0: rien ne change tant qu’il n’est pas accepté."
    )  # fmt: skip
    return flask.redirect(flask.url_for("organisation.show", code=code), code=303)


def accepting(code: str) -> str:
    """What is asked, and whom it would change something for."""
    here = context.access()
    return _accept_page(here, *_asked(here, code))


def accept(code: str) -> ResponseReturnValue:
    """Take it, if the list is still the one that was read."""
    here = context.access()
    unit, parent_id = _asked(here, code)
    form = AcceptForm()
    if not form.validate_on_submit():
        return _accept_page(here, unit, parent_id), 422
    try:
        placing.accept(here, unit, version=form.shown_version, portal=portal(), seen=form.seen.data or None)
    except (Refused, Conflict) as error:
        journaled(error, unit)
        return _accept_page(here, unit, parent_id, said=f"{error.sentence} {error.next_step}"), status_of(error)
    flask.flash("Rattachement accepté, dès la prochaine page de chacun.")
    return flask.redirect(flask.url_for("organisation.show", code=code), code=303)


def refuse(code: str) -> ResponseReturnValue:
    """Answer no, with a reason."""
    here = context.access()
    unit, parent_id = _asked(here, code)
    form = RefuseForm()
    if not form.validate_on_submit():
        return _accept_page(here, unit, parent_id, refusing=form), 422
    placing.refuse(here, unit, reason=form.reason.data, portal=portal())
    flask.flash("Rattachement refusé\u00a0: la personne qui l’a proposé le lira.")
    return flask.redirect(flask.url_for("organisation.index"), code=303)


def withdraw(code: str) -> ResponseReturnValue:
    """Take back one's own proposal."""
    here = context.access()
    placing.withdraw(here, known(here, code))
    flask.flash("Proposition retirée.")
    return flask.redirect(flask.url_for("organisation.index"), code=303)


def _movable(here: Access, code: str) -> Unit:
    unit = known(here, code)
    if not queries.may_move(here, unit):
        if queries.may_edit(here, unit):
            raise FromAbove
        raise NotFound
    return unit


def _asked(here: Access, code: str) -> tuple[Unit, int]:
    """The unit that waits, and the one it is asked of. Raises NotFound when the answer is not the reader's."""
    unit = known(here, code)
    placement = queries.waiting_of(here, unit)
    parent_id = placement.parent_id if placement else unit.parent_id
    is_waiting = placement is not None or (not unit.is_accepted and unit.closed is None)
    if not is_waiting or parent_id is None or parent_id not in queries.kept(here):
        raise NotFound
    return unit, parent_id


def _form(here: Access, unit: Unit, **given: Any) -> MoveForm:
    form = MoveForm(**given)
    found = [one for one in queries.parents(here) if one.id not in (unit.id, unit.parent_id if unit.is_accepted else 0)]
    offer(form.parent, presenters.parent_choices(here, found), first="choisir")
    return form


def _effect(here: Access, unit: Unit, parent: Unit) -> dict[str, Any]:
    needs = placing.needs_answer(here, unit, parent.id)
    lead = f"À accepter ensuite par qui tient «\u00a0{parent.name}\u00a0»." if needs else ""
    button = "Proposer ce rattachement" if needs else "Déplacer cette unité"
    told = presenters.change(here, placing.effect(here, unit, parent.id), button=button, lead=lead)
    return told | {"crossing": presenters.crossing(here, unit, parent.id)}


def _move_page(
    here: Access, unit: Unit, form: MoveForm, change: dict[str, Any] | None = None,
    theirs: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    if theirs is not None:
        form.version.data = str(theirs["version"])
    return flask.render_template(
        "organisation/move.html", unit=presenters.unit(here, unit), form=form, change=change, theirs=theirs
    )


def _accept_page(
    here: Access, unit: Unit, parent_id: int, *, said: str = "", refusing: RefuseForm | None = None
) -> str:  # fmt: skip
    moved = placing.effect(here, unit, parent_id)
    change = presenters.change(here, moved, button="Accepter ce rattachement")
    found = presenters.page(here, unit)["asked"]
    return flask.render_template(
        "organisation/accept.html", unit=presenters.unit(here, unit), change=change, asked=found, said=said,
        parent=here.facts.tree[parent_id].name, crossing=presenters.crossing(here, unit, parent_id),
        form=AcceptForm(formdata=None, version=unit.version, seen=change["seen"]),
        refusing=refusing or RefuseForm(formdata=None),
    )  # fmt: skip
