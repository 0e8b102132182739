"""An administrator gives and takes back; she reads nothing of it and gives nothing to herself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth.models import Grant
from tests.site import filled

pytestmark = pytest.mark.usefixtures("that_monday")

FORM = "form#attribuer"
PAGE = "/administration/acces/attribuer"


def give(site, giver, *, to, role="agent", on, until="2027-06-30", status=303, why="commission du 8 décembre", **more):
    """Fill the form as a person does: look at what it changes, then save."""
    page = site.as_(giver).get(PAGE)
    values = {"subject": to, "role": role, "scope": on, "ends": until, "reason": why} | more
    preview = page.submit(values, form=FORM, button="Voir ce que cela change", status=200)
    return site.as_(giver).post(
        PAGE, {**values, "starts": preview.select("#starts")[0]["value"], "save": "1"}, status=status
    )


def test_claire_opens_one_restricted_dataset_to_marc_who_reads_it_on_his_next_page(site, make):
    dataset = make.dataset("Aides aux impayés d’énergie", unit="eau", sensitivity="restricted", card="internal")
    path = f"/donnees/{dataset.public_id}"
    site.as_("remi").get(path)
    assert "Sur demande" in site.as_("remi").get(path).main

    give(site, "claire", to="remi", on=dataset.title)

    assert "Sur demande" not in site.as_("remi").get(path).main
    assert "Sur demande" in site.as_("claire").get(path).main, "administering is not holding"


def test_the_panel_says_who_gains_before_anything_is_saved(site, make, sessions):
    make.dataset("Recettes", unit="finances", sensitivity="restricted", card="internal")
    values = {"subject": "remi", "role": "agent", "scope": "finances", "ends": "2027-06-30", "reason": "renfort"}
    page = site.as_("claire").get(PAGE).submit(values, form=FORM, button="Voir ce que cela change", status=200)
    assert "Rémi Faure" in page.words(".diff li strong")
    assert "lit 1 jeu" in page.words(".diff ins")[0].replace("\u00a0", " ")
    with sessions() as session:
        assert session.scalars(select(Grant).where(Grant.reason == "renfort")).first() is None


def test_claire_cannot_give_herself_anything(site, make):
    dataset = make.dataset("Aides", unit="eau", sensitivity="restricted", card="internal")
    values = {"subject": "claire", "role": "agent", "scope": dataset.title, "ends": "2027-06-30", "reason": "pour moi"}
    page = site.as_("claire").get(PAGE).submit(values, form=FORM, button="Voir", status=403)
    assert "Vous ne pouvez rien vous attribuer" in page.main


def test_nor_to_the_unit_she_works_in(site):
    values = {
        "subject": "Direction du Numérique (unité:numerique)",
        "role": "agent",
        "scope": "eau",
        "ends": "2027-06-30",
        "reason": "x",
    }
    page = site.as_("claire").get(PAGE).submit(values, form=FORM, button="Voir", status=403)
    assert "Vous ne pouvez rien vous attribuer" in page.main


@pytest.mark.parametrize(
    "facts", [{"sensitivity": "confidential"}, {"sensitivity": "restricted", "protection": "health"}]
)
def test_confidential_and_protected_content_is_for_the_responsible_directorate(site, make, facts):
    dataset = make.dataset("Dossiers suivis", unit="solidarite", card="internal", **facts)
    values = {"subject": "remi", "role": "agent", "scope": dataset.title, "ends": "2027-06-30", "reason": "étude"}
    refused = site.as_("claire").get(PAGE).submit(values, form=FORM, button="Voir", status=403)
    assert "relèvent de la direction responsable" in refused.main
    give(site, "luc", to="remi", on=dataset.title)
    assert "Sur demande" not in site.as_("remi").get(f"/donnees/{dataset.public_id}").main


def test_protected_content_opens_only_to_people_one_by_one(site, make):
    dataset = make.dataset(
        "Suivis médico-sociaux", unit="solidarite", sensitivity="restricted", card="internal", protection="health"
    )
    values = {
        "subject": "Service Eau potable (unité:eau-potable)",
        "role": "agent",
        "scope": dataset.title,
        "ends": "2027-06-30",
        "reason": "étude",
    }
    page = site.as_("luc").get(PAGE).submit(values, form=FORM, button="Voir", status=422)
    assert "personnes nommées" in page.main


def test_luc_gives_nothing_outside_his_branch(site):
    page = site.as_("luc").get(PAGE)
    values = {"subject": "remi", "role": "agent", "scope": "finances", "ends": "2027-06-30", "reason": "x"}
    assert "Unité ou élément inconnu" in page.submit(values, form=FORM, button="Voir", status=422).main


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ends", "2020-01-01", "déjà passée"), ("reason", "", "À remplir"),
        ("scope", "direction-inconnue", "inconnu"), ("subject", "personne-inconnue", "inconnue"),
    ],
)  # fmt: skip
def test_bad_input_is_said_and_what_was_typed_stays(site, field, value, said):
    values = {"subject": "remi", "role": "agent", "scope": "eau", "ends": "2027-06-30", "reason": "renfort de l’équipe"}
    page = site.as_("claire").get(PAGE).submit(values | {field: value}, form=FORM, button="Voir", status=422)
    assert said in page.main
    kept = "renfort de l’équipe" if field != "reason" else "remi"
    assert kept in [tag.get("value") for tag in page.select(f"{FORM} input")]


def test_revoked_marc_is_refused_on_his_next_page_and_claire_can_undo(site, make, sessions):
    dataset = make.dataset("Aides", unit="eau", sensitivity="restricted", card="internal")
    give(site, "claire", to="remi", on=dataset.title)
    with sessions() as session:
        grant = session.scalars(select(Grant).order_by(Grant.id.desc())).first()
    path = f"/administration/acces/{grant.public_id}"
    site.as_("claire").get(path).submit({"reason": "commission passée"}, form="form#retirer")
    assert "Sur demande" in site.as_("remi").get(f"/donnees/{dataset.public_id}").main
    site.as_("claire").get(path).submit(button="Rétablir")
    assert "Sur demande" not in site.as_("remi").get(f"/donnees/{dataset.public_id}").main


def test_an_access_ends_by_itself_when_its_date_is_over(site, make, clock):
    dataset = make.dataset("Aides", unit="eau", sensitivity="restricted", card="internal")
    give(site, "claire", to="remi", on=dataset.title, until="2026-11-25")
    assert "Sur demande" not in site.as_("remi").get(f"/donnees/{dataset.public_id}").main
    clock.shift(timedelta(days=3))
    fresh = type(site)(site.app)
    assert "Sur demande" in fresh.as_("remi").get(f"/donnees/{dataset.public_id}").main


def test_the_last_administrator_stays(site, make, sessions):
    first = make.grant("remi", "admin", "valmer", ends=db.now() + timedelta(days=30))
    with db.writing(sessions) as session:
        for grant in session.scalars(select(Grant).where(Grant.role == "admin", Grant.id != first.id)):
            if grant.person_id != site_person(session, "claire"):
                grant.revoked_at = db.now()
            else:
                grant.source = "manual"
    path = f"/administration/acces/{first.public_id}"
    site.as_("claire").get(path).submit({"reason": "réorganisation"}, form="form#retirer")
    with sessions() as session:
        hers = session.scalars(
            select(Grant).where(Grant.role == "admin", Grant.revoked_at.is_(None), Grant.source == "manual")
        ).one()
    page = site.as_("claire").get(f"/administration/acces/{hers.public_id}")
    refused = page.submit({"reason": "je pars"}, form="form#retirer", status=403)
    assert "dernière personne" in refused.main


def site_person(session, login):
    from tests import people

    return people.person(session, login).id


def test_what_the_directory_gave_is_changed_in_the_directory(site, sessions):
    with sessions() as session:
        grant = session.scalars(select(Grant).where(Grant.role == "contributor")).one()
    path = f"/administration/acces/{grant.public_id}"
    assert "se change dans l’annuaire" in site.as_("claire").get(path).main
    refused = site.as_("claire").post(f"{path}/retirer", {"reason": "essai"}, status=403)
    assert "annuaire" in refused.main


def test_two_administrators_moving_one_end_the_second_is_told(site, make, sessions):
    grant = make.grant("remi", "agent", "eau", ends=db.now() + timedelta(days=30))
    path = f"/administration/acces/{grant.public_id}"
    here, there = site.as_("claire").get(path), site.as_("bruno").get(path)
    form = "form#modifier"
    hers, his = {"ends": "2027-03-31", "reason": "prolongé"}, {"ends": "2027-09-30", "reason": "autre"}
    site.as_("claire").post(f"{path}/modifier", filled(here.select(form)[0]) | hers | {"save": "1"})
    said = site.as_("bruno").post(f"{path}/modifier", filled(there.select(form)[0]) | his | {"save": "1"}, status=409)
    assert "Claire Pasquier a modifié cet accès" in said.main


@pytest.mark.parametrize("login", ["awa", "zoe", "nadia", "marc"])
def test_nobody_else_reaches_the_administration(site, make, login):
    grant = make.grant("remi", "agent", "eau", ends=db.now() + timedelta(days=30))
    site.as_(login).get("/administration/", status=403)
    site.as_(login).get(PAGE, status=403)
    site.as_(login).post(f"/administration/acces/{grant.public_id}/retirer", {"reason": "x"}, status=403)
    site.as_(login).post(
        PAGE,
        {"subject": login, "role": "admin", "scope": "valmer", "ends": "2027-01-01", "reason": "x", "save": "1"},
        status=403,
    )


def test_who_has_access_to_an_asset_and_why(site, make):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    make.grant("remi", "agent", dataset, ends=db.now() + timedelta(days=30))
    page = site.as_("claire").get(f"/administration/elements/{dataset.public_id}")
    people = page.words("tbody th")
    assert {"Rémi Faure", "Lucie Martin", "Agnès Montel", "Jérôme Lacaze"} <= set(people)
    assert "Awa Diallo" not in people
    site.as_("luc").get(f"/administration/elements/{dataset.public_id}", status=404)


def test_what_a_person_has_through_her_unit_and_what_is_closed_to_her(site, make):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    make.grant(to_unit="numerique", on=dataset, ends=db.now() + timedelta(days=30))
    make.denial("remi", theme="finances", reason="conjoint élu aux finances")
    page = site.as_("claire").get("/administration/personnes/personne-remi")
    assert "Fuites 2026" in page.main
    assert "conjoint élu aux finances" in page.main


def test_claire_closes_the_sessions_of_a_lost_phone(site):
    lost = site.as_("remi")
    lost.get("/")
    page = site.as_("claire").get("/administration/personnes/personne-remi")
    page.submit(form='form[action$="/connexions/fermer"]')
    lost.get("/", status=302)
    site.as_("claire").post("/administration/personnes/personne-zoe/connexions/fermer", status=404)
    site.as_("awa").post("/administration/personnes/personne-remi/connexions/fermer", status=403)


def test_content_raised_since_waits_for_a_decision_at_its_new_height(site, make):
    dataset = make.dataset("Signalements", unit="eau", sensitivity="restricted", card="internal")
    give(site, "claire", to="remi", on=dataset.title)
    assert "Sur demande" not in site.as_("remi").get(f"/donnees/{dataset.public_id}").main
    with make.writing() as session:
        asset = session.merge(dataset, load=False)
        asset.protection = "health"
    assert "Sur demande" in site.as_("remi").get(f"/donnees/{dataset.public_id}").main


def test_a_hidden_dataset_does_not_exist_for_claire(site, make):
    dataset = make.dataset("Enquête interne", unit="eau", sensitivity="confidential")
    site.as_("claire").get(f"/administration/elements/{dataset.public_id}", status=404)
    assert dataset.title not in site.as_("claire").get("/administration/chercher", query={"q": "Enquête"}).main


def login_id(sessions, login):
    with sessions() as session:
        return site_person(session, login)


def refusals(sessions):
    with sessions() as session:
        return [(line.actor_id, line.facts) for line in session.scalars(select(Event).where(Event.act == "refused"))]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ends": "2020-01-01"}, "La date de fin est déjà passée"), ({"scope": "finances"}, "Unité ou élément inconnu"),
        ({"subject": "personne-inconnue"}, "Personne ou unité inconnue"),
    ],
)  # fmt: skip
def test_an_assignment_that_does_not_hold_leaves_a_line(site, sessions, changed, why):
    values = {"subject": "remi", "role": "agent", "scope": "eau", "ends": "2027-06-30", "reason": "renfort"} | changed
    site.as_("agnes").get(PAGE).submit(values, form=FORM, button="Voir", status=422)
    [(actor, facts)] = refusals(sessions)
    assert actor == login_id(sessions, "agnes")
    assert facts["role"] == "agent"
    assert why in facts["why"]


def test_a_field_left_empty_leaves_none(site, sessions):
    values = {"subject": "remi", "role": "agent", "scope": "eau", "ends": "2027-06-30", "reason": ""}
    site.as_("agnes").get(PAGE).submit(values, form=FORM, button="Voir", status=422)
    assert refusals(sessions) == []


def test_an_end_moved_to_the_past_leaves_a_line(site, make, sessions):
    grant = make.grant("remi", "agent", "eau", ends=db.now() + timedelta(days=30))
    page = site.as_("claire").get(f"/administration/acces/{grant.public_id}")
    page.submit({"ends": "2020-01-01", "reason": "essai"}, form="form#modifier", status=422)
    [(_, facts)] = refusals(sessions)
    assert "déjà passée" in facts["why"]


@pytest.mark.parametrize("identifier", ["inconnu", ""])
def test_a_post_on_what_is_not_there_leaves_a_line(site, make, sessions, identifier):
    """The same line for what does not exist and for what is another's."""
    foreign = make.grant("remi", "agent", "finances", ends=db.now() + timedelta(days=30)).public_id
    path = f"/administration/acces/{identifier or foreign}/retirer"
    site.as_("luc").post(path, {"reason": "essai"}, status=404)
    [(_, facts)] = refusals(sessions)
    assert facts["route"] == "admin.revoke"
    site.as_("luc").get(f"/administration/acces/{identifier or foreign}", status=404)
    assert len(refusals(sessions)) == 1
