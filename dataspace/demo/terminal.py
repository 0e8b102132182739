"""What `make run` says: one line for each step, then the table of addresses and people."""

import time
from collections.abc import Iterable, Sequence
from textwrap import shorten
from threading import Lock
from typing import TypedDict

from dataspace.auth.words import Role
from dataspace.demo.world import PASSWORD, World


class Account(TypedDict):
    """One person of the demonstration, as `var/run/demo.json` tells it."""

    login: str
    password: str
    name: str
    unit: str
    roles: list[str]


def accounts(world: World) -> list[Account]:
    """Everybody, in the order of the demonstration."""
    return [
        {
            "login": person.login,
            "password": PASSWORD,
            "name": person.name,
            "unit": world.unit(person.unit).name,
            "roles": list(world.roles(person)),
        }
        for person in world.people
    ]


class Progress:
    """Tells each step with the seconds since the start; several threads may speak."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._turn = Lock()

    def __call__(self, sentence: str) -> None:
        with self._turn:
            print(f"[{time.monotonic() - self._started:4.0f} s] {sentence}", flush=True)

    def plain(self, text: str) -> None:
        """Something that is not a step."""
        with self._turn:
            print(text, flush=True)


def table(addresses: Iterable[tuple[str, str]], people: Sequence[Account]) -> str:
    """The addresses, then one person for each different set of roles."""
    shown: dict[tuple[str, ...], Account] = {}
    for person in people:
        shown.setdefault(tuple(person["roles"]), person)
    rows = [("Identifiant", "Mot de passe", "Nom", "Rôles", "Affectation")]
    rows += [
        (
            person["login"],
            person["password"],
            person["name"],
            ", ".join(Role(role).label for role in roles) or "aucun",
            shorten(person["unit"], 46, placeholder="…"),
        )
        for roles, person in shown.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    where = [f"{name:<24}{address}" for name, address in addresses]
    return "\n".join(
        ["", *where, "", *lines, "", f"Les {len(people)} comptes : var/run/demo.json. Ctrl-C arrête tout.", ""]
    )
