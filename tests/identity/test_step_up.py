"""Signing in again before a sensitive act: what is asked, what is believed, and what was typed is not lost."""

import secrets
import time
from datetime import timedelta

import pytest

from dataspace import db
from dataspace.auth.models import AuthSession, Person
from dataspace.config import Settings
from tests.identity.hostile import Hostile
from tests.identity.travel import Traveller
from tests.make import Make
from tests.site import Page, Site

JOURNAL = "/administration/journal"


@pytest.fixture
def odile(site: Site, hostile: Hostile, make: Make) -> Traveller:
    """The auditor, signed in an hour ago at the provider."""
    return signed_in(site, hostile, make, "odile")


@pytest.fixture
def luc(site: Site, hostile: Hostile, make: Make) -> Traveller:
    """The director of Solidarité, the same."""
    return signed_in(site, hostile, make, "luc")


def signed_in(site: Site, hostile: Hostile, make: Make, login: str) -> Traveller:
    hostile.claims |= {"sub": f"{login}-subject", "auth_time": int(time.time()) - 3600}
    hostile.userinfo |= {"sub": f"{login}-subject", "preferred_username": login, "groups": None}
    traveller = Traveller(site.nobody, hostile)
    traveller.sign_in()
    assert traveller.is_signed_in
    return traveller


def ask(traveller: Traveller, page: Page) -> dict[str, str]:
    """Follow a page that wants a proof to the provider; with what the browser was sent there."""
    assert page.location.startswith("/connexion/confirmer")
    left = traveller.visitor.get(page.location, status=302).headers["Location"]
    traveller.query = traveller.provider.leave(left)
    return traveller.query


def back(traveller: Traveller, *, status: int = 302) -> Page:
    """Come back from the provider, with a code that was never spent."""
    return traveller.come_back(status=status, code=secrets.token_hex(4))


def just_now(hostile: Hostile) -> None:
    hostile.claims["auth_time"] = int(time.time())


def test_the_journal_asks_for_a_recent_sign_in_and_opens_after_it(odile: Traveller, hostile: Hostile) -> None:
    asked = ask(odile, odile.visitor.get(JOURNAL, status=302))
    assert (asked["prompt"], asked["max_age"]) == ("login", "900")
    just_now(hostile)
    with odile.visitor.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    assert back(odile).location == JOURNAL
    with odile.visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before, "the old handle must be worth nothing"
    assert odile.visitor.get(JOURNAL).title == "Lire le journal"
    assert odile.open_sessions() == 1, "the same session goes on"
    assert ("proved", None) in odile.journal()


@pytest.mark.parametrize(
    ("claims", "code", "said"),
    [
        ({"auth_time": None}, "no-auth-time", "ne dit pas quand"),
        ({"auth_time": 1_000_000}, "auth-time", "trop ancienne"),
        ({"auth_time": 9_999_999_999}, "auth-time", "trop ancienne"),
        ({"auth_time": "maintenant"}, "auth-time", "trop ancienne"),
        ({"auth_time": True}, "auth-time", "trop ancienne"),
    ],
)
def test_an_answer_that_proves_nothing_is_refused_once_and_journaled(
    odile: Traveller, hostile: Hostile, claims: dict[str, object], code: str, said: str
) -> None:
    ask(odile, odile.visitor.get(JOURNAL, status=302))
    hostile.claims |= claims
    page = back(odile, status=403)
    assert said in page.main
    assert "À transmettre à l’administration" in page.main
    assert odile.journal()[-1] == ("sign-in-refused", code)
    assert odile.is_signed_in, "what she had stays open"
    odile.visitor.get("/mes-acces")


def test_a_forged_signature_proves_nothing_either(odile: Traveller, hostile: Hostile) -> None:
    ask(odile, odile.visitor.get(JOURNAL, status=302))
    just_now(hostile)
    hostile.sign = hostile.with_another_key
    back(odile, status=403)
    assert odile.visitor.get(JOURNAL, status=302).location.startswith("/connexion/confirmer")


