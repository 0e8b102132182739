"""What each person may know of, by the oracle; and what must then appear nowhere in what she is answered."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from dataspace.auth import Permission
from dataspace.auth.oracle import Oracle, Thing
from dataspace.auth.words import AssetKind, State

KNOWING = (
    Permission.CARD_SEE, Permission.DRAFT_SEE, Permission.RIGHTS_SEE, Permission.DATASET_READ, Permission.DATASET_EDIT,
    Permission.DASHBOARD_OPEN,
)  # fmt: skip
CARDS = tuple(kind for kind in AssetKind if kind not in (AssetKind.DASHBOARD, AssetKind.SEAT))
_ID = re.compile(r"[0-9a-zA-Z]{4,}")
# A title of fewer words is a word of the language: only its identifier would tell it apart.
_WORDS, _LETTERS = 3, 20
# Titles looked for in each answer; identifiers are all looked for.
_TITLES = 2000


@dataclass(frozen=True)
class Known:
    """What one person may know of, and do; ids of assets. Nobody (anonymous) knows of nothing."""

    oracle: Oracle
    person_id: int | None
    seen: frozenset[int] = field(default=frozenset())
    drafts: frozenset[int] = field(default=frozenset())
    read: frozenset[int] = field(default=frozenset())
    taken: frozenset[int] = field(default=frozenset())
    opened: frozenset[int] = field(default=frozenset())
    rights: frozenset[int] = field(default=frozenset())
    edited: frozenset[int] = field(default=frozenset())
    everything: frozenset[int] = field(default=frozenset())

    @classmethod
    def of(cls, oracle: Oracle, person_id: int | None) -> "Known":
        if person_id is None:
            return cls(oracle, None)

        def can(*permissions: Permission) -> frozenset[int]:
            return oracle.opened(person_id, *permissions)

        return cls(
            oracle, person_id, seen=can(Permission.CARD_SEE), drafts=can(Permission.DRAFT_SEE),
            read=can(Permission.DATASET_READ), taken=can(Permission.DATASET_EXPORT),
            opened=can(Permission.DASHBOARD_OPEN), rights=can(Permission.RIGHTS_SEE),
            edited=can(Permission.DATASET_EDIT), everything=can(*KNOWING),
        )  # fmt: skip

    @property
    def things(self) -> dict[int, Thing]:
        return self.oracle.things

    def page_of(self, thing: Thing) -> bool:
        """Does its page answer her?"""
        if thing.kind is AssetKind.DASHBOARD:
            return thing.id in self.seen | self.opened
        return thing.id in (self.seen if thing.kind is AssetKind.SEAT else self.seen | self.drafts)

    def content_of(self, thing: Thing) -> bool:
        """May she read it? A draft is read by those who write it."""
        if thing.kind is AssetKind.DASHBOARD:
            return thing.id in self.opened
        return thing.id in (self.edited if thing.state is State.DRAFT else self.read)

    def takes(self, thing: Thing) -> bool:
        return thing.id in (self.edited if thing.state is State.DRAFT else self.taken)

    def cards(self, ids: Iterable[int]) -> list[Thing]:
        """Those of these that the catalogue lists."""
        return [self.things[one] for one in ids if self.things[one].kind in CARDS]

    # --- canaries ---------------------------------------------------------------------------------------------------
    @cached_property
    def hidden_ids(self) -> dict[str, Thing]:
        """Every identifier that she may not meet."""
        return {thing.public_id: thing for thing in self.things.values() if thing.id not in self.everything}

    @cached_property
    def hidden_titles(self) -> dict[str, Thing]:
        """Titles that she may not meet, as they are compared; not those that another title or summary says too.

        Nor those of seats, which are everyday words (« Protection des données »): their identifiers tell them apart.
        """
        said = " ".join(_plain(f"{t.title} . {t.summary}") for t in self.things.values() if t.id in self.everything)
        twice = Counter(_plain(thing.title) for thing in self.things.values())
        found: dict[str, Thing] = {}
        for thing in self.hidden_ids.values():
            title = _plain(thing.title)
            is_telling = thing.kind is not AssetKind.SEAT and (len(title.split()) >= _WORDS or len(title) >= _LETTERS)
            if is_telling and title not in said and twice[title] == 1 and len(found) < _TITLES:
                found[title] = thing
        return found

    def told(self, text: str, said: str = "") -> list[Thing]:
        """What `text` tells that she may not know of; not what she said herself in asking."""
        plain, asked = _plain(text), _plain(said)
        ids = {name for name in _ID.findall(text) if name in self.hidden_ids and name not in said}
        found = {self.hidden_ids[name].id: self.hidden_ids[name] for name in ids}
        for title, thing in self.hidden_titles.items():
            if title in plain and title not in asked:
                found[thing.id] = thing
        return list(found.values())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
