"""Screens of who decides: standing rules, and the conditions of a thing."""

from datetime import UTC, datetime, time
from typing import Any

import flask
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from dataspace.auth import Permission
from dataspace.auth.models import Asset
from dataspace.auth.queries import asset_known, theme_by_code, themes, unit_by_code, units
from dataspace.auth.sentences import at_unit
from dataspace.auth.words import Role, Sensitivity
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.requests import conditions, presenters, rules
from dataspace.requests.models import Need
from dataspace.requests.rules import Kept
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

# Roles that an agent may hold as her function.
_FUNCTIONS = (Role.AGENT, Role.ELECTED, Role.DIRECTOR, Role.STEWARD, Role.CONTRIBUTOR, Role.PARTNER)


_LONG = Length(max=conditions.LONGEST, message="4\u202f000 caractères au plus.")


class RuleForm(FlaskForm):  # type: ignore[misc]
    """What is answered beforehand, and to whom."""

    unit = SelectField("Sur ce que détient", [InputRequired("Choisissez une unité.")])
    theme = SelectField("Thématique", [Optional()])
    level = SelectField(
        "Jusqu’au niveau", choices=[SelectChoice(one.code, one.label) for one in rules.LEVELS], default="restricted"
    )
    need = RadioField(
        "Ce qui est donné", choices=[SelectChoice(one.value, one.label.capitalize()) for one in Need],
        default=Need.CONSULT.value,
    )  # fmt: skip
    to_unit = SelectField("À qui travaille à", [Optional()])
    to_role = SelectField(
        "Et tient le rôle", [Optional()],
        choices=[SelectChoice("", "peu importe"), *(SelectChoice(one.value, one.label) for one in _FUNCTIONS)],
    )  # fmt: skip
    days = IntegerField("Pour combien de jours", [InputRequired("Donnez un nombre de jours.")], default=183)
    ends = DateField("La règle vaut jusqu’au", [Optional()])


class ConditionsForm(FlaskForm):  # type: ignore[misc]
    """`replaces` is the version that was on screen."""

    text = TextAreaField("Conditions d’usage", [_LONG])
    replaces = HiddenField()


def mount(blueprint: Blueprint) -> None:
    """Add these screens to the requests."""
    blueprint.get("/demandes/regles", requires=Permission.RIGHTS_ASSIGN)(standing_rules)
    blueprint.post("/demandes/regles", requires=Permission.RIGHTS_ASSIGN)(write_rule)
    blueprint.post("/demandes/regles/<public_id>/arreter", requires=Permission.RIGHTS_ASSIGN)(stop_rule)
    blueprint.get("/demandes/conditions/<public_id>", requires=Permission.ASSET_WIDEN)(asset_conditions)
    blueprint.post("/demandes/conditions/<public_id>", requires=Permission.ASSET_WIDEN)(write_conditions)


def standing_rules() -> str:
    """The rules of one's reach, what each has answered, and the form."""
    return _rules_page(_rule_form(formdata=None))


def write_rule() -> ResponseReturnValue:
    """Write one: it answers from now on."""
    here, form = context.access(), _rule_form()
    if not form.validate_on_submit():
        return _rules_page(form), 422
    unit, day = unit_by_code(here.session, form.unit.data), form.ends.data
    assert unit is not None
    said = rules.Written(
        unit, theme_by_code(here.session, form.theme.data) if form.theme.data else None,
        Sensitivity[form.level.data.upper()], Need(form.need.data),
        unit_by_code(here.session, form.to_unit.data) if form.to_unit.data else None,
        Role(form.to_role.data) if form.to_role.data else None, form.days.data,
        datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC) if day else None,
    )  # fmt: skip
    try:
        rules.write(here, said)
    except (Invalid, Refused) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _rules_page(form), 403 if isinstance(error, Refused) else 422
    flask.flash("Règle enregistrée\u00a0: les demandes qu’elle couvre seront acceptées à l’instant.")
    return flask.redirect(flask.url_for("requests.standing_rules"), code=303)


def stop_rule(public_id: str) -> ResponseReturnValue:
    """Stop one; what it gave goes on until its end."""
    rules.stop(context.access(), public_id)
    flask.flash("Règle arrêtée\u00a0: les demandes reprennent le chemin ordinaire.")
    return flask.redirect(flask.url_for("requests.standing_rules"), code=303)


def asset_conditions(public_id: str) -> str:
    """The conditions as they stand, and the versions before."""
    asset = _asset(public_id)
    known = conditions.versions(context.access(), asset)
    form = ConditionsForm(
        formdata=None, text=known[0].text if known else "", replaces=known[0].version if known else ""
    )
    return _conditions_page(asset, form)


def write_conditions(public_id: str) -> ResponseReturnValue:
    """Replace them: whoever asks from now on accepts the new version."""
    asset, form = _asset(public_id), ConditionsForm()
    if not form.validate_on_submit():
        return _conditions_page(asset, form), 422
    try:
        conditions.write(context.access(), asset, form.text.data or "", replaces=form.replaces.data or "")
    except (Invalid, Conflict) as error:
        form.form_errors.append(f"{error.sentence} {error.next_step}")
        return _conditions_page(asset, form), 409 if isinstance(error, Conflict) else 422
    flask.flash("Conditions enregistrées\u00a0: elles valent pour les prochaines demandes.")
    return flask.redirect(flask.url_for("requests.asset_conditions", public_id=public_id), code=303)


def _asset(public_id: str) -> Asset:
    here = context.access()
    asset = asset_known(here, public_id, Permission.ASSET_WIDEN)
    if asset is None:
        raise NotFound
    return asset


def _rule_form(**given: Any) -> RuleForm:
    here = context.access()
    form = RuleForm(**given)
    form.unit.choices = [SelectChoice(unit.code, unit.name) for unit in rules.units_decided(here)]
    form.theme.choices = [SelectChoice("", "toutes"), *(SelectChoice(t.code, t.label) for t in themes(here.session))]
    form.to_unit.choices = [
        SelectChoice("", "toute la collectivité"),
        *(SelectChoice(unit.code, unit.name) for unit in units(here.session)),
    ]
    return form


def _rules_page(form: RuleForm) -> str:
    kept = [_drawn(one) for one in rules.known(context.access())]
    return flask.render_template("requests/rules.html", form=form, rules=kept)


def _drawn(kept: Kept) -> dict[str, Any]:
    here, rule = context.access(), kept.rule
    tree = here.facts.tree
    labels = {theme.id: theme.label for theme in themes(here.session)} if rule.theme_id else {}
    who = at_unit(tree[rule.to_unit_id]) if rule.to_unit_id in tree.nodes else "à toute la collectivité"
    is_over = rule.ends is not None and rule.ends <= here.moment
    return {
        "what": f"{rule.need.label.capitalize()}, {tree[rule.unit_id].name}", "level": rule.level.code,
        "theme": labels.get(rule.theme_id or 0), "who": who, "role": rule.to_role.label if rule.to_role else None,
        "days": rule.days, "author": kept.author, "since": rule.starts, "ends": rule.ends, "is_over": is_over,
        "holds": kept.holds, "answered": kept.answered, "last": kept.last,
        "stop_url": None if is_over else flask.url_for("requests.stop_rule", public_id=rule.public_id),
    }  # fmt: skip


def _conditions_page(asset: Asset, form: ConditionsForm) -> str:
    known = conditions.versions(context.access(), asset)
    return flask.render_template(
        "requests/conditions.html", form=form, title=asset.title, url=presenters.address(asset),
        versions=[{"version": one.version, "since": one.since, "text": one.text} for one in known],
    )  # fmt: skip
