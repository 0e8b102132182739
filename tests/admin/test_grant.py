"""Other terms for one access: who gains and loses first; and two people on the same access, nothing lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.auth.models import Grant
from tests.site import filled

NB = "\u00a0"
FORM = "form#modifier"


@pytest.fixture
def leaks(make):
    return make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")


@pytest.fixture
def grant(make, leaks):
    return make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="étude")


class Pages:
    """Claire and Bruno, each with the page of the access open."""

    def __init__(self, site, grant):
        self.site, self.path = site, f"/administration/acces/{grant.public_id}"
        self.open = {login: site.as_(login).get(self.path) for login in ("claire", "bruno")}

    def change(self, login, *, status=303, save=True, **typed):
        sent = filled(self.open[login].select(FORM)[0]) | typed | ({"save": "1"} if save else {})
        return self.site.as_(login).post(f"{self.path}/modifier", sent, status=status)

    def revoke(self, login, status=303):
        sent = filled(self.open[login].select("form#retirer")[0]) | {"reason": "mission finie"}
        return self.site.as_(login).post(f"{self.path}/retirer", sent, status=status)


@pytest.fixture
def pages(site, grant):
    return Pages(site, grant)


def now(sessions, grant):
    with sessions() as session:
        found = session.scalars(select(Grant).where(Grant.id == grant.id)).one()
        return str(found.role), found.reason, found.revoked_at is not None


def test_who_gains_is_said_then_saved_and_journaled(pages, grant, sessions):
    panel = pages.change("claire", role="agent", save=False, status=200)
    assert "1 personne gagne" in panel.main.replace(NB, " ")
    assert "télécharge 1 jeu" in panel.words(".diff ins")[0].replace(NB, " ")
    assert now(sessions, grant) == ("reader", "étude", False)
    assert panel.words("button[name=save][form=modifier]") == ["Enregistrer ces changements"]
    pages.change("claire", role="agent", reason="étude, saison 2")
    assert now(sessions, grant) == ("agent", "étude, saison 2", False)
    with sessions() as session:
        line = session.scalars(select(audit.Event).where(audit.Event.act == "grant-changed")).one()
    assert line.facts["before"]["role"] == "reader"
    assert line.facts["role"] == "agent"


def test_losing_is_said_too(site, make, sessions):
    make.dataset("Recettes", unit="budget", sensitivity="restricted", card="internal")
    wide = make.grant("remi", "agent", "finances", with_services=True, ends=db.now() + timedelta(days=30))
    path = f"/administration/acces/{wide.public_id}"
    sent = filled(site.as_("claire").get(path).select(FORM)[0])
    sent.pop("with_services")
    panel = site.as_("claire").post(f"{path}/modifier", sent, status=200)
    assert "1 personne perd" in panel.main.replace(NB, " ")


def test_the_second_gets_both_versions_and_sends_hers_again_in_one_click(pages, grant, sessions):
    pages.change("claire", role="agent", reason="celle de Claire")
    both = pages.change("bruno", reason="celle de Bruno", status=409)
    for said in ("Claire Pasquier a modifié cet accès le", "celle de Claire", "celle de Bruno", "Agent", "Lecteur"):
        assert said in both.main, said
    assert now(sessions, grant) == ("agent", "celle de Claire", False)
    both.submit(button="Enregistrer ma version")
    assert now(sessions, grant) == ("reader", "celle de Bruno", False)


def test_or_keeps_the_others(pages):
    pages.change("claire", reason="celle de Claire")
    both = pages.change("bruno", reason="celle de Bruno", status=409, save=False)
    assert both.links()["Garder l’autre version"] == pages.path


def test_changed_while_somebody_takes_it_back(pages, grant, sessions):
    pages.change("claire", reason="celle de Claire")
    both = pages.revoke("bruno", status=409)
    assert "celle de Claire" in both.main
    assert "mission finie" in both.main
    assert now(sessions, grant) == ("reader", "celle de Claire", False)
    both.submit(button="Le retirer quand même")
    assert now(sessions, grant)[2]


def test_taken_back_while_somebody_changes_it(pages, site, grant, leaks, sessions):
    pages.revoke("claire")
    both = pages.change("bruno", reason="celle de Bruno", status=409)
    assert "Claire Pasquier a retiré cet accès" in both.main
    again = both.submit(button="Le donner de nouveau")
    assert now(sessions, grant)[2], "the one taken back stays so"
    assert "celle de Bruno" in again.follow().main
    assert "Sur demande" not in site.as_("remi").get(f"/donnees/{leaks.public_id}").main


def test_taken_back_twice_is_told(pages):
    pages.revoke("claire")
    both = pages.revoke("bruno", status=409)
    assert "Claire Pasquier a retiré cet accès" in both.main
    assert "quand même" not in both.main


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [({"role": "director"}, 422, "choix"), ({"ends": "2020-01-01"}, 422, "déjà passée"),
     ({"reason": ""}, 422, "À remplir"), ({"version": "x"}, 422, ""), ({"role": "dpo"}, 422, "aucun contenu"),
     ({}, 422, "Rien ne change")],
)  # fmt: skip
def test_bad_input_is_said_and_changes_nothing(pages, grant, sessions, typed, status, said):
    page = pages.change("claire", status=status, **typed)
    assert said in page.main
    assert now(sessions, grant) == ("reader", "étude", False)


def test_never_beyond_what_one_may_assign_nor_to_oneself(site, make, sessions):
    secret = make.dataset("Dossiers", unit="eau", sensitivity="confidential", card="internal")
    high = make.grant("remi", "reader", secret, ends=db.now() + timedelta(days=30))
    hers = make.grant("claire", "agent", "eau", ends=db.now() + timedelta(days=30))
    typed = {"role": "agent", "ends": "2027-06-30", "reason": "plus", "version": "1", "save": "1"}
    for one, said in ((high, "direction responsable"), (hers, "rien vous attribuer")):
        page = site.as_("claire").post(f"/administration/acces/{one.public_id}/modifier", typed, status=403)
        assert said in page.main
        assert now(sessions, one)[1] == "pour l’histoire"
    with sessions() as session:
        assert len(session.scalars(select(audit.Event).where(audit.Event.act == "refused")).all()) == 2


def test_what_comes_from_the_directory_or_is_elsewhere(site, make, sessions):
    with sessions() as session:
        sso = session.scalars(select(Grant).where(Grant.role == "contributor")).one()
    typed = {"role": "agent", "ends": "2027-06-30", "reason": "plus", "version": "1", "save": "1"}
    page = site.as_("claire").post(f"/administration/acces/{sso.public_id}/modifier", typed, status=403)
    assert "annuaire" in page.main
    foreign = make.grant("remi", "agent", "finances", ends=db.now() + timedelta(days=30))
    said = {
        site.as_("luc").post(f"/administration/acces/{name}/modifier", typed, status=404).main
        for name in (foreign.public_id, "0" * 18)
    }
    assert len(said) == 1


def test_the_rules_are_read_with_their_lines(site):
    page = site.as_("ines").get("/administration/regles")
    assert {"Agent", "Directeur", "Lecteur"} <= set(page.words("h2"))
    row = next(row for row in page.select("#role-agent tbody tr") if "dataset:read" in row.get_text())
    assert [" ".join(cell.get_text(" ").split()) for cell in row.select("td")][:3] == [
        "Confidentiel", "Accès limité", "Interne",
    ]  # fmt: skip
    text = (page.visitor.app.extensions["settings"].policies_dir / "policy.csv").read_text().splitlines()
    numbers = [int(one) for one in row.select("td")[-1].get_text().split(",")]
    assert all(text[number - 1].startswith("p, agent, dataset:read") for number in numbers)
    site.as_("awa").get("/administration/regles", status=403)
