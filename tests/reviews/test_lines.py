"""Which rights a review asks about, and whom it asks."""

from datetime import date, timedelta

import pytest

from dataspace import db
from tests.reviews.conftest import INDEX

KINDS = {"unused", "moved", "endless", "sensitive", "partner"}


def test_only_the_risky_rights_are_asked_about_each_with_its_cause(reviewing, risky):
    path = reviewing.open()
    assert set(reviewing.outcomes()) == KINDS
    assert set(reviewing.outcomes().values()) == {"pending"}
    page = reviewing.page("luc", path)
    assert [words.split(" ")[0] for words in page.words("tr[data-line] th")] == [
        "Lucie", "Viviane", "Zoé", "Marc", "Rémi"
    ], "the riskiest first"  # fmt: skip
    causes = [" ".join(words.split()) for words in page.words(".review-why")]
    assert causes == ["contenu confidentiel ou protégé", "sans date de fin", "partenaire",
                      "a changé d’unité, ou est parti", "ne sert plus"]  # fmt: skip


def test_the_last_use_is_told_by_month_never_by_day(reviewing, risky, make):
    reviewing.used(risky["unused"], days_ago=250)
    path = reviewing.open()
    told = reviewing.page("luc", path).words('td[data-l="Parce que"] > .row-note')
    assert told == ["utilisé ce mois-ci"] * 4 + ["pas utilisé depuis 8 mois"]
    assert (db.now() - timedelta(days=10)).strftime("%d/%m/%Y") not in reviewing.page("luc", path).text


def test_nobody_says_unused_before_uses_have_been_kept_long_enough(reviewing, risky):
    reviewing.measured(date(2026, 10, 1))
    reviewing.open()
    assert set(reviewing.outcomes()) == KINDS - {"unused"}


def test_the_directory_s_rights_are_no_lines(reviewing, make, site):
    """The whole cast holds endless rights from the directory."""
    page = site.as_("ines").get(f"{INDEX}ouvrir")
    values = {"title": "Revue", "unit": "valmer", "until": "2026-12-20"}
    shown = page.submit(values, status=200)
    assert "Aucun accès de ce périmètre n’est à revoir" in shown.main
    assert "Ouvrir cette revue" not in shown.main
    sent = values | {"save": "1"}
    assert "rien n’a été ouvert" in site.as_("ines").post(f"{INDEX}ouvrir", sent, status=422).main
    assert reviewing.campaign() is None


def test_nobody_reviews_her_own_they_go_to_who_decides_above(reviewing, make, later):
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    make.grant("luc", "reader", thing, reason="his own")
    path = reviewing.open()
    reviewing.page("luc", path, status=404)
    assert reviewing.asked("claire", path) == ["Luc"], "admins decide on what is restricted, after the directors"
    line = reviewing.page("claire", path).select("tr[data-line]")[0]["data-line"]
    sent = {"answer": "keep", "note": "utile", "version": "1"}
    reviewing.site.as_("luc").post(f"{INDEX}lignes/{line}", sent, status=404)


def test_a_unit_s_or_a_group_s_right_is_nobody_s_own_among_its_people(reviewing, make):
    thing = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    make.grant(to_unit="solidarite", role="reader", on=thing, reason="whole unit")
    path = reviewing.open()
    reviewing.page("luc", path, status=404)
    assert reviewing.asked("claire", path) == ["Direction"]


def test_a_right_already_under_review_is_not_asked_twice(reviewing, risky, make, later):
    reviewing.open()
    thing = make.dataset("Autre", unit="solidarite", sensitivity="restricted", card="internal")
    make.grant("nadia", "reader", thing, reason="new")
    reviewing.open(login="claire", title="Seconde")
    assert len(reviewing.outcomes()) == 6
    assert reviewing.campaign().number == 2


def test_a_director_opens_a_review_of_his_own_branch_only(reviewing, risky, site):
    page = site.as_("luc").get(f"{INDEX}ouvrir")
    assert [option["value"] for option in page.select("select[name=unit] option")] == [
        "solidarite", "action-sociale-nord", "insertion"
    ]  # fmt: skip
    path = reviewing.open(login="luc", unit="solidarite")
    assert "0 sur 5" in site.as_("luc").get(path).main
    values = {"title": "Revue", "unit": "eau", "until": "2026-12-20", "save": "1"}
    site.as_("luc").post(f"{INDEX}ouvrir", values, status=422)
    site.as_("agnes").get(path, status=404)
    site.as_("awa").get(f"{INDEX}ouvrir", status=403)
    site.as_("odile").get(f"{INDEX}ouvrir", status=403)


@pytest.mark.parametrize("values", [
    {"until": "2026-11-22"}, {"until": "2028-01-01"}, {"until": "jamais"}, {"title": " "}, {"unit": "nulle-part"},
])  # fmt: skip
def test_a_bad_review_is_not_opened_and_nothing_typed_is_lost(reviewing, risky, site, values):
    sent = {"title": "Revue d’automne", "unit": "valmer", "until": "2026-12-20", "save": "1"} | values
    page = site.as_("ines").post(f"{INDEX}ouvrir", sent, status=422)
    assert page.select("[role=alert]")
    if "title" not in values:
        assert page.select("input[name=title]")[0]["value"] == "Revue d’automne"
    assert reviewing.campaign() is None


def test_what_one_may_not_know_of_is_in_no_line_count_or_record(reviewing, risky, make, site):
    """Claire runs the review without knowing the hidden card; Luc answers for it."""
    hidden = make.dataset("Fraudes", unit="solidarite", sensitivity="confidential", card="confidential")
    make.grant("awa", "reader", hidden, reason="hidden")
    path = reviewing.open(login="claire")
    assert reviewing.outcomes()["hidden"] == "pending"
    assert "0 sur 5" in site.as_("claire").get(path).main
    assert "Fraudes" in reviewing.page("luc", path).main
    assert "0 sur 6" in site.as_("ines").get(path).main
    line = reviewing.page("luc", path).select("tr[data-line]")[0]["data-line"]
    never = site.as_("claire").post(f"{INDEX}lignes/{'0' * 18}", {"answer": "keep", "version": "1"}, status=404)
    known = site.as_("claire").post(f"{INDEX}lignes/{line}", {"answer": "keep", "version": "1"}, status=404)
    assert known.main == never.main
