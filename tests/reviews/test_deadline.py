"""The deadline: what serves no more lapses, what serves goes up and is not cut, and the record is proven."""

import hashlib
from datetime import timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dataspace import db
from dataspace.audit import queries as journal
from dataspace.audit.models import Event
from dataspace.auth.models import Asset, Grant, GrantUse
from dataspace.cli import main
from dataspace.db import declare
from dataspace.reviews.models import ReviewRecord
from tests import people
from tests.conftest import NOON
from tests.site import Site

AFTER = timedelta(days=22)


@pytest.fixture
def path(reviewing, risky):
    return reviewing.open()


@pytest.fixture
def again(reviewing, app):
    """Everybody signs in again, days later."""

    def site():
        reviewing.site = Site(app)
        return reviewing.site

    return site


def test_only_what_serves_no_more_lapses_what_serves_goes_up(reviewing, risky, path, clock, sessions):
    reviewing.used(risky["partner"], days_ago=90)
    clock.shift(AFTER)
    assert reviewing.close() == (5, 0)
    assert reviewing.outcomes() == {
        "unused": "lapsed", "partner": "lapsed", "moved": "pending", "endless": "pending", "sensitive": "pending"
    }  # fmt: skip
    with sessions() as session:
        lapsed = {grant.reason for grant in session.scalars(select(Grant).where(Grant.revoked_at.is_not(None)))}
        assert lapsed == {"unused", "partner"}
        said = [e.facts for e in session.scalars(select(Event)) if e.act == "grant-revoked"]
        assert {facts["reason"] for facts in said} == {"Revue n°\u00a01\u00a0: sans réponse à l’échéance"}
        assert journal.verify(session) is None
    assert reviewing.close() == (0, 0), "run again, it does nothing more"


def test_what_goes_up_is_asked_of_the_next_who_decides_for_thirty_days(reviewing, path, clock, again):
    clock.shift(AFTER)
    reviewing.close()
    again()
    assert sorted(reviewing.asked("claire", path)) == ["Marc", "Viviane", "Zoé"], "restricted: admins come next"
    assert "Lucie" in reviewing.asked("luc", path), "confidential: nobody is above him, it stays his"
    assert "remonté faute de réponse" in reviewing.page("claire", path).main
    reviewing.answer("claire", path, "Viviane", "keep", "confirmé par la direction des Finances")
    reviewing.answer("luc", path, "Lucie", "remove")
    reviewing.confirm("luc", path)
    clock.shift(timedelta(days=31))
    assert reviewing.close()[1] == 1
    assert reviewing.outcomes()["moved"] == "lapsed", "not used for sixty days by then, and nobody answered"


def test_a_right_still_in_use_is_never_cut(reviewing, risky, path, clock, sessions):
    clock.shift(AFTER)
    reviewing.close()
    clock.shift(timedelta(days=31))
    for grant in risky.values():
        reviewing.used(grant, days_ago=3)
    assert reviewing.close() == (4, 1)
    assert reviewing.outcomes() == {
        "unused": "lapsed", "partner": "left", "moved": "left", "endless": "left", "sensitive": "left"
    }  # fmt: skip


def test_it_holds_when_read_though_nothing_ran(reviewing, risky, path, clock, again, sessions):
    with sessions() as session:
        title = "/donnees/" + _asset(session, risky["unused"])
    assert "Sur demande" not in reviewing.site.as_("remi").get(title).main
    clock.shift(AFTER - timedelta(days=1, hours=12))
    with reviewing.make.writing() as session:
        session.delete(session.get_one(GrantUse, risky["unused"].id))
    clock.shift(timedelta(days=1))
    assert "Sur demande" in again().as_("remi").get(title).main
    assert reviewing.outcomes()["unused"] == "lapsed"
    assert reviewing.outcomes()["moved"] == "pending", "only hers: the rest waits for the command or a reader"


def test_an_answer_saved_before_the_deadline_holds(reviewing, path, clock, again):
    reviewing.answer("luc", path, "Rémi", "keep")
    reviewing.answer("luc", path, "Viviane", "remove")
    clock.shift(AFTER)
    reviewing.close()
    assert reviewing.outcomes() | {"unused": "kept", "endless": "pending"} == reviewing.outcomes()
    again()
    row = next(t for t in reviewing.page("luc", path).select("tr[data-line]") if t.th.get_text().startswith("Rémi"))
    assert not row.select("form"), "what is decided is decided"


def test_the_last_administrator_never_lapses(reviewing, make, clock, sessions):
    with make.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.role == "admin")):
            grant.ends = db.now() + timedelta(days=1)
    held = make.grant("paul", "admin", "valmer", with_services=True, ends=db.now() + timedelta(days=90))
    reviewing.open()
    clock.shift(AFTER)
    reviewing.close()
    with sessions() as session:
        assert session.get_one(Grant, held.id).revoked_at is None
    assert list(reviewing.outcomes().values()) == ["pending"]


