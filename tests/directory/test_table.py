"""Claire changes what the directory gives: seen first, applied at once, told, journaled; never to herself."""

from sqlalchemy import select

from dataspace import audit
from dataspace.audit import queries as journal
from dataspace.auth.models import Grant, GroupMapping, Person
from tests import people
from tests.directory.conftest import ANNUAIRE, WHY
from tests.site import filled

LINE = {"claim": "groups", "value": "dir-eau", "role": "agent", "unit": "eau", "reason": WHY}


def saved(site, values, login="claire", path=f"{ANNUAIRE}/lignes/nouvelle", status=303):
    """Fill the form, look at the effect, then press the button of the panel."""
    page = site.as_(login).get(path).submit(values, form="form#ligne", button="Voir", status=200)
    assert "Rien n’est encore enregistré" in page.main
    assert page.select(".diff button[name=save]")
    return site.as_(login).post(path, filled(page.select("form#ligne")[0]) | {"save": "1"}, status=status)


def test_values_heard_are_counted_and_those_that_give_nothing_are_said(site, hears, gives):
    gives("dir-eau", "eau")
    hears("remi", groups=["dir-eau", "imprimantes"], department="NUM")
    hears("lucie", groups=["dir-eau"])
    page = site.as_("claire").get(ANNUAIRE)
    assert [cells for cells in page.words("tbody tr") if "2" in cells and "dir-eau" in cells]
    said = page.words("ul.rows > li")
    assert any("imprimantes" in line and "1 personne, ne donne rien" in line.replace("\u00a0", " ") for line in said)
    assert any("NUM" in line and "department" in line for line in said)


def test_who_gains_is_named_before_and_has_it_at_once_after(site, hears, held, sessions):
    hears("remi", groups=["dir-eau"])
    page = (
        site.as_("claire").get(f"{ANNUAIRE}/lignes/nouvelle").submit(LINE, form="form#ligne", button="Voir", status=200)
    )
    assert page.words(".diff h3") == ["1 personne gagne"]
    assert "Rémi Faure" in page.words(".diff li")[0]
    assert "agent eau" not in held("remi")
    saved(site, LINE)
    assert "agent eau" in held("remi")
    with sessions() as session:
        acts = session.scalars(select(audit.Event.act).order_by(audit.Event.seq)).all()
        line = session.scalars(select(audit.Event).where(audit.Event.act == "mapping-changed")).one()
        assert journal.verify(session) is None
    assert acts[-2:] == ["mapping-changed", "directory-synced"]
    assert (line.facts["reason"], line.facts["after"]["unit"], line.facts["gaining"]) == (WHY, "eau", 1)
    assert line.subject_title == "groups = dir-eau"


def test_the_next_sign_in_finds_nothing_to_change(site, hears, held):
    hears("remi", groups=["dir-eau"])
    saved(site, LINE)
    before = held("remi")
    hears("remi", groups=["dir-eau"])
    assert held("remi") == before


def test_a_move_is_told_on_the_next_page_once(site, hears, gives, make):
    gives("dir-num", "numerique", membership="affectation")
    make.person("paule", "Paule", "Ferrand")
    hears("paule", groups=["dir-num"])
    row = gives("dir-solo", "numerique")
    line = site.as_("claire").get(f"{ANNUAIRE}?q=dir-num").links()
    path = next(url for words, url in line.items() if words.startswith("Modifier : dir-num"))
    saved(site, {"unit": "eau", "membership": "affectation", "reason": WHY}, path=path)
    assert row.id
    said = site.as_("paule").get("/").text
    assert "Votre direction est passée de" in said
    assert "Direction du Cycle de l’eau" in said
    assert "Votre direction est passée" not in site.as_("paule").get("/").text


