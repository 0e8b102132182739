"""Who may know of a usage, and what its page never tells."""

from datetime import timedelta

import pytest

from dataspace import db
from tests.usages.test_taking_part import said

NOBODY = "/usages/0000000000000000ae"


@pytest.fixture
def hidden(make):
    """Nobody knows of it but who decides on it, and the DPO."""
    return make.dataset("Fuites 2026", unit="eau", theme="eau", sensitivity="confidential")


@pytest.mark.parametrize("login", ["zoe", "lucie", "marc", "viviane", "nadia"])
def test_who_may_not_know_of_it_gets_what_never_was(site, usages, login):
    usage = usages()
    page, never = site.as_(login).get(usages.path(usage), status=404), site.as_(login).get(NOBODY, status=404)
    assert (page.main, page.title) == (never.main, never.title)
    assert usage.title not in site.as_(login).get("/usages/").main


def test_a_hidden_thing_is_neither_named_nor_counted(site, usages, hidden):
    usage = usages(unit="solidarite", needs=[hidden], members=["remi"])
    for login in ("luc", "awa", "remi"):
        page = site.as_(login).get(usages.path(usage))
        assert hidden.title not in page.main
        assert "Rien que vous puissiez connaître" in page.main
        assert hidden.title not in site.as_(login).get("/usages/").main
    site.as_("luc").post(usages.path(usage, f"/elements/{hidden.public_id}/retirer"), status=404)
    page = (
        site.as_("luc")
        .get(usages.path(usage))
        .submit({"thing": hidden.title}, form='form[action$="/elements"]', status=422)
    )
    assert "Élément inconnu de vous" in page.main


def test_agnes_who_decides_on_it_knows_of_the_usage_that_needs_it_and_opens_it(site, usages, hidden):
    usage = usages(unit="solidarite", needs=[hidden], members=["remi"])
    page = site.as_("agnes").get(usages.path(usage))
    assert "Les noms se lisent entre personnes de l’usage" in page.main, "she decides on the thing, not on who is of it"
    decide = page.links()[f"Ouvrir à l’usage : {hidden.title}"]
    typed = {"role": "reader", "reason": "accord"}
    shown = site.as_("agnes").get(decide).submit(typed, button="Voir", status=200)
    assert "1 personne gagne Rémi Faure" in said(shown), "before an access is given, who gains is said by name"
    usages.save(shown, "main form")
    assert usages.reads("remi", hidden)
    site.as_("luc").get(usages.path(usage))
    assert hidden.title not in site.as_("luc").get(usages.path(usage)).main, (
        "Luc answers for it, and still may not know"
    )


def test_names_are_for_who_is_of_it(site, usages, files):
    usage = usages(members=["remi"])
    assert "Rémi Faure" not in site.as_("awa").get(usages.path(usage)).main
    for login in ("remi", "luc", "ines"):
        assert "Rémi Faure" in site.as_(login).get(usages.path(usage)).main


def test_the_page_of_a_thing_names_a_usage_to_who_may_know_of_it(site, usages, make):
    trees = make.dataset("Arbres", unit="eau", theme="eau")
    usage = usages(needs=[trees], members=["remi"])
    here = f"/donnees/{trees.public_id}"
    for login in ("awa", "remi", "luc", "agnes", "ines"):
        assert usage.title in site.as_(login).get(here).main, login
    assert "Servi dans" not in site.as_("viviane").get(here).main


def test_two_managers_on_the_same_sheet(site, usages):
    usage = usages(review=db.now() + timedelta(days=100))
    first = site.as_("luc").get(usages.path(usage, "/modifier"))
    first.submit({"title": "Canicule"})
    page = first.submit({"title": "Chaleur"}, status=409)
    assert page.select("#title")[0]["value"] == "Chaleur", "nothing typed is lost"
    assert site.as_("luc").get(usages.path(usage)).title == "Canicule"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"ends": "2020-01-01"}, "déjà passée"),
        ({"review_date": "2090-01-01"}, "avant sa fin"),
        ({"retention": "0"}, "De 1 à 600"),
        ({"retention": "x"}, "à corriger"),
        ({"purpose": ""}, "Dites à quoi il sert"),
    ],
)
def test_a_sheet_that_does_not_hold(site, usages, typed, words):
    usage = usages(review=db.now() + timedelta(days=100))
    assert words in site.as_("luc").get(usages.path(usage, "/modifier")).submit(typed, status=422).main


def test_health_data_asks_for_a_ground_of_article_9(site, usages, make):
    health = make.dataset("Plans d’aide", sensitivity="confidential", card="internal", protection="health")
    usage = usages(review=db.now() + timedelta(days=100))
    form = {"form": 'form[action$="/elements"]'}
    page = site.as_("luc").get(usages.path(usage))
    assert "article 9" in page.submit({"thing": health.title}, status=422, **form).main
    edit = site.as_("luc").get(usages.path(usage, "/modifier"))
    edit.submit({"health_ground": "care"})
    page.submit({"thing": health.title}, **form)
    page.submit({"thing": health.title}, status=409, **form)
    edit = site.as_("luc").get(usages.path(usage, "/modifier"))
    assert "gardez un fondement" in edit.submit({"health_ground": ""}, status=422).main.replace("\u00a0", " ")
