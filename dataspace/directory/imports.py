"""Bringing people from a file: looked at first, all or nothing, and undone; only what came from a file is touched."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import HouseAccess, mapping, queries
from dataspace.auth.mapping import IMPORTED, Turn, Value
from dataspace.auth.models import Identity, Membership, Person
from dataspace.auth.models.assets import public_id
from dataspace.auth.words import MembershipKind, Source
from dataspace.directory.feed import FACTS, Entry
from dataspace.directory.models import DirectoryImport, DirectoryImportLine
from dataspace.errors import Conflict, NotFound

_PIECE = 400


@dataclass
class Case:
    """What a line would change for one person: facts (before, after), values, and where she works."""

    entry: Entry
    person: Person | None
    is_new: bool
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    values: tuple[set[Value], set[Value]] = field(default_factory=lambda: (set(), set()))
    joins: int | None = None
    leaves: list[Membership] = field(default_factory=list)
    last: DirectoryImportLine | None = None

    @property
    def is_idle(self) -> bool:
        same = self.values[0] == self.values[1]
        return not (self.is_new or self.facts or self.joins or self.leaves) and same


def plan(house: HouseAccess, entries: Sequence[Entry]) -> list[Case]:
    """What each line would change. Nothing is written."""
    people = _by_login(house, [entry.login for entry in entries])
    ids = [person.id for person in people.values()]
    last = _last_lines(house, ids)
    values, places = mapping.kept(house.session, ids), _places(house, ids)
    cases = []
    for entry in entries:
        person = people.get(entry.login)
        line = last.get(person.id) if person else None
        was = {one for one in values[person.id] if one[0] == IMPORTED} if person else set()
        case = Case(
            entry, person, person is None or _comes_back(person, line), values=(was, _said(entry, was)), last=line
        )
        _facts(case, line)
        if entry.says_unit:
            held = places.get(person.id, []) if person else []
            ours = _ours(line)
            case.leaves = [one for one in held if one.id in ours and one.unit_id != entry.unit_id]
            if entry.unit_id is not None and entry.unit_id not in {one.unit_id for one in held}:
                case.joins = entry.unit_id
        cases.append(case)
    return cases


def rights_of(house: HouseAccess, cases: Sequence[Case]) -> list[Turn]:
    """What the table gives and takes for these cases; people who are not written yet are left out."""
    table = mapping.lines(house.session)
    found = {case.person.id: (table, case.values[0], table, case.values[1]) for case in cases if case.person}
    return mapping.turns(house.session, house.moment, found)


def apply(house: HouseAccess, entries: Sequence[Entry], *, file_name: str, content: bytes) -> DirectoryImport:
    """Write what `plan` says, in one transaction. Raises LastOne when nobody would administer any more."""
    mapping.hold_table(house.session, to_change=True)
    cases = [case for case in plan(house, entries) if not case.is_idle]
    made = DirectoryImport(
        file_name=file_name[:200], digest=hashlib.sha256(content).hexdigest(), at=house.moment,
        public_id=public_id(),
    )  # fmt: skip
    house.session.add(made)
    for case in cases:
        if case.person is None:
            case.person = Person(public_id=public_id(), login=case.entry.login, given_name="", family_name="")
            house.session.add(case.person)
        case.person.is_active = case.person.is_active or case.is_new
        for name, (_, after) in case.facts.items():
            setattr(case.person, name, after)
    house.session.flush()
    for case in cases:
        _write(house, made, case)
    mapping.apply(house, rights_of(house, cases), file=made.public_id)
    house.session.flush()
    record(house, Act.DIRECTORY_IMPORTED, file=made.file_name, digest=made.digest, id=made.public_id,
           people=len(cases), created=sum(case.is_new for case in cases))  # fmt: skip
    return made


def undo(house: HouseAccess, import_id: str) -> tuple[int, int]:
    """Put back what a file changed, where nothing else changed it since: how many people, how many facts left alone.

    Raises NotFound, Conflict (undone already), LastOne.
    """
    mapping.hold_table(house.session, to_change=True)
    stmt = select(DirectoryImport).where(DirectoryImport.public_id == import_id).with_for_update()
    made = house.session.scalar(stmt)
    if made is None:
        raise NotFound(
            f"Aucune reprise n’a le numéro {import_id}.", "«\u00a0dataspace directory imports\u00a0» les dit."
        )
    if made.undone_at is not None:
        raise Conflict("Cette reprise est déjà annulée.", "Rien n’a été changé.")
    lines = house.session.scalars(
        select(DirectoryImportLine).where(DirectoryImportLine.import_id == made.id).order_by(DirectoryImportLine.id)
    ).all()
    people = queries.people(house.session, [line.person_id for line in lines])
    values = mapping.kept(house.session, people)
    table, cases, left = mapping.lines(house.session), {}, 0
    for line in lines:
        person = people[line.person_id]
        left += _undo_facts(house, person, line)
        left += _undo_places(house, line)
        now = {one for one in values[person.id] if one[0] == IMPORTED}
        after, before = _values(line.after), _values(line.before)
        if now == after and before != after:
            cases[person.id] = (table, now, table, before)
            mapping.note(house.session, person, IMPORTED, _heard(before, now))
        elif now != after:
            left += 1
    mapping.apply(house, mapping.turns(house.session, house.moment, cases), file=made.public_id, undo=True)
    made.undone_at = house.moment
    house.session.flush()
    record(house, Act.DIRECTORY_UNDONE, file=made.file_name, id=made.public_id, people=len(lines), left=left)
    return len(lines), left


def all_of(house: HouseAccess, *, limit: int = 50) -> Sequence[DirectoryImport]:
    """The files that were applied, the last first."""
    return house.session.scalars(select(DirectoryImport).order_by(DirectoryImport.id.desc()).limit(limit)).all()


# --- reading --------------------------------------------------------------------------------------------------------
def _by_login(house: HouseAccess, logins: Sequence[str]) -> dict[str, Person]:
    found = {}
    for start in range(0, len(logins), _PIECE):
        stmt = select(Person).where(Person.login.in_(logins[start : start + _PIECE]))
        found.update({person.login: person for person in house.session.scalars(stmt)})
    return found


def _last_lines(house: HouseAccess, ids: Sequence[int]) -> dict[int, DirectoryImportLine]:
    """The last line that each person had, undone or not."""
    found = {}
    for start in range(0, len(ids), _PIECE):
        stmt = select(DirectoryImportLine).where(DirectoryImportLine.person_id.in_(ids[start : start + _PIECE]))
        for line in house.session.scalars(stmt.order_by(DirectoryImportLine.id)):
            found[line.person_id] = line
    return found


def _places(house: HouseAccess, ids: Sequence[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for start in range(0, len(ids), _PIECE):
        found.update(queries.postings(house.session, ids[start : start + _PIECE], house.moment))
    return {one: [row for row in rows if row.kind is MembershipKind.POSTING] for one, rows in found.items()}


def _comes_back(person: Person, line: DirectoryImportLine | None) -> bool:
    """Was she made by a file, then put aside when it was undone?"""
    return not person.is_active and line is not None and bool(line.after.get("undone"))


def _said(entry: Entry, was: set[Value]) -> set[Value]:
    silent = {value for value in was if value[1] not in entry.values}
    return silent | {(IMPORTED, claim, value) for claim, said in entry.values.items() for value in said}


def _facts(case: Case, line: DirectoryImportLine | None) -> None:
    """What the file may write: what is empty, and what a file itself wrote last."""
    written: Any = line.after.get("facts", {}) if line else {}
    for name, after in case.entry.facts.items():
        before = getattr(case.person, name) if case.person else ""
        if before == after:
            continue
        if not before or case.is_new or written.get(name) == before:
            case.facts[name] = (before, after)
        else:
            case.kept.append(name)


def _ours(line: DirectoryImportLine | None) -> set[int]:
    places: Any = line.after.get("places", []) if line else []
    return set(places)


# --- writing and putting back ---------------------------------------------------------------------------------------
def _write(house: HouseAccess, made: DirectoryImport, case: Case) -> None:
    person = case.person
    assert person is not None
    last = case.last
    written: Any = dict(last.after.get("facts", {})) if last else {}  # type: ignore[call-overload]
    mapping.note(house.session, person, IMPORTED, _heard(case.values[1], case.values[0]))
    places = _ours(last) - {one.id for one in case.leaves}
    ended = {str(one.id): one.ends.isoformat() if one.ends else "" for one in case.leaves}
    for one in case.leaves:
        one.ends = house.moment
    if case.joins is not None:
        place = Membership(
            person_id=person.id, unit_id=case.joins, kind=MembershipKind.POSTING, source=Source.IMPORT,
            starts=house.moment,
        )  # fmt: skip
        house.session.add(place)
        house.session.flush()
        places.add(place.id)
    written |= {name: after for name, (_, after) in case.facts.items()}
    house.session.add(
        DirectoryImportLine(
            import_id=made.id, number=case.entry.number, person_id=person.id, is_new=case.is_new,
            before={"facts": {name: was for name, (was, _) in case.facts.items()}, "values": _listed(case.values[0]),
                    "ended": ended},
            after={"facts": written, "values": _listed(case.values[1]), "places": sorted(places),
                   "changed": sorted(case.facts), "joined": place.id if case.joins is not None else 0,
                   "at": house.moment.isoformat()},
        )
    )  # fmt: skip


def _undo_facts(house: HouseAccess, person: Person, line: DirectoryImportLine) -> int:
    before: Any = line.before["facts"]
    after: Any = line.after["facts"]
    left = 0
    for name, was in before.items():
        if name in FACTS and getattr(person, name) == after[name]:
            setattr(person, name, was)
        else:
            left += 1
    known = house.session.scalar(select(Identity.id).where(Identity.person_id == person.id))
    if line.is_new and known is None:
        person.is_active = False
    line.after = {**line.after, "facts": {}, "undone": line.is_new}
    return left


def _undo_places(house: HouseAccess, line: DirectoryImportLine) -> int:
    ended: Any = line.before["ended"]
    at, left = datetime.fromisoformat(str(line.after["at"])), 0
    ids = [int(one) for one in ended] + ([int(str(line.after["joined"]))] if line.after["joined"] else [])
    rows = house.session.scalars(select(Membership).where(Membership.id.in_(ids))).all() if ids else []
    for row in rows:
        if str(row.id) in ended:
            if row.ends == at:
                row.ends = datetime.fromisoformat(ended[str(row.id)]) if ended[str(row.id)] else None
            else:
                left += 1
        elif row.ends is None:
            row.ends = house.moment
        else:
            left += 1
    line.after = {**line.after, "places": sorted(int(one) for one in ended)}
    return left


def _listed(values: set[Value]) -> list[list[str]]:
    return sorted([claim, value] for _, claim, value in values)


def _values(said: Mapping[str, Any]) -> set[Value]:
    return {(IMPORTED, claim, value) for claim, value in said["values"]}


def _heard(values: set[Value], others: set[Value]) -> dict[str, list[str]]:
    """The values by claim, claims that lose all of theirs included."""
    heard: dict[str, list[str]] = {claim: [] for _, claim, _ in values | others}
    for _, claim, value in sorted(values):
        heard[claim].append(value)
    return heard
