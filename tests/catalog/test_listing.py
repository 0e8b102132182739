"""Whatever the plan, a list gives the rows of the one predicate, and its counts are theirs."""

import pytest
from hypothesis import given
from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.auth import Access, Permission, Policy, Task, counts, finding, listing, search, system
from dataspace.auth.finding import Opening, found
from dataspace.auth.listing import Narrowed, newest
from dataspace.auth.models import Asset, Person
from dataspace.auth.tally import tally
from dataspace.auth.words import AssetKind, Sensitivity, State
from tests import people
from tests.rights.living import access_of, law, living
from tests.rights.worlds import World, worlds

EVERY_KIND = tuple(AssetKind)
NARROWINGS = (
    Narrowed(EVERY_KIND),
    Narrowed(EVERY_KIND, units=(1, 2)),
    Narrowed(EVERY_KIND, levels=(Sensitivity.RESTRICTED, Sensitivity.INTERNAL)),
    Narrowed(EVERY_KIND, themes=(1,), kind=(AssetKind.DATASET,)),
)
SEEING = (Permission.CARD_SEE, Permission.DRAFT_SEE)
READING = Permission.DATASET_READ


@law(10)
@given(world=worlds(people=5, assets=10))
def test_every_plan_gives_the_rows_of_the_predicate(base: db.Engine, the_policy, monkeypatch, world: World) -> None:
    every_plan_agrees(base, the_policy, monkeypatch, world)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@law(120)
@given(world=worlds(people=5, assets=10))
def test_every_plan_in_many_worlds(base: db.Engine, the_policy, monkeypatch, world: World) -> None:
    every_plan_agrees(base, the_policy, monkeypatch, world)


