"""Lines of the journal in words: on a screen, and in a spreadsheet that leaves piece by piece."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from wtforms.fields.choices import SelectChoice

from dataspace import audit
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, queries
from dataspace.auth.words import Reach, Role
from dataspace.web import sheets

EXPORTED = 100_000
_AT_ONCE = 1_000
_REFUSED = (audit.Act.REFUSED, audit.Act.SIGN_IN_REFUSED, audit.Act.GUEST_TOKEN_REFUSED)
# How the facts of a line are called on the screen; the others stay on the server.
_FACTS = {
    "role": "rôle", "reason": "motif", "route": "page", "as_name": "en voyant comme", "why": "pourquoi",
    "number": "certificat", "leaks": "fuites",
}  # fmt: skip
HEAD = ("ligne", "quand", "qui", "quoi", "sur", "au titre de", "détail", "empreinte")


def rows(access: Access, lines: list[audit.Event]) -> list[dict[str, Any]]:
    """Rows of the journal's table."""
    people = queries.people(access.session, [line.actor_id for line in lines])
    return [
        {
            "when": line.at, "who": people[line.actor_id].name if line.actor_id in people else "le portail",
            "event": audit.Act(line.act).label, "what": _what(line), "unit": _unit(access, line.affectation),
            "outcome": "refused" if line.act in _REFUSED else "done",
        }
        for line in lines
    ]  # fmt: skip


def units(access: Access) -> list[SelectChoice]:
    """Directorates and bodies, for a filter."""
    nodes = {access.facts.tree.directorate(node.id).id: None for node in access.facts.tree.nodes.values()}
    named = sorted((access.facts.tree[unit] for unit in nodes), key=lambda node: node.short_name)
    return [SelectChoice("", "toutes"), *(SelectChoice(node.code, node.short_name) for node in named)]


def function(access: Access) -> str:
    """As what the actor reads the journal: the function that she holds, which the person concerned is told."""
    held = (
        one.role.label
        for one in access.facts.held
        if access.policy.level(one.role, Permission.JOURNAL_READ, Reach.UNIT) is not None
    )
    return next(held, "")


# --- taken away -------------------------------------------------------------------------------------------------------
def table(
    reopened: Callable[[], AbstractContextManager[Access]], sought: journal.Sought, *, before: int
) -> Iterator[str]:  # fmt: skip
    """The lines as CSV, a piece at a time, read on behalf of who asked."""
    yield sheets.BEGINNING + sheets.written([HEAD])
    left = EXPORTED
    while left > 0:
        with reopened() as access:
            lines = journal.search(access, sought, before=before, limit=min(left, _AT_ONCE))
            people = queries.people(access.session, [line.actor_id for line in lines])
        if not lines:
            return
        yield sheets.written(_cells(line, people) for line in lines)
        before, left = lines[-1].seq, left - len(lines)


def _cells(line: audit.Event, people: Any) -> list[str]:
    who = people[line.actor_id].name if line.actor_id in people else "le portail"
    detail = json.dumps(line.facts, ensure_ascii=False, sort_keys=True)
    label = audit.Act(line.act).label
    return [str(line.seq), line.at.isoformat(), who, label, line.subject_title, line.affectation, detail, line.hash]


# --- words ------------------------------------------------------------------------------------------------------------
def _what(line: audit.Event) -> str:
    told = [line.subject_title] if line.subject_title else []
    told += [
        f"{_FACTS[name]}\u00a0: {_said(name, value)}" for name, value in line.facts.items() if name in _FACTS and value
    ]
    return " · ".join(told)


def _said(name: str, value: object) -> str:
    return Role(value).label if name == "role" and value in {role.value for role in Role} else str(value)


def _unit(access: Access, code: str) -> str:
    node = access.facts.tree.by_code.get(code)
    return node.short_name if node else code
