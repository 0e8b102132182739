"""Somebody leaves: whatever let her in, or was let in by her, is shut at once, and does not come back with her."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import leaving
from dataspace.auth.rights import LastOne
from dataspace.cli import main
from dataspace.errors import Conflict, Invalid
from tests import people
from tests.tokens.conftest import Program, made, secret_of

API = "/api/1/donnees"


@pytest.fixture
def everywhere(site, make, share):
    """Awa, with a session, a token and a link that Lucie holds."""
    asset = make.dataset("Cantines")
    return Program(site.app, secret_of(made(site, "awa"))), share("awa", asset, people="lucie")


def awa_in(page_of, site):
    return site.as_(page_of).get("/administration/personnes/personne-awa")


def test_claire_closes_the_account_of_awa_and_everything_ends_with_it(site, everywhere, sessions):
    program, link = everywhere
    program.get(API)
    site.as_("lucie").get(link)
    page = awa_in("claire", site)
    page.submit({"reason": " "}, form="form[action$=desactiver]", status=422)
    done = page.submit({"reason": "Mutation au département"}, form="form[action$=desactiver]").follow()
    assert "1 connexion fermée, 1 jeton révoqué, 1 lien retiré" in done.text
    assert "compte fermé" in done.main
    program.get(API, status=401)
    site.as_("lucie").get(link, status=404)
    site.as_("awa").get("/", status=302)
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "person-disabled")).one()
    assert line.facts["reason"] == "Mutation au département"
    awa_in("claire", site).submit({"reason": "Revenue"}, form="form[action$=reactiver]")
    site.as_("awa").sign_in("awa").get("/")
    program.get(API, status=401)
    site.as_("lucie").get(link, status=404)


def test_nobody_closes_an_account_out_of_her_reach_nor_her_own(site, everywhere):
    path = "/administration/personnes/personne-{}/desactiver"
    site.as_("agnes").post(path.format("awa"), {"reason": "pour voir"}, status=404)
    site.as_("claire").post(path.format("zoe"), {"reason": "pour voir"}, status=404)
    site.as_("claire").post(path.format("personne"), {"reason": "pour voir"}, status=404)
    site.as_("claire").post(path.format("claire"), {"reason": "pour voir"}, status=403)
    site.as_("awa").post(path.format("luc"), {"reason": "pour voir"}, status=403)


def test_the_last_administrator_stays(access, sessions, make):
    from dataspace.auth import Access

    with db.writing(sessions) as session:
        bruno = Access(people.actor(session, "bruno"), session, make.policy)
        leaving.disable(bruno, people.person(session, "claire"), reason="Départ")
        with pytest.raises(Conflict):
            leaving.disable(bruno, people.person(session, "claire"), reason="Départ")
        with pytest.raises(Invalid):
            leaving.enable(bruno, people.person(session, "claire"), reason=" ")
    make.grant("claire", "executive", "valmer")
    with sessions() as session:
        jerome = Access(people.actor(session, "jerome"), session, make.policy)
        with pytest.raises(LastOne):
            leaving.disable(jerome, people.person(session, "bruno"), reason="Départ")


def test_from_the_server(settings, everywhere, monkeypatch):
    program, _ = everywhere
    for name in ("database_url", "secret_key"):
        value = getattr(settings, name)
        monkeypatch.setenv(f"DATASPACE_{name.upper()}", getattr(value, "get_secret_value", lambda v=value: v)())
    run = CliRunner().invoke
    done = run(main, ["person", "disable", "awa", "--reason", "Départ"])
    assert done.exit_code == 0 and "1 jetons" in done.output
    program.get(API, status=401)
    assert run(main, ["person", "disable", "awa", "--reason", "Départ"]).exit_code == 1
    assert run(main, ["person", "enable", "awa", "--reason", "Retour"]).exit_code == 0
    assert run(main, ["person", "disable", "personne-ici", "--reason", "Départ"]).exit_code == 1
    program.get(API, status=401)
