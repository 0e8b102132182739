"""From the matrix and its changes to what the templates show."""

from collections.abc import Sequence
from typing import Any

import flask

from dataspace.admin.presenters import balance
from dataspace.auth import Access, Permission, ruled
from dataspace.auth.gets import Cause, Gets, Share
from dataspace.auth.models import Asset, Person, Unit, Usage
from dataspace.auth.queries import themes
from dataspace.auth.tree import Node
from dataspace.auth.words import Sensitivity
from dataspace.matrix import addresses, queries
from dataspace.matrix.addresses import Asked
from dataspace.matrix.queries import Cell, Column, Matrix, Named, Row
from dataspace.matrix.services import Does, Moved, Outcome, Step
from dataspace.web import french

NB = "\u00a0"


def page(access: Access, asked: Asked, found: Matrix) -> dict[str, Any]:
    """What the template of the matrix waits for."""
    whole = found.columns[0]
    shown = next((c.unit.code for c in found.columns if c.unit.code == asked.vue), "")
    shown = shown or next((c.unit.code for c in found.columns[1:]), whole.unit.code)
    last = (asked.page - 1) * queries.PER_PAGE + len(found.rows)
    left = None if found.total is None else found.total - last
    can_change = access.may(Permission.RIGHTS_ASSIGN)
    rows = [_row(found.columns, row, shown, can_change=can_change) for row in found.rows]
    above = [(node.short_name, addresses.address(asked, unite=node.code, colonnes=1, vue="")) for node in found.line]
    return {
        "columns": [_column(asked, column, column is whole, shown) for column in found.columns], "rows": rows,
        "line": above[:-1], "whole": whole.unit.name, "total": found.total, "filters": _filters(access, asked),
        "is_narrowed": asked.is_narrowed, "clear_url": addresses.address(Asked(unite=asked.unite)),
        "kept": [(name, getattr(asked, name)) for name in ("unite", "vue") if getattr(asked, name)],
        "can_change": can_change and any(one["tick"] for row in rows for one in row["cells"]),
        "page": {
            "first": last - len(found.rows) + 1, "last": last, "total": found.total,
            "previous_url": addresses.address(asked, page=asked.page - 1) if asked.page > 1 else None,
            "next_url": addresses.address(asked, page=asked.page + 1)
            if (left is None or left > 0) and found.rows else None,
            "next_count": queries.PER_PAGE if left is None else min(left, queries.PER_PAGE),
        },
        "units_page": {
            "previous_url": addresses.address(asked, colonnes=asked.colonnes - 1) if asked.colonnes > 1 else None,
            "next_url": addresses.address(asked, colonnes=asked.colonnes + 1)
            if asked.colonnes < found.views else None,
        },
        "change_url": flask.url_for("matrix.change", **addresses.values(asked)),
        "export_url": flask.url_for("matrix.export", **addresses.values(asked)),
    }  # fmt: skip


def _column(asked: Asked, column: Column, is_whole: bool, shown: str) -> dict[str, Any]:
    unfolds = addresses.address(asked, unite=column.unit.code, colonnes=1, vue="") if column.can_unfold else None
    return {
        "code": column.unit.code, "name": column.unit.short_name, "long": column.unit.name, "is_whole": is_whole,
        "people": french.plural(len(column.people), "personne"), "url": unfolds, "on": column.unit.code == shown,
        "view_url": addresses.address(asked, vue=column.unit.code),
    }  # fmt: skip


def _row(columns: Sequence[Column], row: Row, shown: str, *, can_change: bool) -> dict[str, Any]:
    asset = row.asset
    return {
        "title": asset.title, "kind": asset.kind.label, "sensitivity": asset.sensitivity.code,
        "protection": asset.protection.value, "url": flask.url_for("admin.asset_access", public_id=asset.public_id),
        "cells": [
            {
                **cell(found, len(column.people)), "on": column.unit.code == shown, "unit": column.unit.name,
                "url": flask.url_for("matrix.cell", public_id=asset.public_id, unite=column.unit.code),
                "tick": f"{asset.public_id}:{column.unit.code}"
                if can_change and (row.roles or found.standing) and not column.is_own else None,
            }
            for column, found in zip(columns, row.cells, strict=True)
        ],
    }  # fmt: skip


def cell(found: Cell, people: int) -> dict[str, Any]:
    """The marks of a cell, the most first, each with how many people when it is not everybody, and why."""
    counts: dict[Gets, int] = {}
    for share in found.shares:
        counts[share.level] = counts.get(share.level, 0) + share.people
    return {
        "marks": [
            {
                "level": level.code, "word": level.label.capitalize(), "count": n if n < people else None,
                "why": [_why(share) for share in found.shares if share.level is level and _tells(share)],
            }
            for level, n in sorted(counts.items(), reverse=True)
            if level is not Gets.NOTHING or len(counts) == 1
        ]
    }  # fmt: skip


def _tells(share: Share) -> bool:
    """What roles let know of is told once for all, under the title."""
    return share.level >= Gets.READS or (share.level > Gets.NOTHING and share.cause is not Cause.ROLE)


def _why(share: Share) -> str:
    until = f", jusqu’au {french.table_date(share.ends)}" if share.ends else ""
    if share.cause is Cause.ROLE:
        return "par leur rôle"
    if share.cause is Cause.WHOLE_UNIT:
        return f"par un accès d’unité{until}"
    if share.cause is Cause.GROUP:
        return f"{french.plural(share.people, 'personne')} par un groupe{until}"
    return f"{french.plural(share.people, 'personne nommée', 'personnes nommées')}{until}"


