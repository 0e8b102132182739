"""Nobody can tell that something she may not know of exists: a world with it and a world without answer the same."""

import pytest

from dataspace.auth import Permission
from tests.leaks.hidden import KINDS
from tests.leaks.walk import Walk
from tests.leaks.world import KNOWING, LOGINS, PROGRAM

# At each change: nobody, and a partner. In `make prove`, the other roles of the policy: director, functional admin, no
# rights, élue, DPO, auditor, executive, steward, reader (the seed lets Bruno read one thing); and who insists.
QUICK = ("anonymous", "zoe")
THOROUGH = ("agnes", "claire", "ghislain", "nadia", "ines", "odile", "jerome", "lucie", "bruno")
PATIENT = ("awa", "zoe", "remi")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("login", QUICK)
def test_both_worlds_answer_the_same(login, pair, unknown):
    """The routes with their main values, and the first pages they lead to; every secret the reader may not know of."""
    kinds = unknown(login)
    assert kinds, f"{login} may know of every secret: nothing would be proven"
    real, bare = pair(kinds)
    assert_same(Walk(real, bare, login, links=20))


@pytest.mark.prove
@pytest.mark.timeout(2400)
@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("login", ["agnes", "claire", "zoe"])
def test_both_worlds_answer_the_same_on_the_other_engine(login, pair, unknown):
    """The same walk on PostgreSQL, for an agent, an administrator and a partner."""
    real, bare = pair(unknown(login))
    assert_same(Walk(real, bare, login, links=20))


@pytest.mark.prove
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("login", PATIENT)
def test_both_worlds_answer_the_same_to_whoever_insists(login, pair, unknown):
    """Every value, every method, each field left out in turn, and the pages far behind, for the whole cast."""
    real, bare = pair(unknown(login))
    assert_same(Walk(real, bare, login, links=400, is_deep=True))


@pytest.mark.prove
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("login", THOROUGH)
def test_both_worlds_answer_the_same_to_every_role(login, pair, unknown):
    """As the quick walk, for the roles that it leaves out, and further."""
    kinds = unknown(login)
    assert kinds, f"{login} may know of every secret: nothing would be proven"
    real, bare = pair(kinds)
    assert_same(Walk(real, bare, login, links=60))


@pytest.mark.prove
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("login", ["awa", "claire"])
def test_both_worlds_answer_the_same_for_each_secret_alone(login, kind, pair, unknown):
    """Two secrets cannot hide each other: each alone, for readers who know some of the others."""
    if kind in unknown(login):
        real, bare = pair((kind,))
        assert_same(Walk(real, bare, login, links=40))


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_may_do_anything_with_a_thing_may_know_of_it(kind, world):
    """What `KNOWING` says is all there is to say: no other permission shows a thing to who may not know of it."""
    real = world("real", (kind,))
    secret = real.secrets[kind].public_id
    others = [p for p in Permission if p.about in ("card", "content") and p not in KNOWING]
    for login in LOGINS:
        assert real.knows(login, secret) or not real.knows(login, secret, *others), login


@pytest.mark.parametrize("login", ["agnes", "zoe"])
def test_a_program_is_told_no_more_than_its_owner(login, pair, unknown):
    """With a token that may take files away, on the routes of programs."""
    real, bare = pair(unknown(login))
    walk = Walk(real, bare, f"{PROGRAM}{login}", only="catalog.")
    assert [str(finding) for finding in walk.run()] == []
    assert len(walk.asked) > 60


def assert_same(walk: Walk) -> None:
    findings = walk.run()
    told = "\n".join(str(finding) for finding in findings[:25])
    assert not findings, f"{len(findings)} findings for {walk.login} in {len(walk.asked)} requests:\n{told}"
    assert len(walk.asked) > 200
