"""The embedded identity provider is a real one: a person signs in there, and is refused there."""

import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from dataspace.child import LOOPBACK, PortTaken, free_port
from dataspace.idp.server import IdpServer
from tests.idp.browser import Browser
from tests.idp.cast import AWA, LUC, PEOPLE
from tests.servers import CHECKOUT

pytestmark = pytest.mark.xdist_group("idp")


def signed_in(browser: Browser, person: dict[str, Any]) -> dict[str, Any]:
    return browser.tokens(browser.sign_in(person["login"], person["password"]))


def test_awa_signs_in_and_the_portal_learns_who_she_is(browser: Browser, provider: IdpServer) -> None:
    answer = browser.sign_in(AWA["login"], AWA["password"])
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["iss"] == [provider.issuer]

    claims = browser.claims(browser.tokens(answer)["id_token"])
    assert claims["iss"] == provider.issuer
    assert claims["nonce"] == browser.nonce
    assert provider.client_id in claims["aud"]
    told = {name: claims[name] for name in ("sub", "preferred_username", "given_name", "family_name", "email")}
    assert told == {
        "sub": AWA["login"],
        "preferred_username": AWA["login"],
        "given_name": AWA["given_name"],
        "family_name": AWA["family_name"],
        "email": AWA["email"],
    }


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["given_name"])
def test_groups_are_a_list_even_when_there_is_one(browser: Browser, person: dict[str, Any]) -> None:
    assert sorted(browser.claims(signed_in(browser, person)["id_token"])["groups"]) == sorted(person["groups"])


def test_the_sign_in_page_is_in_french(browser: Browser, provider: IdpServer) -> None:
    page = browser.http.get(f"{provider.issuer}/login", timeout=10)
    assert BeautifulSoup(page.text, "html.parser").html["lang"] == "fr"


def test_a_wrong_password_stays_at_the_provider(browser: Browser) -> None:
    answer = browser.sign_in(AWA["login"], "ce-n-est-pas-la-bonne")
    assert answer.status_code == 200
    assert "Location" not in answer.headers


def test_a_code_is_worth_nothing_without_its_verifier(browser: Browser) -> None:
    answer = browser.sign_in(AWA["login"], AWA["password"])
    browser.verifier = "x" * 64
    assert browser.tokens(answer)["error"] == "invalid_grant"


def test_a_locked_person_neither_signs_in_nor_renews(browser: Browser, provider: IdpServer) -> None:
    tokens = signed_in(browser, LUC)
    assert browser.refresh(tokens["refresh_token"]).status_code == 200
    tokens = signed_in(Browser(provider, browser.portal), LUC)
    provider.lock(LUC["login"])
    try:
        # Canaille says invalid_request where the standard says invalid_grant.
        assert browser.refresh(tokens["refresh_token"]).status_code == 400
        refused = Browser(provider, browser.portal).sign_in(LUC["login"], LUC["password"])
        assert refused.status_code == 200
        assert "Location" not in refused.headers
    finally:
        provider.unlock(LUC["login"])
    assert signed_in(Browser(provider, browser.portal), LUC)["id_token"]


def test_changed_groups_show_at_the_next_sign_in(browser: Browser, provider: IdpServer) -> None:
    provider.set_groups(AWA["login"], ["dir-eau"])
    try:
        assert browser.claims(signed_in(browser, AWA)["id_token"])["groups"] == ["dir-eau"]
    finally:
        provider.set_groups(AWA["login"], AWA["groups"])


def test_another_key_signs_after_a_rotation_and_the_old_tokens_still_hold(
    browser: Browser, provider: IdpServer
) -> None:
    before = signed_in(browser, AWA)["id_token"]
    provider.rotate_key()
    after = signed_in(Browser(provider, browser.portal), AWA)["id_token"]
    assert before.split(".")[0] != after.split(".")[0]
    assert browser.claims(before)["sub"] == browser.claims(after)["sub"] == AWA["login"]


def test_a_second_portal_may_be_returned_to(provider: IdpServer) -> None:
    provider.allow("http://127.0.0.1:5999")
    answer = Browser(provider, "http://127.0.0.1:5999").sign_in(AWA["login"], AWA["password"])
    assert answer.headers["Location"].startswith("http://127.0.0.1:5999/")


def test_a_portal_nobody_declared_is_not_returned_to(provider: IdpServer) -> None:
    answer = Browser(provider, "http://127.0.0.1:5998").sign_in(AWA["login"], AWA["password"])
    assert answer.status_code == 400


def test_the_same_person_may_sign_in_several_times_within_a_second(browser: Browser, provider: IdpServer) -> None:
    several = [signed_in(Browser(provider, browser.portal), AWA) for _ in range(4)]
    assert len({tokens["access_token"] for tokens in several}) == 4


def test_an_agent_cannot_make_herself_a_group(browser: Browser, provider: IdpServer) -> None:
    signed_in(browser, AWA)
    assert browser.http.get(f"{provider.issuer}/groups/add", timeout=10).status_code == 403


def test_preparing_twice_changes_nothing(provider: IdpServer) -> None:
    lines: list[str] = []
    secret = provider.client_secret
    provider.prepare(lines.append)
    assert lines == ["fournisseur d’identité : comptes déjà inscrits"]
    assert provider.client_secret == secret


def test_a_taken_port_is_said_before_anything_starts(provider: IdpServer, tmp_path_factory: Any) -> None:
    with socket.socket() as squatter:
        squatter.bind((LOOPBACK, free_port()))
        squatter.listen()
        port = squatter.getsockname()[1]
        late = IdpServer(CHECKOUT / ".venv-idp", tmp_path_factory.mktemp("late"), port, "http://127.0.0.1:1", [])
        with pytest.raises(PortTaken, match="IDP_PORT"):
            late.start()