def test_the_record_is_served_octet_for_octet_and_its_sum_is_in_the_journal(
    reviewing, risky, path, clock, again, sessions, site
):
    for who in ("Lucie", "Viviane", "Zoé", "Marc", "Rémi"):
        reviewing.answer("luc", path, who, "keep", "vérifié avec son service")
    site.as_("ines").get(f"{path}/releve", status=404)
    clock.shift(AFTER)
    assert reviewing.close() == (0, 1)
    site = again()
    served = [site.as_(login).get(f"{path}/releve") for login in ("ines", "odile")]
    assert "Revue des accès n° 1" in served[0].main
    assert "Lucie Martin" in served[0].main
    assert "Luc Moreau" in served[0].main
    assert "Lire le relevé" in site.as_("ines").get(path).main
    with sessions() as session:
        kept = {one.height.code: one for one in session.scalars(select(ReviewRecord))}
        event = session.scalars(select(Event).where(Event.act == "review-closed")).one()
        assert event.facts["sha256"] == {height: one.sha256 for height, one in kept.items()}
    assert {page.body for page in served} == {kept["confidential"].body}
    assert hashlib.sha256(served[0].body).hexdigest() == kept["confidential"].sha256
    site.as_("luc").get(f"{path}/releve", status=404)
    site.as_("awa").get(f"{path}/releve", status=403)


def test_a_record_tells_no_more_than_a_list(reviewing, risky, make, clock, again):
    hidden = make.dataset("Fraudes", unit="solidarite", sensitivity="confidential", card="confidential")
    make.grant("awa", "reader", hidden, ends=db.now() + timedelta(days=90), reason="hidden")
    path = reviewing.open()
    clock.shift(AFTER)
    reviewing.close()
    clock.shift(timedelta(days=31))
    reviewing.close()
    site = again()
    assert "Fraudes" in site.as_("ines").get(f"{path}/releve").main
    low = site.as_("claire").get(f"{path}/releve")
    assert "Fraudes" not in low.main
    assert "Awa" not in low.main
    assert "5 accès" in low.main


def test_verify_recomputes_and_compares_with_the_journal(reviewing, risky, path, clock, settings, monkeypatch, make):
    monkeypatch.setenv("DATASPACE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATASPACE_SECRET_KEY", settings.secret_key.get_secret_value())
    run = CliRunner()
    assert run.invoke(main, ["reviews", "verify", "1"]).exit_code == 1
    assert run.invoke(main, ["reviews", "verify", "7"]).exit_code == 1
    clock.shift(AFTER)
    assert "Lignes échues traitées\u00a0: 5" in run.invoke(main, ["reviews", "close"]).output
    clock.shift(timedelta(days=31))
    assert "Revues closes\u00a0: 1" in run.invoke(main, ["reviews", "close"]).output
    held = run.invoke(main, ["reviews", "verify", "1"])
    assert (held.exit_code, "est celui dont" in held.output) == (0, True)
    with make.writing() as session:
        record = session.scalars(select(ReviewRecord)).first()
        record.body = record.body.replace(b"Lucie", b"Lucia")
    broken = run.invoke(main, ["reviews", "verify", "1"])
    assert (broken.exit_code, "n’est plus celui" in broken.output) == (1, True)


def test_mails_at_the_opening_seven_and_one_days_before_when_it_goes_up_and_at_the_end(
    reviewing, path, clock, sessions
):
    told = []
    for day in (1, 12, 15, 16, 20, 21, 22, 23, 40, 53):
        clock.move_to(NOON + timedelta(days=day))
        reviewing.close()
        reviewing.close()
        told.append(len(reviewing.mails()))
    with sessions() as session:
        luc = people.person(session, "luc").id
    subjects = [subject for to, subject, _ in reviewing.mails() if to == luc]
    assert [subject.split("\u00a0")[0] for subject in subjects] == ["Revue des accès"] * 4
    assert "5 accès à voir avant" in subjects[0]
    assert "encore 5 accès" in subjects[1]
    assert "encore 5 accès" in subjects[2]
    assert "à décider, sans réponse" in subjects[3]
    assert not [body for _, _, body in reviewing.mails() if "Foyers" in body], "titles are said when it leaves"
    assert [n > before for before, n in pairwise(told)] == [
        False, True, False, False, True, True, False, False, True,
    ], "once each"  # fmt: skip


def test_hygiene_by_directorate_hides_few(reviewing, risky, make, site, later):
    for n in range(5):
        thing = make.dataset(f"Reste {n}", unit="eau", sensitivity="restricted", card="internal")
        make.grant("awa", "reader", thing, ends=later(90), reason=f"eau {n}")
    path = reviewing.open()
    rows = site.as_("ines").get(path).words("table tbody tr")
    assert next(row for row in rows if "eau" in row).endswith("0 sur 5 0 % 5")
    assert next(row for row in rows if "Solidarité" in row).endswith("moins de cinq")
    assert site.as_("luc").get(path).select("table") == [], "a reviewer reads his own part only"


def _asset(session, grant):
    stmt = select(Asset.public_id).where(Asset.id == grant.asset_id)
    return session.scalar(declare(stmt, {"asset": 1}))
