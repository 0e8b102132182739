"""What shares one demonstration stays on one worker: a group that is forgotten starts it twice, and parts its story."""

import pytest


@pytest.mark.xdist_group("rules-of-groups")
def test_a_group_keeps_its_tests_together(request, worker_id):
    assert worker_id == "master" or request.node.nodeid.endswith("@rules-of-groups")
