"""The organisation in the words of the screen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import flask

from dataspace.admin.presenters import VERBS
from dataspace.auth import Access, Permission
from dataspace.auth import queries as people_of
from dataspace.auth.models import Unit
from dataspace.auth.moving import Moved, Rows, by_right, digest, holding
from dataspace.auth.sentences import of_unit, role_word
from dataspace.auth.tree import Node, Tree
from dataspace.auth.words import Source
from dataspace.organisation import letters, queries
from dataspace.organisation.models import Placement, PlacementState
from dataspace.organisation.queries import Waiting
from dataspace.themes.queries import municipalities
from dataspace.web import french

MOST = 50


def url(code: str, endpoint: str = "show") -> str:
    return flask.url_for(f"organisation.{endpoint}", code=code)


def tree(access: Access) -> list[dict[str, Any]]:
    """Each top of one's reach with all that is under it."""
    counts, mine = queries.people_counts(access), queries.kept(access)
    pending = Counter(one.parent_id for one in queries.waiting(access))
    return [_branch(access.facts.tree, top, mine, counts, pending, 0) for top in queries.tops(access)]


def _branch(
    known: Tree, unit_id: int, mine: set[int], counts: Counter[int], pending: Counter[int], depth: int
) -> dict[str, Any]:  # fmt: skip
    node = known[unit_id]
    children = sorted((c for c in known.children.get(unit_id, ()) if c in mine), key=lambda c: known[c].name)
    return {
        "name": node.name, "kind": node.kind.label, "url": url(node.code), "people": counts[unit_id],
        "pending": pending[unit_id], "depth": depth,
        "children": [_branch(known, child, mine, counts, pending, depth + 1) for child in children],
    }  # fmt: skip


def waiting(access: Access, found: Iterable[Waiting]) -> list[dict[str, Any]]:
    """What waits for the reader's answer."""
    found = list(found)
    known = people_of.people(access.session, [one.placement.proposed_by_id for one in found if one.placement])
    nodes = access.facts.tree.nodes
    return [
        {
            "name": one.unit.name, "kind": one.unit.kind.label, "parent": nodes[one.parent_id].name,
            "url": url(one.unit.code, "accepting"), "parent_id": one.parent_id,
            "by": known[one.placement.proposed_by_id].name if one.placement else None,
            "since": one.placement.proposed_at if one.placement else None,
        }
        for one in found
    ]  # fmt: skip


def tasks(access: Access) -> list[dict[str, object]]:
    """What asks to come under a unit that the reader keeps, among what waits for her in « Messages »."""
    if not access.may(Permission.UNIT_EDIT):
        return []
    return [
        {
            "url": one["url"], "who": one["name"], "title": f"demande à venir sous {one['parent']}",
            "note": f"proposé par {one['by']}" if one["by"] else "vient d’une reprise", "todo": "À accepter",
            "until": None, "late": False,
        }
        for one in waiting(access, queries.waiting(access))
    ]  # fmt: skip


def proposed(access: Access, found: Iterable[tuple[Unit, Placement]]) -> list[dict[str, Any]]:
    """What the reader asked, and where it stands."""
    nodes = access.facts.tree.nodes
    return [
        {
            "name": unit.name, "parent": nodes[placement.parent_id].name, "url": url(unit.code),
            "since": placement.proposed_at, "is_refused": placement.state is PlacementState.REFUSED,
            "note": placement.note,
        }
        for unit, placement in found
    ]  # fmt: skip


def unit(access: Access, one: Unit) -> dict[str, Any]:
    """Facts of a unit, as its page and the forms about it show them."""
    known = access.facts.tree
    parent = known.nodes.get(one.parent_id or 0)
    return {
        "name": one.name, "short_name": one.short_name, "kind": one.kind.label.capitalize(), "code": one.code,
        "url": url(one.code), "closed": one.closed, "is_accepted": one.is_accepted,
        "parent": parent.name if parent else None,
        "parent_url": url(parent.code) if parent and parent.id in queries.kept(access) else None,
        "areas": areas(access, one.areas or ()), "inherited": areas(access, known.areas(one.id)),
        "version": one.version,
    }  # fmt: skip


