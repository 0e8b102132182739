"""What the directory says at a sign-in changes what it gave, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dataspace import audit
from dataspace.audit import Event
from dataspace.auth import Access, Policy, Task, system
from dataspace.auth.directory import Change, person_of, sync, values
from dataspace.auth.models import Grant, GroupMapping, Membership, PersonGroup, Unit
from dataspace.auth.words import MembershipKind, Role, Source
from tests import people
from tests.make import Make

Told = Callable[[dict[str, Any]], Change]


@pytest.fixture
def told(make: Make, the_policy: Policy) -> Told:
    """What becomes of Awa when her directory says `claims`."""

    def of(claims: dict[str, Any]) -> Change:
        with make.writing() as session:
            return sync(system(session, Task.DIRECTORY_SYNC, the_policy), people.person(session, "awa"), claims)

    return of


def maps(make: Make, value: str, unit: str, role: Role = Role.AGENT, **more: Any) -> None:
    with make.writing() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        session.add(GroupMapping(value=value, unit_id=unit_id, role=role, **{"with_services": True} | more))


def held(make: Make, source: Source = Source.SSO) -> list[tuple[str, str]]:
    """Awa's live grants of a source: role and unit."""
    with make.sessions() as session:
        stmt = (
            select(Grant.role, Unit.code)
            .join(Unit, Unit.id == Grant.unit_id)
            .where(Grant.person_id == people.person(session, "awa").id, Grant.source == source)
        )
        return sorted((row[0].value, row[1]) for row in session.execute(stmt.where(Grant.revoked_at.is_(None))))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (["b", "a"], "a|b"),
        ("a", "a"),
        ("a; b", "a|b"),
        ("a,b , c", "a|b|c"),
        ("cn=a,ou=groupes,dc=valmer", "cn=a,ou=groupes,dc=valmer"),
        ("cn=a,ou=x; cn=b,ou=x", "cn=a,ou=x|cn=b,ou=x"),
        (["a", 3, None, {"b": 1}, " "], "a"),
        (["x" * 201], ""),
        ([], ""),
        ("", ""),
        (None, None),
        (True, None),
        ({"a": 1}, None),
        (12, None),
    ],
    ids=str,
)
def test_the_ways_directories_write_groups(claim: object, expected: str | None) -> None:
    found = values(claim)
    assert (None if found is None else "|".join(sorted(found))) == expected


def test_a_table_says_what_a_group_gives(make: Make, told: Told) -> None:
    maps(make, "dir-solidarite", "solidarite")
    maps(make, "donnees-solidarite", "solidarite", Role.STEWARD)
    change = told({"groups": ["dir-solidarite", "donnees-solidarite", "imprimantes"]})
    assert held(make) == [("agent", "solidarite"), ("steward", "solidarite")]
    # The first one she had already.
    assert (change.given, change.ended) == (1, 0)


def test_an_absent_claim_changes_nothing_an_empty_one_ends_everything(make: Make, told: Told) -> None:
    maps(make, "dir-solidarite", "solidarite")
    assert not told({"name": "Awa"})
    assert not told({"groups": None})
    assert held(make) == [("agent", "solidarite")]
    assert told({"groups": []}).ended == 1
    assert held(make) == []


def test_only_the_directory_s_own_grants_are_touched(make: Make, told: Told) -> None:
    for source in (Source.MANUAL, Source.REQUEST, Source.IMPORT, Source.SYSTEM):
        make.grant("awa", "agent", "eau", source=source.value)
    told({"groups": []})
    for source in (Source.MANUAL, Source.REQUEST, Source.IMPORT, Source.SYSTEM):
        assert held(make, source) == [("agent", "eau")]


def test_another_attribute_than_groups_may_map(make: Make, told: Told) -> None:
    maps(make, "DIR-EAU", "eau", claim="department")
    maps(make, "dir-solidarite", "solidarite")
    told({"groups": ["dir-solidarite"], "department": "DIR-EAU"})
    assert held(make) == [("agent", "eau"), ("agent", "solidarite")]
    # The directory forgets to say the department: what it gave stays.
    told({"groups": []})
    assert held(make) == [("agent", "eau")]


def test_a_move_is_told_by_the_names_of_the_directorates(make: Make, told: Told) -> None:
    with make.writing() as session:
        for row in session.scalars(select(Membership).where(Membership.person_id == people.person(session, "awa").id)):
            session.delete(row)
    maps(make, "dir-solidarite", "solidarite", membership=MembershipKind.POSTING)
    maps(make, "dir-eau", "eau", membership=MembershipKind.POSTING)
    told({"groups": ["dir-solidarite"]})
    change = told({"groups": ["dir-eau"]})
    assert change.has_moved
    assert (change.before, change.after) == ("Direction de la Solidarité", "Direction du Cycle de l’eau")
    assert (change.given, change.ended, change.joined, change.left) == (1, 1, 1, 1)


def test_a_place_that_another_feed_wrote_is_kept(make: Make, told: Told, access: Callable[..., Access]) -> None:
    maps(make, "dir-eau", "eau", membership=MembershipKind.POSTING)
    told({"groups": ["dir-eau"]})
    told({"groups": []})
    assert [access("awa").facts.tree[p.unit_id].code for p in access("awa").facts.postings] == ["insertion"]


def test_rights_follow_at_the_next_request(make: Make, told: Told, access: Callable[..., Access]) -> None:
    maps(make, "dir-eau", "eau")
    told({"groups": ["dir-eau"]})
    codes = {access("awa").facts.tree[h.unit_id].code for h in access("awa").facts.held if h.unit_id}
    assert codes == {"eau"}


def test_the_journal_keeps_the_counts(make: Make, told: Told) -> None:
    maps(make, "dir-eau", "eau")
    told({"groups": ["dir-eau"]})
    told({"groups": ["dir-eau"]})
    with make.sessions() as session:
        lines = session.scalars(select(Event).where(Event.act == audit.Act.DIRECTORY_SYNCED)).all()
        assert [(line.facts["given"], line.facts["ended"], line.subject_id) for line in lines] == [
            (1, 1, "personne-awa")
        ]
        assert session.scalars(select(PersonGroup.name)).all() == ["dir-eau"]


def test_signing_in_twice_gives_once(make: Make, told: Told) -> None:
    maps(make, "dir-eau", "eau")
    maps(make, "dir-eau-bis", "eau")
    told({"groups": ["dir-eau", "dir-eau-bis"]})
    assert not told({"groups": ["dir-eau-bis"]})
    assert held(make) == [("agent", "eau")]


def test_another_providers_admins_are_nobody_here_and_take_over_nobody(make: Make, the_policy: Policy) -> None:
    maps(make, "admins", "valmer", Role.ADMIN)
    claims = {"preferred_username": "jerome", "groups": ["admins"]}
    with make.writing() as session:
        house = system(session, Task.DIRECTORY_SYNC, the_policy)
        stranger = person_of(house, "https://elsewhere.example", "42", claims, is_main=False)
        assert stranger.id != people.person(session, "jerome").id
        assert not sync(house, stranger, claims, provider="https://elsewhere.example")


def test_a_second_provider_ends_nothing_that_the_first_gave(make: Make, told: Told, the_policy: Policy) -> None:
    maps(make, "dir-eau", "eau")
    told({"groups": ["dir-eau"]})
    before = held(make)
    with make.writing() as session:
        house = system(session, Task.DIRECTORY_SYNC, the_policy)
        sync(house, people.person(session, "awa"), {"groups": []}, provider="https://elsewhere.example")
    assert held(make) == before
