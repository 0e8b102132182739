"""The law of tokens and links: whatever the world, neither opens anything that its author may not open herself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dataspace.auth import Permission, Task, sharing, system
from dataspace.auth.models import Asset, Person, Share, ShareReader
from dataspace.auth.rights import deciding_level
from dataspace.auth.tokens import NEEDED, TokenAccess
from dataspace.auth.words import RowAttribute, Sensitivity
from tests.rights.living import access_of, counted, law, living, opened
from tests.rights.worlds import DAY, MOMENT, worlds

LENT = st.sets(st.sampled_from(sorted(NEEDED)), min_size=1)


def a_token_opens_a_part(base, policy, world, lends, held_to):
    with living(base, world) as session:
        assets = session.scalars(system(session, Task.COUNTS, policy).select(Asset, Permission.CARD_SEE)).all()
        wanted = {permission.value for permission in lends}
        lent = frozenset().union(*(NEEDED[permission] for permission in lends))
        for person in session.scalars(select(Person).order_by(Person.id)):
            owner = access_of(session, policy, person)
            only = None if held_to is None else frozenset(held_to)
            token = TokenAccess(owner, sorted(wanted), only, "jeton")
            for permission in Permission:
                selected, hers = opened(token, permission), opened(owner, permission)
                kept = {asset.id for asset in assets} if only is None else only
                assert selected == (hers & kept if permission in lent else set()), permission
                assert selected == {asset.id for asset in assets if token.allows(permission, asset)}
                assert counted(token, permission) == len(selected)
                assert owner.may(permission) or not token.may(permission)
            for attribute in RowAttribute:
                assert set(token.row_values(attribute)) <= set(owner.row_values(attribute))


def a_link_opens_one_thing_at_most(base, policy, world):
    with living(base, world) as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        assets = session.scalars(system(session, Task.COUNTS, policy).select(Asset, Permission.CARD_SEE)).all()
        session.add_all(links := [link(person, asset, True) for person in people for asset in assets[:4]])
        session.add_all(links_named := [link(person, asset, False) for person in people for asset in assets[:4]])
        session.flush()
        session.add_all(ShareReader(share_id=one.id, person_id=two.id) for one in links_named for two in people)
        session.flush()
        for share in (*links, *links_named):
            author = access_of(session, policy, people[share.author_id - 1])
            asset = next(one for one in assets if one.id == share.asset_id)
            for person in people:
                reader = access_of(session, policy, person)
                shared = sharing.opened(reader, secret_of(share))
                if shared is None:
                    continue
                read = sharing.READING[asset.kind]
                assert author.allows(read, asset) and author.allows(Permission.SHARE_MAKE, asset)
                assert not asset.is_protected
                assert not share.is_for_all or asset.sensitivity <= Sensitivity.INTERNAL
                assert asset.sensitivity is Sensitivity.OPEN or sharing.is_colleague(reader, asset)
                assert asset.id not in reader.facts.denied_assets and asset.theme_id not in reader.facts.denied_themes
                for permission in Permission:
                    # Read, on that one thing; never taken away, changed, shared again.
                    is_reading = permission in (Permission.CARD_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
                    assert opened(shared, permission) <= ({asset.id} if is_reading else set())
                for attribute in RowAttribute:
                    assert shared.row_values(attribute) == author.row_values(attribute)


def link(person, asset, is_for_all):
    level = min(deciding_level(asset), Sensitivity.INTERNAL) if is_for_all else deciding_level(asset)
    share = Share(author_id=person.id, asset_id=asset.id, is_for_all=is_for_all, up_to=level, purpose="*",
                  created=MOMENT - DAY, ends=MOMENT + DAY)  # fmt: skip
    share.secret_hash = sharing.hash_of(secret_of(share))
    return share


def secret_of(share):
    return f"{share.author_id}/{share.asset_id}/{share.is_for_all}"


@law(20)
@given(world=worlds(people=3, assets=8), lends=LENT, held_to=st.none() | st.sets(st.integers(1, 9), max_size=4))
def test_a_token_opens_a_part_of_what_its_owner_may(base, the_policy, world, lends, held_to):
    a_token_opens_a_part(base, the_policy, world, lends, held_to)


@law(20)
@given(world=worlds(people=3, assets=6))
def test_a_link_opens_one_thing_that_its_author_reads(base, the_policy, world):
    a_link_opens_one_thing_at_most(base, the_policy, world)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@law(250)
@given(world=worlds(), lends=LENT, held_to=st.none() | st.sets(st.integers(1, 13), max_size=6))
def test_a_token_opens_a_part_in_many_worlds(base, the_policy, world, lends, held_to):
    a_token_opens_a_part(base, the_policy, world, lends, held_to)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@law(250)
@given(world=worlds())
def test_a_link_opens_one_thing_in_many_worlds(base, the_policy, world):
    a_link_opens_one_thing_at_most(base, the_policy, world)
