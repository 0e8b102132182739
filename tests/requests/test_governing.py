"""What who decides writes once: standing rules, conditions of use; and more time on a right over a unit."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth.models import Person
from dataspace.mail.models import Mail
from dataspace.requests.models import AccessRequest
from tests.requests.conftest import FORM

RULES = "/demandes/regles"
GUTTER = {"unit": "eau", "level": "restricted", "need": "consult", "to_unit": "solidarite", "days": "60"}


def write(site, login, status=303, **typed):
    page = site.as_(login).get(RULES)
    return page.submit(GUTTER | typed, form="form.ask", status=status)


def test_agnes_writes_a_rule_that_answers_then_stops_it(site, asking, water, make):
    write(site, "agnes")
    asking("awa", water)
    assert asking.reads("awa", water)
    page = site.as_("agnes").get(RULES)
    assert "1 demande acceptée" in page.main
    assert "Awa Diallo" in page.main
    assert "Compteurs par quartier" in page.main
    assert page.words(".marks .state")[-1] == "Répond" or "Répond" in page.main
    page.submit(form="form[action$=arreter]")
    assert "Arrêtée" in site.as_("agnes").get(RULES).main
    other = make.dataset("Débits", unit="eau", sensitivity="restricted", card="internal")
    asking("awa", other)
    assert not asking.reads("awa", other), "back to the ordinary way"
    assert asking.reads("awa", water), "what it gave goes on"


def test_a_rule_dies_with_the_right_of_its_author_and_says_so(site, asking, water, make):
    make.person("ida", "Ida", "Roux", unit="eau")
    role = make.grant("ida", "director", "eau", with_services=True)
    make.grant("ida", "agent", "eau")
    write(site, "ida")
    with make.writing() as session:
        session.merge(role).ends = db.now() - timedelta(seconds=1)
    assert "Ne répond plus" in site.as_("agnes").get(RULES).main
    asking("awa", water)
    assert not asking.reads("awa", water)


@pytest.mark.parametrize(
    ("login", "typed", "status"),
    [
        ("agnes", {"unit": "solidarite"}, 422),
        ("agnes", {"unit": "nulle-part"}, 422),
        ("agnes", {"level": "confidential"}, 422),
        ("agnes", {"days": "0"}, 422),
        ("agnes", {"days": "x"}, 422),
        ("agnes", {"ends": "2020-01-01"}, 422),
    ],
)
def test_a_rule_goes_no_further_than_its_author(site, login, typed, status):
    site.as_(login).post(RULES, GUTTER | typed, status=status)
    assert "Aucune règle" in site.as_(login).get(RULES).main


def test_others_neither_read_nor_stop_it(site, make, asking):
    write(site, "agnes")
    form = site.as_("agnes").get(RULES).select("form[action$=arreter]")[0]
    for login, status in (("awa", 403), ("zoe", 403), ("luc", 404)):
        site.as_(login).post(str(form["action"]), status=status)
    assert "Aucune règle" in site.as_("luc").get(RULES).main
    site.as_("agnes").post(str(form["action"]))
    site.as_("agnes").post(str(form["action"]), status=409)


def test_conditions_are_replaced_and_each_request_keeps_its_version(site, asking, water, sessions):
    path = f"/demandes/conditions/{water.public_id}"
    assert path in site.as_("agnes").get(f"/administration/elements/{water.public_id}").links().values()
    page = site.as_("agnes").get(path)
    page.submit({"text": "Ne pas diffuser hors du service."}, form="form.ask")
    page.submit({"text": "Autre chose."}, form="form.ask", status=409)
    asked = site.as_("awa").get(f"/donnees/{water.public_id}")
    assert "Ne pas diffuser hors du service." in asked.main
    asked.submit({"purpose": "Commission"}, form=FORM, button="Envoyer", status=422)
    asking("awa", water, accepts="y")
    site.as_("agnes").get(path).submit({"text": "Ne pas diffuser du tout."}, form="form.ask")
    kept = site.as_("agnes").get(path)
    assert next(w for w in kept.words(".history li") if "en vigueur" in w).count("du tout") == 1
    with sessions() as session:
        request = session.scalars(select(AccessRequest)).one()
    assert request.conditions.endswith("-1")


@pytest.mark.parametrize(("login", "status"), [("awa", 403), ("luc", 404), ("claire", 403), ("lucie", 403)])
def test_only_the_responsible_directorate_writes_them(site, water, login, status):
    path = f"/demandes/conditions/{water.public_id}"
    site.as_(login).get(path, status=status)
    site.as_(login).post(path, {"text": "x", "replaces": ""}, status=status)


def test_conditions_taken_away_are_not_asked_any_more(site, asking, water):
    asking.condition(water, "Ne pas diffuser.", "2026-1")
    path = f"/demandes/conditions/{water.public_id}"
    site.as_("agnes").get(path).submit({"text": ""}, form="form.ask")
    asking("awa", water)


def test_more_time_on_a_right_over_a_unit_is_one_click(site, make, sessions):
    grant = make.grant("awa", "contributor", "eau", ends=db.now() + timedelta(days=6), by="agnes")
    page = site.as_("awa").get("/mes-acces")
    target = f"/demandes/acces/{grant.public_id}/prolonger"
    assert target in page.links().values()
    site.as_("awa").get(target).submit(button="Demander à prolonger")
    site.as_("awa").get(target).submit(button="Demander à prolonger", status=409)
    site.as_("luc").get(target, status=404)
    with sessions() as session:
        stmt = select(Person.login, Mail.body).join(Person, Person.id == Mail.person_id)
        ((to, body),) = [tuple(row) for row in session.execute(stmt)]
    assert (to, f"/administration/acces/{grant.public_id}" in body) == ("agnes", True)
