"""The fictional métropole as a tree of units, over forty real communes (see SOURCES.md)."""

from dataclasses import dataclass

from dataspace.demo.sources import read_csv

ROOT = "valmer"


@dataclass(frozen=True)
class Commune:
    """One commune: INSEE code (text), population (inhabitants), territory of social action (`nord` or `sud`)."""

    insee: str
    name: str
    population: int
    territory: str


@dataclass(frozen=True)
class Unit:
    """One unit; `areas` lists the INSEE codes of its territoire d'intervention, empty when it has none."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    areas: tuple[str, ...] = ()


def communes() -> tuple[Commune, ...]:
    """The forty communes, by INSEE code."""
    return tuple(
        Commune(line["insee"], line["name"], int(line["population"]), line["territory"])
        for line in read_csv("communes.csv")
    )


def areas_of(text: str, places: tuple[Commune, ...]) -> tuple[str, ...]:
    """INSEE codes meant by a cell: `*` is every commune, `nord` a territory, else the codes themselves."""
    if text == "*":
        return tuple(place.insee for place in places)
    named = tuple(place.insee for place in places if place.territory == text)
    return named or tuple(text.split())


def units(places: tuple[Commune, ...]) -> tuple[Unit, ...]:
    """Every unit, a parent always before its children."""
    return tuple(
        Unit(
            code=line["code"],
            name=line["name"],
            short_name=line["short_name"],
            kind=line["kind"],
            parent=line["parent"] or None,
            areas=areas_of(line["areas"], places),
        )
        for line in read_csv("units.csv")
    )
