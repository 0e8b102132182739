"""Signing in and out when everybody is honest: who comes out, what the browser keeps, where it lands."""

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import time_machine
from sqlalchemy import select

from dataspace.auth.models import AuthSession, Identity
from dataspace.config import EntryRule, Settings
from tests import people
from tests.conftest import settings_for
from tests.identity.hostile import CLIENT_ID, Hostile
from tests.identity.travel import Traveller
from tests.make import Make
from tests.site import Site, Visitor

pytestmark = pytest.mark.usefixtures("mapped")
LEADS_OUT = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
    "https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x", "/%0d%0aSet-Cookie:a=b",
    "/a%0d%0ab", "/\t/evil.example", "%2f%2fevil.example", "evil.example", "", "/%5cevil.example",
    "/connexion?next=/connexion", "/" + "x" * 4000,
]  # fmt: skip


def test_a_deep_link_of_the_intranet_is_where_one_lands(awa: Traveller) -> None:
    asked = awa.visitor.get("/mes-acces?depuis=intranet", status=302)
    assert asked.location == "/connexion?next=/mes-acces?depuis%3Dintranet"
    left = awa.visitor.get(asked.location, status=302)
    awa.query = awa.provider.leave(left.headers["Location"])
    assert awa.come_back().location == "/mes-acces?depuis=intranet"
    assert awa.visitor.get("/mes-acces").title == "Mes accès"


def test_next_never_leads_out(site: Site, hostile: Hostile) -> None:
    for number, target in enumerate(LEADS_OUT):
        browser = Traveller(Visitor(site.app), hostile)
        page = browser.visitor.get(f"/connexion?next={quote(target, safe='%')}", status=302)
        browser.query = hostile.leave(page.headers["Location"])
        landing = browser.come_back(code=str(number)).headers["Location"]
        parts = urlsplit(landing)
        assert (parts.scheme, parts.netloc) == ("", ""), target
        assert landing == "/" or not landing.startswith(("//", "/\\", "/connexion")), target
        assert "\r" not in landing, target
        assert "\n" not in landing, target


def test_what_one_carries_to_the_provider_is_what_is_registered(awa: Traveller, settings: Settings) -> None:
    left = awa.visitor.get("/connexion", status=302).headers["Location"]
    query = parse_qs(urlsplit(left).query)
    assert query["redirect_uri"] == [f"{settings.portal_url}/connexion/retour"]
    assert query["client_id"] == [CLIENT_ID]
    assert query["scope"] == [settings.oidc_scopes]


def test_who_was_prepared_beforehand_is_taken_over_once(awa: Traveller, make: Make, hostile: Hostile) -> None:
    awa.sign_in()
    with make.sessions() as session:
        assert session.scalars(select(Identity.subject)).all() == ["awa-subject"]
        assert session.scalars(select(Identity.person_id)).one() == people.person(session, "awa").id
    # Another account that takes the same login is another person, with nothing of hers.
    hostile.claims = {"sub": "awa-again"}
    hostile.userinfo = {"sub": "awa-again", "groups": []}
    other = Traveller(Visitor(awa.visitor.app), hostile)
    other.leave()
    other.come_back(code="second")
    assert other.visitor.get("/mes-acces", status=403).title == "Votre compte n’ouvre encore rien ici"


def test_a_new_person_is_somebody_without_rights(awa: Traveller, make: Make, hostile: Hostile) -> None:
    hostile.userinfo = {
        "preferred_username": "nouvelle", "given_name": "Lina", "usual_name": "Ortiz", "email": "awa@valmer.example",
        "groups": ["inconnu"],
    }  # fmt: skip
    awa.sign_in()
    page = awa.visitor.get("/", status=403)
    assert page.title == "Votre compte n’ouvre encore rien ici"
    assert "nouvelle" in page.main
    assert page.select("nav.words") == []
    with make.sessions() as session:
        found = people.person(session, "nouvelle")
        # The same e-mail is not the same person.
        assert (found.name, found.id) != (None, people.person(session, "awa").id)
        assert found.name == "Lina Ortiz"
    assert ("refused", None) in awa.journal()


def test_a_disabled_person_is_told_and_stays_out(awa: Traveller, make: Make) -> None:
    with make.writing() as session:
        people.person(session, "awa").is_active = False
    awa.leave()
    page = awa.come_back(status=403)
    assert "désactivé" in page.main
    assert awa.open_sessions() == 0
    assert awa.journal()[-1] == ("sign-in-refused", "disabled")
    with make.sessions() as session:
        assert session.scalars(select(Identity)).all() == []


def test_disabling_closes_at_the_next_request(awa: Traveller, make: Make) -> None:
    awa.sign_in()
    awa.visitor.get("/mes-acces")
    with make.writing() as session:
        people.person(session, "awa").is_active = False
    assert awa.visitor.get("/mes-acces", status=302).location.startswith("/connexion")


