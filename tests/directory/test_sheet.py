"""The table as a file, and a try before anything: dry run, faults by line, all or nothing."""

import pytest
from sqlalchemy import select

from dataspace.auth.models import Grant, GroupMapping
from tests.directory.conftest import ANNUAIRE, WHY
from tests.site import filled

HEAD = "revendication;valeur;role;unite;services;affectation;fournisseur\n"
IMPORT = f"{ANNUAIRE}/importer"


def applied(page, status=303):
    return page.visitor.post(IMPORT, filled(page.select("form#fichier")[0]) | {"save": "1"}, status=status)


def dry(site, text, status=200, login="claire", **more):
    return site.as_(login).get(IMPORT).submit({"table": HEAD + text, "reason": WHY, **more}, form="form#fichier",
                                              button="Voir", status=status)  # fmt: skip


def values(sessions):
    with sessions() as session:
        return sorted(session.scalars(select(GroupMapping.value)))


def test_what_comes_out_goes_back_in_and_changes_nothing(site, gives, sessions):
    gives("dir-eau", "eau", membership="affectation")
    gives("=cmd", "eau")
    gives("equipe", "ccas")
    out = site.as_("claire").get(f"{ANNUAIRE}/table.csv").text
    assert "groups;dir-eau;agent;eau;oui;affectation;" in out
    assert "'=cmd" in out
    assert "equipe" not in out
    page = (
        site.as_("claire")
        .get(IMPORT)
        .submit({"table": out, "reason": WHY, "absent": "y"}, form="form#fichier", button="Voir", status=200)
    )
    assert page.select(".diff")
    assert page.select(".diff button[name=save]") == []


def test_a_dry_run_names_everybody_then_it_is_applied_at_once(site, gives, hears, held, sessions):
    gives("dir-eau", "eau")
    gives("dir-eau-direction", "eau", "director")
    hears("remi", groups=["dir-eau"])
    hears("lucie", groups=["dir-finances"])
    page = dry(site, "groups;dir-finances;agent;finances;oui;;\n", absent="y")
    assert "1 personne gagne, 1 personne perd" in page.main.replace("\u00a0", " ")
    assert values(sessions) == ["dir-eau", "dir-eau-direction"], "nothing is written"
    applied(page)
    assert values(sessions) == ["dir-eau-direction", "dir-finances"], "what is the direction's stays"
    assert "agent finances" in held("lucie")
    assert "agent eau" not in held("remi")


def test_faults_are_said_by_line_and_nothing_is_applied(site, sessions):
    page = dry(
        site, "groups;a;roi;eau;oui;;\ngroups;b;agent;nulle-part;oui;;\nacr;c;agent;eau;peut-être;x;\n"
        "groups;d;agent;eau;oui;;\ngroups;d;agent;eau;non;;\n", status=422,
    )  # fmt: skip
    said = page.words(".notice li")
    assert [line.split(" :")[0].replace("\u00a0", " ") for line in said] == [
        "ligne 2", "ligne 3", "ligne 4", "ligne 4", "ligne 4", "ligne 6",
    ]  # fmt: skip
    assert page.select("textarea")[0].get_text().strip().startswith("revendication")
    assert values(sessions) == []
    for text in ("", "valeur\nx\n"):
        sent = {"table": text, "reason": WHY, "save": "1"}
        site.as_("claire").post(IMPORT, sent, status=422)


@pytest.mark.parametrize("line", ["groups;x;director;eau;oui;;", "groups;x;agent;ccas;oui;;"])
def test_what_is_not_hers_to_give_is_refused_whole(site, sessions, line):
    dry(site, f"groups;dir-eau;agent;eau;oui;;\n{line}\n", status=403)
    assert values(sessions) == []


def test_the_table_changed_meanwhile_is_looked_at_again(site, gives, hears, held, sessions):
    page = dry(site, "groups;dir-eau;agent;eau;oui;;\n")
    sent = {"claim": "groups", "value": "dir-rh", "role": "agent", "unit": "finances", "reason": WHY, "save": "1"}
    site.as_("bruno").post(f"{ANNUAIRE}/lignes/nouvelle", sent)
    again = applied(page, status=409)
    assert "La table a changé" in again.main
    applied(again)
    assert values(sessions) == ["dir-eau", "dir-rh"]


def test_claire_tries_the_table_with_a_person_and_nothing_is_written(site, gives, hears, sessions):
    gives("dir-eau", "eau")
    gives("numerique", "numerique")
    hears("remi", groups=["numerique", "imprimantes"])
    with sessions() as session:
        before = len(session.scalars(select(Grant)).all())
    trial = site.as_("claire").get(f"{ANNUAIRE}/essai")
    page = trial.submit({"person": "remi"}, form="form.ask", status=200)
    assert "ne donne rien" in page.main
    assert "garderait : agent, Direction du Numérique et ses services" in page.main.replace("\u00a0", " ")
    page = trial.submit({"person": "remi", "claims": '{"groups": ["dir-eau"]}'}, form="form.ask", status=200)
    said = page.words(".changes li")
    assert any(line.startswith("gagnerait") and "eau" in line for line in said)
    assert any(line.startswith("perdrait") for line in said)
    page = trial.submit({"claims": "dir-eau; inconnu"}, form="form.ask", status=200)
    assert "aurait" in page.main
    for wrong in ({}, {"person": "personne-du-tout"}, {"claims": "{x"}):
        trial.submit(wrong, form="form.ask", status=422)
    with sessions() as session:
        assert len(session.scalars(select(Grant)).all()) == before
