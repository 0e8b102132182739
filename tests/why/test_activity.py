"""One's own activity, readers never named, the journal taken away in a spreadsheet, purged and copied."""

import csv
import io
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from dataspace import audit, db
from dataspace.audit import Act, Event, copy, queries, retention
from dataspace.audit.models import Anchor
from dataspace.auth import Access, Task, system
from dataspace.cli import main
from dataspace.errors import Invalid
from tests import people

WHY = "contrôle du 23 novembre"
BOUNDS = retention.Bounds(6, 12)


def open_journal(site, login="odile", **query):
    asked = site.as_(login).get("/administration/journal", query=query)
    return asked.submit({"reason": WHY}, form="form.ask").follow()


# --- one's own, and others' ------------------------------------------------------------------------------------------
def test_awa_reads_her_own_lines_and_nobody_elses(site, make):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="restricted", card="internal")
    site.as_("awa").get(f"/donnees/{dataset.public_id}")
    site.as_("luc").get(f"/donnees/{dataset.public_id}")
    page = site.as_("awa").get("/mes-acces/activite")
    assert page.words("td:nth-child(2)") == ["consultation"]
    assert page.words("td:nth-child(3)") == ["Aides"]
    assert "Luc" not in page.main
    assert site.as_("awa").get("/mes-acces").select('a[href="/mes-acces/activite"]')


def test_readers_are_counted_from_five_on_and_never_named(site, make, sessions, the_policy, clock):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="restricted", card="internal")

    def read_by(*logins):
        with db.writing(sessions) as session:
            for login in logins:
                audit.record(Access(people.actor(session, login), session, the_policy), Act.OPENED, dataset)

    read_by("awa", "remi", "lucie", "marc", "awa")
    page = site.as_("luc").get(f"/administration/elements/{dataset.public_id}")
    assert page.words("dl.pairs dd")[0] == "moins de cinq"
    read_by("viviane")
    page = site.as_("luc").get(f"/administration/elements/{dataset.public_id}")
    assert page.words("dl.pairs dt")[0] == "Novembre 2026"
    assert page.words("dl.pairs dd")[0].replace("\u00a0", " ") == "5 personnes"
    assert "Viviane" not in page.main


def test_ines_reads_the_journal_of_one_person_for_a_reason(site, make):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="restricted", card="internal")
    for login in ("awa", "luc"):
        site.as_(login).get(f"/donnees/{dataset.public_id}")
    page = open_journal(site, "ines", who="awa")
    assert set(page.words("tbody td:nth-child(2)")) == {"Awa Diallo"}


def test_a_reason_is_for_who_gave_it(site, sessions):
    open_journal(site, "odile")
    with site.as_("odile").client.session_transaction() as cookie:
        declared = dict(cookie["journal"])
    site.as_("ines").get("/")
    with site.as_("ines").client.session_transaction() as cookie:
        cookie["journal"] = declared
    assert not site.as_("ines").get("/administration/journal").select("tbody")


def test_the_export_is_itself_in_the_journal(site, make, sessions):
    make.dataset("=SOMME(A1)", unit="solidarite")
    site.as_("odile").get("/administration/journal.csv", status=302)
    open_journal(site)
    answer = site.as_("odile").get("/administration/journal.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert rows[0][0] == "ligne" and any("journal consulté" in row for row in rows)
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "journal-exported")).one()
    assert line.facts["reason"] == WHY and line.facts["lines"] == len(rows) - 1


# --- purge -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def aged(sessions, the_policy, clock):
    """Three old lines, then two of today."""

    def write(count):
        with db.writing(sessions) as session:
            for number in range(count):
                audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason=f"ligne {number}")

    clock.shift(timedelta(days=-400))
    write(3)
    clock.shift(timedelta(days=400))
    write(2)


def purge(sessions, policy, **options):
    with db.writing(sessions) as session:
        house = system(session, Task.RETENTION, policy)
        return retention.purge(house, **{"before": None, "bounds": BOUNDS, "reason": "conservation"} | options)


def fault(sessions):
    with sessions() as session:
        return queries.verify(session)


