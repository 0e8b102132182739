"""A manager asks why X sees Y: the grant, the rule and its line; only within what she may know."""

from datetime import UTC, datetime

from dataspace import db

PAGE = "/administration/pourquoi"


def ask(site, manager, who, what, **more):
    return site.as_(manager).get(PAGE, query={"qui": who, "quoi": what, **more}).main


def test_why_lucie_reads_the_leaks_names_the_line_of_the_policy(site, make, the_policy):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    said = ask(site, "agnes", "lucie", dataset.title)
    assert "Lucie Martin peut lire « Fuites 2026 », par le rôle « agent » de la Direction du Cycle de l’eau" in said
    line = next(line for line in the_policy.lines if line.text == "p, agent, dataset:read, restricted, unit")
    assert f"ligne {line.number}, {line.text}" in said


def test_why_awa_does_not_and_that_she_did(site, make):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    make.grant("awa", "agent", dataset, by="lucie", ends=datetime(2026, 3, 3, 22, tzinfo=UTC))
    said = ask(site, "agnes", "awa", dataset.title)
    assert "Awa Diallo ne peut pas lire « Fuites 2026 »" in said
    assert "cette personne est à la Direction de la Solidarité" in said
    assert "accordé par Lucie Martin a pris fin le 3 mars 2026" in said


def test_protection_and_conflicts_of_interest_are_the_reason(site, make):
    health = make.dataset("Suivis", unit="eau", sensitivity="restricted", card="internal", protection="health")
    assert "seul un accès nominatif ou un usage l’ouvre" in ask(site, "agnes", "lucie", health.title)
    contract = make.dataset("Marchés", unit="eau")
    make.denial("lucie", asset=contract, reason="Parts dans une société candidate")
    said = ask(site, "agnes", "lucie", contract.title)
    assert "un conflit d’intérêts est déclaré, et il l’emporte sur tout accès" in said
    assert "Parts dans" not in said


def test_what_remi_would_see_if_he_were_an_agent_of_the_water(site, make, sessions):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    assert "Rémi Faure ne peut pas lire" in ask(site, "agnes", "remi", dataset.title)
    said = ask(site, "agnes", "remi", dataset.title, role="agent", sur="eau")
    assert "Rémi Faure peut lire" in said and "Ce que ce rôle changerait" in said
    assert "Rémi Faure ne peut pas lire" in ask(site, "agnes", "remi", dataset.title), "nothing was saved"


def test_agnes_learns_nothing_of_what_remi_holds_elsewhere(site, make):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="confidential", card="internal")
    make.grant("remi", "steward", "finances", ends=db.now().replace(year=2027))
    secret = make.dataset("Enquête interne", unit="finances", sensitivity="confidential")
    make.grant("remi", "agent", secret)
    page = site.as_("agnes").get(PAGE, query={"qui": "remi", "quoi": dataset.title})
    said = " ".join(page.words("section"))
    assert "Rémi Faure ne peut pas lire" in said
    assert "Finances" not in said and "Enquête" not in said and "Gestionnaire" not in said


def test_what_claire_may_not_know_of_does_not_exist_here(site, make):
    secret = make.dataset("Enquête interne", unit="eau", sensitivity="confidential")
    there = ask(site, "claire", "lucie", secret.public_id)
    nowhere = ask(site, "claire", "lucie", "0" * 18)
    assert "Enquête" not in there
    assert there.replace(secret.public_id, "") == nowhere.replace("0" * 18, "")


def test_a_closed_account_is_said(site, make):
    dataset = make.dataset("Fuites", unit="eau")
    with make.writing() as session:
        from tests import people

        people.person(session, "lucie").is_active = False
    assert "son compte est fermé" in ask(site, "agnes", "lucie", dataset.title, role="agent", sur="eau")


def test_awa_does_not_ask_about_others(site):
    site.as_("awa").get(PAGE, status=403)


def test_a_title_is_found_whichever_spaces_it_is_typed_with(site, make):
    make.dataset("Eau\u00a0: relevés de l’année", unit="eau")
    page = site.as_("agnes").get(PAGE, query={"qui": "Rémi Faure", "quoi": "Eau : relevés de l’année"})
    assert "Oui" in page.main
    assert "Inconnu" not in page.main
