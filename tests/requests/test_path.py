"""From the button to the access: ask, visa, opinion, decision, reading; and all the ways it may not end there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit
from dataspace.audit import queries as journal
from dataspace.auth.models import Grant
from dataspace.requests.models import AccessRequest
from tests.requests.conftest import FORM, WHY

CLOSED = [{"sensitivity": "confidential"}, {"sensitivity": "restricted", "protection": "personal"}]


def test_awa_asks_luc_gives_his_visa_agnes_accepts_and_awa_reads(site, asking, water, sessions, clock):
    path = asking("awa", water)
    assert asking.todo("agnes") == [], "not before her director had his say"
    assert asking.todo("luc") == ["Awa Diallo"]
    asking.advise("luc", path)
    assert asking.todo("luc") == []
    assert asking.todo("agnes") == ["Awa Diallo"]
    assert "Luc Moreau a donné son avis : favorable" in site.as_("agnes").get(path).main.replace("\u00a0", " ")
    assert not asking.reads("awa", water)

    asking.accept("agnes", path)

    assert asking.reads("awa", water)
    assert asking.todo("agnes") == []
    with sessions() as session:
        grant = session.scalars(select(Grant).order_by(Grant.id.desc())).first()
        request = session.scalars(select(AccessRequest)).one()
        acts = [event.act for event in session.scalars(select(audit.Event).order_by(audit.Event.seq))]
        given = session.scalars(select(audit.Event).where(audit.Event.act == "grant-given")).one()
        assert journal.verify(session) is None
    assert (grant.source, grant.role, grant.asset_id) == ("request", "reader", water.id)
    assert (grant.purpose, grant.ends) == (WHY, request.until)
    assert request.grant_id == grant.id
    assert given.facts["provenance"] == request.public_id
    assert [act for act in acts if "request" in act or "grant" in act] == [
        "request-submitted", "request-advised", "grant-given", "request-decided",
    ]  # fmt: skip
    said = site.as_("awa").get(path)
    assert "Acceptée" in said.main
    assert [line.split(" ")[0] for line in said.words(".history > li > div")] == ["Awa", "Luc", "Agnès"]


def test_the_page_says_who_decides_the_steps_and_nothing_that_was_not_measured(site, water):
    page = site.as_("awa").get(f"/donnees/{water.public_id}")
    assert "Agnès Montel" in page.main
    assert "Luc Moreau donne son avis" in page.main
    assert "Délai habituel" not in page.main
    assert [str(one["value"]) for one in page.select("input[name=need]")] == ["consult", "download"]


def test_after_five_decisions_the_usual_delay_and_outcome_are_said(site, asking, make, clock):
    for number in range(5):
        one = make.dataset(f"Relevé {number}", unit="eau", sensitivity="restricted", card="internal")
        path = asking("awa", one)
        clock.shift(timedelta(days=3))
        if number == 4:
            asking.refuse("agnes", path, "Relevé provisoire")
        else:
            asking.accept("agnes", path)
        clock.shift(timedelta(days=-3))
    other = make.dataset("Relevé de demain", unit="eau", sensitivity="restricted", card="internal")
    main = type(site)(site.app).as_("awa").get(f"/donnees/{other.public_id}").main.replace("\u00a0", " ")
    assert "3 jours ouvrés" in main
    assert "4 acceptées sur 5" in main


def test_to_read_on_screen_is_not_to_take_away(site, asking, water, clock):
    path = asking("awa", water)
    clock.shift(timedelta(days=3))
    site = asking.site = type(site)(site.app)
    asking.accept("agnes", path)
    page = site.as_("awa").get(f"/donnees/{water.public_id}")
    assert "Oui, à l’écran" in page.main


def test_agnes_shortens_and_narrows(site, asking, water, sessions, clock):
    path = asking("awa", water, need="download")
    asking.advise("luc", path)
    page = asking.less("agnes", path, need="consult", until="2027-01-31")
    assert page.location == "/messages"
    with sessions() as session:
        grant = session.scalars(select(Grant).order_by(Grant.id.desc())).first()
    assert (grant.role, f"{grant.ends:%Y-%m-%d}") == ("reader", "2027-01-31")
    assert asking.reads("awa", water)


def test_nobody_grants_more_than_is_asked(site, asking, water, clock):
    path = asking("awa", water, until="2027-01-31")
    asking.advise("luc", path)
    form = {"version": "1", "decision": "less", "need": "download", "until": "2027-01-31"}
    site.as_("agnes").post(f"{path}/decision", form, status=422)
    assert not asking.reads("awa", water)


def test_refused_with_a_reason_that_awa_reads(site, asking, water, clock):
    path = asking("awa", water)
    asking.advise("luc", path, "unfavourable", "Un chiffre par commune suffit.")
    assert "Dites pourquoi" in asking.refuse("agnes", path, "", status=422).main
    asking.refuse("agnes", path, "Le jeu par commune est ouvert.")
    said = site.as_("awa").get(path).main
    assert "Refusée" in said
    assert "Le jeu par commune est ouvert." in said
    assert not asking.reads("awa", water)
    asking("awa", water)


def test_an_unfavourable_opinion_says_why(asking, water, clock):
    path = asking("awa", water)
    assert "Dites pourquoi" in asking.advise("luc", path, "unfavourable", status=422).main


def test_without_the_visa_after_two_days_the_request_goes_on(site, asking, water, clock):
    path = asking("awa", water)
    site.as_("agnes").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=403)
    clock.shift(timedelta(days=2, minutes=1))
    asking.site = type(site)(site.app)
    assert asking.todo("luc") == []
    assert asking.todo("agnes") == ["Awa Diallo"]
    asking.accept("agnes", path)
    assert asking.reads("awa", water)


@pytest.mark.parametrize("facts", CLOSED)
def test_the_dpo_is_heard_and_does_not_decide(site, asking, make, clock, facts):
    asset = make.dataset("Abonnés aidés", unit="eau", card="internal", **facts)
    path = asking("awa", asset)
    asking.advise("luc", path)
    assert asking.todo("agnes") == [], "the opinion comes first"
    assert asking.todo("ines") == ["Awa Diallo"]
    site.as_("ines").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=403)
    asking.advise("ines", path, "unfavourable", "Finalité trop large.")
    site.as_("ines").post(f"{path}/decision", {"version": "3", "decision": "accept"}, status=403)
    assert not asking.reads("awa", asset)
    page = site.as_("agnes").get(path)
    assert "Finalité trop large." in page.main
    asking.accept("agnes", path)
    assert asking.reads("awa", asset)


@pytest.mark.parametrize("facts", CLOSED)
def test_claire_decides_nothing_confidential(site, asking, make, clock, facts):
    asset = make.dataset("Abonnés aidés", unit="eau", card="internal", **facts)
    path = asking("awa", asset)
    clock.shift(timedelta(days=40))
    asking.site = type(site)(site.app)
    assert asking.todo("claire") == []
    asking.site.as_("claire").get(path, status=404)
    asking.site.as_("claire").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=404)
    assert not asking.reads("awa", asset)


def test_confidential_content_is_not_offered_for_download(site, make):
    asset = make.dataset("Abonnés aidés", unit="eau", card="internal", sensitivity="confidential")
    page = site.as_("awa").get(f"/donnees/{asset.public_id}")
    assert [str(one["value"]) for one in page.select("input[name=need]")] == ["consult"]


def test_nobody_decides_her_own_request(site, asking, make, clock):
    make.grant("claire", "admin", "valmer", with_services=True)
    asset = make.dataset("Compteurs", unit="eau", sensitivity="restricted", card="internal")
    path = asking("claire", asset)
    clock.shift(timedelta(days=40))
    site = type(site)(site.app)
    asking.site = site
    assert asking.todo("claire") == []
    site.as_("claire").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=403)
    site.as_("claire").post(f"{path}/avis", {"opinion": "favourable"}, status=403)
    assert not asking.reads("claire", asset)


def test_one_open_request_for_a_person_and_a_thing(site, asking, water, clock):
    asking("awa", water)
    page = site.as_("awa").get(f"/donnees/{water.public_id}")
    assert page.select(FORM) == []
    assert "Votre demande est en cours" in page.main
    values = {"topic": "mission", "purpose": WHY, "need": "consult", "until": "2026-12-31", "unit": "5"}
    again = site.as_("awa").post(f"/demandes/sur/{water.public_id}", values, status=409)
    assert "déjà une demande en cours" in again.main
    assert site.as_("awa").get(f"/demandes/sur/{water.public_id}", status=303).location.startswith("/demandes/")


def test_what_awa_may_not_know_of_cannot_be_asked_for(site, make, clock):
    hidden = make.dataset("Enquête interne", unit="eau", sensitivity="confidential")
    for path in (f"/demandes/sur/{hidden.public_id}", f"/demandes/sur/{'0' * 18}"):
        site.as_("awa").get(path, status=404)
        site.as_("awa").post(path, {"purpose": WHY}, status=404)


def test_other_people_do_not_read_a_request(site, asking, water, clock):
    path = asking("awa", water)
    for login in ("zoe", "remi", "marc", "viviane"):
        site.as_(login).get(path, status=404)
        site.as_(login).post(f"{path}/retrait", status=404)
        site.as_(login).post(f"{path}/avis", {"opinion": "favourable"}, status=404)


def test_withdrawn_it_waits_for_nobody(site, asking, water, clock):
    path = asking("awa", water)
    site.as_("awa").get(path).submit(button="Retirer ma demande", form=f'form[action="{path}/retrait"]')
    assert asking.todo("luc") == []
    assert "Retirée" in site.as_("awa").get("/messages").main
    site.as_("luc").post(f"{path}/retrait", status=403)
    asking("awa", water)


def test_a_draft_is_read_by_nobody_else_and_becomes_the_request(site, asking, water, clock):
    page = site.as_("awa").get(f"/donnees/{water.public_id}")
    kept = page.submit({"purpose": "À préciser", "until": "2026-12-31"}, form=FORM, button="Garder")
    assert asking.todo("luc") == []
    site.as_("luc").get(kept.location, status=404)
    again = site.as_("awa").get(f"/donnees/{water.public_id}")
    assert "À préciser" in again.words("textarea")
    path = asking("awa", water)
    assert path == kept.location
    assert asking.todo("luc") == ["Awa Diallo"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("purpose", "", "Dites à quoi"), ("until", "2020-01-01", "passée"), ("until", "2040-01-01", "trop lointaine"),
     ("until", "", "Donnez une date")],
)  # fmt: skip
def test_bad_input_is_said_and_what_was_typed_stays(asking, water, clock, field, value, said):
    page = asking("awa", water, **({"purpose": "Étude des quartiers"} | {field: value}), status=422)
    assert said in page.main
    assert field == "purpose" or "Étude des quartiers" in page.words("textarea")


def test_conditions_are_accepted_with_their_version(site, asking, water, sessions, clock):
    asking.condition(water, "Ne rien publier sous onze foyers.", "2026-11")
    page = asking("awa", water, status=422)
    assert "Acceptez-les" in page.main
    path = asking("awa", water, accepts="y")
    asking.advise("luc", path)
    asking.accept("agnes", path)
    with sessions() as session:
        assert session.scalars(select(Grant).order_by(Grant.id.desc())).first().conditions == "2026-11"


def test_a_dashboard_is_asked_for_the_same_way(asking, make, clock):
    board = make.dashboard("Fuites", unit="eau", sensitivity="restricted", card="internal")
    path = asking("awa", board)
    asking.advise("luc", path)
    asking.accept("agnes", path)
    assert asking.reads("awa", board)


def test_in_ones_own_directorate_the_director_is_asked_once(asking, make, clock):
    asset = make.dataset("Dossiers", unit="solidarite", sensitivity="confidential", card="internal")
    path = asking("awa", asset)
    assert asking.todo("luc") == [], "the opinion of the DPO first"
    asking.advise("ines", path)
    assert asking.todo("luc") == ["Awa Diallo"]
    asking.accept("luc", path)
    assert asking.reads("awa", asset)


def test_two_deciders_at_once_the_second_is_told(site, asking, water, make, clock):
    make.grant("viviane", "director", "eau", with_services=True)
    path = asking("awa", water)
    asking.advise("luc", path)
    here, there = site.as_("agnes").get(path), site.as_("viviane").get(path)
    here.submit(button="Accepter comme demandé", form="form.actions")
    late = there.submit(button="Accepter comme demandé", form="form.actions", status=409)
    assert "déjà acceptée" in late.main
    assert "Agnès Montel" in late.words(".notice--late")[0], "who was first"


def test_a_refusal_written_while_another_accepts_is_not_lost(site, asking, water, make, clock):
    make.grant("viviane", "director", "eau", with_services=True)
    path = asking("awa", water)
    asking.advise("luc", path)
    there = site.as_("viviane").get(path)
    asking.accept("agnes", path)
    form = "form.ask:has([name=reason])"
    late = there.submit({"reason": "Relevé provisoire"}, form=form, button="Envoyer", status=409)
    assert "Agnès Montel" in late.words(".notice--late")[0]
    assert "Relevé provisoire" in late.words(".notice--late")[0]
    assert asking.reads("awa", water)


def test_an_access_on_request_ends_by_itself(site, asking, water, clock):
    path = asking("awa", water, until="2026-12-05")
    asking.advise("luc", path)
    asking.accept("agnes", path)
    assert asking.reads("awa", water)
    clock.shift(timedelta(days=14))
    asking.site = fresh = type(site)(site.app)
    assert not asking.reads("awa", water)
    assert "Terminée" in fresh.as_("awa").get(path).main


def test_a_request_nobody_answered_in_time_cannot_be_accepted_any_more(site, asking, water, clock):
    path = asking("awa", water, until="2026-12-05")
    clock.shift(timedelta(days=20))
    asking.site = fresh = type(site)(site.app)
    assert asking.todo("agnes") == []
    fresh.as_("agnes").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=403)
    assert not asking.reads("awa", water)
    asking("awa", water)


def test_taken_back_by_agnes_the_request_says_so(site, asking, water, sessions, clock):
    path = asking("awa", water)
    asking.advise("luc", path)
    asking.accept("agnes", path)
    with sessions() as session:
        grant = session.scalars(select(Grant).order_by(Grant.id.desc())).first()
    page = site.as_("agnes").get(f"/administration/acces/{grant.public_id}")
    page.submit({"reason": "Étude finie"}, form="form#retirer")
    assert not asking.reads("awa", water)
    assert "Accès retiré" in site.as_("awa").get(path).main
