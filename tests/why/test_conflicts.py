"""A conflict of interest closes whatever is given; who may declares and ends it; the person reads why."""

import pytest
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.auth.models import Denial

pytestmark = pytest.mark.usefixtures("that_monday")

PAGE = "/administration/conflits"
FORM = "form#declarer"


def declare(site, who, whom, status=303, **values):
    typed = {"person": whom, "reason": "Parts dans une société candidate"} | values
    return site.as_(who).get(PAGE).submit(typed, form=FORM, status=status)


def acts(sessions):
    with sessions() as session:
        return [e.act for e in session.scalars(select(Event).order_by(Event.seq)) if e.act.startswith("denial")]


def test_jerome_declares_that_nadia_must_not_see_insertion(site, make, sessions):
    dataset = make.dataset("Marchés d’insertion", unit="solidarite", theme="insertion-rsa")
    site.as_("nadia").get(f"/donnees/{dataset.public_id}")
    declare(site, "jerome", "nadia", theme="solidarites", ends="2027-06-30")
    site.as_("nadia").get(f"/donnees/{dataset.public_id}", status=404)
    mine = site.as_("nadia").get("/mes-acces").main
    assert "Tout ce qui relève de « Solidarités et santé » vous est fermé jusqu’au 30 juin 2027" in mine
    assert "Parts dans une société candidate" in mine
    assert acts(sessions) == ["denial-declared"]


def test_it_wins_over_an_access_given_afterwards(site, make):
    dataset = make.dataset("Fuites", unit="eau", sensitivity="restricted", card="internal")
    declare(site, "luc", "awa", thing=dataset.title)
    make.grant("awa", "steward", dataset)
    site.as_("awa").get(f"/donnees/{dataset.public_id}", status=404)


def test_once_ended_the_accesses_count_again(site, make, sessions):
    dataset = make.dataset("Aides", unit="solidarite")
    declare(site, "luc", "awa", thing=dataset.title)
    page = site.as_("luc").get(PAGE)
    (form,) = page.select("form[action$=terminer]")
    site.as_("luc").post(form["action"], {"reason": ""}, status=422)
    site.as_("luc").post(form["action"], {"reason": "parts vendues"})
    site.as_("awa").get(f"/donnees/{dataset.public_id}")
    assert "Awa Diallo" not in " ".join(site.as_("luc").get(PAGE).words("section:first-child li"))
    assert acts(sessions) == ["denial-declared", "denial-ended"]


def test_luc_declares_only_on_his_own_people_and_on_what_he_knows(site, make):
    secret = make.dataset("Enquête", unit="eau", sensitivity="confidential")
    assert "n’est pas de votre périmètre" in declare(site, "luc", "lucie", theme="eau", status=403).main
    there = declare(site, "luc", "awa", thing=secret.title, status=422).main
    nowhere = declare(site, "luc", "awa", thing="Rien de tel", status=422).main
    assert "Élément inconnu de vous" in there and "Élément inconnu de vous" in nowhere


def test_ones_own_may_be_declared_but_not_ended(site, make):
    declare(site, "luc", "luc", theme="eau")
    page = site.as_("luc").get(PAGE)
    assert not page.select("form[action$=terminer]")
    with make.sessions() as session:
        denial = session.scalars(select(Denial)).one()
    refused = site.as_("luc").post(f"{PAGE}/{denial.public_id}/terminer", {"reason": "c’est fini"}, status=403)
    assert "qui vous concerne" in refused.main


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"theme": ""}, "une thématique, ou un seul élément"), ({"theme": "eau", "reason": ""}, "À remplir"),
        ({"theme": "eau", "ends": "2020-01-01"}, "déjà passée"), ({"theme": "eau", "person": "personne"}, "inconnue"),
    ],
)  # fmt: skip
def test_bad_input_is_said(site, values, said):
    assert said in declare(site, "luc", "awa", **({"status": 422} | values)).main


def test_twice_is_once(site):
    declare(site, "ines", "nadia", theme="eau")
    assert "déjà déclaré" in declare(site, "jerome", "nadia", theme="eau", status=409).main


def test_an_asset_that_the_reader_may_not_know_of_stays_unnamed(site, make):
    secret = make.dataset("Enquête", unit="eau", sensitivity="confidential")
    make.denial("awa", asset=secret, reason="parenté")
    assert "Enquête" not in site.as_("luc").get(PAGE).main
    assert "un élément hors de votre périmètre" in site.as_("luc").get(PAGE).main
    assert "Enquête" in site.as_("ines").get(PAGE).main


def test_who_manages_the_thing_reads_who_is_kept_away(site, make):
    dataset = make.dataset("Aides", unit="solidarite")
    make.denial("awa", asset=dataset, reason="parenté")
    assert "parenté" in site.as_("luc").get(f"/administration/elements/{dataset.public_id}").main


@pytest.mark.parametrize("login", ["awa", "claire", "odile", "zoe"])
def test_others_do_not_declare(site, login):
    site.as_(login).get(PAGE, status=403)
    site.as_(login).post(PAGE, {}, status=403)