def test_two_tabs_may_sign_in_at_once(awa: Traveller) -> None:
    first = dict(awa.leave("/mes-acces"))
    awa.leave("/aide")
    second = awa.query
    awa.provider._left = first
    awa.query = first
    assert awa.come_back().location == "/mes-acces"
    awa.query = second
    # The first answer cleared the cookie: the second tab is told calmly, and the session stays.
    awa.come_back(status=400)
    awa.visitor.get("/mes-acces")


# --- the cookie -----------------------------------------------------------------------------------------------------
def test_the_cookie_before_signing_in_is_worth_nothing_after(awa: Traveller) -> None:
    awa.leave()
    before = awa.visitor.client.get_cookie("dataspace")
    awa.come_back()
    after = awa.visitor.client.get_cookie("dataspace")
    assert before is not None and after is not None
    assert before.value != after.value
    fixed = Visitor(awa.visitor.app)
    fixed.client.set_cookie("dataspace", before.value)
    fixed.get("/mes-acces", status=302)


def test_signing_in_again_kills_the_session_it_replaces(awa: Traveller, clock: time_machine.Traveller) -> None:
    awa.sign_in()
    with awa.visitor.client.session_transaction() as cookie:
        old = cookie["_user_id"]
    clock.shift(timedelta(hours=3))
    awa.leave()
    awa.come_back(code="second")
    assert awa.open_sessions() == 1
    with awa.visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != old


def test_the_cookie_says_nothing_and_is_not_for_scripts(awa: Traveller) -> None:
    awa.leave()
    sent = awa.come_back().headers["Set-Cookie"]
    assert "HttpOnly" in sent and "SameSite=Lax" in sent and "Path=/" in sent
    assert "Secure" not in sent
    with awa.visitor.client.session_transaction() as cookie:
        assert set(cookie) <= {"_user_id", "_fresh", "_id", "csrf_token", "_flashes"}
        assert len(cookie["_user_id"]) >= 43


@pytest.mark.parametrize("value", ["x", "a.b.c", "." * 4_000, "eyJfdXNlcl9pZCI6ImF3YSJ9.aaaa.bbbb"])
def test_a_tampered_cookie_is_nobody(site: Site, value: str) -> None:
    visitor = Visitor(site.app)
    visitor.client.set_cookie("dataspace", value)
    visitor.get("/mes-acces", status=302)


class TestOverHttps:
    @pytest.fixture
    def settings(self, engine_url: str, tmp_path_factory: pytest.TempPathFactory, hostile: Hostile) -> Settings:
        changes = {"oidc_issuer": hostile.issuer, "portal_url": "https://donnees.valmer.example"}
        return settings_for(engine_url, tmp_path_factory.mktemp("https")).model_copy(update=changes)

    def test_the_cookie_is_bound_to_the_host_and_to_tls(self, awa: Traveller) -> None:
        page = awa.visitor.get("/connexion", status=302, base_url="https://donnees.valmer.example")
        sent = page.headers["Set-Cookie"]
        assert sent.startswith("__Host-dataspace=")
        assert "Secure" in sent and "Path=/" in sent and "Domain" not in sent


# --- leaving --------------------------------------------------------------------------------------------------------
def test_signing_out_kills_the_cookie_for_good_and_closes_the_provider(
    awa: Traveller, hostile: Hostile, settings: Settings
) -> None:
    awa.sign_in()
    kept = awa.visitor.client.get_cookie("dataspace")
    assert kept is not None
    page = awa.visitor.get("/mes-acces").submit(form="form[action='/deconnexion']")
    left = urlsplit(page.headers["Location"])
    query = parse_qs(left.query)
    assert f"{left.scheme}://{left.netloc}{left.path}" == f"{hostile.issuer}/logout"
    assert query["post_logout_redirect_uri"] == [f"{settings.portal_url}/deconnexion"]
    assert len(query["state"][0]) >= 32
    assert query["id_token_hint"][0].count(".") == 2
    assert awa.open_sessions() == 0
    assert awa.journal()[-1][0] == "signed-out"

    replayed = Visitor(awa.visitor.app)
    replayed.client.set_cookie("dataspace", kept.value)
    replayed.get("/mes-acces", status=302)

    back = awa.visitor.get("/deconnexion", query={"state": query["state"][0]})
    assert back.title == "Vous êtes déconnecté"


def test_a_foreign_state_after_signing_out_is_refused(awa: Traveller) -> None:
    awa.sign_in()
    awa.visitor.get("/mes-acces").submit(form="form[action='/deconnexion']")
    awa.visitor.get("/deconnexion", query={"state": "x" * 43}, status=400)


