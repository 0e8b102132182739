"""Rights given by hand, on request or taken over, beside those that the directory's groups give."""

from dataclasses import dataclass
from datetime import date, timedelta

from dataspace.demo.sources import read_csv


@dataclass(frozen=True)
class Grant:
    """A role given to a person, a unit or a group (`subject_kind`), on a unit or on one asset, for a time."""

    subject_kind: str
    subject: str
    role: str
    unit: str | None
    with_services: bool
    asset: str | None
    source: str
    reason: str
    granted_by: str
    starts: date
    ends: date


@dataclass(frozen=True)
class Denial:
    """A declared conflict of interest (déport), on a theme or on one asset."""

    person: str
    theme: str | None
    asset: str | None
    reason: str
    starts: date
    ends: date | None


def grants(today: date) -> tuple[Grant, ...]:
    """Every grant, dates counted from `today`; one of them has already ended."""
    return tuple(
        Grant(
            subject_kind=line["subject_kind"],
            subject=line["subject"],
            role=line["role"],
            unit=line["unit"] or None,
            with_services=line["with_services"] == "yes",
            asset=line["asset"] or None,
            source=line["source"],
            reason=line["reason"],
            granted_by=line["granted_by"],
            starts=today + timedelta(int(line["starts"])),
            ends=today + timedelta(int(line["ends"])),
        )
        for line in read_csv("grants.csv")
    )


def denials(today: date) -> tuple[Denial, ...]:
    """Every declared conflict of interest."""
    return tuple(
        Denial(
            person=line["person"],
            theme=line["theme"] or None,
            asset=line["asset"] or None,
            reason=line["reason"],
            starts=today + timedelta(int(line["starts"])),
            ends=today + timedelta(int(line["ends"])) if line["ends"] else None,
        )
        for line in read_csv("denials.csv")
    )
