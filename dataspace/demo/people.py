"""The cast: sixty fictional people, where they work or sit, and the groups their directory puts them in."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dataspace.demo.sources import read_csv, slug
from dataspace.demo.units import Commune, Unit, areas_of

PASSWORD = "valmer-demo"  # noqa: S105 - fictional, printed by `make run`, opens nothing but the demo


@dataclass(frozen=True)
class Membership:
    """Where a person works or sits; gives no right by itself. `quota`: percentage of working time, 0 for élus."""

    unit: str
    kind: str
    label: str
    quota: int
    starts: date
    ends: date | None
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """One fictional person; `gender` (`f` or `m`) is for French agreement, `groups` are the identity provider's."""

    login: str
    given_name: str
    family_name: str
    gender: str
    kind: str
    phone: str
    title: str
    groups: tuple[str, ...]
    memberships: tuple[Membership, ...]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{slug(self.given_name)}.{slug(self.family_name)}@valmer.example"

    @property
    def unit(self) -> str:
        """Code of the unit where most of the working time goes."""
        return max(self.memberships, key=lambda held: held.quota).unit


@dataclass(frozen=True)
class GroupMapping:
    """What belonging to a group of the directory gives: a role on a unit, with its services or not."""

    group: str
    unit: str
    role: str
    with_services: bool


def mappings() -> tuple[GroupMapping, ...]:
    """The mapping table from groups to roles; a group absent from it gives nothing."""
    return tuple(
        GroupMapping(line["group"], line["unit"], line["role"], line["with_services"] == "yes")
        for line in read_csv("groups.csv")
    )


def people(tree: tuple[Unit, ...], places: tuple[Commune, ...], *, today: date) -> tuple[Person, ...]:
    """The sixty people; dates of their memberships are counted from `today`."""
    held: dict[str, list[Membership]] = defaultdict(list)
    by_code = {unit.code: unit for unit in tree}
    for line in read_csv("memberships.csv"):
        held[line["login"]].append(
            Membership(
                unit=line["unit"],
                kind=line["kind"],
                label=line["label"],
                quota=int(line["quota"] or 0),
                starts=today + timedelta(int(line["starts"])),
                ends=today + timedelta(int(line["ends"])) if line["ends"] else None,
                areas=areas_of(line["areas"], places) or _areas_from(by_code[line["unit"]], by_code),
            )
        )
    return tuple(
        Person(
            login=line["login"],
            given_name=line["given_name"],
            family_name=line["family_name"],
            gender=line["gender"],
            kind=line["kind"],
            phone=line["phone"],
            title=line["title"],
            groups=tuple(line["groups"].split()),
            memberships=tuple(held[line["login"]]),
        )
        for line in read_csv("people.csv")
    )


def _areas_from(unit: Unit, by_code: dict[str, Unit]) -> tuple[str, ...]:
    """The territory a unit works on: its own, else that of the nearest unit above it that has one."""
    for above in _upwards(unit, by_code):
        if above.areas or above.kind == "partner":
            return above.areas
    return ()


def _upwards(unit: Unit, by_code: dict[str, Unit]) -> Iterator[Unit]:
    yield unit
    while unit.parent:
        unit = by_code[unit.parent]
        yield unit
