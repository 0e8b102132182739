"""A chart drawn when a file makes it obvious: a date, and a number that is (almost) always there."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from dataspace.auth import Access
from dataspace.auth.words import Protection
from dataspace.catalog import rows
from dataspace.catalog.delimited import is_code, parse_date, parse_number
from dataspace.catalog.files import Files
from dataspace.catalog.queries import reading
from dataspace.catalog.sheets import Sheet
from dataspace.errors import Refused
from dataspace.web import charts, french

_MOST_POINTS = 36
_MISSING_AT_MOST = 0.02  # of the rows; more would make a sum a lie
_STEPS = {"jour": "%Y-%m-%d", "mois": "%Y-%m", "année": "%Y"}
_NOT_SUMMED = ("lat", "lon", "x", "y", "rang", "taux", "part", "ratio", "temp", "prix", "indice", "annee", "année",
               "exercice", "numero", "numéro", "delai", "délai", "duree", "durée", "age", "cotation")  # fmt: skip
# Delays, sizes and shares are compared or averaged: their sum means nothing.
_UNITS_NOT_SUMMED = ("%", "‰", "°c", "jours", "mois", "ans", "cm", "m")


# The step (jour, mois, année) and the sum of each.
Series = tuple[str, list[tuple[datetime, float]]]
_KEPT_AT_MOST = 256
_UNKNOWN: Series = ("", [])
_kept: dict[tuple[Any, ...], Series | None] = {}


@dataclass(frozen=True)
class Sketch:
    """A drawn chart, what it shows, and what stands under it."""

    drawn: Markup
    finding: str
    source: str


def of(access: Access, dataset: Sheet, *, files: Files) -> Sketch | None:
    """The obvious chart of the first file, of the reader's rows only; None when nothing is obvious."""
    day = next((column for column in dataset.columns if column.type == "date"), None)
    number = next((column for column in dataset.columns if _is_amount(column)), None)
    if not day or not number or not dataset.resources or dataset.asset.protection is not Protection.NONE:
        return None
    if (dataset.resources[0].rows or 0) > rows.CHARTED:
        return None
    found = _series(access, dataset, day.name, number.name, files)
    if found is None:
        return None
    step, points = found
    label = number.label or number.name
    labels = [_label(moment, step) for moment, _ in points]
    totals = [total for _, total in points]
    unit = f", en {number.unit}" if number.unit else ""
    last = french.number(totals[-1], 1)
    drawn = charts.line_chart(
        labels,
        [charts.Series(label, totals)],
        summary=f"{label} par {step}, de {labels[0]} à {labels[-1]} ; dernière valeur : {last}.",
    )
    rows_said = "vos lignes" if dataset.row_rules else "toutes les lignes"
    producer = f" Source : {dataset.producer}." if dataset.producer else ""
    return Sketch(drawn, f"{label} par {step}{unit}", f"Somme sur {rows_said}.{producer}")


def _series(access: Access, dataset: Sheet, day: str, number: str, files: Files) -> Series | None:
    """The points of these rows of this very file, read again only when either changes."""
    if not reading(access, dataset.asset).is_allowed:
        raise Refused
    cut = tuple(sorted((name, *sorted(values)) for name, values in rows.rows_of(access, dataset).items()))
    key = (dataset.resources[0].sha256, day, number, cut)
    # Another thread may empty it at any moment.
    found = _kept.get(key, _UNKNOWN)
    if found is _UNKNOWN:
        values = rows.column_values(access, dataset, (day, number), files=files)
        found = _points(values) if values else None
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        _kept[key] = found
    return found


def _is_amount(column: Any) -> bool:
    """Something that may be added up. A decimal without a unit may be several measures in one column."""
    name, unit = column.name.lower(), column.unit.lower()
    if column.type not in ("integer", "decimal") or is_code(name):
        return False
    if unit in _UNITS_NOT_SUMMED or " par " in unit or (column.type == "decimal" and not unit):
        return False
    return not any(name.startswith(word) for word in _NOT_SUMMED)


def _points(values: list[list[str]]) -> Series | None:
    """Sums by day, month or year, the finest step that can be read; None when too many are missing."""
    read = [(parse_date(day), parse_number(number)) for day, number in values]
    missing = sum(number is None for _, number in read)
    if any(day is None for day, _ in read) or missing > len(read) * _MISSING_AT_MOST:
        return None
    dated = [(day, number) for day, number in read if day is not None and number is not None]
    # A first of the month stands for its month, a first of January for its year.
    coarse = "année" if all(day.timetuple()[1:3] == (1, 1) for day, _ in dated) else "mois"
    first = coarse if all(day.day == 1 for day, _ in dated) else "jour"
    for step, pattern in list(_STEPS.items())[list(_STEPS).index(first) :]:
        sums: dict[str, float] = defaultdict(float)
        firsts: dict[str, datetime] = {}
        for day, number in dated:
            key = day.strftime(pattern)
            sums[key] += number
            firsts.setdefault(key, day)
        if 4 <= len(sums) <= (_MOST_POINTS if step == "jour" else _MOST_POINTS * 4):
            keys = sorted(sums)[-_MOST_POINTS:]
            return step, [(firsts[key], sums[key]) for key in keys]
    return None


def _label(moment: datetime, step: str) -> str:
    if step == "année":
        return str(moment.year)
    return str(format_date(moment, "MMM yy" if step == "mois" else "d MMM", locale="fr"))
