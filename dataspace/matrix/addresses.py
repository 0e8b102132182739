"""The address is the state: what of the matrix is looked at, read from an address and written back to one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import flask

from dataspace.auth import Access
from dataspace.auth.ruled import Narrowed
from dataspace.auth.words import AssetKind, Sensitivity

LONGEST = 200
FURTHEST = 10_000  # pages
# What has a content that is opened to people; a seat of the directory has none.
KINDS = tuple(kind for kind in AssetKind if kind is not AssetKind.SEAT)


@dataclass(frozen=True)
class Asked:
    """What the address says: filters of the rows, then the branch of the columns. Words are kept as they were typed."""

    q: str = ""
    theme: str = ""
    type: str = ""
    direction: str = ""
    sensibilite: str = ""
    unite: str = ""
    vue: str = ""
    page: int = 1
    colonnes: int = 1

    @property
    def is_narrowed(self) -> bool:
        return any((self.q, self.theme, self.type, self.direction, self.sensibilite))


def asked(args: Mapping[str, str]) -> Asked:
    """What is asked for; what is not understood narrows nothing."""
    words = {f.name: args.get(f.name, "").strip()[:LONGEST] for f in fields(Asked) if f.type is str or f.type == "str"}
    words = {name: "".join(char for char in word if char.isprintable()) for name, word in words.items()}
    numbers = {name: _number(args.get(name, "")) for name in ("page", "colonnes")}
    return Asked(**words, **numbers)  # type: ignore[arg-type]


def narrowed(access: Access, asked: Asked) -> Narrowed:
    """The filters of the rows. A unit is meant with all that is under it; an unknown one owns nothing."""
    tree = access.facts.tree
    owner = tree.by_code.get(asked.direction)
    kinds = [kind for kind in KINDS if kind.value == asked.type] or KINDS
    levels = {level.code: level for level in Sensitivity}
    units = tree.branch(owner.id) if owner else (-1,) if asked.direction else ()
    return Narrowed(asked.q, asked.theme, kinds, units, levels.get(asked.sensibilite))


def values(asked: Asked, **changed: Any) -> dict[str, Any]:
    """What an address says of it; what is as usual is left out."""
    now, usual = replace(asked, **changed), Asked()
    return {f.name: value for f in fields(Asked) if (value := getattr(now, f.name)) != getattr(usual, f.name)}


def address(asked: Asked, **changed: Any) -> str:
    return flask.url_for("matrix.index", **values(asked, **changed))


def _number(text: str) -> int:
    return min(max(int(text), 1), FURTHEST) if text.isascii() and text.isdigit() and len(text) < 6 else 1