def page(access: Access, one: Unit) -> dict[str, Any]:
    """All that its page shows to who keeps it; of another's, only what is asked."""
    is_kept = one.id in queries.kept(access)
    known = access.facts.tree
    placement = queries.waiting_of(access, one)
    counts = queries.people_counts(access)
    can_staff = by_right(access, Permission.UNIT_STAFF, one.id) is not None and one.closed is None
    found: dict[str, Any] = {"is_kept": is_kept, "can_staff": can_staff, "asked": None, "services": [], "waiting": []}
    found["can_move"] = queries.may_move(access, one)
    if placement is not None:
        by = people_of.people(access.session, [placement.proposed_by_id]).get(placement.proposed_by_id)
        under = known.nodes.get(placement.parent_id)
        found["asked"] = {
            "under": under.name if under else "", "by": by.name if by else "", "since": placement.proposed_at,
            "reason": placement.reason, "is_mine": placement.proposed_by_id == access.author_id,
            "answering": [p.name for p in letters.answering(access, placement.parent_id, placement)[:5]],
            "can_answer": placement.parent_id in queries.kept(access)
            and placement.proposed_by_id != access.author_id,
        }  # fmt: skip
    if not is_kept:
        return found
    children = sorted((c for c in known.children.get(one.id, ())), key=lambda c: known[c].name)
    kept = queries.kept(access)
    found["services"] = [
        {"name": known[c].name, "kind": known[c].kind.label, "people": counts[c], "is_apart": c not in kept,
         "url": url(known[c].code) if c in kept else None}
        for c in children
    ]  # fmt: skip
    found["waiting"] = [w for w in waiting(access, queries.waiting(access)) if w["parent_id"] == one.id]
    found["closed"] = [
        {"name": c.name, "since": c.closed, "url": url(c.code)} for c in queries.closed_under(access, one)
    ]
    return found | {
        "people": _people(access, one, can_staff=can_staff), "people_total": counts[one.id],
        "assets_total": queries.assets_total(access, one),
        "directing": _holding(access, Permission.UNIT_STAFF, one.id),
        "administering": _holding(access, Permission.UNIT_EDIT, one.id),
        "can_edit": queries.may_edit(access, one),
    }  # fmt: skip


def areas(access: Access, codes: Iterable[str]) -> str:
    """« Brezolles, Dreux et 6 autres communes »."""
    names = municipalities(access)
    found = sorted(names.get(code, code) for code in codes)
    if len(found) > 4:
        return f"{', '.join(found[:3])} et {french.plural(len(found) - 3, 'autre commune', 'autres communes')}"
    return ", ".join(found)


def area_choices(access: Access, *unit_ids: int) -> dict[str, str]:
    """The communes among which the territory of something under one of these units is chosen."""
    names = municipalities(access)
    allowed = {code for unit_id in unit_ids for code in access.facts.tree.areas(unit_id)}
    return dict(sorted(((code, names.get(code, code)) for code in allowed), key=lambda pair: pair[1]))


def parent_choices(access: Access, found: Iterable[Unit]) -> dict[str, str]:
    """Under what one may put a unit; who has to accept is told at once."""
    kept = queries.kept(access)
    return {one.code: one.name + ("" if one.id in kept else " (à accepter par qui la tient)") for one in found}