def test_a_line_taken_away_ends_what_it_gave_and_nothing_else(site, hears, gives, held, make):
    gives("dir-eau", "eau")
    gives("dir-eau-bis", "eau")
    hears("remi", groups=["dir-eau"])
    hears("awa", groups=["dir-eau", "dir-eau-bis"])
    make.grant("remi", "agent", "eau", with_services=True, source="manual")
    path = next(u for w, u in site.as_("claire").get(f"{ANNUAIRE}?q=dir-eau").links().items() if "dir-eau, " in w)
    page = site.as_("claire").get(path).submit({"reason": WHY}, form="form#retirer", button="Voir", status=200)
    assert page.words(".diff h3") == ["1 personne perd"], "Awa keeps it by her other group"
    assert "garde cet accès, reçu par ailleurs" in page.main
    site.as_("claire").post(f"{path}/retirer", {"reason": WHY, "version": "1", "save": "1"})
    assert "agent eau" not in held("remi")
    assert held("remi", "manual") == ["agent eau"]
    assert held("awa") == ["agent eau"]


def test_nobody_gives_anything_to_herself(site, hears, gives, held, sessions):
    gives("admins", "valmer", "admin")
    hears("claire", groups=["admins", "dir-eau"])
    before = held("claire")
    page = site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", LINE | {"save": "1"}, status=403)
    assert "vous donnerait un accès à vous-même" in page.main
    assert held("claire") == before
    with sessions() as session:
        assert session.scalars(select(GroupMapping.value)).all() == ["admins"]
        assert session.scalars(select(audit.Event.act)).all()[-1] == "refused"


def test_nor_later_by_a_value_that_the_directory_had_never_said(site, hears, held):
    before = held("claire")
    saved(site, LINE)
    hears("claire", groups=["dir-eau"])
    assert "agent eau" not in held("claire")
    assert before
    hears("bruno", groups=["dir-eau"])
    assert held("bruno") == ["agent eau"]


WRONG = ({"role": "director"}, {"role": "steward"}, {"role": "executive"}, {"role": "x"}, {"unit": "x"}, {"unit": ""},
         {"claim": "acr"}, {"value": ""}, {"reason": " "}, {"membership": "x"})  # fmt: skip


def test_what_is_not_hers_to_give_or_is_not_filled_in_is_refused_and_nothing_is_lost(site, sessions):
    for wrong in WRONG:
        page = site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", LINE | wrong | {"save": "1"}, status=422)
        assert page.select("#value")[0].get("value", "") == wrong.get("value", "dir-eau")
    with sessions() as session:
        assert session.scalars(select(GroupMapping)).all() == []


def test_a_partners_unit_and_another_authority_are_out_of_reach(site, gives):
    row = gives("equipe", "ccas")
    for unit in ("ccas", "transvalme"):
        site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", LINE | {"unit": unit, "save": "1"}, status=422)
    assert "equipe" not in site.as_("claire").get(ANNUAIRE).main
    never = site.as_("claire").get(f"{ANNUAIRE}/lignes/{'0' * 18}", status=404)
    assert site.as_("claire").get(f"{ANNUAIRE}/lignes/{row.public_id}", status=404).text == never.text
    for verb in ("", "/retirer"):
        sent = LINE | {"save": "1", "version": "1"}
        site.as_("claire").post(f"{ANNUAIRE}/lignes/{row.public_id}{verb}", sent, status=404)


def test_a_line_that_gives_more_than_she_may_is_seen_and_not_changed(site, gives, hears, held):
    row = gives("dir-eau-direction", "eau", "director")
    hears("remi", groups=["dir-eau-direction"])
    path = f"{ANNUAIRE}/lignes/{row.public_id}"
    assert "Vous voyez cette ligne sans pouvoir la changer" in site.as_("claire").get(path).main
    sent = LINE | {"version": "1", "save": "1"}
    site.as_("claire").post(path, sent, status=403)
    site.as_("claire").post(f"{path}/retirer", {"reason": WHY, "version": "1", "save": "1"}, status=403)
    assert "director eau" in held("remi")