def test_what_is_past_its_time_goes_and_the_rest_is_still_proven(sessions, the_policy, aged):
    assert purge(sessions, the_policy) == 3
    assert fault(sessions) is None
    with sessions() as session:
        kept = session.scalars(select(Event).order_by(Event.seq)).all()
    assert [line.seq for line in kept] == [4, 5, 6]
    assert (kept[-1].act, kept[-1].facts["anchor"], kept[-1].facts["lines"]) == ("journal-purged", 3, 3)
    assert purge(sessions, the_policy) == 0


def test_after_a_purge_a_line_changed_or_taken_away_is_still_named(sessions, the_policy, aged):
    purge(sessions, the_policy)
    with sessions() as session:
        session.execute(update(Event).where(Event.seq == 5).values(act="opened"))
        session.commit()
    assert fault(sessions).seq == 5


def test_lines_taken_away_by_hand_with_an_anchor_beside_are_seen(sessions, the_policy, aged):
    with sessions() as session:
        second = session.scalars(select(Event).where(Event.seq == 2)).one()
        session.add(Anchor(seq=2, hash=second.hash, at=db.now()))
        session.execute(delete(Event).where(Event.seq <= 2))
        session.commit()
    assert "sans purge" in fault(sessions).what


def test_what_must_be_kept_is_kept(sessions, the_policy, aged):
    with pytest.raises(Invalid, match="au moins 6"):
        purge(sessions, the_policy, before=db.now() - timedelta(days=60))


def test_the_command_says_what_it_did(settings, aged, monkeypatch):
    monkeypatch.setenv("DATASPACE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATASPACE_SECRET_KEY", "x" * 40)
    done = CliRunner().invoke(main, ["audit", "purge", "--reason", "conservation"])
    assert "3 lignes retirées" in done.output
    assert "Chaîne intacte" in CliRunner().invoke(main, ["audit", "verify"]).output
    refused = CliRunner().invoke(main, ["audit", "purge", "--before", "2026-11-01", "--reason", "ménage"])
    assert refused.exit_code == 1 and "trop récente" in refused.output


# --- the second sink -------------------------------------------------------------------------------------------------
def test_a_copy_outlives_a_journal_rewritten_from_end_to_end(sessions, the_policy, tmp_path):
    path = tmp_path / "copie.jsonl"
    sessions.configure(info={copy.PLACE: path})
    with db.writing(sessions) as session:
        audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason="vrai")
    with sessions() as session:
        db.begin_writing(session)
        audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason="annulé")
        session.flush()
        session.rollback()
    with sessions() as session:
        assert "annulé" not in path.read_text()
        assert copy.differing(session, path) is None
        line = session.scalars(select(Event)).one()
        session.execute(update(Event).values(hash="f" * 64, facts={"reason": "autre"}))
        assert copy.differing(session, path) == line.seq


def test_a_copy_that_cannot_be_written_does_not_undo_the_act(sessions, the_policy, tmp_path):
    sessions.configure(info={copy.PLACE: tmp_path / "absent" / "copie.jsonl"})
    with db.writing(sessions) as session:
        audit.record(system(session, Task.SEED, the_policy), Act.HOUSE, reason="vrai")
    assert fault(sessions) is None


def test_pages_of_ones_own_are_counted_among_ones_own(site, sessions, the_policy):
    """The number of a line says how many lines others have written."""
    with db.writing(sessions) as session:
        awa, luc = (Access(people.actor(session, login), session, the_policy) for login in ("awa", "luc"))
        for number in range(60):
            audit.record(awa, Act.HOUSE, reason=f"acte {number}")
            audit.record(luc, Act.HOUSE, reason="autre")
    first = site.as_("awa").get("/mes-acces/activite")
    assert first.select('a[rel="next"]')[0]["href"] == "/mes-acces/activite?page=2"
    assert first.words("td:last-child")[0] == "acte 59"
    assert site.as_("awa").get("/mes-acces/activite", query={"page": "2"}).words("td:last-child")[0] == "acte 9"
