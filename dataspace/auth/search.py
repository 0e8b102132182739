"""The words by which assets are found: the same stems on both engines (DESIGN 4).

Accents are stripped and case lowered FIRST, then words are stemmed: stemming first loses a third of the accented words
that people type without accents (facts/performance.md). The index holds words beside their stems, so that what is half
typed finds too.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import Stemmer
from sqlalchemy import (
    ColumnElement,
    Float,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR

from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Theme, asset_search
from dataspace.auth.words import Sensitivity, State
from dataspace.db import declare

_WORD = re.compile(r"[a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
_EMPTY = frozenset(
    [
        "a",
        "au",
        "aux",
        "avec",
        "c",
        "ce",
        "ces",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "est",
        "et",
        "j",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "m",
        "n",
        "ne",
        "ou",
        "par",
        "pas",
        "pour",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "se",
        "ses",
        "son",
        "sont",
        "sur",
        "t",
        "un",
        "une",
        "y",
    ]
)
_LONGEST_TEXT = 20_000  # characters of one asset that are indexed
_LONGEST_QUERY = 400  # characters typed that are read
_MOST_WORDS = 12
_TITLE_WEIGHT = 4  # a title's words are written that many times, for both engines rank by frequency


def words(text: str) -> list[str]:
    """The words of `text`, without accents, in lower case."""
    spread = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return _WORD.findall("".join(char for char in spread if not unicodedata.combining(char)))


@cache
def _stemmer() -> Any:
    return Stemmer.Stemmer("french")


def stems(text: str) -> list[str]:
    """The stems of `text`, each followed by its word when it differs."""
    found = [word[:64] for word in words(text[:_LONGEST_TEXT]) if word not in _EMPTY]
    return [part for word, stem in zip(found, _stemmer().stemWords(found), strict=True) for part in _both(word, stem)]


def _both(word: str, stem: str) -> tuple[str, ...]:
    return (stem,) if stem == word else (stem, word)


@dataclass(frozen=True)
class Sought:
    """What was typed, as words and stems; the last word may be unfinished."""

    terms: tuple[str, ...]
    last: str
    last_stem: str

    def written_for(self, engine: str) -> str:
        """The query in the engine's own language; made of [a-z0-9] only, hence never a syntax error."""
        if engine == "postgresql":
            return " & ".join([*self.terms, f"({self.last_stem} | {self.last}:*)"])
        return " ".join(
            [
                *(f'"{term}"' for term in self.terms),
                f'("{self.last_stem}" OR "{self.last}"*)',
            ]
        ).replace(" (", " AND (")


def sought(text: str) -> Sought | None:
    """What `text` asks for; None when it holds no word at all."""
    typed = [word[:64] for word in words(text[:_LONGEST_QUERY])][:_MOST_WORDS]
    telling = [word for word in typed if word not in _EMPTY] or typed
    if not telling:
        return None
    *first, last = telling
    return Sought(tuple(_stemmer().stemWords(first)), last, _stemmer().stemWord(last))


def matches(engine: str) -> ColumnElement[bool]:
    """True where the index row answers the bound parameter `sought`."""
    if engine == "postgresql":
        return _vector().bool_op("@@")(_query())
    return asset_search.c.stems.bool_op("MATCH")(bindparam("sought"))


def rank(engine: str) -> ColumnElement[float]:
    """How far the row is from what is sought: smaller is better on both engines."""
    if engine == "postgresql":
        return -func.ts_rank(_vector(), _query(), type_=Float)
    return literal_column("asset_search.rank", Float)


def _vector() -> Any:
    # Made by PostgreSQL from the stems when they are written (migration 0001).
    return literal_column("asset_search.vector", TSVECTOR)


def _query() -> Any:
    return func.to_tsquery(literal_column("'simple'", REGCONFIG), bindparam("sought"))


def index(access: Access, asset: Asset, texts: Iterable[str] = (), *, inner: Iterable[str] = ()) -> None:
    """Make `asset` (any kind, already flushed) found by its title, summary, unit, theme and `texts`.

    `inner` is what only its content shows: it finds the asset where whoever knows of it reads it, and nowhere else.
    """
    line = access.facts.tree.line(asset.unit_id)[:2]
    theme = access.session.get(Theme, asset.theme_id)
    said = [
        asset.summary,
        *(f"{node.name} {node.short_name}" for node in line),
        theme.label if theme else "",
        *texts,
        *(inner if _reads_who_knows(asset) else ()),
    ]
    terms = stems(asset.title) * _TITLE_WEIGHT + stems(" ".join(said))
    forget(access, asset)
    written = insert(asset_search).values(rowid=asset.id, stems=" ".join(terms))
    access.session.execute(declare(written, {"asset_search": 1}))


def _reads_who_knows(asset: Asset) -> bool:
    """Does the content open as widely as the card? Above internal, the policy shows cards further than contents."""
    is_named = asset.is_protected or asset.state is State.DRAFT
    return not is_named and asset.card_sensitivity == asset.sensitivity <= Sensitivity.INTERNAL


def forget(access: Access, asset: Asset) -> None:
    """No search finds `asset` any more."""
    removed = delete(asset_search).where(asset_search.c.rowid == asset.id)
    access.session.execute(declare(removed, {"asset_search": 1}))
