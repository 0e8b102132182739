"""Who answers when the one who should cannot: a delegate, the next director up, a rule written beforehand."""

from datetime import timedelta

from sqlalchemy import select

from dataspace import audit
from dataspace.auth.models import Grant
from tests.requests.conftest import WHY


def last_grant(sessions):
    with sessions() as session:
        return session.scalars(select(Grant).order_by(Grant.id.desc())).first()


def test_while_agnes_is_away_lucie_decides_by_her_right(site, asking, water, sessions, clock):
    asking.away("agnes", "lucie")
    assert "en son absence, Lucie Martin" in site.as_("awa").get(f"/donnees/{water.public_id}").main
    path = asking("awa", water)
    asking.advise("luc", path)
    assert asking.todo("lucie") == ["Awa Diallo"]
    asking.accept("lucie", path)
    assert asking.reads("awa", water)
    assert "Lucie Martin a accepté, à la place de Agnès Montel" in site.as_("awa").get(path).main
    with sessions() as session:
        line = session.scalars(select(audit.Event).where(audit.Event.act == "request-decided")).one()
    assert line.facts["in_place_of"] is not None


def test_back_from_her_absence_lucie_decides_no_more(site, asking, water, clock):
    asking.away("agnes", "lucie", days=4)
    path = asking("awa", water)
    clock.shift(timedelta(days=5))
    asking.site = fresh = type(site)(site.app)
    assert asking.todo("lucie") == []
    fresh.as_("lucie").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=404)
    assert asking.todo("agnes") == ["Awa Diallo"]


def test_a_delegate_does_not_answer_her_own_request(site, asking, water, make, clock):
    asking.away("agnes", "awa")
    path = asking("awa", water)
    asking.advise("luc", path)
    site.as_("awa").post(f"{path}/decision", {"version": "1", "decision": "accept"}, status=403)
    assert not asking.reads("awa", water)


def test_the_visa_goes_to_who_stands_in_too(asking, water, clock):
    asking.away("luc", "nadia")
    path = asking("awa", water)
    assert asking.todo("nadia") == ["Awa Diallo"]
    asking.advise("nadia", path)
    assert asking.todo("agnes") == ["Awa Diallo"]


def test_agnes_names_who_stands_in_and_comes_back(site, asking, water, clock):
    page = site.as_("agnes").get("/messages/absence")
    page.submit({"delegate": "Lucie Martin", "starts": "2026-11-23", "ends": "2026-12-05"})
    assert "Lucie Martin répond à votre place" in site.as_("agnes").get("/messages").main
    asked = asking("awa", water)
    asking.advise("luc", asked)
    assert asking.todo("lucie") == ["Awa Diallo"]
    site.as_("agnes").get("/messages").submit(button="Je suis de retour", form='form[action="/messages/retour"]')
    assert asking.todo("lucie") == []


def test_an_absence_names_a_known_person(site, clock):
    page = site.as_("agnes").get("/messages/absence")
    for values, said in (
        ({"delegate": "Personne Inconnue", "starts": "2026-11-23", "ends": "2026-12-05"}, "inconnue"),
        ({"delegate": "agnes", "starts": "2026-11-23", "ends": "2026-12-05"}, "une autre personne"),
        ({"delegate": "lucie", "starts": "2026-12-23", "ends": "2026-12-05"}, "précède"),
    ):
        assert said in page.submit(values, status=422).main


def test_without_an_answer_it_rises_to_the_next_director_up_the_line(site, asking, water, make, clock):
    make.grant("viviane", "director", "pole-environnement", with_services=True)
    path = asking("awa", water)
    asking.advise("luc", path)
    assert asking.todo("viviane") == []
    clock.shift(timedelta(days=5, minutes=1))
    asking.site = fresh = type(site)(site.app)
    assert asking.todo("viviane") == ["Awa Diallo"]
    assert asking.todo("agnes") == ["Awa Diallo"], "she may still answer"
    assert "remontée" in fresh.as_("awa").get(path).main
    asking.accept("viviane", path)
    assert asking.reads("awa", water)


def test_away_with_nobody_in_her_place_it_rises_at_once(asking, water, make, clock):
    make.grant("viviane", "director", "pole-environnement", with_services=True)
    asking.away("agnes", None)
    path = asking("awa", water)
    asking.advise("luc", path)
    assert asking.todo("viviane") == ["Awa Diallo"]


def test_a_standing_rule_answers_at_once_for_a_time(asking, water, sessions, clock):
    asking.rule("agnes", "eau", to_unit="solidarite", to_role="agent", theme="insertion-rsa", days=60)
    asking("awa", water)
    assert asking.todo("luc") == asking.todo("agnes") == []
    assert asking.reads("awa", water)
    grant = last_grant(sessions)
    assert (grant.source, grant.purpose) == ("request", WHY)
    assert grant.ends - grant.starts == timedelta(days=60)


def test_a_rule_answers_only_for_whom_and_what_it_was_written(asking, water, make, clock):
    asking.rule("agnes", "eau", to_unit="finances")
    asking.rule("agnes", "eau", to_role="elected")
    asking.rule("agnes", "eau", theme="finances")
    asking.rule("agnes", "eau", level="internal")
    asking.rule("agnes", "eau", need="consult")
    asking.rule("luc", "eau")
    asking.rule("agnes", "solidarite")
    asking("awa", water, need="download")
    assert not asking.reads("awa", water)
    assert asking.todo("luc") == ["Awa Diallo"]


def test_no_rule_opens_confidential_or_protected_content(asking, make, clock):
    asking.rule("agnes", "eau", level="confidential")
    for facts in ({"sensitivity": "confidential"}, {"sensitivity": "restricted", "protection": "personal"}):
        asset = make.dataset("Abonnés", unit="eau", card="internal", **facts)
        asking("awa", asset)
        assert not asking.reads("awa", asset)
