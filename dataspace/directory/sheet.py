"""The table as a CSV file: written for a spreadsheet, and read back with its errors line by line."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dataspace.auth import Access
from dataspace.auth.mapping import Line
from dataspace.auth.models import GroupMapping
from dataspace.auth.words import MembershipKind, Role
from dataspace.directory.services import Step
from dataspace.errors import Invalid

COLUMNS = ("revendication", "valeur", "role", "unite", "services", "affectation", "fournisseur")
_NEEDED = COLUMNS[:4]
MOST = 2000
# A spreadsheet would run what begins so.
_FORMULA = ("=", "+", "-", "@", "\t")
_YES, _NO = ("oui", "o", "1", "yes", "x"), ("non", "n", "0", "no", "")
_ROLES = {role.label: role for role in Role} | {role.value: role for role in Role}
_KINDS = {kind.label: kind for kind in MembershipKind} | {kind.value: kind for kind in MembershipKind}


@dataclass(frozen=True)
class Fault:
    """What is wrong on a line of the file."""

    number: int
    what: str


def write(access: Access, rows: Iterable[GroupMapping]) -> str:
    """The lines, separated by semicolons, with a mark that spreadsheets read as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    tree = access.facts.tree
    for row in rows:
        cells = (
            row.claim, row.value, row.role.value, tree[row.unit_id].code, "oui" if row.with_services else "non",
            row.membership.value if row.membership else "", row.issuer,
        )  # fmt: skip
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    return "\ufeff" + out.getvalue()


def read(access: Access, text: str, claims: Iterable[str]) -> tuple[list[Line], list[Fault]]:
    """The lines that the file says, and what is wrong in it. Raises Invalid when it is not such a file at all."""
    text = text.lstrip("\ufeff\r\n")
    first = text.split("\n", 1)[0]
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ","))
    except csv.Error as error:
        raise Invalid("Ce fichier ne se lit pas comme un CSV.") from error
    named = [name.strip().lower() for name in (rows[0].keys() if rows else first.split(";")) if name]
    if missing := [name for name in _NEEDED if name not in named]:
        raise Invalid(
            f"Il manque au fichier\u00a0: {', '.join(missing)}.", f"La première ligne nomme {', '.join(COLUMNS)}."
        )
    if len(rows) > MOST:
        raise Invalid(f"Le fichier a plus de {MOST} lignes.", "Coupez-le en plusieurs fichiers.")
    found: list[Line] = []
    faults: list[Fault] = []
    keys: set[tuple[object, ...]] = set()
    allowed = set(claims)
    for number, row in enumerate(rows, 2):
        cells = {(name or "").strip().lower(): _bare(cell) for name, cell in row.items() if isinstance(cell, str)}
        if not any(cells.values()):
            continue
        line, wrong = _line(access, cells, allowed)
        if line is not None:
            key = (line.issuer, line.claim, line.value, line.unit_id, line.role)
            if key in keys:
                wrong = ["cette ligne est deux fois dans le fichier"]
            keys.add(key)
        faults += [Fault(number, what) for what in wrong]
        if line is not None and not wrong:
            found.append(line)
    return found, faults


def steps(
    rows: Iterable[GroupMapping], wanted: Iterable[Line], *, is_whole: bool, kept: Iterable[int] = ()
) -> list[Step]:
    """What turns `rows` into the lines `wanted`; those that the file does not name go away only if it `is_whole`.

    `kept` are the lines that the actor may not take away.
    """
    there = {(row.issuer, row.claim, row.value, row.unit_id, row.role): row for row in rows}
    out = []
    for line in wanted:
        row = there.pop((line.issuer, line.claim, line.value, line.unit_id, line.role), None)
        out.append(Step(row, line))
    if is_whole:
        staying = set(kept)
        out += [Step(row, None) for row in there.values() if row.id not in staying]
    return [step for step in out if not step.is_idle]


def _bare(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _line(access: Access, cells: Mapping[str, str], claims: set[str]) -> tuple[Line | None, list[str]]:
    wrong = []
    claim, value = cells.get("revendication") or "groups", cells.get("valeur", "")
    if claim not in claims:
        wrong.append(f"la revendication «\u00a0{claim}\u00a0» n’est pas gardée par le portail")
    if not value or len(value) > 200:
        wrong.append("la valeur manque, ou dépasse 200 caractères")
    role = _ROLES.get(cells.get("role", "").lower())
    if role is None:
        wrong.append(f"le rôle «\u00a0{cells.get('role', '')}\u00a0» n’existe pas")
    unit = access.facts.tree.by_code.get(cells.get("unite", ""))
    if unit is None:
        wrong.append(f"aucune unité n’a le code «\u00a0{cells.get('unite', '')}\u00a0»")
    said = cells.get("services", "").lower()
    if said not in (*_YES, *_NO):
        wrong.append("«\u00a0services\u00a0» se remplit par oui ou non")
    kind = _KINDS.get(cells.get("affectation", "").lower())
    if cells.get("affectation") and kind is None:
        wrong.append(f"l’affectation «\u00a0{cells['affectation']}\u00a0» n’existe pas")
    if wrong or role is None or unit is None:
        return None, wrong
    return Line(cells.get("fournisseur", ""), claim, value, unit.id, role, said in _YES, kind), []
