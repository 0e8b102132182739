"""What a world opens, said a second time: every right as an explicit fact, decided by a plain Casbin Enforcer.

Shares no code with `dataspace.auth`: it reads policy.csv by itself and follows the words of DESIGN 4, slowly.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import casbin

from tests.rights.worlds import HOLDS, STANDS, AGrant, World

MODEL = """
[request_definition]
r = who, act, thing
[policy_definition]
p = who, act, thing, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.thing == p.thing && r.act == p.act && r.who == p.who
"""
LEVELS = ["open", "internal", "restricted", "confidential"]
OF_THE_CARD = ("card:see", "draft:see", "rights:see", "seat:edit")
OF_ANY_STATE = ("dataset:edit", "dataset:publish", "seat:edit")
ASKED = (*OF_THE_CARD, "dataset:read", "dataset:export", "dataset:edit", "dataset:publish", "dashboard:open")


class Oracle:
    def __init__(self, policy: Path, world: World) -> None:
        lines = (line for line in policy.read_text().splitlines() if line.startswith("p,"))
        self.lines = [[word.strip() for word in line][1:] for line in csv.reader(lines)]
        self.world = world

    def opened(self, person: int, act: str) -> set[int]:
        """The ranks of the assets that `act` opens to `person`."""
        model = casbin.Model()
        model.load_model_from_text(MODEL)
        enforcer = casbin.Enforcer(model)
        for fact in dict.fromkeys([*self.allowed(person, act), *self.denied(person, act)]):
            enforcer.add_policy(*fact)
        things = range(len(self.world.assets))
        return {thing for thing in things if enforcer.enforce(f"p{person}", act, f"a{thing}")}

    def allowed(self, person: int, act: str) -> Iterator[tuple[str, ...]]:
        for grant in self.world.grants:
            if grant.when in HOLDS and self.is_for(grant, person):
                for role, permission, level, reach in self.lines:
                    if role == grant.role.value and permission == act:
                        for thing in self.reached(grant, act, LEVELS.index(level), reach):
                            yield f"p{person}", act, f"a{thing}", "allow"

    def denied(self, person: int, act: str) -> Iterator[tuple[str, ...]]:
        for denial in self.world.denials:
            if denial.person == person and denial.when in STANDS:
                kind, rank = denial.on
                for thing, asset in enumerate(self.world.assets):
                    if thing == rank if kind == "asset" else rank in self.theme_and_above(asset.theme):
                        yield f"p{person}", act, f"a{thing}", "deny"

    def is_for(self, grant: AGrant, person: int) -> bool:
        kind, subject = grant.subject
        someone = self.world.people[person]
        if not someone.is_active:
            return False
        if kind == "unit":
            return any(when in STANDS and self.is_under(unit, int(subject)) for unit, when in someone.places)
        if kind == "usage":
            usage = self.world.usages[int(subject)]
            return usage.when in STANDS and any(who == person and when in STANDS for who, when in usage.members)
        return subject == person if kind == "person" else subject in someone.groups

    def reached(self, grant: AGrant, act: str, level: int, reach: str) -> Iterator[int]:
        """The assets that one line gives through one grant."""
        kind, where = grant.scope
        for thing, asset in enumerate(self.world.assets):
            tested = asset.card if act in OF_THE_CARD else asset.level
            is_protected = asset.protection != "none" and act not in OF_THE_CARD
            fits = (asset.state == "draft") == (act == "draft:see") or act in OF_ANY_STATE
            if tested > level or not fits:
                continue
            if kind == "asset":
                height = 3 if is_protected else tested
                was_decided = act in OF_THE_CARD or height <= grant.up_to
                is_there = (
                    thing == where and was_decided and (grant.subject[0] in ("person", "usage") or not is_protected)
                )
            elif is_protected or reach == "asset":
                is_there = False
            elif reach == "authority":
                is_there = self.is_under(asset.unit, self.body(where))
            else:
                is_there = asset.unit == where or (grant.with_services and self.is_under(asset.unit, where))
            # What reaches further reaches nearer too.
            if is_there or (reach == "authority" and kind == "unit" and not is_protected and asset.unit == where):
                yield thing

    def above(self, unit: int) -> int | None:
        return self.world.units[unit].parent if self.world.units[unit].is_accepted else None

    def is_under(self, unit: int, top: int) -> bool:
        """Is `unit` `top`, or below it without going into a partner or another authority?"""
        here: int | None = unit
        while here is not None and here != top:
            here = None if self.world.units[here].kind in ("authority", "partner") else self.above(here)
        return here == top

    def body(self, unit: int) -> int:
        """The authority, commune or partner that `unit` belongs to; at the top of a loose branch, the top itself."""
        while self.world.units[unit].kind not in ("authority", "commune", "partner"):
            parent = self.above(unit)
            if parent is None:
                break
            unit = parent
        return unit

    def theme_and_above(self, theme: int) -> Iterator[int]:
        here: int | None = theme
        while here is not None:
            yield here
            here = self.world.themes[here]
