"""The running portal, walked through as its people: clean, it says so; made to leak, it is caught."""

import hashlib
import shutil
from collections import Counter

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dataspace.audit import Event, queries
from dataspace.auth.models import AuthSession
from dataspace.auth.sessions import WALK
from dataspace.cli import main
from dataspace.config import shipped
from tests import people


@pytest.fixture
def world(make):
    """Something of each kind, near what is hidden."""
    make.dataset("Qualité de l’eau distribuée", unit="eau", theme="eau", sensitivity="open")
    make.dataset("Foyers allocataires par commune", unit="solidarite")
    make.dataset("Subventions versées aux associations", unit="finances", sensitivity="restricted", card="internal")
    make.dataset("Signalements de mineurs en danger", unit="solidarite", sensitivity="confidential")
    make.dataset("Cessions de terrains envisagées", unit="finances", sensitivity="confidential")
    make.dataset("Postes informatiques à remplacer", unit="numerique", state="draft")
    make.dataset("Aides versées aux foyers suivis", unit="solidarite", sensitivity="restricted")


def lines(sessions, *acts):
    with sessions() as session:
        return [line for line in session.scalars(select(Event).order_by(Event.seq)) if line.act in acts]


def walks_left(sessions):
    with sessions() as session:
        return session.scalars(select(AuthSession).where(AuthSession.issuer == WALK)).all()


def test_a_portal_that_keeps_its_rule_is_certified(world, portal, sessions, site):
    with portal() as running:
        code, told = running.leaks("--people", "2", "--assets", "6")
    assert (code, told["leaks"], told["gaps"], told["complete"], told["people"]) == (0, 0, 0, True, 2)
    assert told["opened"] > 50 and told["refused"] > 50, "only closed doors, or only open ones, would prove nothing"
    # The walk read as people; nothing says that they did.
    assert walks_left(sessions) == []
    assert {line.actor_id for line in lines(sessions, "opened", "exported", "refused", "guest-token")} == {None}
    assert lines(sessions, "refused") == []
    with sessions() as session:
        assert queries.verify(session) is None
    (filed,) = lines(sessions, "leaks-certified")
    page = site.as_("ines").get("/administration/etancheite")
    assert page.words("tbody th") == ["N° 1"]
    page = page.visitor.get(page.links()["N° 1"])
    assert not page.select(".alarm")
    document = page.visitor.get(page.links()["Emporter le certificat"])
    assert hashlib.sha256(document.body).hexdigest() == filed.facts["sha256"] == told["sha256"]
    assert filed.facts["sha256"] in page.main
    with sessions() as session:
        for who in (people.person(session, login) for login in people.LOGINS):
            assert who.family_name not in document.text, "of whom by role, not by name"


@pytest.mark.prove
def test_a_portal_with_another_policy_is_caught_until_a_clean_walk(world, portal, site, tmp_path):
    """The rule as signed, and a portal that was started with a wider one."""
    wide = shutil.copytree(shipped("policies"), tmp_path / "policies")
    rules = (wide / "policy.csv").read_text()
    asked = "p, agent, card:see, restricted, authority"
    (wide / "policy.csv").write_text(rules.replace(asked, "p, agent, card:see, confidential, authority"))
    with portal(policies=wide) as running:
        code, told = running.leaks("--people", "1", "--assets", "5")
    found = Counter(one["surface"] for one in told["found"])
    assert (code, told["leaks"]) == (1, found.total())
    assert {"/donnees/…", "/donnees/", "/api/1/donnees (total et facettes)", "/api/1/donnees/…"} <= found.keys()
    assert {one["kind"] for one in told["found"]} == {"agent"}
    for login in ("ines", "odile", "claire"):
        banner = site.as_(login).get("/")
        assert "fuites" in banner.words(".alarm")[0]
    page = banner.visitor.get(str(banner.select(".alarm a")[0]["href"]))
    assert "/donnees/…" in page.words("tbody th") and "Cessions" not in page.text
    assert not site.as_("awa").get("/").select(".alarm")
    with portal() as running:
        assert running.leaks("--people", "1", "--assets", "5")[0] == 0
    assert not site.as_("ines").get("/").select(".alarm")


def test_a_portal_whose_code_leaks_is_caught(world, portal):
    with portal("tests.proof.leaky:create_app()") as running:
        code, told = running.leaks("--people", "1", "--assets", "5")
    found = {(one["surface"], one["kind"]) for one in told["found"]}
    assert code == 1
    assert ("/donnees/…", "agent") in found, "a card that exists is not answered as what never did"
    assert ("/aide", "visiteur non connecté") in found, "a title on a page for anyone"


def test_a_portal_that_does_not_answer_leaves_nothing_open(settings, sessions, make):
    environment = {
        "DATASPACE_DATABASE_URL": settings.database_url, "DATASPACE_SECRET_KEY": "x" * 40,
        "DATASPACE_PORTAL_URL": "http://127.0.0.1:1",
    }  # fmt: skip
    done = CliRunner().invoke(main, ["leaks", "--people", "1"], env=environment)
    assert done.exit_code == 1 and "ne répond pas" in done.output
    assert walks_left(sessions) == [] and lines(sessions, "leaks-certified") == []


def test_a_walk_cut_short_proves_nothing(world, portal, site):
    with portal() as running:
        code, told = running.leaks("--people", "1", "--minutes", "0.01", "--rate", "10")
    assert (code, told["complete"]) == (2, False)
    assert "inachevée" in site.as_("odile").get("/administration/etancheite").words("td")
