"""The whole fictional métropole, described once for `make run`, the README and the tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from dataspace.demo import warehouse
from dataspace.demo.boards import BOARDS
from dataspace.demo.boards.cards import BoardCard
from dataspace.demo.cards import ClosureGround, Dataset, Link, Theme, closure_grounds, datasets, links, themes
from dataspace.demo.people import PASSWORD, GroupMapping, Person, mappings, people
from dataspace.demo.rights import Denial, Grant, denials, grants
from dataspace.demo.rows import GENERATORS
from dataspace.demo.rows.ground import Ground, Row
from dataspace.demo.seats import Seat, seats
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
    themes: tuple[Theme, ...]
    closure_grounds: tuple[ClosureGround, ...]
    datasets: tuple[Dataset, ...]
    links: tuple[Link, ...]
    boards: tuple[BoardCard, ...]
    seats: tuple[Seat, ...]
    grants: tuple[Grant, ...]
    denials: tuple[Denial, ...]

    @property
    def ground(self) -> Ground:
        """What rows are drawn from."""
        return Ground(self.communes, self.units, self.today)

    def unit(self, code: str) -> Unit:
        return next(unit for unit in self.units if unit.code == code)

    def person(self, login: str) -> Person:
        return next(person for person in self.people if person.login == login)

    def dataset(self, slug: str) -> Dataset:
        return next(dataset for dataset in self.datasets if dataset.slug == slug)

    def rights_from_groups(self, person: Person) -> tuple[GroupMapping, ...]:
        """What the directory's groups give a person; empty for someone nothing maps."""
        return tuple(mapping for mapping in self.mappings if mapping.group in person.groups)

    def roles(self, person: Person) -> tuple[str, ...]:
        """The roles the directory's groups give a person, each once."""
        return tuple(dict.fromkeys(mapping.role for mapping in self.rights_from_groups(person)))

    def rows(self, dataset: Dataset) -> Iterable[Row]:
        """The rows of a dataset, in the order of its columns, drawn when asked for."""
        return GENERATORS[dataset.generator](self.ground)

    def write_warehouse(self, path: Path) -> None:
        """The SQLite file that the dashboards read."""
        warehouse.write(self.ground, path)

    @cached_property
    def headlines(self) -> dict[str, warehouse.Headline]:
        """The figure of each board on the home page, by slug."""
        return warehouse.headlines(self.ground)


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
        themes=themes(),
        closure_grounds=closure_grounds(),
        datasets=datasets(today),
        links=links(today),
        boards=BOARDS,
        seats=seats(places, today),
        grants=grants(today),
        denials=denials(today),
    )
