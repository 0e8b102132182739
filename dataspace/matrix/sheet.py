"""Accesses as a table for a spreadsheet, out and in: the same columns, so that what went out may come back changed."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, partial
from typing import Any

from dataspace.auth import Access, labels, usages
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.queries import people
from dataspace.auth.search import words
from dataspace.auth.words import Role, Source
from dataspace.matrix.services import Line
from dataspace.web import french
from dataspace.web.french import PARIS, local_day

COLUMNS = ("action", "qui", "rôle", "sur", "et ses services", "jusqu’au", "motif", "source")
NEEDED = ("qui", "role", "sur", "jusqu au", "motif")
MOST_LINES = 5_000
LARGEST = 1_000_000  # characters
EXPORTED = 100_000
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_GROUP = "groupe "
_YES, _NO = ("oui", "o", "x", "1", "vrai"), ("", "non", "n", "0", "faux")
_ROLES = {word: role for role in Role for word in (role.value, role.label)}
# From what a cell says to what it means.
Find = Callable[[str], Any]
_ACTIONS = {"": False, "donner": False, "garder": False, "retirer": True}


@dataclass(frozen=True)
class Read:
    """A line of the file: its number, what it says, and the right it means or why it means none."""

    number: int
    said: str
    line: Line | None = None
    error: str = ""


class Unreadable(ValueError):
    """The file as a whole cannot be read; says why."""


def written(access: Access, grants: Sequence[Grant]) -> str:
    """The grants as a table, one a line. Those to come are left out: a line says until when, not from when."""
    grants = [grant for grant in grants if grant.starts <= access.moment]
    named = people(access.session, [grant.person_id for grant in grants])
    called = usages.named(access.session, [grant.usage_id for grant in grants])
    things = labels.known_assets(access, [grant.asset_id for grant in grants])
    tree = access.facts.tree
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for grant in grants:
        if grant.person_id is not None:
            who = labels.of_person(named[grant.person_id])
        elif grant.subject_unit_id is not None:
            node = tree[grant.subject_unit_id]
            who = f"{node.name} (unité:{node.code})"
        elif grant.usage_id is not None:
            who = labels.of_usage(called[grant.usage_id])
        else:
            who = f"{_GROUP}{grant.group_name}"
        if grant.unit_id is not None:
            where = f"{tree[grant.unit_id].name} (unité:{tree[grant.unit_id].code})"
        else:
            where = labels.of_asset(things[grant.asset_id])
        ends = f"{local_day(grant.ends):%d/%m/%Y}" if grant.ends else ""
        services = "oui" if grant.with_services else "non"
        cells = ["garder", who, grant.role.label, where, services, ends, grant.reason, grant.source.label]
        # What a spreadsheet would run is text.
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def read(access: Access, text: str) -> list[Read]:
    """Each line of the file, understood or not. Raises Unreadable when it is no such table at all."""
    text = text.lstrip("\ufeff").replace("\x00", "")
    if not text.strip():
        raise Unreadable("Déposez un fichier, ou collez son contenu.")
    if len(text) > LARGEST:
        raise Unreadable("Ce fichier est trop long\u00a0: coupez-le en plusieurs.")
    first = text.lstrip().splitlines()[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip(), newline=None), delimiter=delimiter))
    except csv.Error:
        raise Unreadable("Une cellule ne se termine pas\u00a0: un guillemet ouvert n’est pas refermé.") from None
    names = [" ".join(words(name)) for name in rows[0]]
    if missing := [name for name in NEEDED if name not in names]:
        known = {" ".join(words(name)): name for name in COLUMNS}
        wanted = ", ".join(known[name] for name in missing)
        raise Unreadable(f"La première ligne doit nommer les colonnes\u00a0: il manque {wanted}.")
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if not filled:
        raise Unreadable("Le fichier n’a que sa première ligne.")
    if len(filled) > MOST_LINES:
        raise Unreadable(f"{french.number(MOST_LINES)} lignes au plus à la fois\u00a0: coupez le fichier en plusieurs.")
    # The same few people and elements are named all along a file.
    subject, scope = (cache(partial(find, access)) for find in (labels.subject, labels.scope))
    return [_read(subject, scope, number, _cells(names, row)) for number, row in filled]


def _cells(names: Iterable[str], row: Sequence[str]) -> dict[str, str]:
    bare = [cell.strip() for cell in row]
    cells = [cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell for cell in bare]
    return dict(zip(names, [labels.typed(cell) for cell in cells], strict=False))


def _read(subject: Find, scope: Find, number: int, cells: dict[str, str]) -> Read:
    said = ", ".join(cells.get(name, "") for name in ("qui", "role", "sur"))[:300]
    try:
        return Read(number, said, _line(subject, scope, cells))
    except ValueError as error:
        return Read(number, said, error=str(error))


def _line(find_subject: Find, find_scope: Find, cells: dict[str, str]) -> Line:
    """The right that the cells mean. Raises ValueError with what to correct."""
    action = cells.get("action", "").lower()
    if action not in _ACTIONS:
        raise ValueError(f"Action «\u00a0{action}\u00a0» inconnue\u00a0: écrivez donner ou retirer.")
    who = cells["qui"]
    subject = who.removeprefix(_GROUP) if who.startswith(_GROUP) else find_subject(who)
    if not subject:
        raise ValueError("Personne ou unité inconnue.")
    role = _ROLES.get(cells["role"].lower()) or _ROLES.get(cells["role"])
    if role is None:
        raise ValueError(f"Rôle «\u00a0{cells['role']}\u00a0» inconnu.")
    scope = find_scope(cells.get("sur", ""))
    if scope is None:
        raise ValueError("Unité ou élément inconnu de vous.")
    return Line(
        subject, role, scope, _services(cells, scope), _ends(cells.get("jusqu au", "")), cells.get("motif", "")[:400],
        Source.IMPORT, _ACTIONS[action],
    )  # fmt: skip


def _services(cells: dict[str, str], scope: Unit | Asset) -> bool:
    said = cells.get("et ses services", "").lower()
    if said not in (*_YES, *_NO):
        raise ValueError("«\u00a0et ses services\u00a0» se dit oui ou non.")
    if said in _YES and isinstance(scope, Asset):
        raise ValueError("«\u00a0et ses services\u00a0» n’a de sens que sur une unité.")
    return said in _YES


def _ends(said: str) -> datetime | None:
    """« Jusqu’au 31 décembre » means until that day is over, in Paris."""
    if not said:
        return None
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", said)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(said)
        return datetime.combine(day, time(23, 59, 59), PARIS).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"Date «\u00a0{said}\u00a0» incomprise\u00a0: écrivez par exemple 31/12/2026.") from None
