"""Tokens: made by a person, shown once, never more than she may, ended by her, by the admin of her reach, by time."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import tokens
from dataspace.auth.models import ApiToken, Grant, Membership
from dataspace.mail.models import Mail
from dataspace.tokens import services
from tests import people
from tests.people import BREZOLLES, CHARTRES, DREUX
from tests.tokens.conftest import NEW, SECRET, Program, made, secret_of

LIST = "/mes-acces/jetons"
API = "/api/1/donnees"
CUT = f"commune;foyers\n{BREZOLLES};12\n{CHARTRES};340\n{DREUX};87\n"


def lines(sessions, act):
    with sessions() as session:
        return session.scalars(select(Event).where(Event.act == act).order_by(Event.seq)).all()


def stored(sessions) -> ApiToken:
    with sessions() as session:
        return session.scalars(select(ApiToken)).one()


# --- making one -----------------------------------------------------------------------------------------------------
def test_awa_makes_a_token_and_sees_its_secret_once(site, sessions):
    page = made(site, "awa", name="Script du lundi")
    secret = secret_of(page)
    assert SECRET.fullmatch(secret) and tokens.is_well_written(secret)
    assert page.title == "Le jeton « Script du lundi » est prêt"
    assert page.select("button[data-copy='#secret']")
    assert page.headers["Cache-Control"] == "no-store, private"
    row = site.as_("awa").get(LIST)
    assert "Script du lundi" in row.main and "Jamais" in row.main
    assert "dsp_" not in row.main
    kept = stored(sessions)
    assert kept.secret_hash == hashlib.sha256(secret.encode()).digest()
    assert timedelta(days=89) < kept.ends - kept.created < timedelta(days=92)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""}, {"name": "   "}, {"ends": "2020-01-01"}, {"ends": "2199-01-01"}, {"ends": "x"}, {"lends": "x"},
        {"lends": "dataset:edit"}, {"only": "Ce jeu n’existe pas"},
    ],
)  # fmt: skip
def test_a_token_badly_asked_for_is_not_made_and_nothing_typed_is_lost(site, sessions, typed):
    page = made(site, "awa", status=422, **typed)
    assert page.select("[role=alert]")
    if "name" not in typed:
        assert page.select("input[name=name]")[0]["value"] == "Script du lundi"
    with sessions() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_two_tokens_of_one_name_would_be_mistaken(site):
    made(site, "awa", name="Piscines")
    assert "déjà un jeton de ce nom" in made(site, "awa", name="piscines", status=409).main
    made(site, "luc", name="Piscines")


def test_what_may_not_be_known_of_is_named_as_what_does_not_exist(site, make):
    secret = make.dataset("Fuites 2026", unit="eau", card="confidential")
    known = make.dataset("Compteurs", unit="eau", sensitivity="restricted", card="internal")
    hidden = made(site, "awa", only=secret.public_id, status=422)
    never = made(site, "awa", only="0" * 18, status=422)
    assert hidden.main.replace(secret.public_id, "*") == never.main.replace("0" * 18, "*")
    assert "un jeton ne peut pas plus que vous" in made(site, "awa", only=known.public_id, status=403).main


def test_the_journal_and_the_log_keep_no_secret(site, program, sessions, capfd):
    awa = program("awa")
    awa.get(API)
    awa.get("/", status=403)
    Program(site.app, awa.secret[:-1] + "0").get(API, status=401)
    told = capfd.readouterr()
    with sessions() as session:
        journal = json.dumps([[e.facts, e.subject_title, e.once] for e in session.scalars(select(Event))], default=str)
    assert awa.secret not in journal + told.out + told.err
    assert "dsp_" not in journal + told.out + told.err


# --- what it opens --------------------------------------------------------------------------------------------------
def test_a_program_lists_what_its_owner_sees_and_no_more(site, make, program):
    make.dataset("Foyers", unit="solidarite", sensitivity="restricted")
    make.dataset("Fuites 2026", unit="eau", card="confidential")
    awa = program("awa").get(API)
    hers = site.as_("awa").get(API)
    assert awa.json == hers.json
    assert [row["title"] for row in awa.json["jeux"]] == ["Foyers"]
    assert awa.headers["Vary"].replace(" ", "").count("Authorization") == 1


def test_cards_alone_are_no_rows(make, program, filed):
    asset = make.dataset("Foyers", unit="solidarite")
    file = filed(asset, CUT)
    cards = program("awa", lends="card:see")
    assert cards.get(f"{API}/{asset.public_id}").json["lisible"] is False
    assert cards.get(f"{API}/{asset.public_id}/lignes", status=403).json["statut"] == 403
    rows = program("awa", name="Lignes", lends="dataset:read")
    assert rows.get(f"{API}/{asset.public_id}/lignes").json["total"] == 3
    rows.get(f"/donnees/{asset.public_id}/fichiers/{file.public_id}", status=403)
    files = program("awa", name="Fichiers", lends="dataset:export")
    assert files.get(f"/donnees/{asset.public_id}/fichiers/{file.public_id}").body == CUT.encode()


def test_rows_come_some_at_a_time_cut_as_the_preview_is(site, make, program, filed):
    asset = make.dataset("Foyers aidés", unit="insertion", columns=("commune", "foyers"), rows_cut_by="commune:area")
    filed(asset, CUT)
    make.membership("marc", "brezolles")
    make.grant("marc", "agent", asset)
    mine = program("marc").get(f"{API}/{asset.public_id}/lignes")
    assert mine.json == {"colonnes": ["commune", "foyers"], "lignes": [[BREZOLLES, "12"]], "suite": None}
    luc = program("luc")
    first = luc.get(f"{API}/{asset.public_id}/lignes?limit=2")
    assert len(first.json["lignes"]) == 2 and "total" not in first.json
    rest = luc.get(first.json["suite"])
    assert (rest.json["lignes"], rest.json["suite"]) == ([[DREUX, "87"]], None)
    preview = site.as_("luc").get(f"/donnees/{asset.public_id}/apercu.json")
    assert preview.json["lignes"] == first.json["lignes"] + rest.json["lignes"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "apres=-1", "apres=9999999999", "limit=²"])
def test_a_portion_that_no_address_of_ours_asks_is_refused_in_json(make, program, filed, query):
    asset = make.dataset("Foyers")
    filed(asset, CUT)
    answer = program("awa").get(f"{API}/{asset.public_id}/lignes?{query}", status=422).json
    assert answer["statut"] == 422 and answer["erreur"] and answer["que_faire"]


def test_a_token_may_be_held_to_some_datasets(make, program, filed):
    one, other = make.dataset("Foyers"), make.dataset("Écoles")
    for asset in (one, other):
        filed(asset, CUT)
    held = program("awa", only=f"http://localhost/donnees/{one.public_id}\n")
    listed = held.get(API).json
    assert (listed["total"], [row["title"] for row in listed["jeux"]]) == (1, ["Foyers"])
    assert sum(listed["facettes"]["theme"].values()) == 1
    held.get(f"{API}/{one.public_id}/lignes")
    hidden = held.get(f"{API}/{other.public_id}/lignes", status=404)
    assert hidden.body == held.get(f"{API}/{'0' * 18}/lignes", status=404).body


def test_a_token_opens_the_routes_that_say_so_and_nothing_else(site, make, program):
    asset = make.dataset("Foyers")
    awa = program("awa")
    for path in ("/", "/mes-acces", LIST, "/donnees/", f"/donnees/{asset.public_id}", "/recherche", "/messages"):
        answer = awa.get(path, status=403)
        assert answer.json["statut"] == 403
    assert site.nobody.get("/aide").status == 200
    awa.get("/aide")
    awa.get("/nulle/part", status=404)


def test_a_token_does_not_stand_in_for_a_form(site, make, program):
    """CSRF stays what it was: a token opens no POST, with or without the cookie beside it."""
    secret = program("awa").secret
    kept = site.as_("awa").client
    answer = kept.post(NEW, data={"name": "x"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    assert kept.post(NEW, data={"name": "x"}).status_code == 403
    assert site.as_("awa").post(NEW, {"name": ""}, status=422)


def test_a_cookie_beside_a_token_is_not_looked_at(site, make, program):
    make.dataset("Fuites", unit="eau", sensitivity="restricted", card="restricted")
    zoe = program("zoe")
    both = site.as_("agnes").client.get(API, headers={"Authorization": f"Bearer {zoe.secret}"})
    assert both.get_json()["total"] == 0
    assert site.as_("agnes").client.get(API, headers={"Authorization": "Bearer dsp_x"}).status_code == 401


# --- as long as -----------------------------------------------------------------------------------------------------
def test_what_its_owner_loses_it_loses_on_the_next_request(make, program, sessions):
    asset = make.dataset("Compteurs", unit="eau", sensitivity="restricted")
    grant = make.grant("awa", "agent", asset)
    awa = program("awa")
    awa.get(f"{API}/{asset.public_id}/lignes")
    with make.writing() as session:
        session.get_one(Grant, grant.id).revoked_at = db.now()
    awa.get(f"{API}/{asset.public_id}/lignes", status=403)
    with make.writing() as session:
        for place in session.scalars(select(Membership)):
            place.ends = db.now()
        for one in session.scalars(select(Grant)):
            one.ends = db.now()
    awa.get(API, status=403)


def test_a_denial_wins_over_a_token_too(make, program):
    asset = make.dataset("Foyers")
    held = program("awa", only=asset.public_id)
    assert held.get(API).json["total"] == 1
    make.denial("awa", asset=asset)
    assert held.get(API).json["total"] == 0


def test_it_ends_on_its_day(clock, site, make, program):
    awa = program("awa", ends="2026-12-01")
    clock.move_to(db.now() + timedelta(days=8, hours=10))
    awa.get(API)
    clock.move_to(db.now() + timedelta(hours=3))
    assert awa.get(API, status=401).headers["WWW-Authenticate"] == "Bearer"
    assert "Aucun jeton" in site.as_("awa").sign_in("awa").get(LIST).main


def test_its_owner_revokes_it(site, program, sessions):
    awa = program("awa")
    awa.get(API)
    site.as_("awa").get(LIST).submit(form="td form", status=303)
    awa.get(API, status=401)
    [line] = lines(sessions, "token-revoked")
    assert line.subject_title == "Script du lundi"


def test_the_admin_of_her_reach_sees_it_and_revokes_it_with_a_reason(site, program, sessions):
    awa, zoe = program("awa"), program("zoe", name="Capteurs")
    page = site.as_("claire").get("/administration/jetons")
    assert "Awa Diallo" in page.main and "Zoé" not in page.main and "dsp_" not in page.main
    assert page.submit({"reason": ""}, form="td form", status=422).select("input[aria-invalid]")
    site.as_("claire").get("/administration/jetons").submit({"reason": "Script oublié"}, form="td form").follow()
    awa.get(API, status=401)
    with sessions() as session:
        mail = session.scalars(select(Mail)).one()
    assert "Script oublié" in mail.body and "Claire Pasquier" in mail.body
    hers = page_of(sessions, "zoe")
    zoe.get(API)
    for who in ("claire", "luc"):
        path = f"/administration/jetons/{hers}/revoquer"
        hidden = site.as_(who).post(path, {"reason": "pour voir"}, status=404)
        never = site.as_(who).post(path.replace(hers, "0" * 18), {"reason": "pour voir"}, status=404)
        assert hidden.main == never.main
    site.as_("paul").post(f"{LIST}/{hers}/revoquer", status=404)
    site.as_("paul").get("/administration/jetons", status=403)
    zoe.get(API)


def page_of(sessions, login):
    with sessions() as session:
        person = people.person(session, login)
        return session.scalars(select(ApiToken.public_id).where(ApiToken.person_id == person.id)).one()


def test_the_last_use_is_a_day_and_a_kind_of_program(clock, site, program, sessions):
    awa = program("awa", agent="curl/8.5 (awa@poste-12)")
    awa.get(API)
    kept = stored(sessions)
    assert (kept.last_used, kept.last_program) == (db.now().date(), "curl")
    assert "Aujourd’hui, curl" in site.as_("awa").get(LIST).main


def test_what_a_program_opens_is_journaled_in_its_owners_name_and_its_own(make, program, sessions, filed):
    asset = make.dataset("Compteurs", unit="solidarite", sensitivity="restricted")
    file = filed(asset, CUT)
    awa = program("awa", lends="dataset:export")
    for _ in range(2):
        awa.get(f"{API}/{asset.public_id}/lignes")
    awa.get(f"/donnees/{asset.public_id}/fichiers/{file.public_id}")
    token = stored(sessions)
    [opened] = lines(sessions, "opened")
    [exported] = lines(sessions, "exported")
    for line in (opened, exported):
        assert (line.actor_id, line.session, line.facts["token"]) == (token.person_id, token.public_id, token.public_id)


def test_too_many_requests_wait_and_wrong_tokens_wait_sooner(engine_url, tmp_path):
    from dataspace.app import create_app
    from tests.conftest import settings_for
    from tests.site import Site

    told = settings_for(engine_url, tmp_path).model_copy(
        update={"token_rate": "2 per minute", "token_refused_rate": "1 per minute"}
    )
    site = Site(create_app(told))
    awa = Program(site.app, secret_of(made(site, "awa")))
    luc = Program(site.app, secret_of(made(site, "luc")))
    for _ in range(2):
        awa.get(API)
    assert int(awa.get(API, status=429).headers["Retry-After"]) == 60
    luc.get(API)
    wrong = Program(site.app, tokens.new_secret())
    wrong.get(API, status=401)
    assert wrong.get(API, status=429).json["statut"] == 429
    site.app.extensions["engine"].dispose()


def test_a_reminder_two_weeks_before_once(clock, site, sessions):
    made(site, "awa", name="Court", ends="2026-11-30")
    made(site, "awa", name="Long", ends="2027-01-31")
    told = []
    for days in (0, 50, 6, 1):
        clock.shift(timedelta(days=days))
        with db.writing(sessions) as session:
            told.append(services.remind(session, db.now(), portal="https://donnees.valmer.example"))
    assert told == [0, 0, 1, 0]
    with sessions() as session:
        assert "Long" in session.scalars(select(Mail)).one().subject
