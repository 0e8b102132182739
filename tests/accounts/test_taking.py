"""Administration that sleeps until it is taken: for a while, in one session, with a reason."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import Access, Permission, asked, policy, taking
from dataspace.auth.models import Asset
from dataspace.config import Settings
from dataspace.errors import BrokenPolicy
from tests import people
from tests.site import Visitor

ADMIN = "/administration/"
WHY = "Traiter les arrivées de décembre"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"taken_roles": ("admin", "dpo")})


def take(visitor: Visitor, path: str = ADMIN, reason: str = WHY, status: int = 303):
    return visitor.get(path, status=403).submit({"reason": reason}, form="form.ask", status=status)


def test_claire_takes_her_rights_on_the_page_that_wants_them(site, clock):
    claire = site.as_("claire")
    assert "Administration" in claire.get("/").words("nav a"), "the way to them stays"
    page = claire.get(ADMIN, status=403)
    assert page.title == "Vos droits d’administration dorment"
    assert page.words("form.ask button") == ["Prendre vos droits d’administration pour 15 minutes"]
    assert take(claire).location == ADMIN
    opened = claire.get(ADMIN)
    assert opened.title == "Administration"
    assert "encore 15 minutes" in opened.text
    clock.shift(timedelta(minutes=14, seconds=30))
    assert "encore 1 minute" in claire.get(ADMIN).text
    clock.shift(timedelta(seconds=31))
    claire.get(ADMIN, status=403)


def test_they_are_hers_on_this_device_only(site, app):
    take(site.as_("claire"))
    Visitor(app).sign_in("claire").get(ADMIN, status=403)


def test_given_back_at_once_and_written_down(site, sessions):
    claire = site.as_("claire")
    take(claire)
    claire.get(ADMIN).submit(form="aside form")
    claire.get(ADMIN, status=403)
    with sessions() as session:
        acts = [(line.act, line.facts.get("reason")) for line in session.scalars(select(Event).order_by(Event.seq))]
    assert ("role-taken", WHY) in acts
    assert acts[-2][0] == "role-returned"


def test_a_reason_is_wanted(site):
    claire = site.as_("claire")
    page = take(claire, reason="vite", status=422)
    assert "dix caractères" in page.main
    claire.get(ADMIN, status=403)


def test_who_holds_nothing_else_still_finds_the_button(site):
    bruno = site.as_("bruno")
    assert bruno.get("/", status=403).title == "Vos droits d’administration dorment"
    assert take(bruno, "/").location == "/"
    bruno.get("/")


@pytest.mark.parametrize("login", ["awa", "luc", "zoe"])
def test_nobody_takes_what_she_does_not_hold(site, login):
    visitor = site.as_(login)
    assert visitor.get("/connexion/droits", status=302).location == "/mes-acces"
    visitor.post("/connexion/droits", {"role": "admin", "reason": WHY, "next": "/"}, status=404)
    visitor.post("/connexion/droits", {"role": "dpo", "reason": WHY, "next": "/"}, status=404)
    assert visitor.get(ADMIN, status=200 if login == "luc" else 403).title != "Vos droits d’administration dorment"


def test_taking_leads_nowhere_outside(site):
    claire = site.as_("claire")
    sent = claire.post("/connexion/droits", {"role": "admin", "reason": WHY, "next": "//ailleurs.example/"})
    assert sent.location == "/"


def test_a_sign_in_too_old_takes_nothing(site, make, clock):
    claire = site.as_("claire")
    clock.shift(timedelta(minutes=16))
    sent = claire.post("/connexion/droits", {"role": "admin", "reason": WHY, "next": "/"}, status=403)
    assert sent.title == "Confirmez que c’est bien vous"


def test_list_decision_and_why_agree(sessions, settings, make):
    hidden = make.dataset("Tournées", unit="eau", sensitivity="confidential")
    rules = policy.of(settings)
    with db.writing(sessions) as session:
        ines = Access(people.actor(session, "ines", "here"), session, rules)
        agnes = Access(people.actor(session, "agnes"), session, rules)
        asset = session.scalar(agnes.select(Asset, Permission.CARD_SEE).where(Asset.id == hidden.id))

        def answers(access: Access) -> set[bool]:
            listed = session.scalar(access.select(Asset, Permission.CARD_SEE).where(Asset.id == asset.id))
            return {listed is not None, access.allows(Permission.CARD_SEE, asset)}

        assert answers(ines) == {False}
        assert taking.would_open(ines, Permission.CARD_SEE, asset)
        taking.take(ines, taking.asleep(ines)[0], reason=WHY, lasts=timedelta(minutes=15))
        session.flush()
        assert answers(Access(ines.actor, session, rules)) == {True}
        assert answers(Access(people.actor(session, "ines", "elsewhere"), session, rules)) == {False}
        (card, *_) = asked.of(agnes, people.person(session, "ines"), asset)
        assert not card.is_allowed
        assert "dort" in str(card.sentence)


def test_an_ordinary_request_pays_nothing_for_it(sessions, settings, statements):
    rules = policy.of(settings)
    with sessions() as session:
        awa = Access(people.actor(session, "awa"), session, rules)
        with statements(session) as seen:
            assert awa.facts.held
    assert not [text for text in seen if "taken_role" in text]


def test_an_unknown_role_stops_the_start(settings):
    with pytest.raises(BrokenPolicy):
        policy.of(settings.model_copy(update={"taken_roles": ("chef",)}))


@pytest.fixture
def statements():
    """Every SQL text sent while the block runs."""

    @contextmanager
    def of(session):
        seen: list[str] = []

        def note(_conn, _cursor, text, *_rest):
            seen.append(text)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        yield seen
        event.remove(engine, "before_cursor_execute", note)

    return of
