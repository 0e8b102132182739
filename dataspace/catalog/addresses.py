"""The list's filters in the address of the page, both ways: the URL is the state."""

from collections.abc import Iterator
from typing import Any

import flask
from werkzeug.datastructures import MultiDict

from dataspace.auth.finding import Opening
from dataspace.auth.words import Sensitivity
from dataspace.catalog.queries import KINDS, LAST_PAGE, Filters
from dataspace.errors import Invalid

_LEVELS = {level.code: level for level in Sensitivity}
_OPENINGS = {opening.value: opening for opening in Opening}
_KINDS = {kind.value: kind for kind in KINDS}
_MOST_VALUES = 60
_ROWS = 50
_MOST_ROWS = 1000


def filters(args: MultiDict[str, str]) -> Filters:
    """What the address asks for. Raises Invalid on what no page of ours would ask."""
    openings = [_known(_OPENINGS, word) for word in args.getlist("acces")[:3]]
    page = args.get("page", "1")
    if not page.isascii() or not page.isdigit() or not 1 <= int(page[:9]) <= LAST_PAGE:
        raise Invalid("Cette page de résultats n’existe pas.", "Revenez à la première page.")
    return Filters(
        text=words(args),
        # Both at once are everything.
        opening=openings[0] if len(set(openings)) == 1 else None,
        levels=tuple(_known(_LEVELS, word) for word in _each(args, "sensibilite")),
        directions=tuple(_each(args, "direction")),
        themes=tuple(_each(args, "theme")),
        kinds=tuple(_known(_KINDS, word) for word in _each(args, "type")),
        is_drafts=args.get("etat") == "brouillon",
        by_date=args.get("tri") == "date",
        page=int(page),
    )


def words(args: MultiDict[str, str]) -> str:
    """What was typed, without what cannot be printed."""
    return "".join(char for char in args.get("q", "")[:400] if char.isprintable()).strip()


def portion(args: MultiDict[str, str]) -> tuple[int, int]:
    """How many rows a program asks for, and how many it has had already. Raises Invalid on anything else."""
    limit, skipped = args.get("limit", str(_ROWS)), args.get("apres", "0")
    numbers = [int(said) for said in (limit, skipped) if said.isascii() and said.isdigit() and len(said) < 10]
    if len(numbers) < 2 or not 1 <= numbers[0] <= _MOST_ROWS:
        raise Invalid(
            f"« limit » va de 1 à {_MOST_ROWS}, et « apres » compte les lignes déjà lues.",
            "Suivez l’adresse donnée par « suite » pour lire la page d’après.",
        )
    return numbers[0], numbers[1]


def pairs(asked: Filters) -> list[tuple[str, str]]:
    """What the address says, but the page: (name, value) pairs."""
    return list(_pairs(asked))


def address(asked: Filters, *, page: int = 1, without: tuple[str, str] | None = None) -> str:
    """The address of the same list on another page, or `without` one of its filters."""
    values: dict[str, Any] = {}
    for name, value in _pairs(asked):
        if (name, value) != without:
            values.setdefault(name, []).append(value)
    if page > 1:
        values["page"] = page
    return flask.url_for("catalog.index", **values)


def _pairs(asked: Filters) -> Iterator[tuple[str, str]]:
    if asked.text:
        yield "q", asked.text
    if asked.opening:
        yield "acces", asked.opening.value
    yield from (("sensibilite", level.code) for level in asked.levels)
    yield from (("direction", code) for code in asked.directions)
    yield from (("theme", code) for code in asked.themes)
    yield from (("type", kind.value) for kind in asked.kinds)
    if asked.is_drafts:
        yield "etat", "brouillon"
    if asked.by_date:
        yield "tri", "date"


def _each(args: MultiDict[str, str], name: str) -> list[str]:
    return list(dict.fromkeys(word for word in args.getlist(name)[:_MOST_VALUES] if len(word) <= 64))


def _known(words: dict[str, Any], word: str) -> Any:
    if word not in words:
        raise Invalid("Ce filtre n’existe pas.", "Revenez à la liste et choisissez parmi les filtres proposés.")
    return words[word]
