"""What the mapping table gives to whom, from the values kept of each person; and a change of it applied at once.

A value is kept with its `origin`: the issuer that said it (empty for the authority's own provider), or `IMPORTED` when
a file of people did. What a provider says gives rights of source `sso`, what a file says rights of source `import`:
neither ever touches the other's, nor what was given by hand.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth import queries, rights
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import Grant, GroupMapping, Membership, Person, PersonClaim, Stamp
from dataspace.auth.words import MembershipKind, Role, Source

IMPORTED = "import"
# SQLite binds so many values at once.
_AT_ONCE = 400

Right = tuple[Role, int, bool]
Place = tuple[int, MembershipKind]
# Its origin, its claim and what it says.
Value = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """A line of the table, apart from its row: what is compared when the table changes."""

    issuer: str
    claim: str
    value: str
    unit_id: int
    role: Role
    with_services: bool
    membership: MembershipKind | None = None

    @classmethod
    def of(cls, row: GroupMapping) -> "Line":
        return cls(row.issuer, row.claim, row.value, row.unit_id, row.role, row.with_services, row.membership)

    @property
    def right(self) -> Right:
        return (self.role, self.unit_id, self.with_services)

    @property
    def place(self) -> Place | None:
        return (self.unit_id, self.membership) if self.membership else None

    def speaks_to(self, source: Source, value: Value) -> bool:
        """Does `value` make this line give something of that source?"""
        origin, claim, said = value
        by = Source.IMPORT if origin == IMPORTED else Source.SSO
        issuer = "" if origin == IMPORTED else origin
        return by is source and (self.issuer, self.claim, self.value) == (issuer, claim, said)


@dataclass(frozen=True)
class Turn:
    """What a change gives and takes away from one person; nothing of it is written yet."""

    person: Person
    source: Source
    given: tuple[Line, ...] = ()
    ended: tuple[Line, ...] = ()
    joined: tuple[Place, ...] = ()
    left: tuple[Place, ...] = ()
    grants: tuple[Grant, ...] = field(default=(), compare=False)
    places: tuple[Membership, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.ended or self.joined or self.left)


def lines(session: Session) -> list[Line]:
    """The whole table."""
    return [Line.of(row) for row in queries.mappings(session)]


def hold_table(session: Session, *, to_change: bool = False) -> str:
    """Nobody changes the table until this commits (nobody else reads it to apply it, `to_change`). Its version."""
    stmt = select(Stamp).where(Stamp.name == "directory").with_for_update(read=not to_change)
    stamp = session.scalars(stmt.execution_options(populate_existing=True)).one()
    if to_change:
        before, stamp.version = stamp.version, secrets.token_hex(8)
        return before
    return stamp.version


def version(session: Session) -> str:
    """The version of the table as it is read now."""
    return session.scalars(select(Stamp.version).where(Stamp.name == "directory")).one()


def note(session: Session, person: Person, origin: str, heard: Mapping[str, Iterable[str]]) -> None:
    """Keep the values heard of these claims; a claim that is not there says nothing."""
    stmt = select(PersonClaim).where(PersonClaim.person_id == person.id, PersonClaim.origin == origin)
    kept = {(row.claim, row.value): row for row in session.scalars(stmt)}
    now = {(claim, value) for claim, said in heard.items() for value in said}
    for key in sorted(kept.keys() - now):
        if key[0] in heard:
            session.delete(kept[key])
    session.add_all(
        PersonClaim(person_id=person.id, origin=origin, claim=claim, value=value)
        for claim, value in sorted(now - kept.keys())
    )


def kept(session: Session, person_ids: Iterable[int]) -> dict[int, set[Value]]:
    """The values kept of these people."""
    found: dict[int, set[Value]] = defaultdict(set)
    for ids in _pieces(sorted(set(person_ids))):
        for row in session.scalars(select(PersonClaim).where(PersonClaim.person_id.in_(ids))):
            found[row.person_id].add((row.origin, row.claim, row.value))
    return found


def carriers(session: Session, changed: Iterable[Line]) -> set[int]:
    """Who carries a value of one of these lines."""
    named = {(line.issuer, line.claim, line.value) for line in changed}
    found = set()
    for values in _pieces(sorted({value for _, _, value in named})):
        for row in session.scalars(select(PersonClaim).where(PersonClaim.value.in_(values))):
            if ("" if row.origin == IMPORTED else row.origin, row.claim, row.value) in named:
                found.add(row.person_id)
    return found


def plan(session: Session, moment: datetime, before: Sequence[Line], after: Sequence[Line]) -> list[Turn]:
    """What it would change for each person if the table went from `before` to `after`, in the order of names."""
    ids = carriers(session, set(before) ^ set(after))
    values = kept(session, ids)
    return turns(session, moment, {one: (before, values[one], after, values[one]) for one in ids})


def turns(
    session: Session,
    moment: datetime,
    cases: Mapping[int, tuple[Sequence[Line], Iterable[Value], Sequence[Line], Iterable[Value]]],
) -> list[Turn]:
    """The turns of people by id: (table, values) as they were, (table, values) as they would be."""
    people = queries.people(session, cases)
    grants, places = _held(session, moment, cases), _sat(session, moment, cases)
    found = []
    for one in sorted(cases, key=lambda one: (people[one].family_name, people[one].given_name, one)):
        was_table, was_values, table, values = cases[one]
        for source in (Source.SSO, Source.IMPORT):
            was, will = _of(was_table, was_values, source), _of(table, values, source)
            turn = _turn(people[one], source, was, will, grants[one, source], places[one, source])
            if turn:
                found.append(turn)
    return found


def apply(access: Access, found: Iterable[Turn], **facts: Any) -> None:
    """Write these turns, each person told on her next page and in the journal. Gives first, so that a guard of the
    last one counts who has just been given it.

    Raises LastOne when an authority would be left without anybody to administer it.
    """
    from dataspace.auth import directory

    found = list(found)
    before = {turn.person.id: directory.directorate(access, turn.person) for turn in found}
    for turn in found:
        _give(access, turn)
    access.session.flush()
    for turn in found:
        for grant in turn.grants:
            rights.keep_one(access, grant)
            grant.revoked_at, grant.revoked_by_id = access.moment, access.author_id
            access.session.flush()
        for place in turn.places:
            place.ends = access.moment
    access.session.flush()
    for turn in found:
        counts: dict[str, Any] = {"given": len(turn.given), "ended": len(turn.grants), "joined": len(turn.joined)}
        counts["left"] = len(turn.places)
        change = directory.Change(before[turn.person.id], directory.directorate(access, turn.person), **counts)
        turn.person.notice = (change.sentence or turn.person.notice)[:400]
        record(
            access, Act.DIRECTORY_SYNCED, turn.person, before=change.before or "", after=change.after or "",
            source=turn.source.value, roles=[line.role.value for line in turn.given],
            roles_ended=[grant.role.value for grant in turn.grants], **counts, **facts,
        )  # fmt: skip


def _give(access: Access, turn: Turn) -> None:
    moment = access.moment
    access.session.add_all(
        Grant(
            person_id=turn.person.id, role=line.role, unit_id=line.unit_id, with_services=line.with_services,
            source=turn.source, reason=reason(line), granted_at=moment, starts=moment,
        )
        for line in turn.given
    )  # fmt: skip
    access.session.add_all(
        Membership(person_id=turn.person.id, unit_id=unit_id, kind=kind, source=turn.source, starts=moment)
        for unit_id, kind in turn.joined
    )


def reason(line: Line | GroupMapping) -> str:
    """Why a grant of this line stands, as the person reads it."""
    what = "Groupe" if line.claim == "groups" else f"Attribut {line.claim}"
    return f"{what} «\u00a0{line.value}\u00a0» de l’annuaire"


def gives(table: Iterable[Line], values: Iterable[Value], source: Source = Source.SSO) -> list[Line]:
    """The lines of the table that these values make speak."""
    by_value = defaultdict(list)
    for line in table:
        by_value[line.value].append(line)
    return [line for value in sorted(set(values)) for line in by_value[value[2]] if line.speaks_to(source, value)]


def _of(table: Iterable[Line], values: Iterable[Value], source: Source) -> tuple[dict[Right, Line], set[Place]]:
    spoken = gives(table, values, source)
    return {line.right: line for line in reversed(spoken)}, {line.place for line in spoken if line.place}


def _turn(
    person: Person, source: Source, was: tuple[dict[Right, Line], set[Place]],
    will: tuple[dict[Right, Line], set[Place]], held: dict[Right, list[Grant]], sat: dict[Place, list[Membership]],
) -> Turn:  # fmt: skip
    gone = [right for right in was[0] if right not in will[0] and right in held]
    left = sorted(place for place in was[1] - will[1] if place in sat)
    # Nothing is given to who is no longer there.
    comes = person.is_active
    return Turn(
        person, source,
        tuple(line for right, line in will[0].items() if comes and right not in was[0] and right not in held),
        tuple(was[0][right] for right in gone),
        tuple(sorted(place for place in will[1] - was[1] if comes and place not in sat)), tuple(left),
        tuple(grant for right in gone for grant in held[right]), tuple(row for place in left for row in sat[place]),
    )  # fmt: skip


def _held(
    session: Session, moment: datetime, ids: Iterable[int]
) -> defaultdict[tuple[int, Source], dict[Right, list[Grant]]]:
    found: defaultdict[tuple[int, Source], dict[Right, list[Grant]]] = defaultdict(dict)
    for some in _pieces(sorted(ids)):
        stmt = select(Grant).where(
            Grant.person_id.in_(some), Grant.unit_id.is_not(None), Grant.revoked_at.is_(None),
            Grant.source.in_((Source.SSO, Source.IMPORT)), live(Grant, moment),
        )  # fmt: skip
        for grant in session.scalars(stmt.order_by(Grant.id)):
            assert grant.person_id is not None
            assert grant.unit_id is not None
            right = (grant.role, grant.unit_id, grant.with_services)
            found[grant.person_id, grant.source].setdefault(right, []).append(grant)
    return found


def _sat(
    session: Session, moment: datetime, ids: Iterable[int]
) -> defaultdict[tuple[int, Source], dict[Place, list[Membership]]]:
    found: defaultdict[tuple[int, Source], dict[Place, list[Membership]]] = defaultdict(dict)
    for some in _pieces(sorted(ids)):
        stmt = select(Membership).where(
            Membership.person_id.in_(some), Membership.source.in_((Source.SSO, Source.IMPORT)),
            live(Membership, moment),
        )  # fmt: skip
        for row in session.scalars(stmt.order_by(Membership.id)):
            found[row.person_id, row.source].setdefault((row.unit_id, row.kind), []).append(row)
    return found


def _pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