def test_somebody_else_may_not_prove_in_her_place(odile: Traveller, hostile: Hostile) -> None:
    ask(odile, odile.visitor.get(JOURNAL, status=302))
    just_now(hostile)
    hostile.claims["sub"] = hostile.userinfo["sub"] = "luc-subject"
    page = back(odile, status=403)
    assert "pas la même personne" in page.main
    assert odile.journal()[-1] == ("sign-in-refused", "other-person")
    assert "Odile Renard" in odile.visitor.get("/mes-acces").text


def test_what_was_typed_is_given_back_filled_and_to_her_alone(
    luc: Traveller, hostile: Hostile, make: Make, site: Site
) -> None:
    secret = make.dataset("Signalements", sensitivity="confidential", card="internal")
    page = luc.visitor.get(f"/administration/acces/attribuer?sur={secret.public_id}")
    typed = {"subject": "awa", "role": "reader", "reason": "Astreinte de décembre", "scope": secret.public_id}
    # Looking at what it would change asks for nothing.
    looked = page.submit(typed, form="#attribuer", status=200)
    sent = {name: looked.select(f"#attribuer [name={name}]")[0].get("value") for name in ("starts", "ends")}
    held = luc.visitor.post("/administration/acces/attribuer", typed | sent | {"save": "1"}, status=403)
    assert held.title == "Confirmez que c’est bien vous"
    assert "gardé" in held.main
    trip = held.links()["Confirmer mon identité"]
    left = luc.visitor.get(trip, status=302).headers["Location"]
    luc.query = hostile.leave(left)
    just_now(hostile)
    target = back(luc).location
    site.as_("claire").get(target, status=404)
    resumed = luc.visitor.get(target)
    assert resumed.title == "Terminez ce que vous aviez commencé"
    assert "Astreinte de décembre" in resumed.main
    given = resumed.submit()
    assert "Lecteur" in luc.visitor.get(given.location).main


def test_what_is_not_sensitive_asks_nothing(luc: Traveller, make: Make) -> None:
    internal = make.dataset("Effectifs", sensitivity="restricted")
    filled = {"subject": "marc", "role": "reader", "scope": internal.public_id, "starts": "2026-01-01", "save": "1"}
    luc.visitor.post("/administration/acces/attribuer", filled | {"ends": "2099-01-01", "reason": "Mission"})


class TestWithLevels:
    """The installation asks for a second factor, as the provider calls it, and for no age."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"step_up_minutes": 0, "step_up_acr": ("eidas2", "eidas3")})

    def test_the_level_is_asked_and_checked(self, odile: Traveller, hostile: Hostile) -> None:
        asked = ask(odile, odile.visitor.get(JOURNAL, status=302))
        assert asked["acr_values"] == "eidas2 eidas3"
        assert "max_age" not in asked
        hostile.claims["acr"] = "eidas1"
        assert "plus forte" in back(odile, status=403).main
        assert odile.journal()[-1] == ("sign-in-refused", "acr")
        ask(odile, odile.visitor.get(JOURNAL, status=302))
        hostile.claims["acr"] = "eidas3"
        back(odile)
        odile.visitor.get(JOURNAL)


class TestTurnedOff:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"step_up_minutes": 0})

    def test_nothing_is_asked(self, odile: Traveller) -> None:
        odile.visitor.get(JOURNAL)


def test_a_program_is_told_in_json(odile: Traveller) -> None:
    answer = odile.visitor.get(JOURNAL, status=403, headers={"Accept": "application/json"})
    assert "Confirmez" in answer.json["erreur"]


def test_a_form_kept_too_long_is_gone(site: Site, make: Make, clock) -> None:
    secret = make.dataset("Signalements", sensitivity="confidential", card="internal")
    luc = site.as_("luc")
    with make.writing() as session:
        for row in session.query(AuthSession).join(Person, Person.id == AuthSession.person_id):
            row.auth_time = db.now() - timedelta(hours=1)
    filled = {"subject": "marc", "role": "reader", "scope": secret.public_id, "starts": "2026-01-01", "save": "1"}
    held = luc.post("/administration/acces/attribuer", filled | {"ends": "2099-01-01", "reason": "Mission"}, status=403)
    target = held.links()["Confirmer mon identité"].partition("next=")[2].replace("%2F", "/")
    luc.get(target)
    clock.shift(timedelta(minutes=31))
    assert "n’est plus gardé" in luc.get(target, status=404).main
