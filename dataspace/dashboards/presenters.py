"""Boards in the words of the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from markupsafe import Markup

from dataspace.auth import Access, usages_known, why
from dataspace.auth.models import Asset, Person
from dataspace.auth.words import RowAttribute
from dataspace.catalog import grounds
from dataspace.dashboards import queries
from dataspace.dashboards.models import Dashboard
from dataspace.dashboards.queries import Listed, RowScope
from dataspace.web import charts, french

# More names than this are counted on the line, and listed when it unfolds.
FEW = 3


@dataclass(frozen=True)
class Row:
    """A board in a list; `value` and `spark` only when its reader sees every row behind them."""

    url: str
    title: str
    summary: str
    sensitivity: str
    updated: datetime
    late_days: int
    on_request: bool
    spark: Markup | None
    value: str
    value_note: str


@dataclass(frozen=True)
class Words:
    """A scope in one line, and in a sentence."""

    short: str
    long: str


@dataclass(frozen=True)
class Owner:
    """Who answers for a board."""

    name: str
    unit: str
    phone: str
    email: str

    @classmethod
    def of(cls, person: Person, unit: str) -> "Owner":
        return cls(person.name, unit, person.phone, person.email)


def row(board: Listed) -> Row:
    """A board in a list, or on the home page."""
    headline = board.dashboard.headline if board.has_headline else {}
    points = headline.get("points")
    unit, note = str(headline.get("unit") or ""), str(headline.get("note") or "")
    return Row(
        url=address(board.asset),
        title=board.asset.title,
        summary=board.asset.summary,
        sensitivity=board.asset.sensitivity.code,
        updated=board.asset.updated,
        late_days=board.dashboard.late_days,
        on_request=not board.is_open,
        spark=charts.sparkline(points) if isinstance(points, list) and points else None,
        value=_value(headline.get("value"), unit),
        value_note=note if unit == "%" else ", ".join(part for part in (unit, note) if part),
    )


def address(asset: Asset) -> str:
    return flask.url_for("dashboards.show", public_id=asset.public_id)


def board(access: Access, dashboard: Dashboard) -> dict[str, Any]:
    """What the page of a board says of it."""
    asset = dashboard.asset
    directorate = access.facts.tree.directorate(asset.unit_id)
    return {
        "public_id": asset.public_id,
        "title": asset.title,
        "unit": directorate.short_name,
        "unit_url": flask.url_for("dashboards.index", _anchor=directorate.code),
        "sensitivity": asset.sensitivity.code,
        "updated": asset.updated,
        "late_days": dashboard.late_days,
        "promise": dashboard.freshness,
        "note": dashboard.scope_note,
        "definitions": dashboard.definitions,
        "ground": grounds.sentence(asset.ground),
        "review": asset.review_date,
        "usages": [
            (one.title, flask.url_for("usages.show", public_id=one.public_id))
            for one in usages_known.serving(access, asset)
        ],
    }


def scope(access: Access, dashboard: Dashboard, communes: Mapping[str, str]) -> Words:
    """The reader's own rows of this board, in words."""
    parts = [_words(access, each, communes) for each in queries.row_scopes(access, dashboard)]
    if not parts:
        return Words("Mêmes chiffres pour tous", "Tous les lecteurs de ce tableau voient les mêmes lignes.")
    reasons = why.rows(access, (source.attribute for source in dashboard.sources if source.attribute), dict(communes))
    return Words(
        f"Vos données\u00a0: {' ; '.join(part.short for part in parts)}".replace(" ;", "\u202f;"),
        " ".join([*(part.long for part in parts), *map(str, reasons)]),
    )


def _words(access: Access, scope: RowScope, communes: Mapping[str, str]) -> Words:
    if not scope.codes:
        return Words("aucune", "Aucune unité ni aucun territoire ne vous y ouvre de ligne.")
    if scope.attribute is RowAttribute.AREA:
        names = sorted(communes.get(code, code) for code in scope.codes)
        counted, of_what = french.plural(len(names), "commune"), "des communes de votre territoire"
    else:
        names = [node.name for node in queries.outermost(access, scope.codes)]
        counted, of_what = french.plural(len(names), "unité"), "de vos unités"
    if scope.is_whole:
        everything = counted if scope.attribute is RowAttribute.AREA else "toutes les directions"
        return Words(everything, f"Toutes les lignes de la collectivité\u00a0: {everything}.")
    return Words(counted if len(names) > FEW else ", ".join(names), f"Les lignes {of_what}\u00a0: {', '.join(names)}.")


def _value(value: object, unit: str) -> str:
    if not isinstance(value, int | float):
        return ""
    if unit == "%":
        return f"{french.number(value, 1)}{french.NO_BREAK}%"
    return french.number(value, 0 if abs(value) >= 100 or value == int(value) else 1)
