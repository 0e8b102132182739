"""What a chart says to the eye and to the ear."""

import re

from dataspace.web.charts import Series, bar_chart, line_chart, sparkline

SUMMARY = "Repas servis, de 264 à 279 milliers."


def test_a_chart_is_drawn_twice_and_says_one_sentence():
    chart = line_chart(["sept.", "oct.", "nov."], [Series("repas", [264, 270, 279])], summary=SUMMARY)
    assert chart.count("<svg") == 2
    assert chart.count(f'aria-label="{SUMMARY}"') == 2
    assert ">279<" in chart
    assert "style=" not in chart


def test_a_missing_value_is_a_named_gap_never_a_zero():
    months = [f"m{month}" for month in range(8)]
    chart = line_chart(months, [Series("repas", [1, 2, 3, None, None, 4, 5, 6])], summary=SUMMARY, gap="été")
    wide = chart.partition("narrow")[0]
    assert ">été<" in wide
    assert re.search(r'class="l1" d="M[^M]+M[^M]+"', wide), "the pen is lifted over the gap"


def test_a_small_group_has_no_bar_and_says_why():
    chart = bar_chart([("Valmer-Nord", 1184), ("Montfort", None)], summary="Foyers par canton")
    assert chart.count("secret statistique") == 2
    assert chart.count("<rect") == 2
    assert "1\u202f184" in chart


def test_names_at_the_end_of_lines_do_not_overlap():
    pair = [Series("sorties", [10, 20], 1), Series("entrées", [12, 20], 3)]
    wide = line_chart(["a", "b"], pair, summary=SUMMARY).partition("narrow")[0]
    heights = [float(y) for y in re.findall(r'halo" x="[\d.]+" y="([\d.]+)"', wide)]
    assert abs(heights[0] - heights[1]) >= 16


def test_words_given_by_people_are_escaped():
    chart = bar_chart([("<script>", 3)], summary='"><script>')
    assert "<script>" not in chart


def test_nothing_to_draw_draws_nothing():
    assert sparkline([]) == ""
    assert sparkline([None, None]) == ""
    assert line_chart(["a"], [Series("x", [None])], summary="rien") == ""


def test_a_flat_series_still_draws():
    assert sparkline([5, 5, 5]).count("<path") == 1
    assert line_chart(["a", "b"], [Series("x", [0, 0])], summary="zéro").count("<svg") == 2
