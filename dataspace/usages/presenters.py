"""Usages in the words of the screen."""

from typing import Any

import flask
from wtforms.fields.choices import SelectChoice

from dataspace.admin import presenters as admin
from dataspace.auth import Access, Permission, labels, rights, usages, usages_known
from dataspace.auth.effects import Effect
from dataspace.auth.models import Asset, Grant, Person, Unit, Usage, UsageMember
from dataspace.auth.queries import deciders, people, units
from dataspace.auth.sentences import of_unit
from dataspace.auth.words import AssetKind, Role, UnitKind
from dataspace.usages import queries
from dataspace.usages.forms import JoinForm, RecipientForm, UsageForm
from dataspace.usages.models import JoinState, RecipientKind, Stance, UsageJoin, UsageOpinion, UsageRecipient
from dataspace.web import french

_BODIES = (UnitKind.AUTHORITY, UnitKind.COMMUNE, UnitKind.PARTNER)


def index(access: Access) -> dict[str, Any]:
    """Those one is of; those one answers for; the others that one may know of."""
    mine = usages.mine(access)
    known = usages_known.all_known(access)
    of_it = {usage.id for usage, _ in mine}
    kept = [usage for usage in known if usages.manages(access, usage)]
    others = [usage for usage in known if usage.id not in of_it and not usages.manages(access, usage)]
    return {
        "mine": [_row(access, usage) | _opened(access, usage, member) for usage, member in mine],
        "kept": [_row(access, usage) | {"waiting": len(queries.waiting(access, usage))} for usage in kept],
        "others": [_row(access, usage) for usage in others],
        "new_url": flask.url_for("usages.new") if access.may(Permission.USAGE_MANAGE) else None,
        "gaps_url": flask.url_for("usage_gaps.index") if access.may(Permission.REGISTER_READ) else None,
    }


def page(access: Access, usage: Usage) -> dict[str, Any]:
    """One usage, and what its reader may do with it."""
    sheet, tree = queries.sheet(access, usage), access.facts.tree
    manages, names = usages.manages(access, usage), usages_known.may_read_names(access, usage)
    place = usages.place_of(access, usage, access.actor.person_id)
    running, asked = usage.ends > access.moment, queries.my_join(access, usage)
    part = usages.taking_part(access, usage)
    return {
        "usage": usage, "running": running, "manages": manages and running, "place": place,
        "said": {
            "basis": sheet.basis.label, "article": sheet.basis.article,
            "ground": sheet.health_ground.label if sheet.health_ground else None,
            "controller": tree[sheet.controller_id].name, "unit": tree[usage.unit_id].name,
            "retention": french.plural(sheet.retention_months, "mois", "mois"), "kept_until": sheet.kept_until,
            "review": sheet.review_date, "late": sheet.review_date <= access.moment and running,
        },
        "recipients": [recipient(access, one) for one in queries.recipients(access, usage)],
        "things": [_thing(access, usage, *one) for one in queries.assets(access, usage)],
        "to_pick": [of_asset(one) for one in queries.assets_to_pick(access)] if manages and running else [],
        "members": [member(usage, *one) for one in part] if names else None,
        "waiting": _waiting(access, usage) if manages and running else [],
        "asked": _asked(asked) if asked is not None and place is None else None,
        "can_ask": running and place is None and not manages
        and not (asked is not None and asked.state is JoinState.ASKED),
        "opinions": _opinions(access, usage),
        "can_advise": running and access.may_in(Permission.REQUEST_ADVISE, usage.unit_id),
    }  # fmt: skip


def tasks(access: Access) -> list[dict[str, object]]:
    """Who asks to take part, among what waits for the reader in « Messages »."""
    found = queries.all_waiting(access)
    named = people(access.session, [asked.person_id for asked, _ in found]) if found else {}
    return [
        {
            "url": flask.url_for("usages.joining", public_id=usage.public_id, demande=asked.public_id),
            "who": named[asked.person_id].name, "title": f"Usage «\u00a0{usage.title}\u00a0»", "note": asked.reason,
            "todo": "À accueillir dans l’usage", "until": None, "late": False,
        }
        for asked, usage in found
    ]  # fmt: skip


