"""One answer everywhere: rows selected, one by one decisions, counts kept, and an independent oracle agree."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth import Access, HouseAccess, Permission, Task, counts, system
from dataspace.auth.models import Asset, Person
from dataspace.auth.words import Protection, Sensitivity, State
from dataspace.config import shipped
from tests.rights.living import access_of, counted, law, living, opened
from tests.rights.oracle import ASKED, Oracle
from tests.rights.worlds import World, worlds

quick, deep = law(50), law(300)
READING = (Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DASHBOARD_OPEN)


def people(session: Session, policy) -> Iterator[tuple[int, Access]]:
    for person in session.scalars(select(Person).order_by(Person.id)):
        yield person.id - 1, access_of(session, policy, person)


def everything(session: Session, policy) -> list[Asset]:
    house = system(session, Task.COUNTS, policy)
    return list(session.scalars(house.select(Asset, Permission.CARD_SEE).order_by(Asset.id)))


def one_answer(base, policy, world: World) -> None:
    oracle = Oracle(shipped("policies") / "policy.csv", world)
    with living(base, world) as session:
        assets = everything(session, policy)
        for rank, access in people(session, policy):
            reached: dict[Permission, set[int]] = {}
            for permission in Permission:
                selected = opened(access, permission)
                decided = {asset.id for asset in assets if access.allows(permission, asset)}
                told = (rank, permission.value)
                assert (*told, decided) == (*told, selected)
                assert (*told, counted(access, permission)) == (*told, len(selected))
                if permission.value in ASKED:
                    expected = {thing + 1 for thing in oracle.opened(rank, permission.value)}
                    assert (*told, selected) == (*told, expected)
                reached[permission] = selected
            for reading in READING:
                assert reached[reading] <= reached[Permission.CARD_SEE], "what is read is seen"


@quick
@given(world=worlds(people=5, assets=9))
def test_one_answer(base, the_policy, world):
    one_answer(base, the_policy, world)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@deep
@given(world=worlds())
def test_one_answer_in_many_worlds(base, the_policy, world):
    one_answer(base, the_policy, world)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["unit", "theme", "level", "protection", "state", "delete", "undo"]),
        st.integers(0, 11),
        st.integers(0, 7),
    ),
    max_size=8,
)


@quick
@given(world=worlds(people=2), edits=EDITS)
def test_counts_stay_right_under_edits(base, the_policy, world, edits):
    counts_stay_right(base, the_policy, world, edits)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@deep
@given(world=worlds(people=2), edits=EDITS)
def test_counts_stay_right_under_many_edits(base, the_policy, world, edits):
    counts_stay_right(base, the_policy, world, edits)


def counts_stay_right(base, policy, world: World, edits) -> None:
    with living(base, world) as session:
        house = system(session, Task.COUNTS, policy)
        assert counts.rebuild(house) == 0
        for edit in edits:
            change(session, house, world, edit)
            assert counts.rebuild(house) == 0, edit
        for _, access in people(session, policy):
            for permission in (Permission.CARD_SEE, Permission.DATASET_READ):
                assert counted(access, permission) == access.count(access.select(Asset, permission))


def change(session: Session, house: HouseAccess, world: World, edit: tuple[str, int, int]) -> None:
    what, rank, value = edit
    found = session.scalars(
        house.select(Asset, Permission.CARD_SEE).where(Asset.id == rank % len(world.assets) + 1)
    ).one_or_none()
    if found is None:
        return
    savepoint = session.begin_nested()
    level = list(Sensitivity)[value % 4]
    if what == "delete":
        named = {
            on[1] + 1 for on in [g.scope for g in world.grants] + [d.on for d in world.denials] if on[0] == "asset"
        }
        if found.id not in named:
            session.delete(found)
    elif what == "level":
        found.sensitivity, found.card_sensitivity = (
            max(level, found.card_sensitivity),
            min(level, found.card_sensitivity),
        )
    elif what == "protection":
        found.protection = list(Protection)[value % 4]
    elif what == "state":
        found.state = list(State)[value % 3]
    elif what == "theme":
        found.theme_id = value % len(world.themes) + 1
    else:
        found.unit_id = value % len(world.units) + 1
    session.flush()
    if what == "undo":
        savepoint.rollback()
    else:
        savepoint.commit()
