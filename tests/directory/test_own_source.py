"""Whatever the directory, a file, another provider and the table do in turn, each moves only what is its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.auth import HouseAccess, Policy, Task, mapping, system
from dataspace.auth.directory import sync
from dataspace.auth.models import Grant, GroupMapping, Person, Unit
from dataspace.auth.words import Role, Source
from dataspace.directory import feed, imports
from tests import people

OTHER = "https://elsewhere.example"
UNITS = ("eau", "finances")
GROUPS = ("a", "b")
said = st.none() | st.sets(st.sampled_from(GROUPS))
steps = st.one_of(
    st.tuples(st.just("signs in"), said, said),
    st.tuples(st.just("elsewhere"), said, said),
    st.tuples(st.just("file"), said, st.none()),
    st.tuples(st.just("line"), st.sampled_from(GROUPS), st.sampled_from(UNITS)),
    st.tuples(st.just("other line"), st.sampled_from(GROUPS), st.sampled_from(UNITS)),
)


@pytest.fixture(scope="module")
def base(clone: Callable[..., str]) -> Iterator[db.Engine]:
    engine = db.engine(clone("valmer", "own-source"))
    yield engine
    engine.dispose()


@contextmanager
def a_world(base: db.Engine, policy: Policy) -> Iterator[HouseAccess]:
    """Rémi, with one right by hand and one from elsewhere; undone at the end."""
    with db.sessions(base)() as session:
        house = system(session, Task.DIRECTORY_SYNC, policy)
        remi = people.person(session, "remi")
        for grant in session.scalars(select(Grant).where(Grant.person_id == remi.id)):
            session.delete(grant)
        for source in (Source.MANUAL, Source.REQUEST, Source.SYSTEM):
            session.add(_grant(remi, session, source, house))
        session.flush()
        yield house
        session.rollback()


def _grant(person: Person, session: Session, source: Source, house: HouseAccess) -> Grant:
    return Grant(
        person_id=person.id, role=Role.AGENT, unit_id=_unit(session, "eau"), with_services=True, source=source,
        reason="pour l’histoire", granted_at=people.LONG_AGO, starts=people.LONG_AGO,
    )  # fmt: skip


def _unit(session: Session, code: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def held(house: HouseAccess) -> dict[Source, set[str]]:
    """The units of Rémi's live rights, by source."""
    remi = people.person(house.session, "remi")
    stmt = select(Grant.source, Unit.code).join(Unit, Unit.id == Grant.unit_id)
    found: dict[Source, set[str]] = {source: set() for source in Source}
    for source, code in house.session.execute(stmt.where(Grant.person_id == remi.id, Grant.revoked_at.is_(None))):
        found[source].add(code)
    return found


class Model:
    """What must be, in a few lines: values last heard of each origin, and the lines there are."""

    def __init__(self) -> None:
        self.heard: dict[tuple[str, str], set[str]] = {}
        self.lines: set[tuple[str, str, str]] = set()

    def hears(self, origin: str, groups: Any, department: Any = None) -> None:
        for claim, values in (("groups", groups), ("department", department)):
            if values is not None:
                self.heard[origin, claim] = set(values)

    def gives(self, *origins: tuple[str, str]) -> set[str]:
        """What (origin, the issuer its lines name) give by groups."""
        return {
            unit for origin, issuer in origins for by, value, unit in self.lines
            if by == issuer and value in self.heard.get((origin, "groups"), ())
        }  # fmt: skip


@settings(
    max_examples=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(story=st.lists(steps, max_size=8))
@example(story=[("line", "a", "eau"), ("signs in", {"a"}, None), ("elsewhere", set(), None), ("line", "a", "eau")])
@example(story=[("line", "a", "eau"), ("file", {"a"}, None), ("signs in", set(), None), ("file", None, None)])
def test_each_moves_only_its_own(base: db.Engine, the_policy: Policy, story: list[tuple[Any, ...]]) -> None:
    with a_world(base, the_policy) as house:
        model = Model()
        for what, first, second in story:
            _do(house, model, what, first, second)
            now = held(house)
            assert now[Source.SSO] == model.gives(("", ""), (OTHER, OTHER)), what
            assert now[Source.IMPORT] == model.gives((mapping.IMPORTED, "")), what
            for source in (Source.MANUAL, Source.REQUEST, Source.SYSTEM):
                assert now[source] == {"eau"}, what


def _do(house: HouseAccess, model: Model, what: str, first: Any, second: Any) -> None:
    session, remi = house.session, people.person(house.session, "remi")
    if what in ("signs in", "elsewhere"):
        provider = "" if what == "signs in" else OTHER
        told = {"groups": first, "department": second}
        claims = {name: sorted(values) for name, values in told.items() if values is not None}
        sync(house, remi, claims, provider=provider, keep=("department",))
        model.hears(provider, first, second)
    elif what == "file":
        values = {} if first is None else {"groups": tuple(sorted(first))}
        imports.apply(house, [feed.Entry(2, "remi", {}, values=values)], file_name="rh.csv", content=b"")
        model.hears(mapping.IMPORTED, first)
    else:
        issuer = "" if what == "line" else OTHER
        _toggle(house, issuer, first, second)
        model.lines ^= {(issuer, first, second)}
    session.flush()


def _toggle(house: HouseAccess, issuer: str, value: str, code: str) -> None:
    """Add the line, or take it away if it is there, as the screen does."""
    session, before = house.session, mapping.lines(house.session)
    stmt = select(GroupMapping).where(GroupMapping.issuer == issuer, GroupMapping.value == value)
    row = session.scalars(stmt.where(GroupMapping.unit_id == _unit(session, code))).first()
    if row is not None:
        session.delete(row)
    else:
        session.add(
            GroupMapping(
                issuer=issuer, value=value, unit_id=_unit(session, code), role=Role.AGENT, with_services=True
            )
        )  # fmt: skip
    session.flush()
    mapping.apply(house, mapping.plan(session, house.moment, before, mapping.lines(session)))
