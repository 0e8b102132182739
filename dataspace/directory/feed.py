"""A file of people from human resources, read: what each line says, and what is wrong in it."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataspace.auth.tree import Tree
from dataspace.directory.sheet import Fault
from dataspace.errors import Invalid

# What a column may be called, in French or in English.
_NAMES = {
    "identifiant": "login", "prenom": "given_name", "prénom": "given_name", "nom": "family_name", "courriel": "email",
    "telephone": "phone", "téléphone": "phone", "poste": "post", "unite": "unit", "unité": "unit", "groupes": "groups",
}  # fmt: skip
FACTS = {"given_name": 120, "family_name": 120, "email": 254, "phone": 32, "post": 200}
_KNOWN = {"login", "unit", "groups", *FACTS}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
MOST = 50_000


@dataclass(frozen=True)
class Entry:
    """One person, as a line says her. A column that is absent says nothing; an empty cell says that there is none."""

    number: int
    login: str
    facts: Mapping[str, str]
    unit_id: int | None = None
    says_unit: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(text: str, tree: Tree, claims: Iterable[str]) -> tuple[list[Entry], list[Fault]]:
    """The people that the file says, and its faults by line. `claims` may be columns beside the groups.

    Raises Invalid when it is not such a file at all.
    """
    text = text.lstrip("\ufeff\r\n")
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    names = [_column(name) for name in reader.fieldnames or ()]
    known = _KNOWN | set(claims)
    if "login" not in names:
        raise Invalid(
            "Le fichier n’a pas de colonne «\u00a0login\u00a0».", "Nommez les colonnes sur la première ligne."
        )
    if unknown := [name for name in names if name not in known]:
        raise Invalid(
            f"Colonnes inconnues\u00a0: {', '.join(unknown)}.", f"Colonnes reconnues\u00a0: {', '.join(sorted(known))}."
        )
    reader.fieldnames = names
    found: list[Entry] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    try:
        for number, row in enumerate(reader, 2):
            if number > MOST:
                raise Invalid(f"Le fichier a plus de {MOST} lignes.")
            wrong = []
            if None in row or any(cell is None for cell in row.values()):
                wrong.append("elle n’a pas autant de cellules que la première ligne")
            cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
            if not any(cells.values()):
                continue
            wrong += _wrong(cells, tree)
            login = cells["login"]
            if login in seen:
                wrong.append(f"«\u00a0{login}\u00a0» est déjà à la ligne {seen[login]}")
            seen.setdefault(login, number)
            faults += [Fault(number, what) for what in wrong]
            if not wrong:
                found.append(_entry(number, cells, tree, set(claims)))
    except csv.Error as error:
        raise Invalid("Ce fichier ne se lit pas comme un CSV.") from error
    return found, faults


def _column(name: str | None) -> str:
    bare = (name or "").strip().lower()
    return _NAMES.get(bare, (name or "").strip() if bare not in _KNOWN else bare)


def _wrong(cells: Mapping[str, str], tree: Tree) -> list[str]:
    wrong = []
    login = cells["login"]
    if not login or len(login) > 120 or not login.isprintable():
        wrong.append("l’identifiant manque, ou dépasse 120 caractères")
    wrong += [f"«\u00a0{name}\u00a0» dépasse {most} caractères" for name, most in FACTS.items()
              if len(cells.get(name, "")) > most]  # fmt: skip
    if cells.get("email") and not _MAIL.fullmatch(cells["email"]):
        wrong.append(f"«\u00a0{cells['email']}\u00a0» n’est pas une adresse")
    if cells.get("unit") and cells["unit"] not in tree.by_code:
        wrong.append(f"aucune unité n’a le code «\u00a0{cells['unit']}\u00a0»")
    if any(len(value) > 200 for value in _split(cells.get("groups", ""))):
        wrong.append("un groupe dépasse 200 caractères")
    return wrong


def _entry(number: int, cells: Mapping[str, str], tree: Tree, claims: set[str]) -> Entry:
    values = {name: _split(cells[name]) for name in cells if name == "groups" or name in claims}
    return Entry(
        number, cells["login"], {name: cells[name] for name in FACTS if name in cells},
        tree.by_code[cells["unit"]].id if cells.get("unit") else None, "unit" in cells, values,
    )  # fmt: skip


def _split(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
