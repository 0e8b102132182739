"""What every generator of rows stands on: places, units, the day, and reproducible chance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from dataspace.demo.units import Commune, Unit

Value = str | int | float | None
Row = tuple[Value, ...]
"""Dates are ISO text (`2026-11-17`), months their first day (`2026-10-01`), unknown is None and never zero."""


@dataclass(frozen=True)
class Ground:
    """The facts from which rows are drawn."""

    communes: tuple[Commune, ...]
    units: tuple[Unit, ...]
    today: date

    def chance(self, name: str) -> Random:
        """A source of chance of its own for each name, the same at every run."""
        return Random(f"valmer/{name}")

    def months(self, first: date) -> list[date]:
        """First days of the months from `first` to the last complete one."""
        found, month = [], first.replace(day=1)
        while (month.year, month.month) < (self.today.year, self.today.month):
            found.append(month)
            month = (month + timedelta(32)).replace(day=1)
        return found

    def days(self, count: int) -> Iterator[date]:
        """The `count` days that end yesterday."""
        return (self.today - timedelta(ago) for ago in range(count, 0, -1))

    def by_size(self, count: int) -> list[Commune]:
        """The most populated communes, largest first."""
        return sorted(self.communes, key=lambda commune: -commune.population)[:count]


def season(day: date, *, peak_month: float, depth: float) -> float:
    """A yearly swing around 1: `depth` above at `peak_month`, as much below six months away."""
    return 1 + depth * math.cos((day.month + day.day / 31 - peak_month) / 12 * 2 * math.pi)


def is_school_day(day: date) -> bool:
    """Monday, Tuesday, Thursday and Friday out of the holidays (dates rounded to stable weeks)."""
    holidays = ((7, 5, 8, 31), (10, 18, 11, 2), (12, 20, 12, 31), (1, 1, 1, 4), (2, 14, 3, 1), (4, 11, 4, 26))
    if day.weekday() not in (0, 1, 3, 4) or (day.month, day.day) in ((5, 1), (5, 8), (11, 11)):
        return False
    return not any((m1, d1) <= (day.month, day.day) <= (m2, d2) for m1, d1, m2, d2 in holidays)
