"""Reading the table of the directory, the values really heard, and who waits to be received."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from dataspace import audit
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, rights
from dataspace.auth.dated import live
from dataspace.auth.mapping import IMPORTED, Turn
from dataspace.auth.models import Grant, GroupMapping, Identity, Membership, Person, PersonClaim, Unit
from dataspace.auth.queries import units
from dataspace.auth.words import Reach, Role
from dataspace.directory.models import Arrival, ArrivalState


@dataclass(frozen=True)
class Seen:
    """A value heard at a sign-in (or read from a file), and how many people of one's reach carry it."""

    issuer: str
    claim: str
    value: str
    people: int


def table(access: Access, text: str = "") -> Sequence[GroupMapping]:
    """The lines on units of the actor's reach whose value or unit contains `text`, in the order of values."""
    cells = sorted(access.scope(Permission.DIRECTORY_MAP).cells)
    stmt = select(GroupMapping).where(GroupMapping.unit_id.in_(cells))
    found = access.session.scalars(stmt.order_by(GroupMapping.claim, GroupMapping.value, GroupMapping.id)).all()
    tree, sought = access.facts.tree, text.strip().lower()

    def says(row: GroupMapping) -> bool:
        unit = tree[row.unit_id]
        return any(sought in word.lower() for word in (row.claim, row.value, unit.name, unit.code, row.role.label))

    return [row for row in found if says(row)] if sought else found


def line(access: Access, public_id: str) -> GroupMapping | None:
    """The line of the actor's reach that has this address, as it is now."""
    stmt = select(GroupMapping).where(GroupMapping.public_id == public_id)
    row = access.session.scalar(stmt.execution_options(populate_existing=True))
    return row if row is not None and access.may_in(Permission.DIRECTORY_MAP, row.unit_id) else None


def was_taken_away(access: Access, public_id: str) -> bool:
    """Was there such a line, on a unit of the actor's reach, before somebody took it away?"""
    event = journal.last_about(access, audit.Act.MAPPING_CHANGED, GroupMapping.__tablename__, public_id)
    before: Any = event.facts.get("before") if event is not None else None
    node = access.facts.tree.by_code.get(before["unit"]) if before else None
    return node is not None and access.may_in(Permission.DIRECTORY_MAP, node.id)


def seen(access: Access) -> list[Seen]:
    """Every value heard of the people whom the actor may know, the most carried first."""
    # What a file says speaks through the lines of the authority's own provider.
    issuer = case((PersonClaim.origin == IMPORTED, ""), else_=PersonClaim.origin).label("issuer")
    said = (
        select(issuer, PersonClaim.claim, PersonClaim.value, PersonClaim.person_id.label("person"))
        .join(Person, Person.id == PersonClaim.person_id)
        .where(Person.is_active, _of_reach(access))
        .subquery()
    )
    key = (said.c.issuer, said.c.claim, said.c.value)
    stmt = select(*key, func.count(func.distinct(said.c.person))).group_by(*key)
    found = [Seen(*row) for row in access.session.execute(stmt)]
    return sorted(found, key=lambda one: (-one.people, one.claim, one.value))


def known(access: Access, person_ids: Iterable[int]) -> set[int]:
    """Those of these people whom the actor may name: they work in her reach, or nowhere yet."""
    wanted = sorted(set(person_ids))
    found: set[int] = set()
    for start in range(0, len(wanted), 400):
        some = wanted[start : start + 400]
        found.update(access.session.scalars(select(Person.id).where(Person.id.in_(some), _of_reach(access))))
    return found


def people(access: Access, *, limit: int = 300) -> Sequence[Person]:
    """Active people whom the actor may name, in the order of names."""
    stmt = select(Person).where(Person.is_active, _of_reach(access))
    return access.session.scalars(stmt.order_by(Person.family_name, Person.given_name).limit(limit)).all()


def issuers(access: Access) -> set[str]:
    """The providers that ever spoke, as a line may name them; empty is the authority's own."""
    named = access.session.scalars(select(Identity.issuer).distinct())
    return {"", *named, *access.session.scalars(select(GroupMapping.issuer).distinct())}


def roles(access: Access) -> list[Role]:
    """Roles that the actor may give somewhere, and that mean something on a unit."""
    policy = access.policy

    def opens(role: Role) -> bool:
        return any(policy.level(role, permission, Reach.UNIT) is not None for permission in Permission)

    return [role for role in rights.assignable_roles(access) if opens(role)]


def places(access: Access) -> list[Unit]:
    """Units of the actor's reach."""
    cells = access.scope(Permission.DIRECTORY_MAP).cells
    return [unit for unit in units(access.session) if unit.id in cells]


def kept_elsewhere(access: Access, turns: Iterable[Turn]) -> set[tuple[int, Role, int]]:
    """Of what these turns end: (person, role, unit) that she holds by another way too."""
    ended = {(turn.person.id, line.role, line.unit_id) for turn in turns for line in turn.ended}
    sources = {turn.person.id: turn.source for turn in turns}
    found = set()
    ids = sorted({person for person, _, _ in ended})
    for start in range(0, len(ids), 400):
        stmt = select(Grant).where(
            Grant.person_id.in_(ids[start : start + 400]), Grant.unit_id.is_not(None), Grant.revoked_at.is_(None),
            live(Grant, access.moment),
        )  # fmt: skip
        for grant in access.session.scalars(stmt):
            key = (grant.person_id or 0, grant.role, grant.unit_id or 0)
            if key in ended and grant.source is not sources[key[0]]:
                found.add(key)
    return found


# --- the waiting room -----------------------------------------------------------------------------------------------
def waiting(access: Access) -> list[Arrival]:
    """Who waits for an answer that the actor may give, the oldest first."""
    if not access.may(Permission.RIGHTS_ASSIGN):
        return []
    # Whom the directory gave a place meanwhile waits no longer.
    placed = select(Grant.person_id).where(
        Grant.person_id == Arrival.person_id, Grant.unit_id.is_not(None), Grant.revoked_at.is_(None),
        live(Grant, access.moment),
    )  # fmt: skip
    stmt = select(Arrival).where(
        Arrival.state == ArrivalState.WAITING, Arrival.person_id != access.author_id, ~placed.exists()
    )
    found = access.session.scalars(stmt.order_by(Arrival.created, Arrival.id)).all()
    return [one for one in found if receives(access, one.unit_id)]


def receives(access: Access, unit_id: int) -> bool:
    """May the actor receive somebody in this unit?"""
    unit = access.session.get_one(Unit, unit_id)
    return rights.may_assign(access, Role.AGENT, unit)


def arrival(access: Access, public_id: str) -> Arrival | None:
    """An arrival that the actor may answer or has to know of: the units that she may receive in."""
    found = access.session.scalar(select(Arrival).where(Arrival.public_id == public_id))
    if found is None or found.person_id == access.author_id or not access.may(Permission.RIGHTS_ASSIGN):
        return None
    return found if receives(access, found.unit_id) else None


def mine(access: Access) -> Arrival | None:
    """The actor's last request to be received."""
    stmt = select(Arrival).where(Arrival.person_id == access.author_id).order_by(Arrival.id.desc()).limit(1)
    return access.session.scalars(stmt).first()


def _of_reach(access: Access) -> ColumnElement[bool]:
    cells = sorted(access.scope(Permission.DIRECTORY_MAP).cells)
    held = live(Membership, access.moment)
    here = select(Membership.person_id).where(Membership.unit_id.in_(cells), held)
    return or_(Person.id.in_(here), ~exists().where(Membership.person_id == Person.id, held))
