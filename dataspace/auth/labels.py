"""From what the administrator types or picks to the person, unit or asset meant, and back.

Labels are made of a name and a code in parentheses, so that two people of one name stay two.
"""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from dataspace.auth import queries, usages, usages_known
from dataspace.auth.access import Access
from dataspace.auth.holders import Right
from dataspace.auth.models import Asset, Grant, Person, Unit, Usage
from dataspace.auth.words import Permission

_LONGEST = 300  # a title; names are shorter
_UNIT = "unité"
_CODE = re.compile(r"\(([\w.@:-]+)\)\s*$")


def of_person(person: Person) -> str:
    return f"{person.name} ({person.login})"


def of_unit(unit: Unit) -> str:
    return f"{unit.name} ({_UNIT}:{unit.code})"


def of_usage(usage: Usage) -> str:
    return f"{usage.title} (usage:{usage.public_id})"


def of_asset(asset: Asset) -> str:
    return f"{asset.title} ({asset.kind.label.split()[0]}:{asset.public_id})"


def people(session: Session) -> list[str]:
    """Labels of the people that one may pick from."""
    return [of_person(person) for person in queries.people_named(session, "", limit=300)]


def subjects(access: Access) -> list[str]:
    """Labels of the people, units and usages that one may pick from."""
    cells = access.scope(Permission.RIGHTS_SEE).cells
    units = [of_unit(unit) for unit in queries.units(access.session) if unit.id in cells]
    return [*people(access.session), *units, *(of_usage(usage) for usage in usages_known.all_known(access))]


def scopes(access: Access) -> list[str]:
    """Labels of the units and assets whose rights one sees, the newest assets first."""
    cells = access.scope(Permission.RIGHTS_SEE).cells
    units = [of_unit(unit) for unit in queries.units(access.session) if unit.id in cells]
    return [*units, *assets(access, Permission.RIGHTS_SEE)]


def typed(text: str | None) -> str:
    """What was typed, without what cannot be printed; whichever spaces it was typed with."""
    spaced = (" " if char.isspace() else char for char in text or "")
    return "".join(char for char in spaced if char.isprintable()).strip()


def subject(access: Access, text: str) -> Person | Unit | Usage | None:
    """Whom `text` means: a label, a login, or a name that only one person bears."""
    text = typed(text)
    code = _CODE.search(text)
    if code and code[1].startswith("usage:"):
        return usages_known.known(access, code[1].split(":", 1)[1])
    if code and ":" in code[1]:
        return queries.unit_by_code(access.session, code[1].split(":", 1)[1])
    return person(access.session, text)


def person(session: Session, text: str) -> Person | None:
    """Who `text` means: a label, a login, or a name that only one person bears."""
    text = typed(text)[:_LONGEST]
    code = _CODE.search(text)
    if found := queries.person_by_login(session, (code[1] if code else text)[:120]):
        return found
    named = queries.people_named(session, text, limit=2) if text else ()
    return named[0] if len(named) == 1 else None


def scope(access: Access, text: str) -> Unit | Asset | None:
    """What `text` means: a label, a unit's code or exact name, an asset's identifier or exact title."""
    text = typed(text)
    code = _CODE.search(text)
    kind, _, word = (code[1] if code and ":" in code[1] else f":{text}").partition(":")
    if kind and kind != _UNIT:
        return asset(access, text)
    unit = queries.unit_by_code(access.session, word)
    cells = access.scope(Permission.RIGHTS_SEE).cells
    if unit is None:
        unit = next((u for u in queries.units(access.session) if text in (u.name, u.short_name)), None)
    if unit is not None:
        return unit if unit.id in cells else None
    return asset(access, text)


def asset(access: Access, text: str, *permissions: Permission) -> Asset | None:
    """The asset that `text` means (label, identifier or exact title), among those that one of `permissions` opens.

    Without any, among those whose rights the actor may see.
    """
    text = typed(text)
    code = _CODE.search(text)
    word = code[1].split(":", 1)[1] if code and ":" in code[1] else text
    known = access.select(Asset, *permissions) if permissions else queries.rights_known(access)
    found: Asset | None = access.session.scalar(known.where(Asset.public_id == word))
    if found is None:
        titled = access.session.scalars(known.where(is_titled(text)).limit(2)).all()
        found = titled[0] if len(titled) == 1 else None
    return found


def is_titled(text: str) -> ColumnElement[bool]:
    """Is this the title of the asset, whichever spaces it was typed with? (Ours do not break before « : ».)"""
    title = func.replace(func.replace(Asset.title, "\u00a0", " "), "\u202f", " ")
    return title == text.replace("\u00a0", " ").replace("\u202f", " ")


def assets(access: Access, *permissions: Permission) -> list[str]:
    """Labels of the assets that one of `permissions` opens, the newest first."""
    stmt = access.select(Asset, *permissions).order_by(Asset.updated.desc()).limit(300)
    return [of_asset(found) for found in access.session.scalars(stmt)]


def known_assets(access: Access, ids: Iterable[int | None]) -> dict[int | None, Asset]:
    """Those of these assets whose rights the actor may see, by id."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    found = access.session.scalars(queries.rights_known(access).where(Asset.id.in_(wanted)))
    return {asset.id: asset for asset in found}


def of_grants(access: Access, grants: Sequence[Grant | Right]) -> dict[str, tuple[str, str]]:
    """For each grant, by public id: who has it and on what, in words. Assets the actor may not know stay unnamed."""
    people = queries.people(access.session, [grant.person_id for grant in grants])
    called = usages.titles(access.session, [grant.usage_id for grant in grants])
    tree = access.facts.tree
    assets = known_assets(access, [grant.asset_id for grant in grants])
    told = {}
    for grant in grants:
        if grant.person_id is not None:
            who = people[grant.person_id].name
        elif grant.subject_unit_id is not None:
            who = tree[grant.subject_unit_id].name
        elif grant.usage_id is not None:
            who = f"l’usage «\u00a0{called[grant.usage_id]}\u00a0»"
        else:
            who = f"groupe {grant.group_name}"
        if grant.unit_id is not None:
            what = tree[grant.unit_id].short_name + (" et ses services" if grant.with_services else "")
        else:
            what = assets[grant.asset_id].title if grant.asset_id in assets else "un élément hors de votre périmètre"
        told[grant.public_id] = (who, what)
    return told
