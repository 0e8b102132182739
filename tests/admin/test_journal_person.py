"""The journal by person, by thing and by words: for a reason that the person concerned can read."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import Act, Event
from dataspace.auth import Access
from tests import people

WHY = "demande de rectification du 12 novembre"
JOURNAL = "/administration/journal"


def read(site, login="ines", reason=WHY, **query):
    """Open the journal with these filters, giving the reason that is asked."""
    return site.as_(login).get(JOURNAL, query=query).submit({"reason": reason}, form="form.ask").follow()


def rows(page):
    return list(csv.reader(io.StringIO(page.text.lstrip("\ufeff")), delimiter=";"))


@pytest.fixture
def read_by(sessions, the_policy):
    """`read_by("awa", asset)`: she opened it."""

    def write(login, asset, act=Act.OPENED, **facts):
        with db.writing(sessions) as session:
            audit.record(Access(people.actor(session, login), session, the_policy), act, asset, **facts)

    return write


# --- by person -------------------------------------------------------------------------------------------------------
def test_awa_reads_that_her_activity_was_looked_at_by_which_function_and_why(site, sessions):
    page = read(site, who="awa")
    assert "Votre lecture" in page.main
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "person-journal-read")).one()
    assert (line.subject_id, line.facts["reason"]) == ("personne-awa", WHY)
    mine = site.as_("awa").get("/mes-acces/activite")
    assert "Votre activité a été consultée" in mine.main and WHY in mine.main
    assert "délégué à la protection des données" in mine.main and "Inès" not in mine.select("main .rows")[0].text
    assert WHY not in site.as_("luc").get("/mes-acces/activite").main


def test_an_inquiry_delays_what_she_is_told(settings, sessions, make, clock):
    from dataspace.app import create_app
    from tests.site import Site

    app = create_app(settings.model_copy(update={"journal_notice_days": 30}))
    site = Site(app)
    assert "30 jours" in site.as_("odile").get(JOURNAL, query={"who": "awa"}).main.replace("\u00a0", " ")
    read(site, "odile", who="awa")
    assert WHY not in site.as_("awa").get("/mes-acces/activite").main
    clock.shift(timedelta(days=31))
    assert WHY in Site(app).as_("awa").get("/mes-acces/activite").main
    app.extensions["engine"].dispose()


def test_a_reason_about_awa_opens_neither_luc_nor_the_rest(site):
    read(site, who="awa")
    for query in ({"who": "luc"}, {}):
        asked = site.as_("ines").get(JOURNAL, query=query)
        assert asked.select("form.ask") and not asked.select("tbody")
        assert site.as_("ines").get(f"{JOURNAL}.csv", query=query, status=302).location.startswith(JOURNAL)
    assert "Lire l’activité de Luc Moreau" in site.as_("ines").get(JOURNAL, query={"who": "luc"}).title
    assert site.as_("ines").get(f"{JOURNAL}.csv", query={"who": "awa"}).headers["Content-Type"].startswith("text/csv")


def test_two_people_of_one_name_are_chosen_between(site, make):
    make.person("awa2", "Awa", "Sarr")
    page = site.as_("ines").get(JOURNAL, query={"who": "Awa", "event": "refused"})
    assert {"Awa Diallo", "Awa Sarr"} <= page.links().keys() and not page.select("tbody")
    assert page.links()["Awa Sarr"].endswith("who=personne-awa2&event=refused")


@pytest.mark.parametrize("login", ["luc", "claire", "jerome", "nadia"])
def test_who_manages_never_reads_a_person_s_journal(site, login):
    site.as_(login).get(JOURNAL, query={"who": "awa"}, status=403)
    site.as_(login).post(JOURNAL, {"reason": WHY}, status=403, query_string={"who": "awa"})


# --- by words, unit and dates ----------------------------------------------------------------------------------------
def test_filters_go_together_and_the_address_keeps_them(site, make, read_by, clock):
    aid, water = make.dataset("Aides d’urgence"), make.dataset("Fuites du réseau", unit="eau")
    read_by("awa", aid)
    read_by("lucie", water, reason="Relevé 100 % des compteurs")
    clock.shift(timedelta(days=3))
    read_by("lucie", aid)

    def found(**query):
        page = read(site, "odile", **query) if first else site.as_("odile").get(JOURNAL, query=query)
        return page.words("tbody td:nth-child(4)")

    first = True
    assert found(q="urgence", event="opened") == ["Aides d’urgence"] * 2
    first = False
    assert found(q="URGENCE", event="opened", until="2026-11-24") == ["Aides d’urgence"]
    assert found(q="urgence", unit="eau") == ["Aides d’urgence"]
    assert "Fuites" in found(q="100 % compteurs")[0]
    assert found(q="urgence", since="2026-11-26", until="2026-11-26", event="opened", unit="eau") == ["Aides d’urgence"]
    assert found(event="opened", until="2026-11-22") == []
    export = site.as_("odile").get(JOURNAL, query={"q": "urgence", "unit": "eau"}).links()["Emporter ces lignes (CSV)"]
    assert [row[4] for row in rows(site.as_("odile").get(export))[1:]] == ["Aides d’urgence"]


def test_a_long_export_leaves_whole_in_pieces_and_says_how_much(site, make, sessions, the_policy):
    with db.writing(sessions) as session:
        awa = Access(people.actor(session, "awa"), session, the_policy)
        for number in range(1_203):
            audit.record(awa, Act.HOUSE, reason=f"=ligne {number}")
    read(site, "odile", event="house")
    told = rows(site.as_("odile").get(f"{JOURNAL}.csv", query={"event": "house"}))
    assert len(told) == 1_204 and [int(row[0]) for row in told[1:]] == list(range(1_203, 0, -1))
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "journal-exported")).one()
    assert (line.facts["lines"], line.facts["filters"]) == (1_203, {"event": "house"})


# --- by thing --------------------------------------------------------------------------------------------------------
def test_luc_sees_what_was_done_to_the_rights_of_a_dataset_and_never_who_read_it(site, make, read_by):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="restricted", card="internal")
    read_by("remi", dataset)
    read_by(
        "luc", dataset, Act.GRANT_GIVEN, subject="personne-marc", role="reader", reason="commission", ends="2027-03-03"
    )
    read_by("awa", dataset, Act.REQUEST_SUBMITTED, reason="ce qu’elle a écrit")
    before, after = {"sensitivity": "confidential"}, {"sensitivity": "restricted"}
    read_by("luc", dataset, Act.ASSET_CHANGED, before=before, after=after, reason="décision du 3 mars")
    page = site.as_("luc").get(f"/administration/elements/{dataset.public_id}")
    page = page.visitor.get(page.links()["Histoire"])
    assert page.words("tbody td:nth-child(3)") == ["Fiche modifiée", "Accès demandé", "Accès attribué"]
    assert page.words("tbody tr:nth-child(3) td") == [
        "Luc Moreau", "Accès attribué", "Marc Thévenot", "lecteur, jusqu’au 3 mars 2027", "commission",
    ]  # fmt: skip
    assert "de confidentiel à accès limité" in page.main
    assert "Rémi" not in page.main and "ce qu’elle a écrit" not in page.main


def test_the_history_of_what_one_may_not_know_is_unknown(site, make):
    hidden = make.dataset("Fuites", unit="eau", sensitivity="confidential")
    never = site.as_("luc").get("/administration/elements/0000000000000000ae/histoire", status=404)
    told = site.as_("luc").get(f"/administration/elements/{hidden.public_id}/histoire", status=404)
    assert told.main == never.main
    site.as_("awa").get(f"/administration/elements/{hidden.public_id}/histoire", status=403)


# --- one's own -------------------------------------------------------------------------------------------------------
def test_awa_takes_her_activity_away_and_that_is_one_of_her_lines(site, make, read_by):
    read_by("awa", make.dataset("=SOMME(A1)"), reason="@relance")
    read_by("luc", make.dataset("Autre"))
    read(site, "odile", who="awa", reason="contrôle annuel des accès")
    page = site.as_("awa").get("/mes-acces/activite")
    told = rows(page.visitor.get(page.links()["Emporter (CSV)"]))
    assert [row[1] for row in told[1:]] == ["activité consultée (auditeur)", "propre activité emportée", "consultation"]
    assert told[-1][2:4] == ["'=SOMME(A1)", "'@relance"]
    assert "propre activité emportée" in site.as_("awa").get("/mes-acces/activite").words("td")
