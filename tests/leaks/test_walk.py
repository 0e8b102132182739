"""Nobody can tell that something she may not know of exists: two worlds, one with it and one without, answer the same."""

import pytest

from tests.leaks.walk import Walk
from tests.leaks.world import LOGINS


@pytest.mark.parametrize("login", LOGINS)
def test_both_worlds_answer_the_same(login, pair, unknown):
    kinds = unknown(login)
    assert kinds, f"{login} may know of every secret: nothing would be proven"
    real, bare = pair(kinds)
    walk = Walk(real, bare, login, links=60)
    findings = walk.run()
    assert not findings, f"{len(findings)} for {login}:\n" + "\n".join(str(f) for f in findings[:25])