def change(access: Access, moved: list[Moved], *, button: str, lead: str = "") -> dict[str, Any]:
    """The panel: who gains and who loses, by name, counted; the first fifty of each."""
    gaining, losing = [one for one in moved if one.gains], [one for one in moved if one.loses]
    gains = french.plural(len(gaining), "personne gagne", "personnes gagnent")
    loses = french.plural(len(losing), "personne perd", "personnes perdent")
    groups = []
    for kind, title, people in (("plus", gains, gaining), ("minus", loses, losing)):
        if people:
            more = f" (les {MOST} premières, par nom)" if len(people) > MOST else ""
            groups.append(
                {"kind": kind, "title": title + more, "people": [_told(access, one, kind) for one in people[:MOST]]}
            )
    said = f"Rien n’est encore enregistré. {gains}, {loses}." if moved else (
        "Rien n’est encore enregistré. Personne ne gagne ni ne perd quoi que ce soit."
    )  # fmt: skip
    return {"lead": f"{lead} {said}".strip(), "groups": groups, "button": button, "seen": digest(moved)}


def crossing(access: Access, one: Unit, parent_id: int) -> str | None:
    """What it means to answer to another data controller; None when it does not."""
    known = access.facts.tree
    if not queries.crosses(known, one, parent_id):
        return None
    was, will_be = known.body(one.id), known.body(parent_id)
    left = "" if was.id == one.id else (
        f"Ce qui est donné sur toute l’étendue {of_unit(was)} cessera de l’atteindre. "
    )  # fmt: skip
    return (
        f"Ses données passeraient sous la responsabilité {of_unit(will_be)}, un autre responsable de traitement. "
        f"{left}Prévenez la délégation à la protection des données avant d’enregistrer."
    )


def _told(access: Access, one: Moved, kind: str) -> dict[str, Any]:
    counts, word = (one.gained, "de plus") if kind == "plus" else (one.lost, "de moins")
    parts = [f"{VERBS[p][0]} {french.plural(n, VERBS[p][1], VERBS[p][2])}" for p, n in counts.items() if n]
    said = f"{_and(parts)} {word}" if parts else ""
    if kind == "plus" and one.decides:
        said = f"{said}{', ' if said else ''}y décide des accès"
    if kind == "minus" and one.no_longer_decides:
        said = f"{said}{', ' if said else ''}n’y décide plus des accès"
    rows = _rows(access, one.areas, kind, by_area=True) or _rows(access, one.units, kind, by_area=False)
    return {"name": one.person.name, "note": one.person.post, "what": said or "ses lignes changent", "remark": rows}


def _rows(access: Access, rows: Rows, kind: str, *, by_area: bool) -> str:
    more, less = rows.after - rows.before, rows.before - rows.after
    codes, word = (more, "de plus") if kind == "plus" else (less, "de moins")
    if not codes:
        return ""
    if by_area:
        return f"lignes de {areas(access, codes)} {word}"
    nodes = access.facts.tree.by_code
    names = sorted(nodes[code].short_name for code in codes if code in nodes)
    shown = ", ".join(names[:3]) + (f" et {french.plural(len(names) - 3, 'autre')}" if len(names) > 3 else "")
    return f"lignes de {shown} {word}"


def _people(access: Access, one: Unit, *, can_staff: bool) -> list[dict[str, Any]]:
    told = []
    for place in queries.people(access, one):
        row, by_hand = place.membership, place.membership.source is Source.MANUAL
        is_mine = place.person.id == access.author_id
        end_url = flask.url_for(
            "organisation.ending", code=one.code, qui=place.person.login, type=row.kind.value
        ) if by_hand and can_staff and not is_mine else None  # fmt: skip
        told.append(
            {
                "name": place.person.name, "post": row.title or place.person.post, "kind": row.kind.label,
                "areas": areas(access, row.areas or ()), "since": row.starts, "ends": row.ends,
                "source": row.source.value, "end_url": end_url, "is_to_come": row.starts > access.moment,
            }
        )  # fmt: skip
    return told


def _holding(access: Access, permission: Permission, unit_id: int) -> list[dict[str, str]]:
    """Who may, by which role and where it stands."""
    nodes: Mapping[int, Node] = access.facts.tree.nodes
    found: dict[str, dict[str, str]] = {}
    for person, role, where in holding(access, permission, unit_id):
        note = f"{role_word(role, person)}, {nodes[where].short_name}"
        found.setdefault(person.login, {"name": person.name, "note": note})
    return list(found.values())


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}" if words else ""
