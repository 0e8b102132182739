"""A revocation acknowledged by one worker is refused by the others from the next request on, under load."""

import pytest

from bench import revocations


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_no_worker_serves_what_another_has_taken_back(engine_url, tmp_path):
    found = revocations.run(engine_url, tmp_path, seconds=20)
    assert (found.violations, found.errors) == (0, 0), (tmp_path / "portail.log").read_text()[-3000:]
    assert found.workers == revocations.WORKERS
    assert found.revocations > 10
