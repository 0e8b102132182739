"""What the certificate stands on agrees with the oracle of the tests, and with the rows that the portal selects."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from dataspace import db
from dataspace.auth import Access, Actor, Permission, Task, system
from dataspace.auth.models import Asset, Person
from dataspace.auth.oracle import Oracle as Shipped
from dataspace.config import shipped
from tests.rights.oracle import ASKED, Oracle
from tests.rights.worlds import MOMENT, World, worlds, write

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
quick = settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=CHECKS)
deep = settings(max_examples=400, derandomize=True, database=None, deadline=None, suppress_health_check=CHECKS)


@pytest.fixture(scope="module")
def base(clone) -> Iterator[db.Engine]:
    engine = db.engine(clone("bare", "oracle"))
    yield engine
    engine.dispose()


def agree(base, policy, world: World) -> None:
    written = Oracle(shipped("policies") / "policy.csv", world)
    with db.sessions(base)() as session:
        write(session, world)
        house = system(session, Task.LEAK_WALK, policy)
        house.moment = MOMENT
        oracle = Shipped(house, shipped("policies"))
        for rank in range(len(world.people)):
            person = session.get_one(Person, rank + 1)
            access = Access(Actor.of(person), session, policy, moment=MOMENT)
            for act in ASKED:
                told, found = (rank, act), oracle.opened(person.id, Permission(act))
                assert (*told, found) == (*told, {thing + 1 for thing in written.opened(rank, act)})
                selected = session.scalars(access.select(Asset, Permission(act)).with_only_columns(Asset.id))
                assert (*told, found) == (*told, set(selected))
        session.rollback()


@quick
@given(world=worlds(people=4, assets=8))
def test_both_oracles_and_the_portal_agree(base, the_policy, world):
    agree(base, the_policy, world)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@deep
@given(world=worlds())
def test_they_agree_in_many_worlds(base, the_policy, world):
    agree(base, the_policy, world)
