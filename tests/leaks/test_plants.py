"""The walk can fail: it finds each leak planted in a throw-away portal, and nothing in an honest route beside them."""

from tests.leaks.plants import HONEST, PLANTS, grow
from tests.leaks.walk import Walk


def test_every_planted_leak_is_found_and_nothing_else(pair):
    real, bare = pair(("dataset",), more=grow)
    findings = Walk(real, bare, "zoe", only="plant-").run()
    missed = [
        plant.name
        for plant in PLANTS
        if not any(f.what.startswith(plant.found) and (plant.of or plant.address) in f.ask for f in findings)
    ]
    assert not missed, "\n".join(str(finding) for finding in findings)
    assert not [str(finding) for finding in findings if HONEST.address in finding.ask]


def test_without_a_plant_there_is_nothing_to_find(pair):
    real, bare = pair(("dataset",))
    assert Walk(real, bare, "zoe", only="frame.").run() == []


def test_a_reader_who_may_know_is_seen_to_know(pair):
    """The worlds do differ: whoever the policy lets know of the secret meets it."""
    real, bare = pair(("dataset",))
    findings = Walk(real, bare, "luc", only="catalog.index").run()
    assert any("Zibelquart" in finding.detail for finding in findings)
    assert any(finding.what == "the two worlds answer differently" for finding in findings)
