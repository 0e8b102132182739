"""The cells of the matrix say what `Access.decide` says of each person, in every small world; and cost the same."""

from collections import Counter

import pytest
from hypothesis import given
from sqlalchemy import event, select

from dataspace.auth import Permission, Task, system
from dataspace.auth.gets import Gets, gets, key_of
from dataspace.auth.grid import Grid
from dataspace.auth.models import Asset, Grant, Person, Unit
from dataspace.auth.queries import rights_known
from dataspace.auth.words import Role, Source
from tests.rights.living import access_of, law, living
from tests.rights.worlds import MOMENT, worlds


def cells_are_decisions(base, policy, world):
    with living(base, world) as session:
        house = system(session, Task.COUNTS, policy)
        house.moment = MOMENT
        assets = list(session.scalars(house.select(Asset, Permission.CARD_SEE)))
        tree = house.facts.tree
        grid = Grid(house, assets, tree.nodes)
        people = {person.id: person for person in session.scalars(select(Person))}
        decided = {
            (person.id, asset.id): gets(access_of(session, policy, person), asset)
            for person in people.values()
            for asset in assets
        }
        for unit in tree.nodes:
            inside = grid.inside(set(tree.branch(unit)))
            shares = grid.shares(inside, [asset.id for asset in assets])
            for asset in assets:
                told: Counter[Gets] = Counter()
                for share in shares[asset.id]:
                    told[share.level] += share.people
                assert told == Counter(decided[person, asset.id] for person in inside), (unit, asset.id)
                assert all(grid.got(person, asset.id).level is decided[person, asset.id] for person in inside)
        a_change_foretold_is_the_change_made(session, policy, house, grid, assets, people)


def a_change_foretold_is_the_change_made(session, policy, house, grid, assets, people):
    """What the panel says before is what is true after: a role given to the first unit, its last grants ended."""
    unit, asset = session.scalars(select(Unit).order_by(Unit.id)).first(), assets[0]
    key = key_of(Role.READER, asset, None)
    ended = [key.grant for keys in grid._by_unit.values() for key in keys if key.grant]
    inside = grid.inside(set(house.facts.tree.nodes))
    foretold = {
        (person, one.id): grid.would_get(person, one.id, [(unit, key)], ended).level
        for person in inside
        for one in assets
    }
    for grant in session.scalars(select(Grant).where(Grant.public_id.in_(ended))):
        grant.revoked_at = MOMENT
    session.add(Grant(subject_unit_id=unit.id, role=Role.READER, asset_id=asset.id, source=Source.MANUAL,
                      up_to=key.up_to, granted_at=MOMENT, starts=MOMENT))  # fmt: skip
    session.flush()
    for (person, asset_id), level in foretold.items():
        access = access_of(session, policy, people[person])
        assert gets(access, next(one for one in assets if one.id == asset_id)) is level


@law(20)
@given(world=worlds(people=5, assets=6))
def test_cells_are_decisions(base, the_policy, world):
    cells_are_decisions(base, the_policy, world)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@law(250)
@given(world=worlds())
def test_cells_are_decisions_in_many_worlds(base, the_policy, world):
    cells_are_decisions(base, the_policy, world)


def test_five_statements_whatever_there_is(access, make):
    def statements() -> int:
        claire, counted = access("claire"), []
        assets = list(claire.session.scalars(rights_known(claire)))
        assert claire.facts.tree
        event.listen(claire.session.get_bind(), "before_cursor_execute", lambda *_: counted.append(1))
        grid = Grid(claire, assets, claire.facts.tree.nodes)
        grid.shares(grid.inside(set(claire.facts.tree.nodes)), [asset.id for asset in assets])
        return len(counted)

    first = make.dataset("Fuites", unit="eau")
    few = statements()
    for number in range(6):
        asset = make.dataset(f"Fuites {number}", unit="finances", sensitivity="restricted")
        make.person(f"agent{number}", unit="eau")
        make.grant(f"agent{number}", "agent", "eau")
        make.grant(to_unit="budget", on=asset)
        make.grant(to_group="directeurs", on=first)
        make.denial(f"agent{number}", theme="environnement")
    assert statements() == few == 5
