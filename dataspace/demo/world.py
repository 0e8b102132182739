"""The whole fictional métropole, described once for `make run`, the README and the tests."""

from dataclasses import dataclass
from datetime import date

from dataspace.demo.people import PASSWORD, GroupMapping, Person, mappings, people
from dataspace.demo.units import ROOT, Commune, Unit, communes, units

__all__ = ["PASSWORD", "ROOT", "TODAY", "World", "build"]

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class World:
    """Everything the demo holds, as plain facts; nothing here knows the database, Superset or the clock."""

    today: date
    communes: tuple[Commune, ...]
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    mappings: tuple[GroupMapping, ...]

    def unit(self, code: str) -> Unit:
        return next(unit for unit in self.units if unit.code == code)

    def person(self, login: str) -> Person:
        return next(person for person in self.people if person.login == login)

    def rights_from_groups(self, person: Person) -> tuple[GroupMapping, ...]:
        """What the directory's groups give a person; empty for someone nothing maps."""
        return tuple(mapping for mapping in self.mappings if mapping.group in person.groups)

    def roles(self, person: Person) -> tuple[str, ...]:
        """The roles the directory's groups give a person, each once."""
        return tuple(dict.fromkeys(mapping.role for mapping in self.rights_from_groups(person)))


def build(today: date = TODAY) -> World:
    """The métropole as of `today`; the same day always gives an equal world."""
    places = communes()
    tree = units(places)
    return World(
        today=today,
        communes=places,
        units=tree,
        people=people(tree, places, today=today),
        mappings=mappings(),
    )
