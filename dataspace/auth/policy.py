"""The policy files, read through Casbin once per content and kept as a small table. Only importer of casbin.

Casbin answers (role, permission, level, reach) and (role, assigned role, level, reach); `Policy` asks it every
question that its lines can answer and keeps the highest level for each: looking up costs nothing, and nothing has to
be reloaded since grants are never in Casbin.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import casbin
from casbin.core_enforcer import EnforceContext

from dataspace.auth.words import Permission, Reach, Role, Sensitivity
from dataspace.config import Settings
from dataspace.errors import BrokenPolicy

_LEVELS = {level.code: level for level in Sensitivity}
_REACHES = {reach.value: rank for rank, reach in enumerate(Reach)}


@dataclass(frozen=True)
class Line:
    """A line of policy.csv that gives something, with its number for those who ask why."""

    number: int
    text: str


@dataclass(frozen=True)
class Policy:
    """What each role may do (`levels`) and assign (`assignable`): the highest level for each reach, None if never."""

    digest: str
    levels: Mapping[tuple[Role, Permission, Reach], Sensitivity]
    assignable: Mapping[tuple[Role, Role, Reach], Sensitivity]
    lines: tuple[Line, ...]
    # Configuration, not policy.csv: what is held by these roles sleeps until its holder takes it (facts.py).
    to_take: frozenset[Role] = frozenset()

    def level(self, role: Role, permission: Permission, reach: Reach) -> Sensitivity | None:
        return self.levels.get((role, permission, reach))

    def gives(self, role: Role, permission: Permission) -> bool:
        """Does `role` open `permission` on anything at all?"""
        return (role, permission) in self._given

    @cached_property
    def _given(self) -> frozenset[tuple[Role, Permission]]:
        return frozenset((role, permission) for role, permission, _ in self.levels)

    def assigns(self, role: Role, assigned: Role, reach: Reach) -> Sensitivity | None:
        return self.assignable.get((role, assigned, reach))

    def opens(self, role: Role) -> Sensitivity:
        """The most sensitive content that `role` opens when it stands on a unit."""
        content = [p for p in Permission if p.about == "content" and p is not Permission.DATASET_ROWS]
        found = [self.level(role, p, r) for p in content for r in (Reach.UNIT, Reach.AUTHORITY)]
        return max((level for level in found if level is not None), default=Sensitivity.OPEN)

    def gives_rows(self, role: Role) -> bool:
        """Does `role`, on a unit, open the rows of this unit or of its authority?"""
        return any(
            self.level(role, Permission.DATASET_ROWS, reach) is not None for reach in (Reach.UNIT, Reach.AUTHORITY)
        )

    def line_for(self, role: Role, permission: Permission, reach: Reach, level: Sensitivity) -> Line | None:
        """The first line of policy.csv that gives this."""
        asked = (role, permission, reach, level)
        if asked not in self._lines_found:
            self._lines_found[asked] = self._find_line(role, permission, reach, level)
        return self._lines_found[asked]

    @cached_property
    def _lines_found(self) -> dict[tuple[Role, Permission, Reach, Sensitivity], Line | None]:
        return {}

    def _find_line(self, role: Role, permission: Permission, reach: Reach, level: Sensitivity) -> Line | None:
        for line in self.lines:
            words = [word.strip() for word in line.text.split(",")]
            if (
                words[:3] == ["p", role.value, permission.value]
                and _LEVELS[words[3]] >= level
                and _REACHES[words[4]] >= _REACHES[reach.value]
            ):
                return line
        return None


def load(folder: Path) -> Policy:
    """The policy of `folder`.

    Raises BrokenPolicy when a file is missing, empty, or says something unknown: the portal must not start, since a
    broken policy never means everyone (DESIGN 4).
    """
    try:
        model = (folder / "model.conf").read_text("utf-8")
        lines = (folder / "policy.csv").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenPolicy from error
    return _compile(model, lines)


def of(settings: Settings) -> Policy:
    """The policy that this installation runs by."""
    try:
        to_take = frozenset(Role(name) for name in settings.taken_roles)
    except ValueError as error:
        raise BrokenPolicy(
            "DATASPACE_TAKEN_ROLES nomme un rôle inconnu.", "Corrigez ce réglage puis relancez."
        ) from error
    return replace(load(settings.policies_dir), to_take=to_take)


@lru_cache(maxsize=8)
def _compile(model_text: str, csv_text: str) -> Policy:
    lines = tuple(Line(n, text) for n, text in enumerate(csv_text.splitlines(), 1) if text.startswith("p"))
    for line in lines:
        _check(line)
    if not lines:
        raise BrokenPolicy
    try:
        enforcer = enforcer_of(model_text, csv_text)
        levels = {key: level for key, level in _grid(enforcer) if level is not None}
        assignable = {key: level for key, level in _assignments(enforcer) if level is not None}
    except BrokenPolicy:
        raise
    except Exception as error:
        raise BrokenPolicy from error
    if not levels:
        raise BrokenPolicy
    return Policy(hashlib.sha256((model_text + csv_text).encode()).hexdigest(), levels, assignable, lines)


def enforcer_of(model_text: str, csv_text: str) -> casbin.Enforcer:
    """A plain Enforcer on these texts (FastEnforcer denied and crashed under threads: facts/performance.md)."""
    model = casbin.Model()
    model.load_model_from_text(model_text)
    enforcer = casbin.Enforcer(model)
    enforcer.add_function("covers", lambda held, asked: _REACHES[held] >= _REACHES[asked])
    enforcer.add_function("within", lambda asked, held: _LEVELS[asked] <= _LEVELS[held])
    for words in csv.reader(csv_text.splitlines(), skipinitialspace=True):
        if words and not words[0].startswith("#"):
            enforcer.model.add_policy("p", words[0].strip(), [word.strip() for word in words[1:]])
    return enforcer


def _check(line: Line) -> None:
    words = [word.strip() for word in line.text.split(",")]
    try:
        kind, role, given, level, reach = words
        Role(role)
        (Permission if kind == "p" else Role)(given)
        if kind not in ("p", "p2") or level not in _LEVELS or reach not in _REACHES:
            raise ValueError(line.text)
    except ValueError as error:
        raise BrokenPolicy(f"policies/policy.csv, ligne {line.number} : « {line.text} » n’est pas comprise.") from error


def _grid(
    enforcer: casbin.Enforcer,
) -> Iterator[tuple[tuple[Role, Permission, Reach], Sensitivity | None]]:
    pairs = dict.fromkeys((Role(words[0]), Permission(words[1])) for words in enforcer.get_policy())
    for role, permission in pairs:
        for reach in Reach:
            asked = (role.value, permission.value)
            yield (
                (role, permission, reach),
                _highest(enforcer, *asked, reach=reach),
            )


def _assignments(enforcer: casbin.Enforcer) -> Iterator[tuple[tuple[Role, Role, Reach], Sensitivity | None]]:
    context = EnforceContext("r2", "p2", "e2", "m2")
    pairs = dict.fromkeys((Role(words[0]), Role(words[1])) for words in enforcer.get_named_policy("p2"))
    for role, assigned in pairs:
        for reach in Reach:
            asked = (role.value, assigned.value)
            yield (
                (role, assigned, reach),
                _highest(enforcer, context, *asked, reach=reach),
            )


def _highest(enforcer: casbin.Enforcer, *asked: object, reach: Reach) -> Sensitivity | None:
    return next((level for level in reversed(Sensitivity) if enforcer.enforce(*asked, level.code, reach.value)), None)


def matrix(policy: Policy) -> str:
    """The whole policy as one table of text: what `policies/matrix.txt` must hold."""
    out = [
        "# Engendré par « dataspace policy matrix » : rôle × permission -> sensibilité la plus haute, par portée.",
        "",
    ]
    width = max(len(p.value) for p in Permission)
    for role in Role:
        out.append(f"[{role.value}] {role.label}")
        for permission in Permission:
            found = [(r, policy.level(role, permission, r)) for r in Reach]
            if any(level is not None for _, level in found):
                cells = "  ".join(f"{r.value}={level.code if level is not None else '-':<12}" for r, level in found)
                out.append(f"  {permission.value:<{width}}  {cells}".rstrip())
        given = [
            f"{assigned.value} (≤ {level.code}, {reach.value})"
            for assigned in Role
            for reach in (Reach.AUTHORITY, Reach.UNIT, Reach.ASSET)
            if (level := policy.assigns(role, assigned, reach)) is not None
            and (reach is Reach.AUTHORITY or policy.assigns(role, assigned, Reach.AUTHORITY) is None)
            and (reach is not Reach.ASSET or policy.assigns(role, assigned, Reach.UNIT) is None)
        ]
        if given:
            out.append(f"  attribue : {', '.join(given)}")
        out.append("")
    return "\n".join(out)
