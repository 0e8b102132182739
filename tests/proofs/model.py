"""What a small world opens, in as few words as can be: dated facts and one question. At most 60 lines of code."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.rights.oracle import LEVELS, OF_ANY_STATE, OF_THE_CARD
from tests.rights.worlds import AGrant, AnAsset, APerson, AUnit


@dataclass
class Dated:
    """A grant, a denial or a place (person, unit), its key in the database, and when it holds."""

    what: Any
    key: int
    starts: datetime
    ends: datetime | None
    is_revoked: bool = False

    def holds(self, now: datetime) -> bool:
        return not self.is_revoked and self.starts <= now and (self.ends is None or now < self.ends)


@dataclass
class Model:
    lines: list[list[str]]  # role, permission, level, reach
    units: list[AUnit]
    themes: list[int | None]
    people: list[APerson]
    assets: dict[int, AnAsset]
    grants: list[Dated] = field(default_factory=list)
    denials: list[Dated] = field(default_factory=list)
    places: list[Dated] = field(default_factory=list)
    members: list[Dated] = field(default_factory=list)  # (person, usage)

    def opened(self, person: int, act: str, now: datetime) -> set[int]:
        someone, here = self.people[person], [p.what[1] for p in self.places if p.what[0] == person and p.holds(now)]
        names = {("person", person), *(("group", name) for name in someone.groups)}
        names |= {("unit", above) for unit in here for above in self.over(unit)}
        names |= {("usage", m.what[1]) for m in self.members if m.what[0] == person and m.holds(now)}
        held = [g.what for g in self.grants if someone.is_active and g.holds(now) and g.what.subject in names]
        denied = {d.what.on for d in self.denials if d.what.person == person and d.holds(now)}
        return {
            n
            for n, asset in self.assets.items()
            if (asset.state == "draft") == (act == "draft:see") or act in OF_ANY_STATE
            if not denied & {("asset", n), *(("theme", theme) for theme in self.themes_of(asset.theme))}
            if any(self.gives(grant, act, n, asset) for grant in held)
        }

    def gives(self, grant: AGrant, act: str, n: int, asset: AnAsset) -> bool:
        (kind, where), over = grant.scope, self.over(asset.unit)
        level, is_closed = (asset.card, False) if act in OF_THE_CARD else (asset.level, asset.protection != "none")
        if kind == "asset":
            was_decided = act in OF_THE_CARD or (3 if is_closed else level) <= grant.up_to
            is_there = where == n and was_decided and (grant.subject[0] in ("person", "usage") or not is_closed)
            reaches = {"asset", "unit", "authority"} if is_there else set()
        else:
            is_near = not is_closed and (asset.unit == where or (grant.with_services and where in over))
            is_far = is_near or (not is_closed and self.body(where) in over)
            reaches = {word for word, is_there in (("unit", is_near), ("authority", is_far)) if is_there}
        wanted = (grant.role, act)
        return any((r, p) == wanted and to in reaches and LEVELS.index(lv) >= level for r, p, lv, to in self.lines)

    def line(self, unit: int | None) -> list[int]:
        """`unit` and what is above it, as far as each accepted the next."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.units[unit].parent if self.units[unit].is_accepted else None
        return found

    def over(self, unit: int) -> list[int]:
        """The units whose people and services `unit` is among: a partner or an authority keeps its own."""
        line = self.line(unit)
        return line[: next((n for n, u in enumerate(line, 1) if self.units[u].kind in ("authority", "partner")), None)]

    def body(self, unit: int) -> int:
        line = self.line(unit)
        return next((u for u in line if self.units[u].kind in ("authority", "commune", "partner")), line[-1])

    def themes_of(self, theme: int | None) -> list[int]:
        return [] if theme is None else [theme, *self.themes_of(self.themes[theme])]
