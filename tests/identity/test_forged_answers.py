"""What a lying provider, a thief of links or a clumsy proxy may send: no session, a French page, a journal line."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.identity.hostile import Hostile, new_key
from tests.identity.travel import Traveller
from tests.site import Site

Lie = Callable[[Hostile], Any]


def claims(**changes: Any) -> Lie:
    return lambda hostile: hostile.claims.update(changes)


def signed(how: str) -> Lie:
    return lambda hostile: setattr(hostile, "sign", getattr(hostile, how))


LIES: dict[str, tuple[Lie, str]] = {
    "alg none": (signed("unsigned"), "unsupported_algorithm"),
    "HS256 with the public key": (signed("with_the_public_key_as_secret"), "unsupported_algorithm"),
    "a key that is not published": (signed("with_another_key"), "bad_signature"),
    "a key carried by the token": (signed("with_an_embedded_key"), "invalid_key_id"),
    "another issuer": (claims(iss="http://127.0.0.1:9"), "invalid_claim:iss"),
    "an issuer with a slash": (lambda h: h.claims.update(iss=h.issuer + "/"), "invalid_claim:iss"),
    "another audience": (claims(aud="other"), "invalid_claim:aud"),
    "another audience, our azp": (claims(aud=["other"], azp="portal"), "invalid_claim:aud"),
    "several audiences, no azp": (claims(aud=["portal", "other"]), "azp"),
    "another azp": (claims(azp="other"), "azp"),
    "a stale nonce": (claims(nonce="x" * 43), "nonce"),
    "no nonce": (claims(nonce=None), "missing_claim:nonce"),
    "expired": (claims(exp=int(time.time()) - 3600), "expired_token:exp"),
    "no end": (claims(exp=None), "missing_claim:exp"),
    "not yet valid": (claims(nbf=int(time.time()) + 3600), "invalid_claim:nbf"),
    "issued tomorrow": (claims(iat=int(time.time()) + 86400), "invalid_claim:iat"),
    "a subject that is a list": (claims(sub=["awa"]), "invalid_claim:sub"),
    "an at_hash of another token": (claims(at_hash="bm90IHRoaXMgb25l"), "at-hash"),
    "userinfo of somebody else": (lambda h: h.userinfo.update(sub="luc-subject"), "userinfo-subject"),
    "userinfo without subject": (lambda h: h.userinfo.update(sub=None), "userinfo-subject"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_forged_answer_opens_nothing(awa: Traveller, hostile: Hostile, lie: str) -> None:
    tell, reason = LIES[lie]
    tell(hostile)
    awa.leave()
    page = awa.come_back(status=403)
    assert page.title.startswith("La connexion n’a pas abouti")
    assert not awa.is_signed_in
    assert awa.open_sessions() == 0
    (act, said) = awa.journal()[-1]
    assert act == "sign-in-refused"
    assert said.startswith(reason)


def test_signed_userinfo_is_verified_too(awa: Traveller, hostile: Hostile) -> None:
    hostile.signs_userinfo = True
    awa.sign_in()
    assert awa.is_signed_in


def test_userinfo_signed_by_somebody_else_is_refused(awa: Traveller, hostile: Hostile) -> None:
    hostile.signs_userinfo = True
    hostile.sign = lambda told: hostile.honestly(told) if "nonce" in told else hostile.with_another_key(told)
    awa.leave()
    awa.come_back(status=403)
    assert awa.open_sessions() == 0


# --- what travels in the browser ------------------------------------------------------------------------------------
def test_state_nonce_and_verifier_are_long_and_new(awa: Traveller) -> None:
    first, second = dict(awa.leave()), dict(awa.leave())
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    assert first["code_challenge_method"] == "S256"
    assert first["response_type"] == "code"


@pytest.mark.parametrize("state", [None, "", "x" * 43, "é" * 20])
def test_a_missing_or_invented_state_is_a_calm_400(awa: Traveller, state: str | None) -> None:
    awa.leave()
    awa.come_back(status=400, state=state)
    assert awa.journal()[-1] == ("sign-in-refused", "state")
    assert "/token" not in awa.provider.asked


def test_a_state_begun_in_another_browser_is_refused(awa: Traveller, site: Site, hostile: Hostile) -> None:
    """Login CSRF: Zoé sends Luc the address that would sign him in as her."""
    awa.leave()
    luc = Traveller(site.as_("luc"), hostile)
    luc.query = awa.query
    luc.come_back(status=400)
    assert "/token" not in hostile.asked


def test_an_answer_serves_once(awa: Traveller) -> None:
    awa.sign_in()
    awa.come_back(status=400)
    assert awa.open_sessions() == 1


def test_a_code_replayed_in_a_fresh_attempt_is_refused(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    stranger = Traveller(type(awa.visitor)(awa.visitor.app), hostile)
    stranger.leave()
    stranger.come_back(status=403)
    assert awa.journal()[-1] == ("sign-in-refused", "code")


def test_an_answer_of_another_provider_is_refused_before_its_code_is_used(awa: Traveller, hostile: Hostile) -> None:
    """RFC 9207: mix-up of providers."""
    awa.leave()
    awa.come_back(status=403, iss="http://127.0.0.1:9")
    assert awa.journal()[-1] == ("sign-in-refused", "answer-issuer")
    assert "/token" not in hostile.asked


def test_a_provider_that_promises_its_name_must_give_it(awa: Traveller, hostile: Hostile) -> None:
    hostile.discovery["authorization_response_iss_parameter_supported"] = True
    awa.leave()
    awa.come_back(status=403, iss=None)
    assert awa.journal()[-1] == ("sign-in-refused", "answer-issuer")


def test_a_refusal_at_the_provider_is_said_without_its_words(awa: Traveller) -> None:
    awa.leave()
    page = awa.come_back(status=403, code=None, error="access_denied<script>", error_description="SECRET")
    assert "SECRET" not in page.text and "script>" not in page.main
    assert awa.journal()[-1] == ("sign-in-refused", "provider:access_deniedscript")


def test_an_attempt_waits_half_an_hour(awa: Traveller, clock: Any) -> None:
    awa.leave()
    clock.shift(31 * 60)
    awa.come_back(status=400)


# --- keys and discovery ---------------------------------------------------------------------------------------------
def test_a_new_key_is_met_without_a_restart(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    hostile.key = new_key("two")
    hostile.published.append(hostile.key)
    awa.visitor.client.delete_cookie("dataspace")
    awa.leave()
    awa.come_back(code="second")
    assert awa.is_signed_in


def test_a_key_changed_under_the_same_name_is_read_again(awa: Traveller, hostile: Hostile) -> None:
    awa.sign_in()
    hostile.key = new_key("one")
    hostile.published = [hostile.key]
    awa.visitor.client.delete_cookie("dataspace")
    awa.leave()
    awa.come_back(code="second")
    assert awa.is_signed_in


def test_a_removed_key_dies_with_our_copy(awa: Traveller, hostile: Hostile, site: Site) -> None:
    awa.sign_in()
    removed, hostile.published = hostile.key, [new_key("two")]
    published = site.app.extensions["oidc"][hostile.issuer]._published
    published._max_age = 0.0
    hostile.key = removed
    awa.visitor.client.delete_cookie("dataspace")
    awa.leave()
    awa.come_back(status=403, code="second")


BROKEN: dict[str, tuple[Lie, str]] = {
    "another issuer": (lambda h: h.discovery.update(issuer="http://127.0.0.1:9"), "wrong-issuer"),
    "a slash more": (lambda h: h.discovery.update(issuer=h.issuer + "/"), "wrong-issuer"),
    "an endpoint that is no address": (lambda h: h.discovery.update(token_endpoint="file:///etc"), "wrong-endpoints"),
    "not JSON": (lambda h: h.raw.update({"/.well-known/openid-configuration": b"<html>"}), "provider-down"),
    "JSON that is no object": (lambda h: h.raw.update({"/.well-known/openid-configuration": b"[]"}), "wrong-issuer"),
    "far too long": (
        lambda h: h.raw.update({"/.well-known/openid-configuration": b'"' + b"x" * 2_000_000 + b'"'}), "provider-down",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_provider_that_is_not_itself_is_said_unavailable(awa: Traveller, hostile: Hostile, fault: str) -> None:
    tell, reason = BROKEN[fault]
    tell(hostile)
    page = awa.visitor.get("/connexion", status=503)
    assert "service d’identité" in page.main
    assert awa.journal() == [("sign-in-refused", reason)]


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/keys"])
def test_an_unreadable_answer_on_the_way_back_opens_nothing(awa: Traveller, hostile: Hostile, path: str) -> None:
    hostile.raw[path] = b"not json"
    awa.leave()
    awa.come_back(status=503)
    assert awa.open_sessions() == 0


def test_a_slow_provider_is_given_up_after_five_seconds_and_then_left_alone(awa: Traveller, hostile: Hostile) -> None:
    hostile.slow["/.well-known/openid-configuration"] = 8
    start = time.monotonic()
    awa.visitor.get("/connexion", status=503)
    assert time.monotonic() - start < 7
    start = time.monotonic()
    awa.visitor.get("/connexion", status=503)
    assert time.monotonic() - start < 1


def test_published_secrets_are_never_keys(awa: Traveller, hostile: Hostile) -> None:
    hostile.raw["/keys"] = b'{"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}]}'
    awa.leave()
    awa.come_back(status=503)
    assert awa.journal()[-1] == ("sign-in-refused", "wrong-keys")