def every_plan_agrees(base: db.Engine, the_policy: Policy, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    with living(base, world) as session:
        house = system(session, Task.INDEX, the_policy)
        counts.rebuild(house)
        for asset in session.scalars(house.select(Asset, Permission.CARD_SEE)).all():
            search.index(house, asset, ["partout"])
        for person in session.scalars(select(Person).order_by(Person.id)).all():
            reader = access_of(session, the_policy, person)
            for narrowed in NARROWINGS:
                _agree(session, reader, narrowed, monkeypatch)


def _agree(session: Session, reader: Access, narrowed: Narrowed, monkeypatch: pytest.MonkeyPatch) -> None:
    readable = _ids(session, reader, READING, narrowed)
    for permission in (*SEEING, READING, Permission.DATASET_EDIT):
        expected = _ids(session, reader, permission, narrowed)
        for few_keys in (10_000, -1):
            monkeypatch.setattr(listing, "_FEW_KEYS", few_keys)
            monkeypatch.setattr(listing, "_FEW_ROWS", 0)
            told = (permission, narrowed, few_keys)
            assert (*told, _of(newest(reader, permission, narrowed, limit=4))) == (*told, expected[:4])
            assert (*told, _of(newest(reader, permission, narrowed, limit=4, offset=3))) == (*told, expected[3:7])
    for permission in SEEING:
        seen = _ids(session, reader, permission, narrowed)
        asked = newest(reader, permission, narrowed, without=READING, limit=50)
        assert _of(asked) == [one for one in seen if one not in readable]
        for sought in (None, search.sought("partout")):
            counted = tally(reader, permission, READING, narrowed, sought=sought)
            assert counted.seen == len(seen)
            if permission is Permission.CARD_SEE:
                assert counted.readable == len(set(seen) & set(readable))
                assert counted.openings[Opening.READABLE] == counted.readable
            alone = Narrowed(narrowed.kinds)
            by_unit = tally(reader, permission, READING, alone, sought=sought).facets["units"]
            assert sum(by_unit.values()) == len(_ids(session, reader, permission, alone))
        answers = found(reader, permission, READING, narrowed, search.sought("partout"), by_date=True, limit=50)
        assert _of(answers) == seen
        opened = {row.id for row in answers if row.readable}
        assert opened == set(seen) & set(readable)


def _ids(session: Session, reader: Access, permission: Permission, narrowed: Narrowed) -> list[int]:
    """What the one predicate gives, newest first."""
    stmt = reader.select(Asset, permission).where(Asset.kind.in_(narrowed.kind or narrowed.kinds))
    if narrowed.units is not None:
        stmt = stmt.where(Asset.unit_id.in_(narrowed.units))
    if narrowed.levels is not None:
        stmt = stmt.where(Asset.sensitivity.in_(narrowed.levels))
    if narrowed.themes is not None:
        stmt = stmt.where(Asset.theme_id.in_(narrowed.themes))
    last_first = stmt.order_by(Asset.updated.desc(), Asset.id.desc())
    return list(session.scalars(last_first.with_only_columns(Asset.id)))


def _of(rows: list) -> list[int]:
    return [row.id for row in rows]


def test_the_house_lists_everything(make, sessions, the_policy) -> None:
    make.dataset("Un", sensitivity="confidential", protection="health")
    make.dataset("Deux", state="draft")
    with sessions() as session:
        house = system(session, Task.INDEX, the_policy)
        narrowed = Narrowed(EVERY_KIND)
        assert len(newest(house, Permission.CARD_SEE, narrowed)) == 2
        assert tally(house, Permission.CARD_SEE, READING, narrowed).seen == 2


def test_past_the_limit_the_total_is_not_told(make, access) -> None:
    for number in range(4):
        make.dataset(f"Cantines {number}")
    narrowed, asked = Narrowed((AssetKind.DATASET,)), search.sought("cantine")
    for up_to, is_capped in ((3, True), (4, False)):
        told = tally(access("awa"), Permission.CARD_SEE, READING, narrowed, sought=asked, up_to=up_to)
        assert told.is_capped is is_capped
    assert finding.COUNTED_UP_TO == 10_000


def test_what_was_counted_is_kept_until_an_asset_changes(make, access, the_policy) -> None:
    narrowed = Narrowed((AssetKind.DATASET,))
    cantines = make.dataset("Cantines", sensitivity="internal")
    here = access("awa")
    first = tally(here, Permission.CARD_SEE, READING, narrowed)
    assert tally(here, Permission.CARD_SEE, READING, narrowed) is first
    # Who sees something else is told something else.
    assert tally(access("paul"), Permission.CARD_SEE, READING, narrowed).seen == 0
    raised = {"sensitivity": Sensitivity.CONFIDENTIAL, "ground": "crpa-l311-5", "review_date": db.now()}
    for changed, (seen, readable) in ((raised, (1, 0)), ({"card_sensitivity": Sensitivity.CONFIDENTIAL}, (0, 0))):
        with make.writing() as session:
            house = system(session, Task.INDEX, the_policy)
            asset = session.scalars(house.select(Asset, Permission.CARD_SEE).where(Asset.id == cantines.id)).one()
            for name, value in changed.items():
                setattr(asset, name, value)
        told = tally(access("awa"), Permission.CARD_SEE, READING, narrowed)
        assert (told.seen, told.readable) == (seen, readable)


def test_a_change_undone_leaves_the_counts_as_they_were(make, sessions, access, the_policy) -> None:
    narrowed = Narrowed((AssetKind.DATASET,))
    cantines = make.dataset("Cantines", sensitivity="internal")
    assert tally(access("awa"), Permission.CARD_SEE, READING, narrowed).seen == 1
    with sessions() as session:
        db.begin_writing(session)
        house = system(session, Task.INDEX, the_policy)
        asset = session.scalars(house.select(Asset, Permission.CARD_SEE).where(Asset.id == cantines.id)).one()
        asset.state = State.DRAFT
        awa = Access(people.actor(session, "awa"), session, the_policy)
        assert tally(awa, Permission.CARD_SEE, READING, narrowed).seen == 0
        session.rollback()
    assert tally(access("awa"), Permission.CARD_SEE, READING, narrowed).seen == 1


def test_two_changes_that_make_up_for_one_another_are_counted(make, access, the_policy) -> None:
    narrowed = Narrowed((AssetKind.DATASET,))
    facts = {"unit": "eau", "sensitivity": "restricted", "card": "restricted"}
    hers, other = make.dataset("Fuites", **facts), make.dataset("Captages", state="draft", **facts)
    make.grant("zoe", "reader", hers)
    assert tally(access("zoe"), Permission.CARD_SEE, READING, narrowed).seen == 1
    with make.writing() as session:
        house = system(session, Task.INDEX, the_policy)
        states = {hers.id: State.DRAFT, other.id: State.PUBLISHED}
        for asset in session.scalars(house.select(Asset, Permission.CARD_SEE).where(Asset.id.in_(states))):
            asset.state = states[asset.id]
    assert tally(access("zoe"), Permission.CARD_SEE, READING, narrowed).seen == 0


def test_verifying_the_counts_lets_go_of_what_was_told(make, sessions, the_policy) -> None:
    make.dataset("Cantines")
    with sessions() as session:
        before = counts.version(session)
    with make.writing() as session:
        assert counts.rebuild(system(session, Task.INDEX, the_policy)) == 0
        assert counts.version(session) is None, "its own counts are not for others"
    with sessions() as session:
        assert counts.version(session) not in (None, before)


def test_a_savepoint_undone_does_not_hide_what_was_changed_before_it(make, sessions, the_policy) -> None:
    cantines = make.dataset("Cantines")
    with sessions() as session:
        before = counts.version(session)
    with make.writing() as session:
        house = system(session, Task.INDEX, the_policy)
        asset = session.scalars(house.select(Asset, Permission.CARD_SEE).where(Asset.id == cantines.id)).one()
        asset.state = State.ARCHIVED
        session.flush()
        session.begin_nested().rollback()
    with sessions() as session:
        assert counts.version(session) != before
