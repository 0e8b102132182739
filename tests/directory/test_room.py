"""Ghislain signs in and nothing maps him: he waits instead of meeting a wall; a direction receives him or says why."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import select, text

from dataspace import audit, db
from dataspace.auth.models import Grant
from dataspace.config import EntryRule
from dataspace.directory.models import Arrival
from dataspace.mail.models import Mail
from tests import people
from tests.directory.conftest import ANNUAIRE
from tests.site import Site

ROOM = f"{ANNUAIRE}/attente"
WORD = "J’arrive lundi au service Insertion"


def asks(site, unit="solidarite"):
    return site.as_("ghislain").get("/", status=403).submit({"unit": unit, "note": WORD})


def mails(sessions):
    with sessions() as session:
        rows = session.scalars(select(Mail).order_by(Mail.id)).all()
        return [(people_by(session, mail.person_id), mail.subject, mail.body) for mail in rows]


def people_by(session, one):
    return session.scalars(select(people.Person.login).where(people.Person.id == one)).one()


def test_he_asks_luc_receives_him_in_a_service_and_he_is_in(site, sessions, held, works):
    wall = site.as_("ghislain").get("/donnees/", status=403)
    assert "aucune direction, commune ou structure partenaire" in wall.main
    assert "Direction de la Solidarité" in wall.words("option")
    assert asks(site).follow().title == "Votre demande est en attente"
    assert [(who, subject) for who, subject, _ in mails(sessions)] == [
        ("luc", "Une personne en attente\u00a0: Ghislain Perrin")
    ]

    assert "En attente" in site.as_("luc").get("/administration/").main
    inbox = site.as_("luc").get("/messages")
    assert "Ghislain Perrin" in inbox.links()
    assert inbox.words(".count") == ["1 à traiter"]
    page = site.as_("luc").get(ROOM)
    assert WORD in page.main
    page.submit({"unit": "insertion"}, form="form[action$=accepter]")

    assert site.as_("ghislain").get("/").title.startswith("Bonjour")
    assert held("ghislain", "manual") == ["agent insertion"]
    assert works("ghislain", "manual") == ["insertion"]
    with sessions() as session:
        grant = session.scalars(select(Grant).where(Grant.source == "manual")).one()
        one = session.scalars(select(Arrival)).one()
        acts = session.scalars(select(audit.Event.act).order_by(audit.Event.seq)).all()
    assert timedelta(days=364) < grant.ends - db.now() < timedelta(days=367)
    assert one.grant_id == grant.id
    assert [act for act in acts if "arrival" in act or "grant" in act] == [
        "arrival-asked", "grant-given", "arrival-decided",
    ]  # fmt: skip
    assert mails(sessions)[-1][0] == "ghislain"
    assert "Personne n’attend" in site.as_("luc").get(ROOM).main
    assert site.as_("ghislain").get("/attente", status=302).location == "/"


@pytest.mark.engines("postgresql")
def test_he_presses_twice_and_his_second_click_says_that_it_is_done(site, sessions):
    """SQLite has one writer at a time; on PostgreSQL, the second request waits for the first, then meets its line."""
    page = site.as_("ghislain").get("/", status=403)
    with sessions() as first, ThreadPoolExecutor(1) as pool:
        first.add(
            Arrival(
                person_id=people.person(first, "ghislain").id, unit_id=1, note=WORD, created=db.now(), state="waiting"
            )
        )
        first.flush()
        second = pool.submit(page.submit, {"unit": "solidarite", "note": WORD}, status=409)
        wait_for_a_lock(first)
        first.commit()
        assert "vient d’être enregistrée" in second.result(20).main
    assert mails(sessions) == []


def wait_for_a_lock(session):
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = monotonic() + 15
    while not session.scalar(waiting):
        assert monotonic() < until, "nobody waits"
        sleep(0.02)


def test_he_is_told_once_that_he_is_in(site):
    asks(site)
    site.as_("luc").get(ROOM).submit({}, form="form[action$=accepter]")
    assert "Vous êtes accueilli" in site.as_("ghislain").get("/").text
    assert "Vous êtes accueilli" not in site.as_("ghislain").get("/").text


def test_a_refusal_says_why_calmly_and_he_may_ask_elsewhere(site, sessions, held):
    asks(site)
    page = site.as_("luc").get(ROOM)
    page.submit({"reason": " "}, form="form[action$=refuser]", status=422)
    page.submit({"reason": "Vous êtes attendu à l’Eau"}, form="form[action$=refuser]")
    said = site.as_("ghislain").get("/attente")
    assert "Vous êtes attendu à l’Eau" in said.main
    assert "Vous êtes attendu à l’Eau" in mails(sessions)[-1][2]
    assert held("ghislain", "manual") == []
    said.submit({"unit": "eau", "note": WORD})
    assert "Ghislain" in site.as_("agnes").get(ROOM).main


def test_only_who_may_make_an_agent_there_sees_and_answers(site, sessions, make):
    asks(site)
    with sessions() as session:
        one = session.scalars(select(Arrival)).one()
    for login in ("awa", "ines", "odile", "paul"):
        site.as_(login).get(ROOM, status=403)
    assert "Ghislain" not in site.as_("agnes").get(ROOM).main
    never = site.as_("agnes").post(f"{ROOM}/{'0' * 18}/refuser", {"reason": "Non merci", "version": "1"}, status=404)
    for verb in ("accepter", "refuser"):
        sent = {"reason": "Non merci", "version": "1"}
        assert site.as_("agnes").post(f"{ROOM}/{one.public_id}/{verb}", sent, status=404).text == never.text
        site.as_("ghislain").post(f"{ROOM}/{one.public_id}/{verb}", sent, status=403)
    assert "Ghislain" in site.as_("claire").get(ROOM).main, "the administration may receive too"


def test_what_is_badly_filled_in_changes_nothing(site, sessions, held):
    asks(site)
    with sessions() as session:
        one = session.scalars(select(Arrival)).one()
    good = {"unit": "insertion", "ends": "2099-01-01", "version": "1"}
    for wrong in ({"unit": "eau"}, {"ends": "2020-01-01"}, {"ends": ""}, {"version": "x"}):
        site.as_("luc").post(f"{ROOM}/{one.public_id}/accepter", good | wrong, status=422)
    site.as_("luc").post(f"{ROOM}/{one.public_id}/accepter", good | {"version": "7"}, status=409)
    assert held("ghislain", "manual") == []
    for wrong in ({"unit": "transvalme", "note": WORD}, {"unit": "eau", "note": " "}):
        site.as_("ghislain").post("/attente", wrong, status=422)


def test_two_managers_answer_the_second_is_told(site, sessions):
    asks(site)
    late = site.as_("claire").get(ROOM)
    site.as_("luc").get(ROOM).submit({}, form="form[action$=accepter]")
    page = late.submit({"reason": "Non merci"}, form="form[action$=refuser]", status=409)
    assert "déjà reçu une réponse" in page.main


def test_asking_elsewhere_withdraws_and_one_may_take_it_back(site, sessions):
    asks(site)
    site.as_("ghislain").get("/attente").submit({"unit": "eau", "note": WORD}, form="form.ask")
    assert "Personne n’attend" in site.as_("luc").get(ROOM).main
    site.as_("ghislain").get("/attente").submit({}, form="form[action$=retirer]")
    assert "Personne n’attend" in site.as_("agnes").get(ROOM).main
    site.as_("ghislain").post("/attente/retirer", status=409)
    with sessions() as session:
        assert set(session.scalars(select(Arrival.state))) == {"withdrawn"}


def test_who_has_a_place_or_the_directory_gave_one_does_not_wait(site, hears, gives):
    site.as_("awa").post("/attente", {"unit": "eau", "note": WORD}, status=409)
    asks(site)
    gives("dir-eau", "eau")
    hears("ghislain", groups=["dir-eau"])
    assert "Personne n’attend" in site.as_("luc").get(ROOM).main


def test_a_rule_says_which_units_may_receive(app, hears):
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"entry_rules": (EntryRule(claim="groups", value="prestataires", answer="wait", units=("numerique",)),)}
    )
    hears("ghislain", groups=["prestataires"])
    site = Site(app)
    assert site.as_("ghislain").get("/", status=403).words("option") == ["Direction du Numérique"]
    site.as_("ghislain").post("/attente", {"unit": "eau", "note": WORD}, status=422)


def test_nobody_signed_in_is_sent_to_sign_in(site):
    assert site.nobody.get("/attente", status=302).location.startswith("/connexion")


def test_the_administration_does_not_receive_where_the_direction_was_given_something_confidential(site, make, held):
    secret = make.dataset("Dossiers", unit="solidarite", sensitivity="confidential")
    make.grant(to_unit="solidarite", role="reader", on=secret)
    asks(site)
    page = site.as_("claire").get(ROOM).submit({"note": "Bienvenue"}, form="form[action$=accepter]", status=403)
    assert page.select("details[open] [name=note]")[0]["value"] == "Bienvenue"
    assert "La direction responsable peut le faire" in page.main
    assert held("ghislain", "manual") == []
    site.as_("luc").get(ROOM).submit({}, form="form[action$=accepter]")
    assert held("ghislain", "manual") == ["agent solidarite"]
