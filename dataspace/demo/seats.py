"""The directory: forty seats (a theme, a territory, a unit) and who holds them today."""

from dataclasses import dataclass
from datetime import date, timedelta

from dataspace.demo.sources import read_csv
from dataspace.demo.units import Commune, areas_of


@dataclass(frozen=True)
class Seat:
    """One seat; vacant when `holder` is None, then `fallback` answers. `since` tells how long it has been so.

    `closure` and `review` are set when it is above internal.
    """

    code: str
    title: str
    summary: str
    theme: str
    unit: str
    areas: tuple[str, ...]
    holder: str | None
    deputy: str | None
    fallback: str
    mailbox: str
    phone: str
    since: date
    confirmed: date | None
    sensitivity: str
    closure: str | None
    review: date | None


def seats(places: tuple[Commune, ...], today: date) -> tuple[Seat, ...]:
    """Every seat, its dates counted from `today`; a seat for the whole métropole lists no area."""
    return tuple(
        Seat(
            code=line["code"],
            title=line["title"],
            summary=line["summary"],
            theme=line["theme"],
            unit=line["unit"],
            areas=() if line["areas"] == "*" else areas_of(line["areas"], places),
            holder=line["holder"] or None,
            deputy=line["deputy"] or None,
            fallback=line["fallback"],
            mailbox=f"{line['mailbox']}@valmer.example",
            phone=line["phone"],
            since=today + timedelta(int(line["since"])),
            confirmed=today + timedelta(int(line["confirmed"])) if line["confirmed"] else None,
            sensitivity=line["sensitivity"],
            closure=line["closure"] or None,
            review=today + timedelta(int(line["review"])) if line["review"] else None,
        )
        for line in read_csv("seats.csv")
    )
