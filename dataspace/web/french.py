"""How dates, numbers, sizes and counts are written on our screens (French typography, time of Paris).

Babel holds the language; this module holds the house's choices: U+202F in thousands, U+00A0 before a unit,
a true minus sign, « 1ᵉʳ » for the first of a month, the year only when it is not this one.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

PARIS = ZoneInfo("Europe/Paris")
NO_BREAK = "\u00a0"
MINUS = "\u2212"
VOWELS = frozenset("aeiouyàâäéèêëîïôöùûüœæh")


def _day(moment: date | datetime) -> date:
    return _local(moment).date() if isinstance(moment, datetime) else moment


def local_day(moment: datetime) -> date:
    """The day it is in Paris at that moment."""
    return _local(moment).date()


def _local(moment: datetime) -> datetime:
    """The same instant on the clocks of Paris; a naive one is taken as UTC, as the database gives it."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(PARIS)


def today() -> date:
    """The day it is in Paris."""
    return datetime.now(PARIS).date()


def _write(moment: date | datetime, pattern: str) -> str:
    day = _day(moment)
    written = format_date(day, pattern, locale="fr")
    return written.replace("1 ", "1ᵉʳ ", 1) if day.day == 1 else written


def short_date(moment: date | datetime) -> str:
    """« 12 nov. », and « 12 nov. 2025 » when the year is not the current one."""
    return _write(moment, "d MMM" if _day(moment).year == today().year else "d MMM y").replace(" ", NO_BREAK)


def long_date(moment: date | datetime) -> str:
    """« 12 novembre 2026 »."""
    return _write(moment, "d MMMM y")


def said_date(moment: date | datetime) -> str:
    """« 2 novembre », and « 2 novembre 2025 » when the year is not the current one."""
    return _write(moment, "d MMMM" if _day(moment).year == today().year else "d MMMM y").replace(" ", NO_BREAK)


def full_date(moment: date | datetime) -> str:
    """« Jeudi 19 novembre 2026 », with its capital because it opens a line."""
    return f"{format_date(_day(moment), 'EEEE', locale='fr').capitalize()} {long_date(moment)}"


def table_date(moment: date | datetime) -> str:
    """« 20/11/2026 », for columns of a table."""
    return _day(moment).strftime("%d/%m/%Y")


def month(moment: date | datetime) -> str:
    """« Novembre 2026 », with its capital because it opens a line."""
    return str(format_date(_day(moment), "MMMM y", locale="fr")).capitalize()


def clock(moment: datetime) -> str:
    """« 14:05 », on the clocks of Paris."""
    return _local(moment).strftime("%H:%M")


def ago(moment: date | datetime, now: datetime | None = None) -> str:
    """How long ago, in the words one says: « il y a 12 min », « hier », then the date."""
    instant = _local(now or datetime.now(UTC))
    # Midnight sharp is a day that was written as an instant: nobody knows the hour.
    if isinstance(moment, datetime) and _day(moment) == instant.date() and _local(moment).time() != time():
        minutes = int((instant - _local(moment)) / timedelta(minutes=1))
        if minutes < 1:
            return "à l’instant"
        return f"il y a {minutes}{NO_BREAK}min" if minutes < 60 else f"il y a {minutes // 60}{NO_BREAK}h"
    days = (instant.date() - _day(moment)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days) or short_date(moment)


@lru_cache(maxsize=4096)
def number(value: float, digits: int = 0) -> str:
    """« 84 316 », « 3,1 » with one digit; a true minus sign before a loss."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale="fr")).replace("-", MINUS)


def signed(value: float, digits: int = 0) -> str:
    """« +5 », « −14 », « 0 »: a difference."""
    return ("+" if value > 0 else "") + number(value, digits)


def percent(share: float, digits: int = 0) -> str:
    """« 39 % » for 0.39."""
    return f"{number(share * 100, digits)}{NO_BREAK}%"


def size(octets: int) -> str:
    """« 3,1 Mo », in powers of a thousand as file managers show them."""
    amount = float(octets)
    for unit in ("o", "ko", "Mo"):
        if amount < 999.5:
            return f"{number(amount, 0 if unit == 'o' or amount >= 100 else 1)}{NO_BREAK}{unit}"
        amount /= 1000
    return f"{number(amount, 1)}{NO_BREAK}Go"


def plural(count: int, one: str, many: str | None = None) -> str:
    """« 1 jeu », « 12 jeux »: the count with its noun; in French zero is singular. Without `many`, an s is added."""
    return f"{number(count)}{NO_BREAK}{one if abs(count) < 2 else many or one + 's'}"


def initials(name: str) -> str:
    """« AD » for Awa Diallo, « JG » for Jean-Luc Le Goff: what stands in a face without a picture."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def of(name: str) -> str:
    """« d’Éducation », « de Solidarité »: a name after « de »."""
    return f"d’{name}" if name[:1].lower() in VOWELS else f"de {name}"


FILTERS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        short_date,
        long_date,
        said_date,
        full_date,
        table_date,
        month,
        clock,
        ago,
        number,
        signed,
        percent,
        size,
    )
} | {"plural": plural, "initials": initials, "of": of}