def recipient(access: Access, found: UsageRecipient) -> dict[str, Any]:
    """« agents de la Direction de la Solidarité », « partenaire Eauvive »."""
    node = access.facts.tree[found.unit_id]
    is_one = found.kind in (RecipientKind.PARTNER, RecipientKind.PROVIDER)
    said = f"{found.kind.label} {node.name}" if is_one else f"{found.kind.label}, {of_unit(node)}"
    if found.kind is RecipientKind.AGENTS:
        said = f"{found.kind.label} {of_unit(node)}"
    return {"public_id": found.public_id, "said": said[0].upper() + said[1:]}


def sheet_form(access: Access, usage: Usage | None, *, typed: bool = False) -> UsageForm:
    """The form of the sheet: as typed, as it is, or new."""
    form = UsageForm() if typed else UsageForm(formdata=None)
    tree = access.facts.tree
    cells = sorted(access.scope(Permission.USAGE_MANAGE).cells)
    kept = [usage.unit_id] if usage is not None else cells
    form.unit.choices = [SelectChoice(str(unit_id), tree[unit_id].name) for unit_id in kept]
    bodies = [node for node in tree.nodes.values() if node.kind in _BODIES]
    form.controller.choices = [SelectChoice(str(node.id), node.name) for node in bodies]
    if usage is not None:
        # It stays with who answers for it.
        del form.unit
    if typed:
        return form
    if usage is None:
        form.retention.data = 12
        form.ends.data = french.local_day(access.moment.replace(year=access.moment.year + 1, day=1))
        form.review_date.data = form.ends.data
        if cells:
            form.controller.data = str(tree.root(cells[0]))
        return form
    sheet = queries.sheet(access, usage)
    form.title.data, form.purpose.data, form.version.data = usage.title, usage.purpose, str(usage.version)
    form.basis.data, form.controller.data = sheet.basis.value, str(sheet.controller_id)
    form.health_ground.data = sheet.health_ground.value if sheet.health_ground else ""
    form.retention.data, form.ends.data = sheet.retention_months, french.local_day(usage.ends)
    form.review_date.data = french.local_day(sheet.review_date)
    return form


def recipient_form(access: Access, usage: Usage, *, typed: bool = False) -> RecipientForm:
    """The form of one more category."""
    form = RecipientForm() if typed else RecipientForm(formdata=None)
    form.unit.choices = [SelectChoice(one.code, one.name) for one in units(access.session)]
    if not typed:
        form.unit.data = access.facts.tree[usage.unit_id].code
    return form


def unit(access: Access, code: str) -> Unit:
    """The unit that a choice of the form names."""
    return next(one for one in units(access.session) if one.code == code)


def join_form(access: Access, usage: Usage, asked: UsageJoin | None) -> JoinForm:
    """The form to add somebody, filled with who asks when somebody does."""
    form = JoinForm(formdata=None)
    form.until.data = french.local_day(usage.ends)
    if asked is not None and asked.state is JoinState.ASKED:
        found = people(access.session, [asked.person_id])[asked.person_id]
        form.person.data, form.reason.data = of_person(found), asked.reason
    return form


def joining_page(access: Access, usage: Usage, asked: UsageJoin | None) -> dict[str, Any]:
    """What surrounds it."""
    waits = asked is not None and asked.state is JoinState.ASKED
    who = people(access.session, [asked.person_id])[asked.person_id] if asked is not None and waits else None
    return {
        "usage": usage, "people": labels.people(access.session),
        "asked": {"name": who.name, "reason": asked.reason, "public_id": asked.public_id} if who and asked else None,
        "recipients": [recipient(access, one) for one in queries.recipients(access, usage)],
    }  # fmt: skip


