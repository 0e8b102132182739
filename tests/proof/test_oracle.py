"""What the certificate stands on agrees with the oracle of the tests, and with the rows that the portal selects."""

import pytest
from hypothesis import given

from dataspace.auth import Permission, Task, system
from dataspace.auth.models import Person
from dataspace.auth.oracle import Oracle as Shipped
from dataspace.config import shipped
from tests.rights.living import access_of, law, living, opened
from tests.rights.oracle import ASKED, Oracle
from tests.rights.worlds import MOMENT, World, worlds


def agree(base, policy, world: World) -> None:
    written = Oracle(shipped("policies") / "policy.csv", world)
    with living(base, world) as session:
        house = system(session, Task.LEAK_WALK, policy)
        house.moment = MOMENT
        oracle = Shipped(house, shipped("policies"))
        for rank in range(len(world.people)):
            person = session.get_one(Person, rank + 1)
            access = access_of(session, policy, person)
            for act in ASKED:
                told, found = (rank, act), oracle.opened(person.id, Permission(act))
                assert (*told, found) == (*told, {thing + 1 for thing in written.opened(rank, act)})
                assert (*told, found) == (*told, opened(access, Permission(act)))


@law(20)
@given(world=worlds(people=4, assets=8))
def test_both_oracles_and_the_portal_agree(base, the_policy, world):
    agree(base, the_policy, world)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@law(200)
@given(world=worlds())
def test_they_agree_in_many_worlds(base, the_policy, world):
    agree(base, the_policy, world)
