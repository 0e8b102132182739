"""Cards of the catalogue: datasets with their columns and rows, and links to what lives elsewhere."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dataspace.demo.sources import HERE, read_csv

LICENCES = {"lov2": "Licence Ouverte / Open Licence 2.0", "": "Usage interne"}
EVERYWHERE = "Métropole de Valmer, 40 communes"


@dataclass(frozen=True)
class Theme:
    """One node of the shared tree; `eu_theme` is the code of the European data-theme vocabulary."""

    code: str
    label: str
    parent: str | None
    eu_theme: str


@dataclass(frozen=True)
class ClosureGround:
    """Why something is not open: a code, its French label, the text of law shown to the reader (P8)."""

    code: str
    label: str
    text: str


@dataclass(frozen=True)
class Column:
    """A column of a dataset; `type` is text, integer, decimal or date, `unit` is written as it is read."""

    name: str
    label: str
    type: str
    unit: str
    description: str


@dataclass(frozen=True)
class Card:
    """What every card says; `closure` and `review` are set as soon as the content is above internal."""

    slug: str
    kind: str
    title: str
    summary: str
    description: str
    unit: str
    theme: str
    sensitivity: str
    card_sensitivity: str
    protection: str
    state: str
    closure: str | None
    review: date | None
    keywords: tuple[str, ...]
    licence: str
    updated: date
    steward: str


@dataclass(frozen=True)
class Dataset(Card):
    """A dataset; `row_rule` is a column and the attribute of the reader (`unit` or `area`) that cuts its rows."""

    rhythm: str
    temporal: str
    spatial: str
    level: str
    producer: str
    columns: tuple[Column, ...]
    row_rule: tuple[str, str] | None
    generator: str


@dataclass(frozen=True)
class Link(Card):
    """A report, application, service or API that stays where it is."""

    url: str
    system: str


def themes() -> tuple[Theme, ...]:
    """The tree of themes, a parent always before its children."""
    return tuple(
        Theme(line["code"], line["label"], line["parent"] or None, line["eu_theme"]) for line in read_csv("themes.csv")
    )


def closure_grounds() -> tuple[ClosureGround, ...]:
    """The coded grounds of closure."""
    return tuple(ClosureGround(line["code"], line["label"], line["text"]) for line in read_csv("closures.csv"))


def datasets(today: date) -> tuple[Dataset, ...]:
    """Every dataset, its dates counted from `today`."""
    return tuple(
        Dataset(
            **_said_by_all(card, "dataset", today),
            rhythm=card["rhythm"],
            temporal=f"{card['since']}" if card.get("until") == card["since"] else f"Depuis {card['since']}",
            spatial=card.get("spatial", EVERYWHERE),
            level=card["level"],
            producer=card["producer"],
            columns=tuple(Column(*column) for column in card["columns"]),
            row_rule=(card["row_rule"][0], card["row_rule"][1]) if "row_rule" in card else None,
            generator=card["rows"],
        )
        for name in ("social", "city", "house")
        for card in _read_toml(name)["dataset"]
    )


def links(today: date) -> tuple[Link, ...]:
    """Every link card."""
    return tuple(
        Link(**_said_by_all(card, card["kind"], today), url=card["url"], system=card["system"])
        for card in _read_toml("links")["link"]
    )


def _said_by_all(card: Mapping[str, Any], kind: str, today: date) -> dict[str, Any]:
    return {
        "slug": card["slug"],
        "kind": kind,
        "title": card["title"],
        "summary": card["summary"],
        "description": card["description"].strip(),
        "unit": card["unit"],
        "theme": card["theme"],
        "sensitivity": card["sensitivity"],
        "card_sensitivity": card.get("card_sensitivity", card["sensitivity"]),
        "protection": card.get("protection", "none"),
        "state": card.get("state", "published"),
        "closure": card.get("closure"),
        "review": today + timedelta(card["review"]) if "review" in card else None,
        "keywords": tuple(card["keywords"]),
        "licence": LICENCES[card.get("licence", "")],
        "updated": today + timedelta(card["updated"]),
        "steward": card["steward"],
    }


def _read_toml(name: str) -> dict[str, Any]:
    with (HERE / "cards" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
