"""What the loader has written so far, found by the world's own codes."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dataspace.auth import HouseAccess
from dataspace.auth.models import Asset, Person, Theme, Unit
from dataspace.demo.world import World

_PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Written:
    """Rows by code, login or slug; each step of the load adds its own and reads those before it."""

    house: HouseAccess
    world: World
    units: dict[str, Unit] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.house.session


def address(kind: str, code: str) -> str:
    """The public id of a thing of the demo: always the same, so that addresses in the documentation hold."""
    return hashlib.sha256(f"{kind}/{code}".encode()).hexdigest()[:18]


def start_of(day: date) -> datetime:
    """The first moment of `day` in Paris."""
    return datetime.combine(day, time(), _PARIS).astimezone(UTC)


def end_of(day: date | None) -> datetime | None:
    """« Au 31 décembre » means until that day is over, in Paris; None stays without an end."""
    return datetime.combine(day, time(23, 59, 59), _PARIS).astimezone(UTC) if day else None
