"""What a French reader sees: dates, numbers, sizes and counts."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from dataspace.web import french

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_sunday_of_november():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (date(2026, 11, 12), "12\u00a0nov."),
        (date(2026, 11, 1), "1ᵉʳ\u00a0nov."),
        (date(2026, 2, 11), "11\u00a0févr."),
        (date(2025, 12, 31), "31\u00a0déc.\u00a02025"),
        (datetime(2026, 11, 12, 23, 30, tzinfo=UTC), "13\u00a0nov."),
    ],
)
def test_a_short_date_says_the_year_only_when_it_is_another(moment, written):
    assert french.short_date(moment) == written


def test_long_dates_and_dates_of_a_table():
    assert french.long_date(date(2026, 11, 1)) == "1ᵉʳ novembre 2026"
    assert french.said_date(date(2026, 11, 2)) == "2\u00a0novembre"
    assert french.said_date(date(2025, 11, 1)) == "1ᵉʳ\u00a0novembre\u00a02025"
    assert french.full_date(date(2026, 11, 19)) == "Jeudi 19 novembre 2026"
    assert french.table_date(date(2026, 3, 5)) == "05/03/2026"
    assert french.clock(datetime(2026, 11, 22, 13, 5)) == "14:05"


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 22, 10, 59, 50, tzinfo=UTC), "à l’instant"),
        (datetime(2026, 11, 22, 10, 48, tzinfo=UTC), "il y a 12\u00a0min"),
        (datetime(2026, 11, 22, 8, 30), "il y a 2\u00a0h"),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "hier"),
        (date(2026, 11, 22), "aujourd’hui"),
        (datetime(2026, 11, 21, 23, 0, tzinfo=UTC), "aujourd’hui"),
        (date(2026, 11, 12), "12\u00a0nov."),
    ],
)
def test_ago_says_what_one_would_say(moment, written):
    assert french.ago(moment) == written


def test_numbers_take_thin_spaces_a_comma_and_a_true_minus():
    assert french.number(84316) == "84\u202f316"
    assert french.number(3.14, 1) == "3,1"
    assert french.number(-1234.5, 1) == "−1\u202f234,5"
    assert [french.signed(value) for value in (5, 0, -14)] == ["+5", "0", "−14"]
    assert french.percent(0.39) == "39\u00a0%"
    assert french.percent(-0.016, 1) == "−1,6\u00a0%"


@pytest.mark.parametrize(
    ("octets", "written"),
    [
        (0, "0\u00a0o"),
        (999, "999\u00a0o"),
        (1000, "1\u00a0ko"),
        (3_140_000, "3,1\u00a0Mo"),
        (999_900, "1\u00a0Mo"),
        (250_000, "250\u00a0ko"),
        (7_200_000_000, "7,2\u00a0Go"),
    ],
)
def test_a_file_says_its_size(octets, written):
    assert french.size(octets) == written


def test_zero_and_one_are_singular():
    assert french.plural(0, "jeu", "jeux") == "0\u00a0jeu"
    assert french.plural(1, "résultat") == "1\u00a0résultat"
    assert french.plural(1200, "jeu", "jeux") == "1\u202f200\u00a0jeux"


def test_names():
    assert french.initials("Awa Diallo") == "AD"
    assert french.initials("Jean-Luc Le Goff") == "JG"
    assert french.initials("Zoé") == "Z"
    assert french.of("Éducation") == "d’Éducation"
    assert french.of("Solidarité") == "de Solidarité"
