"""Several rights changed together: looked at line by line, then all or nothing; and undone together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dataspace.audit import Act, record
from dataspace.auth import Access, effects, rights, ruled
from dataspace.auth.effects import Effect
from dataspace.auth.gets import Gets, key_of
from dataspace.auth.grid import Grid
from dataspace.auth.models import Asset, Grant, Person, Unit, Usage
from dataspace.auth.queries import people
from dataspace.auth.rights import FromTheDirectory, NotYours, Wanted
from dataspace.auth.words import Role, Source
from dataspace.errors import Conflict, DataspaceError, Invalid, NotFound, Refused
from dataspace.web import french

PARIS = ZoneInfo("Europe/Paris")
MOST_CHANGES = 500
_BY_HAND = (Source.MANUAL, Source.IMPORT)
_REPLACED = "Remplacé par un accès d’une autre date"


class Does(StrEnum):
    """What a line comes to."""

    GIVE = "give"
    REPLACE = "replace"
    END = "end"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Line:
    """One right wanted, or no more wanted. Without a role, a removal is of all that is given there."""

    subject: Person | Unit | Usage | str
    role: Role | None
    scope: Unit | Asset
    with_services: bool
    ends: datetime | None
    reason: str
    source: Source = Source.MANUAL
    is_removal: bool = False


@dataclass(frozen=True)
class Step:
    """What a line does, on which grants; or why it cannot be done."""

    line: Line
    does: Does
    wanted: Wanted | None = None
    ended: Sequence[Grant] = ()
    error: DataspaceError | None = None


@dataclass(frozen=True)
class Moved:
    """Somebody who gains or loses: of each asset, what before and what after."""

    person: Person
    assets: Sequence[tuple[Asset, Gets, Gets]]


@dataclass(frozen=True)
class Outcome:
    """Who gains and who loses, the first by name, and how many in all."""

    gaining: Sequence[Moved]
    losing: Sequence[Moved]
    gaining_total: int
    losing_total: int


def plan(access: Access, lines: Sequence[Line]) -> list[Step]:
    """What each line would do, in their order; nothing is changed."""
    things = {line.scope.id for line in lines if isinstance(line.scope, Asset)}
    places = {line.scope.id for line in lines if isinstance(line.scope, Unit)}
    standing: dict[tuple[object, object], list[Grant]] = {}
    for grant in ruled.given_to(access, things, places):
        standing.setdefault((grant.asset_id, grant.unit_id), []).append(grant)
    seen: set[tuple[object, ...]] = set()
    steps = []
    for line in lines:
        same = (_who(line.subject), line.role, type(line.scope), line.scope.id, line.with_services)
        there = (line.scope.id, None) if isinstance(line.scope, Asset) else (None, line.scope.id)
        about = [grant for grant in standing.get(there, ()) if _is_about(grant, line)]
        steps.append(_step(access, line, about, same in seen))
        seen.add(same)
    return steps


def _step(access: Access, line: Line, standing: list[Grant], is_twice: bool) -> Step:
    try:
        step = _removal(access, line, standing) if line.is_removal else _giving(access, line, standing)
        # The same right may stand there twice, asked for and given by hand: both lines say what is.
        if is_twice and step.does is not Does.NOTHING:
            raise Invalid("Cet accès est déjà dit plus haut.")
        return step
    except (Refused, Invalid, Conflict) as error:
        return Step(line, Does.NOTHING, error=error)


def _removal(access: Access, line: Line, standing: list[Grant]) -> Step:
    if not standing:
        raise Invalid("Aucun accès de ce genre n’est donné ici\u00a0: ce qui est lu vient d’ailleurs.")
    if not line.reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est lu par les personnes concernées et conservé au journal.")
    for grant in standing:
        if grant.source is Source.SSO:
            raise FromTheDirectory
        if not rights.can_revoke(access, grant):
            raise NotYours
    return Step(line, Does.END, ended=standing)


def _giving(access: Access, line: Line, standing: list[Grant]) -> Step:
    same = [grant for grant in standing if _day(grant.ends) == _day(line.ends)]
    if same and any(
        _spoken(grant.reason) == _spoken(line.reason) or line.source is not Source.IMPORT for grant in same
    ):
        return Step(line, Does.NOTHING)
    if isinstance(line.subject, str):
        raise Invalid("Un groupe de l’annuaire ne se change pas ici.")
    assert line.role is not None
    wanted = Wanted(
        line.subject, line.role, line.scope, line.with_services, access.moment, line.ends, line.reason,
        source=line.source,
    )  # fmt: skip
    rights.check(access, wanted)
    for grant in standing:
        if grant.source not in _BY_HAND:
            raise Invalid(
                f"Le même accès vient déjà d’ailleurs ({grant.source.label})\u00a0: il se change sur sa propre page."
            )
        if not rights.can_revoke(access, grant):
            raise NotYours
    return Step(line, Does.REPLACE if standing else Does.GIVE, wanted, standing)


def _spoken(text: str) -> str:
    """The words alone: our spaces that do not break come back from a spreadsheet as plain ones."""
    return " ".join(text.split())


def apply(access: Access, steps: Sequence[Step]) -> datetime:
    """Do all of it, or nothing; gives back the moment by which it can be undone.

    Raises Invalid when a line cannot be done or nothing changes, or what giving and revoking raise.
    """
    if any(step.error for step in steps):
        raise Invalid("Des lignes ne peuvent pas être appliquées\u00a0: rien n’a été enregistré.")
    done = [step for step in steps if step.does is not Does.NOTHING]
    if not done:
        raise Invalid("Rien ne change.")
    if len(done) > MOST_CHANGES:
        raise too_many(len(done))
    for step in done:
        for grant in step.ended:
            rights.revoke(access, grant, reason=step.line.reason if step.does is Does.END else _REPLACED)
        if step.wanted is not None:
            rights.assign(access, step.wanted)
    given, ended = sum(step.wanted is not None for step in done), sum(len(step.ended) for step in done)
    record(access, Act.RIGHTS_CHANGED, given=given, ended=ended, source=done[0].line.source.value)
    return access.moment


def too_many(changes: int) -> Invalid:
    """All are written in one transaction, during which nobody else writes."""
    return Invalid(
        f"{french.number(changes)} accès changeraient\u00a0: {MOST_CHANGES} au plus à la fois.",
        "Gardez-en une partie dans ce fichier, appliquez-la, puis importez la suite.",
    )


def fingerprint(steps: Sequence[Step]) -> str:
    """Says whether two plans would change the same things: what is saved is what was read."""
    told = [
        (
            step.does, _who(step.line.subject), step.line.role, type(step.line.scope).__name__, step.line.scope.id,
            step.line.with_services, step.line.ends, step.line.reason,
            [(grant.public_id, grant.version) for grant in step.ended],
        )
        for step in steps
        if step.does is not Does.NOTHING
    ]  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def done_at(access: Access, moment: datetime) -> tuple[int, int]:
    """How many rights the actor gave and took back at that moment, that can still be undone."""
    given, ended = ruled.done_at(access, moment)
    return sum(grant.revoked_at is None for grant in given), len(ended)


def undo(access: Access, moment: datetime) -> None:
    """Put things back as they were before what the actor did at `moment`: all of it, or nothing.

    Raises NotFound when she did nothing then, Conflict when one of these rights was changed since.
    """
    given, ended = ruled.done_at(access, moment)
    if not given and not ended:
        raise NotFound
    if any(grant.version != 1 or grant.revoked_at is not None for grant in given):
        raise Conflict(
            "Un de ces accès a été changé depuis, ou tout est déjà annulé\u00a0: rien n’a été touché.",
            "Ouvrez chaque accès pour le retirer ou le rétablir un par un.",
        )
    for grant in given:
        rights.revoke(access, grant, reason="Annulé par la personne qui l’avait donné")
    access.session.flush()
    for grant in ended:
        rights.restore(access, grant)
    record(access, Act.RIGHTS_CHANGED, undone=moment, given=len(ended), ended=len(given))


def outcome(access: Access, steps: Sequence[Step], *, most: int = 50) -> Outcome:
    """Who gains and who loses, of the assets touched, when units are given or lose accesses to them."""
    tree = access.facts.tree
    assets = {step.line.scope.id: step.line.scope for step in steps if isinstance(step.line.scope, Asset)}
    units = {step.line.subject.id for step in steps if isinstance(step.line.subject, Unit)}
    grid = Grid(access, list(assets.values()), {inside for unit in units for inside in tree.branch(unit)})
    given = [
        (step.wanted.subject, key_of(step.wanted.role, step.wanted.asset, step.wanted.ends))
        for step in steps
        if step.wanted is not None and step.wanted.asset is not None and isinstance(step.wanted.subject, Unit)
    ]
    ended = {grant.public_id for step in steps for grant in step.ended}
    gaining: dict[int, list[tuple[Asset, Gets, Gets]]] = {}
    losing: dict[int, list[tuple[Asset, Gets, Gets]]] = {}
    for person in grid.places:
        for asset in assets.values():
            before = grid.got(person, asset.id).level
            after = grid.would_get(person, asset.id, given, ended).level
            if before != after:
                (gaining if after > before else losing).setdefault(person, []).append((asset, before, after))
    named = people(access.session, [*gaining, *losing])

    def first(moved: dict[int, list[tuple[Asset, Gets, Gets]]]) -> list[Moved]:
        order = sorted(moved, key=lambda one: (named[one].family_name, named[one].given_name, one))
        return [Moved(named[one], moved[one]) for one in order[:most]]

    return Outcome(first(gaining), first(losing), len(gaining), len(losing))


def effect(access: Access, steps: Sequence[Step]) -> tuple[list[Effect], int]:
    """Who gains and who loses, counted in assets, whatever the lines are about; the first fifty, and how many."""
    given = [step.wanted for step in steps if step.wanted is not None]
    return effects.of_changes(access, given, [grant for step in steps for grant in step.ended])


def _day(ends: datetime | None) -> date | None:
    """An end is a day, on screen and in a file."""
    return ends.astimezone(PARIS).date() if ends is not None else None


def _who(subject: Person | Unit | Usage | str) -> tuple[str, int | str]:
    return (type(subject).__name__, subject if isinstance(subject, str) else subject.id)


def _is_about(grant: Grant, line: Line) -> bool:
    """Of a grant there: is it the same right, its end aside?"""
    held = ("str", grant.group_name) if grant.group_name else ("Unit", grant.subject_unit_id)
    held = ("Person", grant.person_id) if grant.person_id is not None else held
    held = ("Usage", grant.usage_id) if grant.usage_id is not None else held
    if held != _who(line.subject):
        return False
    return line.role is None or (grant.role is line.role and grant.with_services == line.with_services)