def test_others_do_not_see_the_table(site, gives):
    row = gives("dir-eau", "eau")
    for login in ("awa", "luc", "jerome", "ines", "odile", "paul"):
        for path in ("", f"/lignes/{row.public_id}", "/table.csv"):
            assert "dir-eau" not in site.as_(login).get(f"{ANNUAIRE}{path}", status=403).text
        site.as_(login).post(f"{ANNUAIRE}/lignes/nouvelle", LINE | {"save": "1"}, status=403)


def test_the_last_administrator_stays(site, gives, hears, held, sessions):
    with sessions() as session, session.begin():
        claire = people.person(session, "claire")
        for grant in session.scalars(select(Grant).where(Grant.role == "admin")):
            if grant.person_id != claire.id:
                session.delete(grant)
    row = gives("admins", "valmer", "admin")
    hears("claire", groups=["admins"])
    sent = {"reason": WHY, "version": "1", "save": "1"}
    page = site.as_("claire").post(f"{ANNUAIRE}/lignes/{row.public_id}/retirer", sent, status=403)
    assert "dernière personne" in page.main
    assert "admin valmer" in held("claire")
    with sessions() as session:
        assert session.scalars(select(GroupMapping)).one().value == "admins", "the line stays too"
        assert session.scalars(select(Person.notice).where(Person.login == "claire")).one() == ""


def test_two_administrators_change_the_same_line_the_second_has_both_versions(site, gives, hears, held):
    row = gives("dir-eau", "eau")
    hears("remi", groups=["dir-eau"])
    path = f"{ANNUAIRE}/lignes/{row.public_id}"
    late = site.as_("bruno").get(path)
    saved(site, {"unit": "finances", "reason": WHY}, path=path)
    page = late.submit({"unit": "juridique", "reason": "Autre idée"}, form="form#ligne", button="Voir", status=409)
    assert "Direction des Finances" in page.words(".panel dl")[0] or "Finances" in page.words(".panel dl")[0]
    assert "Claire Pasquier" in page.main
    assert page.select("#reason")[0]["value"] == "Autre idée"
    assert page.select("#unit option[selected]")[0]["value"] == "juridique"
    assert held("remi") == ["agent finances"] + [one for one in held("remi") if "numerique" in one]
    page.submit({}, form="form#ligne", status=200)


def test_a_line_removed_meanwhile_loses_nothing_typed(site, gives):
    row = gives("dir-eau", "eau")
    path = f"{ANNUAIRE}/lignes/{row.public_id}"
    late = site.as_("bruno").get(path)
    site.as_("claire").post(f"{path}/retirer", {"reason": WHY, "version": "1", "save": "1"})
    page = late.submit({"reason": "Autre idée"}, form="form#ligne", button="Voir", status=409)
    assert "Quelqu’un a retiré cette ligne" in page.main
    assert page.select("#value")[0]["value"] == "dir-eau"
    assert page.submit({}, form="form#ligne", status=200).path == f"{ANNUAIRE}/lignes/nouvelle"


def test_the_same_line_twice_is_said(site, gives):
    gives("dir-eau", "eau")
    page = site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", LINE | {"save": "1"}, status=409)
    assert "Cette ligne existe déjà" in page.main


def test_a_place_is_not_given_where_the_unit_holds_what_is_not_hers_to_give(site, make, hears, held):
    secret = make.dataset("Fuites", unit="eau", sensitivity="confidential")
    make.grant(to_unit="eau", role="reader", on=secret)
    hears("remi", groups=["dir-eau"])
    placed = LINE | {"unit": "eau-potable", "membership": "affectation", "save": "1"}
    page = site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", placed, status=403)
    assert "y affecter quelqu’un les lui donnerait" in page.main
    assert "agent eau-potable" not in held("remi")
    site.as_("claire").post(f"{ANNUAIRE}/lignes/nouvelle", placed | {"membership": "delegation"})
    assert "agent eau-potable" in held("remi")
