"""The table, its effects and the waiting room in the words of their screens."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import flask
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Access, Permission
from dataspace.auth.mapping import Line, Place, Turn
from dataspace.auth.models import Grant, GroupMapping
from dataspace.auth.queries import people
from dataspace.auth.words import Role
from dataspace.directory import queries, services
from dataspace.directory.queries import Seen
from dataspace.directory.trying import Trial
from dataspace.web import context, french

_SHOWN = 50
_CLAIMS = {"groups": "Groupe"}


def claims() -> list[str]:
    """What the portal keeps of what the directory says, groups first."""
    settings = context.settings()
    return list(dict.fromkeys(["groups", *settings.directory_claims, *(rule.claim for rule in settings.entry_rules)]))


def claim_word(claim: str) -> str:
    return _CLAIMS.get(claim, claim)


def rows(access: Access, found: Sequence[GroupMapping], seen: Iterable[Seen]) -> list[dict[str, Any]]:
    """Lines of the table, with how many people carry each value."""
    counts = {(one.issuer, one.claim, one.value): one.people for one in seen}
    authors = people(access.session, [row.changed_by_id for row in found])
    places = queries.places(access) if len(found) > 1 else []
    out = []
    for row in found:
        author = authors.get(row.changed_by_id or 0)
        out.append({
            "claim": claim_word(row.claim), "attribute": row.claim if row.claim not in _CLAIMS else "",
            "value": row.value, "issuer": row.issuer,
            "people": counts.get((row.issuer, row.claim, row.value), 0), "role": row.role.label.capitalize(),
            "place": place(access, row.unit_id, row.with_services),
            "membership": row.membership.label if row.membership else None,
            "by": author.name if author else None, "at": row.changed_at,
            "url": flask.url_for("directory.show", public_id=row.public_id),
            "can_change": services.can_change(access, Line.of(row)),
        })  # fmt: skip
    # Read at once, and kept until here: each line asks for its unit.
    del places
    return out


def idle(found: Sequence[GroupMapping], everything: Iterable[Seen]) -> list[dict[str, Any]]:
    """Values really heard that no line of the reach names."""
    named = {(row.issuer, row.claim, row.value) for row in found}
    return [
        {
            "claim": claim_word(one.claim), "value": one.value, "issuer": one.issuer,
            "people": french.plural(one.people, "personne"),
            "url": flask.url_for("directory.new", revendication=one.claim, valeur=one.value)
            if not one.issuer else None,
        }
        for one in everything
        if (one.issuer, one.claim, one.value) not in named
    ]  # fmt: skip


def place(access: Access, unit_id: int, with_services: bool) -> str:
    return access.facts.tree[unit_id].short_name + (" et ses services" if with_services else "")


def words(access: Access, line: Line | Grant) -> str:
    """« agent, Solidarité et ses services »."""
    return f"{line.role.label}, {place(access, line.unit_id or 0, line.with_services)}"


def panel(access: Access, turns: Sequence[Turn], button: str) -> dict[str, Any]:
    """The panel before a change of the table is saved: who gains, who loses, who changes."""
    known = queries.known(access, [turn.person.id for turn in turns])
    elsewhere = queries.kept_elsewhere(access, turns)
    kinds: dict[str, list[Turn]] = {"plus": [], "minus": [], "same": []}
    for turn in turns:
        gains, loses = bool(turn.given or turn.joined), bool(turn.ended or turn.left)
        kinds["same" if gains and loses else "plus" if gains else "minus"].append(turn)
    titles = {
        "plus": _count(len(kinds["plus"]), "gagne", "gagnent"),
        "minus": _count(len(kinds["minus"]), "perd", "perdent"),
        "same": _count(len(kinds["same"]), "change", "changent"),
    }
    hidden = sum(turn.person.id not in known for turn in turns)
    lead = "Rien n’est encore enregistré. "
    lead += f"{titles['plus']}, {titles['minus']}".capitalize() + (f", {titles['same']}" if kinds["same"] else "") + "."
    if hidden:
        lead += f" {french.plural(hidden, 'personne')} hors de votre périmètre, sans la nommer."
    if not turns:
        lead += " Personne ne porte cette valeur aujourd’hui\u00a0: l’effet viendra aux prochaines connexions."
    return {
        "lead": lead, "button": button,
        "groups": [
            {"kind": kind, "title": titles[kind], "people": _drawn(access, found, known, elsewhere)}
            for kind, found in kinds.items() if found
        ],
    }  # fmt: skip


def _count(people: int, one: str, many: str) -> str:
    return french.plural(people, f"personne {one}", f"personnes {many}") if people else f"personne ne {one}"


def _drawn(
    access: Access, turns: Sequence[Turn], known: set[int], elsewhere: set[tuple[int, Role, int]]
) -> list[dict[str, Any]]:
    named = [turn for turn in turns if turn.person.id in known]
    out: list[dict[str, Any]] = []
    for turn in named[:_SHOWN]:
        keeps = any((turn.person.id, line.role, line.unit_id) in elsewhere for line in turn.ended)
        out.append({
            "name": turn.person.name, "note": turn.person.post,
            "before": _said(access, turn.ended, turn.left), "after": _said(access, turn.given, turn.joined),
            "remark": "garde cet accès, reçu par ailleurs" if keeps else None,
        })  # fmt: skip
    if more := len(turns) - len(out):
        out.append({"name": f"et {french.plural(more, 'autre')}", "note": "", "before": "…", "after": "…",
                    "remark": None})  # fmt: skip
    return out


def _said(access: Access, found: Iterable[Line], places: Iterable[Place]) -> str:
    said = [words(access, line) for line in found]
    said += [f"{kind.label}, {access.facts.tree[unit].short_name}" for unit, kind in places]
    return "\u202f; ".join(said) or "rien"


def version(access: Access, row: GroupMapping) -> dict[str, Any]:
    """A line as it is now, for who had another version on screen."""
    author = people(access.session, [row.changed_by_id]).get(row.changed_by_id or 0)
    return {
        "value": f"{claim_word(row.claim)} «\u00a0{row.value}\u00a0»", "role": row.role.label,
        "place": place(access, row.unit_id, row.with_services),
        "membership": row.membership.label if row.membership else "sans affectation",
        "by": author.name if author else None, "at": row.changed_at,
    }  # fmt: skip


def units(access: Access) -> list[SelectChoice]:
    """Units to choose from, with the directorate they are part of."""
    tree = access.facts.tree
    out = []
    for unit in queries.places(access):
        above = tree.directorate(unit.id)
        name = unit.name if above.id == unit.id else f"{unit.name} ({above.short_name})"
        out.append(SelectChoice(unit.code, name))
    return out


def trial(access: Access, found: Trial) -> dict[str, Any]:
    """What a trial says, value by value, then against today."""
    return {
        "who": found.person.name if found.person else None,
        "elsewhere": french.plural(found.elsewhere, "ligne") if found.elsewhere else None,
        "values": [
            {"claim": claim_word(claim), "value": value, "issuer": origin,
             "gives": [words(access, line) for line in given]}
            for (origin, claim, value), given in found.values
        ],
        "given": [words(access, line) for line in found.given],
        "kept": [words(access, line) for line in found.kept],
        "ended": [words(access, grant) for grant in found.ended],
    }  # fmt: skip


# --- the waiting room -----------------------------------------------------------------------------------------------
def arrivals(access: Access) -> list[dict[str, Any]]:
    """Who waits, as their managers read it."""
    found = queries.waiting(access)
    named, tree = people(access.session, [one.person_id for one in found]), access.facts.tree
    late = access.moment - timedelta(days=3)
    return [
        {
            "public_id": one.public_id, "name": named[one.person_id].name, "login": named[one.person_id].login,
            "email": named[one.person_id].email, "note": one.note, "unit": tree[one.unit_id].name,
            "since": one.created, "late": one.created < late, "version": one.version, "unit_id": one.unit_id,
        }
        for one in found
    ]  # fmt: skip


def desks(access: Access) -> list[dict[str, object]]:
    """What the directory adds to the first page of the administration."""
    found: list[dict[str, object]] = []
    if access.may(Permission.DIRECTORY_MAP):
        note = "Ce que donnent les groupes de l’annuaire, les valeurs vraiment reçues, et un essai avant d’enregistrer."
        found.append({"url": flask.url_for("directory.index"), "title": "Annuaire", "note": note, "count": None})
    if access.may(Permission.RIGHTS_ASSIGN):
        note = "Qui s’est connecté sans avoir encore de place, et demande à être accueilli."
        count = len(queries.waiting(access))
        found.append(
            {"url": flask.url_for("directory.room"), "title": "En attente", "note": note, "count": count or None}
        )
    return found


def tasks(access: Access) -> list[dict[str, object]]:
    """Who waits to be received, among what waits for the reader in « Messages »."""
    return [
        {
            "url": flask.url_for("directory.room"), "who": one["name"], "title": one["unit"], "note": one["note"],
            "todo": "À accueillir", "until": None, "late": one["late"],
        }
        for one in arrivals(access)
    ]  # fmt: skip
