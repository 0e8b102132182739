"""The whole way through a real provider: its two forms, its keys, its groups, its lock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth.models import AuthSession, Grant
from dataspace.auth.oidc import Client
from dataspace.auth.queries import units
from dataspace.auth.words import Source
from dataspace.config import Settings
from dataspace.idp.server import IdpServer
from tests import people
from tests.conftest import settings_for
from tests.idp.browser import Browser
from tests.make import Make
from tests.servers import identity_provider
from tests.site import Page, Site, Visitor

pytestmark = [pytest.mark.xdist_group("idp"), pytest.mark.usefixtures("mapped")]
PORTAL = settings_for("sqlite://", Path()).portal_url
PASSWORD = "une phrase de passe pour les tests"


def account(login: str, given: str, family: str, *groups: str) -> dict[str, Any]:
    return {
        "login": login, "password": PASSWORD, "given_name": given, "family_name": family,
        "email": f"{login}@valmer.example", "groups": list(groups),
    }  # fmt: skip


@pytest.fixture(scope="module")
def canaille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdpServer]:
    accounts = [
        account("awa", "Awa", "Diallo", "dir-solidarite"),
        account("ghislain", "Ghislain", "Perrin", "impression-etage-3"),
    ]
    with identity_provider(tmp_path_factory.mktemp("canaille"), accounts) as provider:
        provider.allow(PORTAL)
        yield provider


@pytest.fixture
def settings(engine_url: str, tmp_path: Path, canaille: IdpServer) -> Settings:
    made = settings_for(engine_url, tmp_path)
    secret = type(made.oidc_client_secret)(canaille.client_secret)
    changes = {"oidc_issuer": canaille.issuer, "oidc_client_id": canaille.client_id, "oidc_client_secret": secret}
    return made.model_copy(update=changes)


def sign_in(visitor: Visitor, canaille: IdpServer, login: str, target: str = "/mes-acces") -> Page:
    """Follow the portal to the provider, fill its two forms, and come back."""
    left = visitor.get("/connexion", query={"next": target}, status=302).headers["Location"]
    answer = Browser(canaille, PORTAL).sign_in_at(left, login, PASSWORD)
    back = urlsplit(answer.headers.get("Location", ""))
    assert back.path == "/connexion/retour", answer.text[:500]
    return visitor.get(f"{back.path}?{back.query}", status=302)


def roles(make: Make, login: str) -> list[str]:
    """Codes of the units where the directory gives her something now."""
    with make.sessions() as session:
        stmt = select(Grant).where(
            Grant.person_id == people.person(session, login).id, Grant.source == Source.SSO, Grant.revoked_at.is_(None)
        )
        codes = {unit.id: unit.code for unit in units(session)}
        return sorted(codes[grant.unit_id] for grant in session.scalars(stmt) if grant.unit_id)


def test_awa_comes_back_to_the_page_she_asked_for(site: Site, canaille: IdpServer) -> None:
    visitor = site.nobody
    assert sign_in(visitor, canaille, "awa", "/mes-acces?depuis=intranet").location == "/mes-acces?depuis=intranet"
    page = visitor.get("/mes-acces")
    assert page.title == "Mes accès"
    assert "Direction de la Solidarité" in page.main


def test_leaving_closes_both_doors(site: Site, canaille: IdpServer) -> None:
    visitor = site.nobody
    browser = Browser(canaille, PORTAL)
    left = visitor.get("/connexion", status=302).headers["Location"]
    back = urlsplit(browser.sign_in_at(left, "awa", PASSWORD).headers["Location"])
    visitor.get(f"{back.path}?{back.query}", status=302)
    cookie = visitor.client.get_cookie("dataspace")
    assert cookie is not None

    gone = visitor.get("/mes-acces").submit(form="form[action='/deconnexion']").headers["Location"]
    closed = browser.http.get(gone, allow_redirects=False, timeout=10)
    home = urlsplit(closed.headers["Location"])
    assert home.path == "/deconnexion"
    assert visitor.get(f"{home.path}?{home.query}").title == "Vous êtes déconnecté"
    # The provider has forgotten her too: it asks who she is again.
    again = visitor.get("/connexion", status=302).headers["Location"]
    asked = browser.http.get(again, timeout=10)
    assert 'name="login"' in asked.text

    thief = Visitor(site.app)
    thief.client.set_cookie("dataspace", cookie.value)
    thief.get("/mes-acces", status=302)


def test_the_journal_asks_for_the_password_again(site: Site, canaille: IdpServer, make: Make) -> None:
    make.grant("awa", "auditor", "valmer")
    visitor, browser = site.nobody, Browser(canaille, PORTAL)
    left = visitor.get("/connexion", status=302).headers["Location"]
    back = urlsplit(browser.sign_in_at(left, "awa", PASSWORD).headers["Location"])
    visitor.get(f"{back.path}?{back.query}", status=302)
    assert visitor.get("/administration/journal").title == "Lire le journal", "she has just signed in"

    with make.writing() as session:
        for row in session.scalars(select(AuthSession)):
            row.auth_time = db.now() - timedelta(hours=1)
    trip = visitor.get("/administration/journal", status=302).location
    asked = visitor.get(trip, status=302).headers["Location"]
    # The provider still knows her, and asks all the same.
    back = urlsplit(browser.confirm_at(asked, PASSWORD).headers["Location"])
    assert visitor.get(f"{back.path}?{back.query}", status=302).location == "/administration/journal"
    assert visitor.get("/administration/journal").title == "Lire le journal"


def test_a_person_no_group_maps_is_told_whom_to_see(site: Site, canaille: IdpServer) -> None:
    sign_in(site.nobody, canaille, "ghislain")
    page = site.nobody.get("/mes-acces", status=403)
    assert page.title == "Votre compte n’ouvre encore rien ici"
    assert "ghislain" in page.main


def test_a_changed_group_changes_the_rights_at_the_next_sign_in(site: Site, canaille: IdpServer, make: Make) -> None:
    sign_in(site.nobody, canaille, "awa")
    assert roles(make, "awa") == ["solidarite"]
    canaille.set_groups("awa", ["dir-eau"])
    try:
        later = Visitor(site.app)
        sign_in(later, canaille, "awa")
        assert roles(make, "awa") == ["eau"]
        page = later.get("/mes-acces")
        assert "L’annuaire a changé vos accès" in page.main
        assert "Direction du Cycle de l’eau" in page.main
        # The session that was open before reads with the new rights at once.
        assert "Direction du Cycle de l’eau" in site.nobody.get("/mes-acces").main
    finally:
        canaille.set_groups("awa", ["dir-solidarite"])


def test_a_locked_account_does_not_come_back(site: Site, canaille: IdpServer) -> None:
    canaille.lock("awa")
    try:
        left = site.nobody.get("/connexion", status=302).headers["Location"]
        refused = Browser(canaille, PORTAL).sign_in_at(left, "awa", PASSWORD)
        assert "Location" not in refused.headers
    finally:
        canaille.unlock("awa")


def test_a_session_asks_again_and_ends_with_the_account(site: Site, canaille: IdpServer, make: Make) -> None:
    site.app.extensions["settings"] = site.app.extensions["settings"].model_copy(
        update={"session_recheck": timedelta(microseconds=1)}
    )
    desk, phone = site.nobody, Visitor(site.app)
    for visitor in (desk, phone):
        sign_in(visitor, canaille, "awa")
        for _ in range(2):
            assert visitor.get("/mes-acces").title == "Mes accès"
    asked = site.app.extensions["oidc"]
    [(issuer, client)] = asked.items()
    try:
        # It does not answer: nobody is sent away.
        asked[issuer] = Client(replace(client.provider, issuer="http://127.0.0.1:1"))
        desk.get("/mes-acces")
        asked[issuer] = client
        canaille.lock("awa")
        desk.get("/mes-acces", status=302)
        phone.get("/mes-acces", status=302)
        phone.post("/mes-acces/sessions/x/fermer", status=302)
    finally:
        asked[issuer] = client
        canaille.unlock("awa")
    with make.sessions() as session:
        assert session.scalars(select(Event.act).where(Event.act == "account-gone")).all() == ["account-gone"]
        assert session.scalars(select(AuthSession)).all() == []


def test_a_key_rotated_while_the_portal_runs_is_followed(site: Site, canaille: IdpServer) -> None:
    sign_in(site.nobody, canaille, "awa")
    canaille.rotate_key(forget=True)
    sign_in(Visitor(site.app), canaille, "awa")
