"""Accesses out as a table, and in: each line checked, who gains and loses, then all or nothing."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.auth import Access
from dataspace.auth.models import Grant
from dataspace.auth.words import Role
from dataspace.errors import Conflict
from dataspace.matrix import services
from dataspace.matrix.services import Line
from tests import people

pytestmark = pytest.mark.usefixtures("that_monday")

PAGE = "/administration/matrice"
BRING = f"{PAGE}/importer"
UNITS = ("finances", "insertion", "solidarite")
HEAD = "action;qui;rôle;sur;et ses services;jusqu’au;motif"


@pytest.fixture
def leaks(make):
    return make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")


def bring(site, login, *lines, status=200, save=False, head=HEAD):
    """The page that says what the lines change; or, with `save`, what answers its second button."""
    text = "\n".join((head, *lines))
    page = site.as_(login).post(BRING, {"text": text}, status=200 if status == 303 else status)
    return confirm(site, login, page, text, status=status) if save else page


def confirm(site, login, page, text, status=303):
    plan = [field["value"] for field in page.select("input[name=plan]")]
    return site.as_(login).post(BRING, {"text": text, "plan": "".join(plan), "save": "1"}, status=status)


def grants(sessions):
    with sessions() as session:
        stmt = select(Grant).where(Grant.source.in_(["manual", "import"]), Grant.revoked_at.is_(None))
        return {(str(g.role), g.reason, f"{g.ends:%Y-%m-%d}") for g in session.scalars(stmt)}


def test_what_goes_out_is_what_stands_there_and_is_journaled(site, make, leaks, sessions):
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="=HYPERLINK(1)")
    make.grant(to_unit="finances", on=leaks, ends=db.now() + timedelta(days=30))
    make.grant("marc", "agent", "finances", ends=db.now() + timedelta(days=30), reason="ailleurs")
    page = site.as_("claire").get(f"{PAGE}.csv", query={"q": "fuites"})
    rows = list(csv.DictReader(io.StringIO(page.text.lstrip("\ufeff")), delimiter=";"))
    mine = {row["qui"]: row for row in rows if leaks.public_id in row["sur"]}
    assert set(mine) == {"Rémi Faure (remi)", "Direction des Finances (unité:finances)"}
    assert mine["Rémi Faure (remi)"]["motif"] == "'=HYPERLINK(1)", "nothing runs in a spreadsheet"
    assert mine["Rémi Faure (remi)"]["source"] == "à la main"
    assert {row["source"] for row in rows if row["sur"].endswith("(unité:eau)")} == {"annuaire"}
    assert "ailleurs" not in page.text
    with sessions() as session:
        line = session.scalars(select(audit.Event).where(audit.Event.act == "rights-exported")).one()
    assert line.facts["filters"] == {"q": "fuites"}
    assert leaks.public_id not in site.as_("luc").get(f"{PAGE}.csv").text


def test_what_went_out_comes_back_without_changing_anything(site, make, leaks, sessions):
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="=1+1")
    make.grant(to_group="directeurs", on=leaks, role="agent")
    make.grant("awa", "agent", "eau", source="sso", reason="Groupe «\u00a0dir-eau\u00a0» de l’annuaire")
    # The same right asked for, and given by hand; and one that has not begun.
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="=1+1", source="request")
    later = {"starts": db.now() + timedelta(days=9), "ends": db.now() + timedelta(days=30)}
    make.grant("lucie", "reader", leaks, reason="plus tard", **later)
    before = site.as_("claire").get(f"{PAGE}.csv").text
    page = site.as_("claire").post(BRING, {"text": before}, status=200)
    assert "Rien ne change" in page.words("h2")
    assert page.words(".wrong") == []
    assert "plus tard" not in before


def test_a_file_is_checked_then_applied_then_undone(site, make, leaks, sessions):
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="à prolonger")
    make.grant("marc", "reader", leaks, ends=db.now() + timedelta(days=30), reason="à retirer")
    lines = (
        "donner;Service Insertion (unité:insertion);lecteur;Fuites 2026;;30/06/2027;convention",
        "donner;awa;agent;finances;oui;2027-06-30;renfort",
        ";Rémi Faure (remi);lecteur;Fuites 2026;non;30/06/2027;à prolonger",
        "retirer;marc;lecteur;Fuites 2026;;;mission finie",
    )
    panel = bring(site, "claire", *lines)
    assert {"Awa Diallo", "Marc Thévenot"} <= set(panel.words(".diff li strong"))
    assert len(grants(sessions)) == 2, "nothing yet"
    assert [row.split(" ", 2)[1] for row in panel.words("tbody th")] == ["2", "3", "4", "5"]
    done = panel.submit(form="form#importer", button="Vérifier", status=200)
    assert done.words(".diff li strong") == panel.words(".diff li strong"), "what was typed stays"
    saved = bring(site, "claire", *lines, save=True, status=303)
    assert {reason for _, reason, _ in grants(sessions)} == {"convention", "renfort", "à prolonger"}
    assert ("reader", "à prolonger", "2027-06-30") in grants(sessions)
    saved.follow().submit(form="form[action*=annuler]")
    assert {reason for _, reason, _ in grants(sessions)} == {"à prolonger", "à retirer"}


def test_every_wrong_line_is_said_with_its_number_and_nothing_is_saved(site, make, leaks, sessions):
    secret = make.dataset("Dossiers", unit="eau", sensitivity="confidential", card="internal")
    hidden = make.dataset("Enquête", unit="eau", sensitivity="confidential")
    wrong = {
        "awa;lecteur;Fuites 2026;30/06/2027;convention": "",
        "Direction inconnue (unité:nulle-part);lecteur;Fuites 2026;30/06/2027;x": "Personne ou unité inconnue",
        "awa;grand chef;Fuites 2026;30/06/2027;x": "Rôle « grand chef » inconnu",
        "remi;lecteur;Fuites 2026;30/06/2020;x": "déjà passée",
        "remi;lecteur;Fuites 2026;demain;x": "incomprise",
        "remi;agent;Fuites 2026;;x": "Un accès sans fin",
        "remi;contributeur;Fuites 2026;30/06/2027;": "motif",
        "claire;lecteur;Fuites 2026;30/06/2027;x": "rien vous attribuer",
        "Direction du Numérique (unité:numerique);lecteur;Fuites 2026;30/06/2027;x": "rien vous attribuer",
        "remi;lecteur;Dossiers;30/06/2027;x": "direction responsable",
        f"remi;lecteur;{hidden.public_id};30/06/2027;x": "Unité ou élément inconnu de vous",
        f"remi;lecteur;{'0' * 18};30/06/2027;x": "Unité ou élément inconnu de vous",
        "remi;directeur;eau;30/06/2027;x": "attribuer ce rôle",
        "groupe directeurs;lecteur;Fuites 2026;30/06/2027;x": "groupe",
        "awa;lecteur;Fuites 2026;31/07/2027;encore": "plus haut",
    }
    page = bring(site, "claire", *wrong, head="qui;role;sur;jusqu'au;motif", status=422)
    said = page.words(".notice li")
    expected = [(number, why) for number, why in enumerate(wrong.values(), 2) if why]
    assert len(said) == len(expected), said
    for text, (number, why) in zip(said, expected, strict=True):
        assert text.startswith(f"Ligne {number} "), text
        assert why in text, text
    assert grants(sessions) == set()
    assert page.select("button[name=save]") == []
    bring(site, "claire", *wrong, head="qui;role;sur;jusqu'au;motif", status=422, save=True)
    assert grants(sessions) == set(), "not even when one insists"
    assert secret.title in page.select("textarea")[0].get_text(), "nothing typed is lost"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "Déposez un fichier"), ("qui;rôle\nawa;lecteur", "il manque sur, jusqu’au, motif"), (HEAD, "première ligne"),
     (HEAD + "\n" + "awa;x\n" * 5_001, "5 000 lignes"), ("x" * 1_000_001, "trop long"),
     (HEAD + '\n"' + "x" * 200_000, "un guillemet ouvert")],
    ids=("empty", "columns", "head-only", "many-lines", "long", "quote"),
)  # fmt: skip
def test_what_is_no_such_table_is_said(site, text, said):
    page = site.as_("claire").post(BRING, {"text": text}, status=422)
    assert said in page.main.replace("\u00a0", " ")


def test_a_whole_authority_comes_back_and_only_what_changes_is_shown(site, make, leaks, sessions, clock):
    ends = db.now() + timedelta(days=30)
    for number in range(600):
        make.grant(to_group=f"groupe-{number}", on=leaks, ends=ends)
    make.grant("remi", "reader", leaks, ends=ends, reason="à retirer")
    before = site.as_("claire").get(f"{PAGE}.csv").text
    assert before.count("\n") > 600
    changed = before.replace("garder;Rémi", "retirer;Rémi")
    panel = site.as_("claire").post(BRING, {"text": changed}, status=200)
    assert len(panel.words("tbody tr")) == 1
    assert "sont déjà en vigueur et ne sont pas montrées" in panel.main
    confirm(site, "claire", panel, changed)
    assert all(reason != "à retirer" for _, reason, _ in grants(sessions))


def test_what_is_saved_is_what_was_read(site, make, leaks, sessions):
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=30), reason="étude")
    text = site.as_("claire").get(f"{PAGE}.csv").text + ";marc;lecteur;Fuites 2026;non;30/06/2027;mission\r\n"
    seen = site.as_("claire").post(BRING, {"text": text}, status=200)
    assert seen.words(".diff li strong") == ["Marc Thévenot"]
    with db.writing(sessions) as session:
        grant = session.scalars(select(Grant).where(Grant.reason == "étude")).one()
        grant.revoked_at = db.now()
    # The line of Rémi, which changed nothing, would now open again what has just been closed.
    told = confirm(site, "claire", seen, text, status=409)
    assert "rien n’est enregistré" in told.main
    assert {"Marc Thévenot", "Rémi Faure"} <= set(told.words(".diff li strong"))
    assert grants(sessions) == set()
    confirm(site, "claire", told, text)
    assert {reason for _, reason, _ in grants(sessions)} == {"étude", "mission"}


def test_no_more_than_five_hundred_changes_at_once(site, make, sessions):
    things = [make.dataset(f"Jeu {number}", unit="eau").public_id for number in range(56)]
    colleagues = ("awa", "remi", "lucie", "luc", "agnes", "odile", "finances", "insertion", "solidarite")
    who = [f"({'unité:' if name in UNITS else ''}{name})" for name in colleagues]
    lines = [f";{one};lecteur;{thing};non;30/06/2027;étude" for thing in things for one in who]
    page = bring(site, "claire", *lines, status=422, save=True)
    assert "504 accès changeraient : 500 au plus à la fois." in page.main.replace("\u00a0", " ")
    assert things[0] in page.select("textarea")[0].get_text(), "nothing typed is lost"
    assert grants(sessions) == set()
    assert "Ce que cela change" in bring(site, "claire", *lines[:500]).words("h2")


def test_a_file_of_windows_is_read(site, leaks):
    text = f"{HEAD.replace('’', chr(39))}\r\n;awa;lecteur;Fuites 2026;non;30/06/2027;été\r\n"
    page = site.as_("claire").open(
        "POST", BRING, status=200, content_type="multipart/form-data",
        data={"csrf_token": site.as_("claire").token(), "file": (io.BytesIO(text.encode("cp1252")), "acces.csv")},
    )  # fmt: skip
    assert "été" in page.select("textarea")[0].get_text()
    assert "Awa Diallo" in page.words(".diff li strong")


@pytest.mark.parametrize("login", ["awa", "ines", "odile"])
def test_nobody_else_brings_anything(site, leaks, sessions, login):
    bring(site, login, ";remi;lecteur;Fuites 2026;;30/06/2027;x", status=403, save=True)
    assert grants(sessions) == set()


def test_all_or_nothing_even_when_the_last_one_fails(sessions, the_policy, leaks):
    with sessions() as session:
        awa, remi = (people.person(session, login) for login in ("awa", "remi"))
    lines = [Line(who, Role.READER, leaks, False, db.now() + timedelta(days=9), "mission") for who in (awa, remi)]
    with pytest.raises(Conflict), db.writing(sessions) as session:
        claire = Access(people.actor(session, "claire"), session, the_policy)
        steps = services.plan(claire, lines)
        services.apply(claire, [*steps, steps[0]])
    assert grants(sessions) == set()
    with sessions() as session:
        assert session.scalars(select(audit.Event)).all() == []