def _filters(access: Access, asked: Asked) -> list[dict[str, Any]]:
    tree, cells = access.facts.tree, access.scope(Permission.RIGHTS_SEE).cells
    owners = sorted((tree[unit] for unit in cells if unit in tree.nodes), key=lambda node: node.name)
    lists = (
        ("theme", "Thématique", "toutes", [(one.code, one.label) for one in themes(access.session)]),
        ("type", "Nature", "toutes", [(kind.value, kind.label) for kind in addresses.KINDS]),
        ("direction", "Détenu par", "toutes les unités", [(node.code, node.name) for node in owners]),
        ("sensibilite", "Sensibilité", "toutes", [(level.code, level.label) for level in Sensitivity]),
    )
    return [
        {"name": name, "label": label, "any": any_one, "options": options, "chosen": getattr(asked, name)}
        for name, label, any_one, options in lists
    ]


def one(access: Access, asset: Asset, unit: Node, found: Cell, named: Sequence[Named], total: int) -> dict[str, Any]:
    """A cell alone, with names."""
    grants = {g.public_id: g for g in ruled.given_to(access, [asset.id], []) if g.subject_unit_id == unit.id}
    return {
        "asset": {
            "title": asset.title, "kind": asset.kind.label, "unit": access.facts.tree[asset.unit_id].name,
            "sensitivity": asset.sensitivity.code, "protection": asset.protection.value,
            "url": flask.url_for("admin.asset_access", public_id=asset.public_id),
        },
        "unit": unit.name, "total": total, "cell": cell(found, total),
        "people": [
            {
                "name": n.person.name, "post": n.person.post, "level": n.got.level.code,
                "word": n.got.level.label.capitalize(), "why": _cause(n), "until": n.got.ends,
                "url": flask.url_for("admin.why", qui=f"{n.person.name} ({n.person.login})",
                                     quoi=f"{asset.title} ({asset.kind.label.split()[0]}:{asset.public_id})"),
            }
            for n in named
        ],
        "nobody": total - sum(s.people for s in found.shares if s.level > Gets.NOTHING),
        "standing": [
            {"role": g.role.label.capitalize(), "ends": g.ends, "reason": g.reason, "source": g.source.value,
             "url": flask.url_for("admin.show_grant", public_id=g.public_id)}
            for g in grants.values()
        ],
        "is_own": queries.is_own(access, unit.id), "roles": queries.roles(access, asset),
        "tick": f"{asset.public_id}:{unit.code}", "can_change": access.may(Permission.RIGHTS_ASSIGN),
    }  # fmt: skip


def _cause(named: Named) -> str:
    return ("son rôle", "un accès donné à son unité", "un groupe de l’annuaire", "un accès à son nom")[named.got.cause]


def change(outcome: Outcome, steps: Sequence[Step]) -> dict[str, Any]:
    """The panel before: who gains and who loses, by name."""
    gains = french.plural(outcome.gaining_total, "personne gagne", "personnes gagnent")
    loses = french.plural(outcome.losing_total, "personne perd", "personnes perdent")
    groups = [
        {"kind": kind, "title": title + _first(total), "people": [_moved(one) for one in moved]}
        for kind, title, moved, total in (
            ("plus", gains, outcome.gaining, outcome.gaining_total),
            ("minus", loses, outcome.losing, outcome.losing_total),
        )
        if moved
    ]
    lead = f"Rien n’est encore enregistré. {balance(outcome.gaining_total, outcome.losing_total)}"
    return {"lead": lead, "groups": groups, "button": button(steps)}


def button(steps: Sequence[Step]) -> str:
    n = sum(max(len(step.ended), 1) for step in steps if step.does is not Does.NOTHING)
    return f"Enregistrer ce{'s' if n > 1 else ''} {french.plural(n, 'changement')}" if n > 1 else "Enregistrer"


def _first(total: int) -> str:
    return f"{NB}: les {queries.MOST_NAMES} premières, par nom" if total > queries.MOST_NAMES else ""


def _moved(one: Moved) -> dict[str, Any]:
    (asset, before, after), *others = one.assets
    alike = all((b, a) == (before, after) for _, b, a in others)
    more = f"«{NB}{asset.title}{NB}»" + (
        f" et {french.plural(len(others), 'autre élément', 'autres éléments')}" if others else ""
    )
    return {
        "name": one.person.name, "note": one.person.post, "before": before.label, "after": after.label,
        "remark": more if alike else f"{more}, à des degrés divers",
    }  # fmt: skip


def _called(subject: Person | Unit | Usage | str) -> str:
    if isinstance(subject, str):
        return subject
    return subject.title if isinstance(subject, Usage) else subject.name


def step(found: Step) -> dict[str, Any]:
    """A line of what is asked, and what it comes to."""
    line = found.line
    what = {Does.GIVE: "sera donné", Does.REPLACE: "remplacera l’accès actuel", Does.END: "sera retiré",
            Does.NOTHING: "déjà ainsi, rien ne change"}[found.does]  # fmt: skip
    if found.does is Does.END and len(found.ended) > 1:
        what = f"{french.plural(len(found.ended), 'accès', 'accès')} seront retirés"
    return {
        "who": _called(line.subject),
        "scope": line.scope.title if isinstance(line.scope, Asset) else line.scope.name,
        "role": line.role.label if line.role else "tout accès", "what": what,
        "error": f"{found.error.sentence} {found.error.next_step}" if found.error else None,
        "value": f"{line.scope.public_id}:{line.subject.code}"
        if isinstance(line.scope, Asset) and isinstance(line.subject, Unit) else None,
    }  # fmt: skip
