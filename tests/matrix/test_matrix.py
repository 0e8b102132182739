"""The matrix as people use it: read, tick, look, save, undo; and what nobody may do through it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import queries as journal
from dataspace.auth.models import Grant

pytestmark = pytest.mark.usefixtures("that_monday")

PAGE = "/administration/matrice"
CHANGE = f"{PAGE}/changer"
WHY = {"ends": "2027-06-30", "reason": "convention de suivi"}
NB = "\u00a0"


@pytest.fixture
def leaks(make):
    return make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")


def cells(page, title):
    """What the cells of a row say, by the name of the unit."""
    units = [words.rsplit(",", 1)[0] for words in page.words("thead th")[1:]]
    units = [re.sub(r"(en tout| \d+.personnes?).*", "", unit).strip() for unit in units]
    row = next(row for row in page.select("tbody tr") if title in row.get_text())
    said = [" ".join(box.get_text(" ").split()).split(" : ", 1)[1] for box in row.select("td")]
    return dict(zip(units, said, strict=True))


def case(asset, unit):
    return f"{asset.public_id}:{unit}"


def change(site, login, cases, *, status=303, save=True, **typed):
    values = {"case": cases, "action": "donner", "role": "reader"} | WHY | typed | ({"save": "1"} if save else {})
    return site.as_(login).post(f"{CHANGE}?unite=pole-ressources", values, status=status)


def live(sessions):
    with sessions() as session:
        stmt = select(Grant).where(Grant.revoked_at.is_(None), Grant.subject_unit_id.is_not(None))
        return [(g.role, g.reason) for g in session.scalars(stmt)]


def test_claire_reads_who_gets_what_and_why(site, make, leaks):
    make.grant(to_unit="finances", on=leaks, role="reader", ends=db.now() + timedelta(days=30))
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=10))
    said = cells(site.as_("claire").get(PAGE, query={"unite": "pole-ressources"}), "Fuites 2026")
    assert said["Direction des Finances"].startswith("Lit par un accès d’unité, jusqu’au")
    assert said["Direction des Affaires juridiques"] == "Sur demande"
    mixed = said["Direction du Numérique"].replace(NB, " ")
    assert mixed.startswith("Lit 1 personne 1 personne nommée, jusqu’au")
    assert mixed.endswith("Sur demande 1 personne")


def test_the_cell_gives_the_names(site, make, leaks):
    make.grant("remi", "reader", leaks, ends=db.now() + timedelta(days=10))
    page = site.as_("claire").get(f"{PAGE}/{leaks.public_id}", query={"unite": "numerique"})
    assert page.words("tbody th")[0] == "Rémi Faure", "who gets the most first"
    assert "un accès à son nom" in page.main
    assert site.as_("luc").get(f"{PAGE}/{leaks.public_id}", query={"unite": "numerique"}, status=404)


def test_the_table_is_a_table(site, leaks):
    page = site.as_("claire").get(PAGE)
    assert {th["scope"] for th in page.select("table th")} == {"col", "row"}
    assert page.select("table caption")
    assert page.select(".scroll[tabindex='0'][role=region][aria-label]")
    assert len(page.select("thead .on")) == 1, "one unit at a time on phone"


def test_the_address_is_the_state(site, make, leaks):
    make.dashboard("Budget de l’année", unit="finances", theme="finances")
    for query, kept in (
        ({"q": "fuite"}, {"Fuites 2026"}), ({"theme": "finances"}, {"Budget de l’année"}),
        ({"type": "dashboard"}, {"Budget de l’année"}), ({"direction": "pole-environnement"}, {"Fuites 2026"}),
        ({"sensibilite": "restricted"}, {"Fuites 2026"}), ({"direction": "nulle-part"}, set()),
        ({"page": "x", "colonnes": "99", "type": "?"}, {"Fuites 2026", "Budget de l’année"}),
    ):  # fmt: skip
        assert set(site.as_("claire").get(PAGE, query=query).words("tbody th .title")) == kept, query


def test_luc_sees_his_branch_only(site, make, leaks):
    make.dataset("RSA", unit="solidarite")
    page = site.as_("luc").get(PAGE)
    assert page.words("tbody th .title") == ["RSA"]
    assert list(cells(page, "RSA")) == ["Solidarité", "Service Insertion", "Action sociale Nord"]


def test_twenty_five_by_twenty_five(site, make):
    for number in range(27):
        make.dataset(f"Relevé {number}", unit="eau")
    page = site.as_("claire").get(PAGE)
    assert len(page.select("tbody tr")) == 25
    following = site.as_("claire").get(page.links()["2 éléments suivants"])
    assert len(following.select("tbody tr")) == 2


def test_claire_ticks_two_cells_sees_who_gains_saves_and_undoes(site, make, leaks, sessions):
    other = make.dataset("Aides", unit="eau", sensitivity="restricted", card="internal")
    page = site.as_("claire").get(PAGE, query={"unite": "pole-solidarites"})
    ticks = [str(box["value"]) for box in page.select("tbody input[name=case]")]
    assert case(leaks, "solidarite") in ticks
    cases = [case(leaks, "solidarite"), case(other, "solidarite")]
    panel = change(site, "claire", cases, save=False, status=200)
    assert "Awa Diallo" in panel.words(".diff li strong")
    assert "2 personnes gagnent" in panel.main.replace(NB, " ")
    assert live(sessions) == []
    assert [box["value"] for box in panel.select("form#changer input[name=case]")] == cases
    done = change(site, "claire", cases)
    assert [role for role, _ in live(sessions)] == ["reader", "reader"]
    assert "Sur demande" not in site.as_("awa").get(f"/donnees/{leaks.public_id}").main
    shown = done.follow()
    assert "2 accès donnés" in shown.main.replace(NB, " ")
    shown.submit(form="form[action*=annuler]")
    assert live(sessions) == []
    assert "Sur demande" in site.as_("awa").get(f"/donnees/{leaks.public_id}").main
    with sessions() as session:
        acts = [event.act for event in session.scalars(select(audit.Event).order_by(audit.Event.seq))]
        assert journal.verify(session) is None
    assert acts.count("rights-changed") == 2
    assert (acts.count("grant-given"), acts.count("grant-revoked")) == (2, 2)


def test_a_removal_says_who_loses_and_can_be_undone(site, make, leaks, sessions):
    make.grant(to_unit="solidarite", on=leaks, role="reader", ends=db.now() + timedelta(days=30))
    panel = change(site, "claire", [case(leaks, "solidarite")], action="retirer", save=False, status=200)
    assert "2 personnes perdent" in panel.main.replace(NB, " ")
    assert "lit → sur demande" in panel.words(".diff li")[0].replace("avant : ", "").replace("après : ", "")
    done = change(site, "claire", [case(leaks, "solidarite")], action="retirer")
    assert live(sessions) == []
    done.follow().submit(form="form[action*=annuler]")
    assert len(live(sessions)) == 1


def test_another_date_replaces_and_the_undo_brings_the_first_back(site, make, leaks, sessions):
    make.grant(to_unit="solidarite", on=leaks, role="reader", ends=db.now() + timedelta(days=30), reason="la première")
    done = change(site, "claire", [case(leaks, "solidarite")])
    assert live(sessions) == [("reader", WHY["reason"])]
    done.follow().submit(form="form[action*=annuler]")
    assert live(sessions) == [("reader", "la première")]


def test_nothing_is_undone_twice_nor_for_another_nor_once_changed(site, leaks, sessions):
    done = change(site, "claire", [case(leaks, "solidarite")]).follow()
    undo = done.select("form[action*=annuler] input[name=fait]")[0]["value"]
    site.as_("bruno").post(f"{PAGE}/annuler", {"fait": undo}, status=404)
    site.as_("claire").post(f"{PAGE}/annuler", {"fait": "hier"}, status=404)
    done.submit(form="form[action*=annuler]")
    site.as_("claire").post(f"{PAGE}/annuler", {"fait": undo}, status=409)


REFUSED = {
    "protected": ({"sensitivity": "restricted", "protection": "health"}, "claire", "solidarite", 403, "direction"),
    "confidential": ({"sensitivity": "confidential", "card": "internal"}, "claire", "solidarite", 403, "direction"),
    "to oneself": ({"sensitivity": "restricted"}, "claire", "numerique", 403, "rien vous attribuer"),
    "to oneself from above": ({"sensitivity": "restricted"}, "claire", "valmer", 403, "rien vous attribuer"),
    "protected, by its director": ({"sensitivity": "restricted", "protection": "health"}, "agnes", "budget", 422,
                                   "personnes nommées"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_hers_to_give_is_said_cell_by_cell_and_nothing_is_saved(site, make, sessions, leaks, name):
    facts, login, unit, status, said = REFUSED[name]
    asset = make.dataset("Dossiers", unit="eau", **{"card": "internal"} | facts)
    good = case(leaks, "finances")
    page = change(site, login, [good, case(asset, unit)], status=status)
    assert said in page.words("fieldset .wrong")[0]
    assert live(sessions) == [], "all or nothing"
    assert WHY["reason"] in [tag.get("value") for tag in page.select("form#changer input")], "nothing typed is lost"
    if status == 403:
        with sessions() as session:
            assert session.scalars(select(audit.Event).where(audit.Event.act == "refused")).one().facts["why"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"ends": "2020-01-01"}, "déjà passée"), ({"ends": ""}, "Donnez une date"), ({"reason": ""}, "À remplir"),
     ({"action": "tout"}, "choix"), ({"role": "admin"}, "choix"),
     ({"case": []}, "au moins une case"), ({"case": ["x:y"] * 2}, "aucun élément")],
)  # fmt: skip
def test_bad_input_is_said(site, leaks, sessions, typed, said):
    cases = typed.get("case", [case(leaks, "solidarite")])
    page = change(site, "claire", cases, status=422, **{name: typed[name] for name in typed if name != "case"})
    assert said in page.main
    assert live(sessions) == []


def test_a_foreign_asset_answers_as_one_that_never_was(site, make, leaks):
    hidden = make.dataset("Enquête", unit="eau", sensitivity="confidential")
    said = [change(site, "luc", [f"{one}:finances"], status=422).main for one in (leaks.public_id, "0" * 18)]
    said += [change(site, "claire", [f"{hidden.public_id}:finances"], status=422).main]
    assert len({text.split("Cases")[0] for text in said}) == 1
    site.as_("claire").get(f"{PAGE}/{hidden.public_id}", status=404)


@pytest.mark.parametrize("login", ["awa", "nadia", "zoe"])
def test_nobody_else_reaches_the_matrix(site, leaks, login):
    site.as_(login).get(PAGE, status=403)
    site.as_(login).get(f"{PAGE}.csv", status=403)
    site.as_(login).get(f"{PAGE}/importer", status=403)
    change(site, login, [case(leaks, "solidarite")], status=403)


def test_the_dpo_reads_it_without_changing_anything(site, leaks):
    page = site.as_("ines").get(PAGE)
    assert page.select("tbody input[name=case]") == []
    assert page.select("form#changer") == []
    change(site, "ines", [case(leaks, "solidarite")], status=403)


def test_what_a_unit_already_holds_does_not_let_the_dpo_change_it(site, make, leaks):
    make.grant(to_unit="finances", role="agent", on=leaks)
    page = site.as_("ines").get(PAGE)
    assert page.select("tbody input[name=case]") == []
    assert page.select("form#changer") == []
    alone = site.as_("ines").get(f"{PAGE}/{leaks.public_id}?unite=finances")
    assert alone.select("form#changer") == []