def joining(effect: Effect) -> dict[str, object]:
    """The panel before somebody is added."""
    return admin.giving([effect]) | {"button": "Ajouter à l’usage"}


def leaving(effect: Effect) -> dict[str, object]:
    """The panel before somebody's part is ended."""
    return admin.revoking([effect]) | {"button": "Retirer de l’usage"}


def member(usage: Usage, person: Person, place: UsageMember) -> dict[str, Any]:
    """Somebody who takes part."""
    return {
        "usage": usage, "name": person.name, "post": person.post, "ends": min(place.ends, usage.ends),
        "reason": place.reason, "since": place.starts, "public_id": place.public_id,
        "url": flask.url_for("usages.member", public_id=usage.public_id, member_id=place.public_id),
    }  # fmt: skip


def of_person(person: Person) -> str:
    return f"{person.name} ({person.login})"


def of_asset(asset: Asset) -> str:
    return f"{asset.title} ({asset.kind.label.split()[0]}:{asset.public_id})"


def address(asset: Asset) -> str:
    """Where an asset is shown."""
    endpoint = "dashboards.show" if asset.kind is AssetKind.DASHBOARD else "catalog.show"
    return flask.url_for(endpoint, public_id=asset.public_id)


def _row(access: Access, usage: Usage) -> dict[str, Any]:
    return {
        "url": flask.url_for("usages.show", public_id=usage.public_id), "title": usage.title, "purpose": usage.purpose,
        "unit": access.facts.tree.directorate(usage.unit_id).short_name, "ends": usage.ends, "waiting": 0,
    }  # fmt: skip


def _opened(access: Access, usage: Usage, place: UsageMember) -> dict[str, Any]:
    opened = [{"title": asset.title, "url": address(asset)} for asset, grant in queries.assets(access, usage) if grant]
    return {"ends": min(usage.ends, place.ends), "opened": opened}


def _thing(access: Access, usage: Usage, asset: Asset, grant: Grant | None) -> dict[str, Any]:
    decides = rights.may_assign(access, Role.READER, asset) and access.allows(Permission.RIGHTS_SEE, asset)
    decider = next(iter(deciders(access, asset)), None) if grant is None else None
    label = f"{usage.title} (usage:{usage.public_id})"
    return {
        "title": asset.title, "url": address(asset), "sensitivity": asset.sensitivity.code,
        "protection": asset.protection.value, "public_id": asset.public_id, "opened": grant is not None,
        "role": grant.role.label if grant else None, "ends": grant.ends if grant else None,
        "decider": decider.name if decider else None,
        "decide_url": flask.url_for("admin.assign", qui=label, sur=of_asset(asset))
        if decides and grant is None and usage.ends > access.moment else None,
    }  # fmt: skip


def _waiting(access: Access, usage: Usage) -> list[dict[str, Any]]:
    found = queries.waiting(access, usage)
    named = people(access.session, [one.person_id for one in found])
    return [
        {
            "name": named[one.person_id].name, "reason": one.reason, "asked": one.asked,
            "url": flask.url_for("usages.joining", public_id=usage.public_id, demande=one.public_id),
        }
        for one in found
    ]  # fmt: skip


def _asked(found: UsageJoin) -> dict[str, Any] | None:
    if found.state is JoinState.ACCEPTED:
        return None
    return {"state": found.state.value, "asked": found.asked, "answer": found.answer, "answered": found.answered}


def _opinions(access: Access, usage: Usage) -> list[dict[str, Any]]:
    found = queries.opinions(access, usage)
    named = people(access.session, [one.person_id for one in found])
    return [_opinion(one, named[one.person_id], usage) for one in found]


def _opinion(found: UsageOpinion, person: Person, usage: Usage) -> dict[str, Any]:
    return {
        "is_good": found.stance is Stance.FAVOURABLE, "said": f"Avis {found.stance.label}", "by": person.name,
        "at": found.at, "note": found.note, "is_older": found.on_version < usage.version,
    }  # fmt: skip
