"""« Pourquoi ? » for who manages rights: why a person sees or does not see something, and what she would see if."""

from datetime import timedelta
from typing import Any

import flask
from wtforms.fields.choices import SelectChoice

from dataspace.admin import presenters
from dataspace.admin.forms import WhyForm
from dataspace.auth import Access, Permission, asked, effects, labels, rights
from dataspace.auth.asked import Answer, Short
from dataspace.auth.models import Asset, Person, Unit
from dataspace.auth.queries import people
from dataspace.auth.rights import Wanted
from dataspace.auth.why import over_at
from dataspace.auth.words import Reach, Role
from dataspace.web import context
from dataspace.web.routing import Blueprint

_UNKNOWN = "Personne ou élément inconnu de vous\u00a0: choisissez dans la liste."


def mount(blueprint: Blueprint) -> None:
    """Add the question to the administration."""
    blueprint.get("/pourquoi", requires=Permission.RIGHTS_SEE)(why)


def why() -> str:
    """Why X sees Y or not, with the grant, the line of the policy and its reach; and if X held one more role."""
    here = context.access()
    form = WhyForm(flask.request.args)
    form.role.choices = [SelectChoice("", "aucun\u00a0: les accès d’aujourd’hui"), *(
        SelectChoice(role.value, role.label.capitalize()) for role in Role
    )]  # fmt: skip
    who, what, extra = _asked(here, form) if form.validate() else (None, None, None)
    answers, change = [], None
    if isinstance(who, Person) and isinstance(what, Asset):
        supposed = effects.as_held(extra) if extra is not None else None
        answers = [_drawn(here, answer) for answer in asked.of(here, who, what, supposed)]
        change = presenters.giving(effects.of_giving(here, extra)) if extra is not None else None
    return flask.render_template(
        "admin/why.html", form=form, answers=answers, change=change, is_supposed=extra is not None,
        people=[label for label in labels.subjects(here) if "unité:" not in label and "usage:" not in label],
        things=labels.scopes(here), who=who, what=what,
    )  # fmt: skip


def _asked(here: Access, form: WhyForm) -> tuple[Person | None, Asset | None, Wanted | None]:
    who = labels.subject(here, form.qui.data) if form.qui.data else None
    what = labels.asset(here, form.quoi.data, Permission.RIGHTS_SEE) if form.quoi.data else None
    if form.qui.data and not isinstance(who, Person):
        form.qui.errors = [*form.qui.errors, _UNKNOWN]
    if form.quoi.data and not isinstance(what, Asset):
        form.quoi.errors = [*form.quoi.errors, _UNKNOWN]
    if not isinstance(who, Person) or not isinstance(what, Asset):
        return None, None, None
    return who, what, _supposed(here, form, who, what) if form.role.data else None


def _supposed(here: Access, form: WhyForm, who: Person, what: Asset) -> Wanted | None:
    scope: Unit | Asset | None = labels.scope(here, form.sur.data) if form.sur.data else what
    if scope is None:
        form.sur.errors = [*form.sur.errors, _UNKNOWN]
        return None
    ends = here.moment + timedelta(days=1)
    return Wanted(who, Role(form.role.data), scope, isinstance(scope, Unit), here.moment, ends, "")


def _drawn(here: Access, answer: Answer) -> dict[str, Any]:
    made = answer.decision
    grant = rights.grant_known(here, made.held.public_id) if made.held is not None and made.held.public_id else None
    givers = people(
        here.session, [made.held.granted_by_id if made.held else None, *(g.granted_by_id for g in answer.ended)]
    )
    giver = givers.get(made.held.granted_by_id or 0) if made.held else None
    return {
        "can": answer.is_allowed, "what": answer.permission.label, "sentence": answer.sentence, "line": made.line,
        "permission": answer.permission.value, "by": giver.name if giver else None,
        "reason": made.held.reason if made.held else "",
        "url": flask.url_for("admin.show_grant", public_id=grant.public_id) if grant else None,
        "ended": [
            {"role": g.role.label, "at": over_at(g), "is_revoked": g.revoked_at is not None,
             "by": givers[g.granted_by_id].name if g.granted_by_id in givers else None}
            for g in answer.ended
        ],
        "shorts": [_short(here, short) for short in answer.shorts],
    }  # fmt: skip


def _short(here: Access, short: Short) -> dict[str, Any]:
    held = short.held
    where = here.facts.tree[held.unit_id].short_name if held.unit_id is not None else "cet élément"
    line = short.line
    return {
        "role": held.role.label.capitalize(), "where": where, "line": line,
        "goes": f"va jusqu’à «\u00a0{short.level.label}\u00a0»" if short.level is not None else "ne le donne pas",
        "far": line is not None and line.text.strip().endswith(Reach.AUTHORITY.value),
    }  # fmt: skip
