"""Small groups stay unknown, whatever one subtracts."""

from collections import defaultdict
from datetime import date

import pytest

from dataspace.demo.rows import social
from dataspace.demo.secrecy import COMPANIONS, THRESHOLD, CannotBeHidden, suppress
from dataspace.demo.world import World, build

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def world() -> World:
    return build()


def shown(world: World) -> dict[tuple[str, str], int | None]:
    """What everyone may read of the RSA: households by (month, commune)."""
    return {(row[0], row[1]): row[4] for row in social.rsa_communes(world.ground)}


def hidden_by_total(world: World) -> dict[tuple[str, str], set[str]]:
    """Communes hidden under each published total: (month, territory) -> INSEE codes."""
    territory = {commune.insee: commune.territory for commune in world.communes}
    hidden = defaultdict(set)
    for (month, insee), count in shown(world).items():
        if count is None:
            hidden[month, territory[insee]].add(insee)
    return hidden


def test_no_small_group_is_shown(world: World) -> None:
    counts = [count for count in shown(world).values() if count is not None]
    assert min(counts) >= THRESHOLD
    assert len(counts) < len(shown(world)), "some communes are too small: else nothing is tested"


def test_total_minus_what_is_shown_is_never_one_commune_nor_a_small_group(world: World) -> None:
    totals = {(row[0], row[1].lower()): row[2] for row in social.rsa_territories(world.ground)}
    territory = {commune.insee: commune.territory for commune in world.communes}
    for (month, name), places in hidden_by_total(world).items():
        seen = sum(n for (m, insee), n in shown(world).items() if m == month and territory[insee] == name and n)
        assert totals[month, name] - seen >= THRESHOLD
        assert len(places) >= COMPANIONS


def test_a_commune_that_knows_its_own_figure_learns_no_other(world: World) -> None:
    for places in hidden_by_total(world).values():
        assert all(len(places - {mine}) >= 2 for mine in places)


def test_successive_months_say_nothing_more(world: World) -> None:
    """Within a year the same communes are hidden, so subtracting two months leaves as many unknowns."""
    hidden = defaultdict(set)
    for (month, name), places in hidden_by_total(world).items():
        hidden[month[:4], name].add(frozenset(places))
    assert all(len(sets) == 1 for sets in hidden.values())


def test_exact_counts_are_in_no_table_that_leaves_the_house(world: World) -> None:
    exact = social.rsa_households(world.ground)
    for dataset in world.datasets:
        if "foyers" in [column.name for column in dataset.columns]:
            for month, insee, *_, count in world.rows(dataset):
                assert count is None or count == exact[insee, date.fromisoformat(month)]
    assert "rsa_households" not in {dataset.generator for dataset in world.datasets}


def test_one_small_month_hides_the_year_and_two_companions() -> None:
    counts = {
        (place, month): n for month in (JANUARY, FEBRUARY) for place, n in zip("abcd", (12, 30, 40, 900), strict=True)
    }
    counts["a", FEBRUARY] = 4
    kept = suppress(counts, dict.fromkeys("abcd", "nord"))
    assert {place for (place, _), n in kept.items() if n is None} == {"a", "b", "c"}
    assert kept["a", JANUARY] is None and kept["d", JANUARY] == 900


def test_zero_is_small() -> None:
    kept = suppress(
        {(place, JANUARY): n for place, n in zip("abc", (0, 20, 30), strict=True)}, dict.fromkeys("abc", "t")
    )
    assert set(kept.values()) == {None}


def test_nothing_is_hidden_for_nothing() -> None:
    counts = {("a", JANUARY): 11, ("b", JANUARY): 500}
    assert suppress(counts, {"a": "t", "b": "t"}) == counts


def test_what_cannot_be_protected_is_refused() -> None:
    with pytest.raises(CannotBeHidden):
        suppress({("a", JANUARY): 3, ("b", JANUARY): 4}, {"a": "t", "b": "t"})