def test_signing_out_needs_our_own_form(awa: Traveller) -> None:
    awa.sign_in()
    awa.visitor.open("POST", "/deconnexion", status=403, data={})
    awa.visitor.get("/mes-acces")


def test_signing_out_when_the_provider_is_silent_still_closes_here(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    awa.visitor.app.extensions["oidc"][hostile.issuer]._published._kept.clear()
    hostile.raw["/.well-known/openid-configuration"] = b""
    page = awa.visitor.get("/mes-acces").submit(form="form[action='/deconnexion']")
    assert page.location == "/deconnexion"
    assert page.follow().title == "Vous êtes déconnecté"


def test_the_id_token_is_not_readable_in_the_database(awa: Traveller) -> None:
    awa.sign_in()
    with awa.visitor.app.extensions["sessions"]() as session:
        row = session.scalars(select(AuthSession)).one()
        assert row.id_token is not None
        assert b"eyJ" not in row.id_token


# --- rate -----------------------------------------------------------------------------------------------------------
def test_a_thousand_starts_from_one_address_are_slowed_and_others_served(site: Site) -> None:
    answers = [site.nobody.client.get("/connexion") for _ in range(80)]
    assert {answer.status_code for answer in answers} == {302, 429}
    slowed = answers[-1]
    assert 0 < int(slowed.headers["Retry-After"]) <= 60
    assert "Trop d’essais" in slowed.get_data(as_text=True)
    other = Visitor(site.app).client.get("/connexion", environ_base={"REMOTE_ADDR": "10.0.0.2"})
    assert other.status_code == 302


# --- the provider's own word ----------------------------------------------------------------------------------------
def test_the_provider_closes_sessions_from_its_side(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    order = Visitor(awa.visitor.app).client.post("/connexion/fin", data={"logout_token": hostile.logout_token()})
    assert order.status_code == 200
    assert "no-store" in order.headers["Cache-Control"]
    assert awa.open_sessions() == 0
    awa.visitor.get("/mes-acces", status=302)


def test_it_closes_one_session_by_its_sid(awa: Traveller, hostile: Hostile) -> None:
    hostile.claims = {"sid": "one"}
    awa.sign_in()
    hostile.claims = {"sid": "two"}
    elsewhere = Traveller(Visitor(awa.visitor.app), hostile)
    elsewhere.leave()
    elsewhere.come_back(code="second")
    token = hostile.logout_token(sid="one", sub=None)
    assert Visitor(awa.visitor.app).client.post("/connexion/fin", data={"logout_token": token}).status_code == 200
    awa.visitor.get("/mes-acces", status=302)
    elsewhere.visitor.get("/mes-acces")


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "x"},
        {"events": {}},
        {"events": None},
        {"sub": None},
        {"aud": "other"},
        {"iss": "x"},
        {"iat": 1},
        {"jti": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_forged_order_closes_nothing(awa: Traveller, hostile: Hostile, changes: dict[str, object]) -> None:
    awa.sign_in()
    sent = {"logout_token": hostile.logout_token(**changes)}
    assert Visitor(awa.visitor.app).client.post("/connexion/fin", data=sent).status_code == 400
    assert awa.open_sessions() == 1


@pytest.mark.parametrize("how", ["unsigned", "with_the_public_key_as_secret", "with_another_key"])
def test_an_order_badly_signed_closes_nothing(awa: Traveller, hostile: Hostile, how: str) -> None:
    awa.sign_in()
    hostile.sign = getattr(hostile, how)
    sent = {"logout_token": hostile.logout_token()}
    assert Visitor(awa.visitor.app).client.post("/connexion/fin", data=sent).status_code == 400
    assert awa.open_sessions() == 1


def test_an_id_token_is_not_an_order(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    sent = {"logout_token": hostile.honestly(hostile.id_claims())}
    assert Visitor(awa.visitor.app).client.post("/connexion/fin", data=sent).status_code == 400


def test_a_rule_of_entry_refuses_outright_writes_nobody_and_is_journaled(awa: Traveller, make: Make) -> None:
    rule = EntryRule(claim="groups", value="dir-solidarite", answer="refuse", why="Le portail est réservé aux agents.")
    settings = awa.visitor.app.extensions["settings"].model_copy(update={"entry_rules": (rule,)})
    awa.visitor.app.extensions["settings"] = settings
    awa.provider.claims["groups"] = ["dir-solidarite"]
    awa.leave()
    page = awa.come_back(status=403)
    assert "Le portail est réservé aux agents." in page.main
    assert awa.journal() == [("sign-in-refused", "entry-rule:groups=dir-solidarite")]
    with make.sessions() as session:
        assert session.scalars(select(Identity)).all() == []
    assert not awa.is_signed_in
