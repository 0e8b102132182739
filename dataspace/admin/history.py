"""What was done to the rights and the card of a thing, by whom; its readers are counted elsewhere, never named."""

from datetime import datetime
from typing import Any

import flask

from dataspace.audit import Act, Event, history
from dataspace.auth import Access, Permission, queries
from dataspace.auth.models import Person
from dataspace.auth.words import Role, Sensitivity
from dataspace.errors import NotFound
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

PAGE = 50
BEYOND = 1 << 31
_LEVELS = {level.code: level.label for level in Sensitivity} | {str(int(level)): level.label for level in Sensitivity}


def mount(blueprint: Blueprint) -> None:
    """Add the history of a thing to the administration."""
    blueprint.get("/elements/<public_id>/histoire", requires=Permission.RIGHTS_SEE)(asset_history)


def asset_history(public_id: str) -> str:
    """Acts on the rights and the card, newest first."""
    here = context.access()
    asset = queries.asset_known(here, public_id, Permission.RIGHTS_SEE)
    if asset is None:
        raise NotFound
    before = flask.request.args.get("avant", type=int)
    lines = history.of_asset(
        here, asset, before=before if before and 0 < before < BEYOND else None, limit=PAGE + 1
    )  # fmt: skip
    shown = lines[:PAGE]
    return flask.render_template(
        "admin/asset_history.html",
        asset={"title": asset.title, "kind": asset.kind.label, "url": _address("admin.asset_access", public_id)},
        acts=[_told(here, line, names) for names in [_names(here, shown)] for line in shown],
        older_url=flask.url_for("admin.asset_history", public_id=public_id, avant=shown[-1].seq)
        if len(lines) > PAGE else None,
        newest_url=_address("admin.asset_history", public_id) if before else None,
    )  # fmt: skip


def _address(endpoint: str, public_id: str) -> str:
    return flask.url_for(endpoint, public_id=public_id)


def _names(access: Access, lines: list[Event]) -> dict[Any, Person]:
    """People named in these lines: who did it, by id; to whom, by public id."""
    found: dict[Any, Person] = dict(queries.people(access.session, [line.actor_id for line in lines]))
    for public_id in {str(line.facts["subject"]) for line in lines if line.facts.get("subject")}:
        if (person := queries.person_by_public_id(access.session, public_id)) is not None:
            found[public_id] = person
    return found


def _told(access: Access, line: Event, names: dict[Any, Person]) -> dict[str, Any]:
    subject = str(line.facts.get("subject") or "")
    node = access.facts.tree.by_code.get(subject)
    to = names[subject].name if subject in names else node.name if node else subject
    return {
        "when": line.at, "who": names[line.actor_id].name if line.actor_id in names else "le portail",
        "what": Act(line.act).label, "to": to, "how": _how(line.facts), "why": _why(line),
    }  # fmt: skip


def _how(facts: dict[str, Any]) -> str:
    """« lecteur, jusqu’au 3 mars 2027 », « de confidentiel à interne », « acceptée »."""
    told = []
    if (role := facts.get("role")) in {one.value for one in Role}:
        told.append(Role(role).label)
    before, after = facts.get("before"), facts.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        names = {"sensitivity": "contenu", "card_sensitivity": "fiche"}
        told += [
            f"{said}\u00a0: de {_level(before[name])} à {_level(after[name])}"
            for name, said in names.items()
            if name in before and name in after and before[name] != after[name]
        ]
    decided = {"approved": "acceptée", "refused": "refusée"}.get(str(facts.get("decision")))
    told += [decided] if decided else []
    if facts.get("given_back"):
        told.append("rendu par la personne")
    if facts.get("undo"):
        told.append("rétabli")
    if (ends := _moment(facts.get("ends"))) is not None:
        told.append(f"jusqu’au {french.long_date(ends)}")
    return ", ".join(told)


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _level(value: object) -> str:
    return _LEVELS.get(str(value), str(value))


def _why(line: Event) -> str:
    # What a person wrote to ask is for who decides on her request, not for whoever sees the rights.
    is_asking = line.act in (Act.REQUEST_SUBMITTED, Act.REQUEST_ADVISED, Act.REQUEST_DECIDED, Act.REQUEST_WITHDRAWN)
    return "" if is_asking else str(line.facts.get("reason") or "")
