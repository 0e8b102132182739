"""« Un nom pour chaque sujet, même quand quelqu’un s’en va »: finding whom to call, and keeping it true."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from dataspace import db
from dataspace.audit import Act, Event
from dataspace.auth import Access, Task, system
from dataspace.auth.queries import person_by_login, theme_by_code, unit_by_code
from dataspace.auth.words import Sensitivity
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.referents import queries, services
from dataspace.themes import services as territories
from tests import people
from tests.make import Make
from tests.people import BREZOLLES, CHARTRES, DREUX
from tests.site import Page, Site

Of = Callable[..., Access]


class Directory:
    """The seats of these stories, opened as the house does."""

    def __init__(self, make: Make) -> None:
        self._make = make
        with db.writing(make.sessions) as session:
            names = {BREZOLLES: "Brezolles", CHARTRES: "Chartres", DREUX: "Dreux"}
            territories.name_municipalities(system(session, Task.SEED, make.policy), names)

    def seat(
        self, title: str, *, unit: str = "eau-potable", theme: str = "eau", holder: str = "", deputy: str = "",
        fallback: str = "", areas: tuple[str, ...] = (), mailbox: str = "eau@valmer.example", level: str = "internal",
    ) -> str:  # fmt: skip
        """Open a seat, held and seconded by these logins; its public id."""
        with db.writing(self._make.sessions) as session:
            house = system(session, Task.SEED, self._make.policy)
            place, subject = unit_by_code(session, unit), theme_by_code(session, theme)
            assert place and subject
            closed = level in ("restricted", "confidential")
            seat = services.open_seat(
                house, title=title, unit=place, theme=subject, areas=areas, mailbox=mailbox,
                fallback=person_by_login(session, fallback) if fallback else None,
                sensitivity=Sensitivity[level.upper()],
                ground="L311-5-2d" if closed else "", review_date=db.now() + timedelta(90) if closed else None,
                opened=people.LONG_AGO,
            )  # fmt: skip
            for login, is_deputy in ((holder, False), (deputy, True)):
                if login:
                    services.assign(
                        house, seat, people.person(session, login), is_deputy=is_deputy, starts=people.LONG_AGO
                    )
            return seat.asset.public_id


@pytest.fixture
def directory(make: Make) -> Directory:
    return Directory(make)


def contact_of(access: Access, public_id: str) -> queries.Contact:
    found = queries.by_id(access, public_id)
    assert found is not None
    return found


def titles(page: Page) -> list[str]:
    return [re.sub(r" (?=,)", "", title) for title in page.words(".seat h2")]


# --- finding ----------------------------------------------------------------------------------------------------------
def test_eau_potable_finds_lucie_martin_and_her_deputy(site: Site, directory: Directory) -> None:
    directory.seat("Eau potable", holder="lucie", deputy="agnes")
    directory.seat("Budget", unit="budget", theme="finances", holder="viviane")
    page = site.as_("awa").get("/referents/?q=eau+potable")
    assert titles(page) == ["Eau potable"]
    assert [line.split(" · ")[0] for line in page.words(".holders .who")] == ["LM Lucie Martin", "AM Agnès Montel"]
    assert "référente" in page.main
    assert "suppléante" in page.main
    assert page.words("mark") == ["Eau potable"]


@pytest.mark.parametrize("typed", ["eau potable brezolles", "Eau, BREZOLLES", "eaux potables 28059", "brezolles"])
def test_a_commune_is_served_by_its_own_seat_then_by_those_of_everywhere(
    access: Of, directory: Directory, typed: str
) -> None:
    directory.seat("Eau potable", holder="lucie")
    directory.seat("Eau potable à la commune", holder="marc", areas=(BREZOLLES,))
    directory.seat("Eau potable, Dreux", areas=(DREUX,))
    found = queries.search(access("awa"), typed)
    assert [contact.asset.title for contact in found.contacts] == ["Eau potable à la commune", "Eau potable"]
    assert found.area == BREZOLLES


@pytest.mark.parametrize("typed", ["martin", "Lucie", "lucie mart"])
def test_a_seat_is_found_by_the_name_of_its_holder(access: Of, directory: Directory, typed: str) -> None:
    directory.seat("Eau potable", holder="lucie")
    directory.seat("Rivières", holder="agnes")
    assert [contact.asset.title for contact in queries.search(access("awa"), typed).contacts] == ["Eau potable"]


def test_a_theme_holds_those_under_it(access: Of, directory: Directory) -> None:
    directory.seat("Eau potable")
    directory.seat("Budget", unit="budget", theme="finances")
    assert [c.asset.title for c in queries.search(access("awa"), theme="environnement").contacts] == ["Eau potable"]
    assert queries.search(access("awa"), theme="nulle-part").total == 0


@pytest.mark.parametrize("typed", ["'", '"', "%", "eau OR", "((", "*", "eau\x00", "a" * 500, "🙂"])
def test_whatever_is_typed_the_page_answers(site: Site, directory: Directory, typed: str) -> None:
    directory.seat("Eau potable")
    site.as_("awa").get("/referents/", query={"q": typed, "ou": typed, "theme": typed, "page": "-3"})


def test_the_reader_calls_first_those_of_her_directorate(access: Of, directory: Directory) -> None:
    directory.seat("Eau potable", holder="lucie")
    directory.seat("RSA", unit="insertion", theme="insertion-rsa", holder="awa")
    assert [contact.asset.title for contact in queries.mine(access("luc"))] == ["RSA"]


def test_zoe_cannot_tell_that_a_secret_seat_exists(site: Site, directory: Directory) -> None:
    secret = directory.seat("Cellule secrète", holder="lucie", level="confidential")
    zoe = site.as_("zoe")
    there, never = (zoe.get(f"/referents/{name}", status=404) for name in (secret, "0" * 18))
    assert there.main == never.main
    zoe.get(f"/referents/{secret}/contact.vcf", status=404)
    page = zoe.get("/referents/?q=cellule")
    assert "0 sujet" in page.main.replace("\u00a0", " ")
    assert "secrète" not in page.text


# --- never without an answer ------------------------------------------------------------------------------------------
def test_a_vacant_seat_says_who_answers_meanwhile(site: Site, directory: Directory) -> None:
    directory.seat("Eau potable, Dreux", fallback="agnes", areas=(DREUX,))
    page = site.as_("awa").get("/referents/?q=eau+potable")
    assert page.words("main > p[role=status]")[0].endswith("1 sans titulaire")
    assert "Vacant depuis le 1ᵉʳ janvier 2020" in page.main
    assert "Agnès Montel répond en attendant" in page.main


def test_without_anybody_the_mailbox_answers(site: Site, directory: Directory) -> None:
    directory.seat("Eau potable", mailbox="eau-potable@valmer.example")
    assert "Écrire à eau-potable@valmer.example" in site.as_("awa").get("/referents/").main


def test_who_left_the_directory_answers_for_nothing(access: Of, directory: Directory, make: Make) -> None:
    public_id = directory.seat("Eau potable", holder="lucie", deputy="agnes")
    with db.writing(make.sessions) as session:
        people.person(session, "lucie").is_active = False
    found = queries.search(access("awa"), "eau")
    assert found.vacant == 1
    contact = contact_of(access("awa"), public_id)
    assert contact.holder is None
    assert contact.answers is not None
    assert contact.answers.login == "agnes"


def test_a_seat_that_nobody_would_answer_cannot_be_opened(access: Of) -> None:
    agnes = access("agnes")
    unit, theme = unit_by_code(agnes.session, "eau"), theme_by_code(agnes.session, "eau")
    assert unit and theme
    with pytest.raises(Invalid, match="jamais sans réponse"):
        services.open_seat(agnes, title="Rivières", unit=unit, theme=theme)
    with pytest.raises(Invalid, match="code Insee"):
        services.open_seat(agnes, title="Rivières", unit=unit, theme=theme, mailbox="e@v.example", areas=("Dreux",))


# --- keeping it true --------------------------------------------------------------------------------------------------
def test_agnes_names_a_new_referent_and_the_old_one_stays_in_the_history(
    site: Site, directory: Directory, make: Make
) -> None:
    public_id = directory.seat("Eau potable", holder="lucie")
    agnes = site.as_("agnes")
    page = agnes.get(f"/referents/{public_id}").submit({"person": "awa diallo", "place": "titulaire"}).follow()
    assert page.words(".holders .who")[0].startswith("AD Awa Diallo")
    assert [row[:2] for row in rows(page)] == [["Awa Diallo", "Titulaire"], ["Lucie Martin", "Titulaire"]]
    assert titles(agnes.get("/referents/?q=diallo")) == ["Eau potable"]
    assert titles(agnes.get("/referents/?q=martin")) == []
    with make.sessions() as session:
        changes = session.query(Event).filter_by(act=Act.SEAT_CHANGED, subject_id=public_id).order_by(Event.seq).all()
    assert changes[-1].facts["fait"] == "titulaire"
    assert changes[-1].affectation == "eau"


def rows(page: Page) -> list[list[str]]:
    return [[" ".join(c.get_text().split()) for c in row.select("th, td")] for row in page.select(".tbl tbody tr")]


def test_leaving_and_confirming(site: Site, directory: Directory) -> None:
    public_id = directory.seat("Eau potable", holder="lucie", deputy="agnes")
    agnes, path = site.as_("agnes"), f"/referents/{public_id}"
    page = agnes.get(path).submit(form="main form[action$=confirmation]").follow()
    assert "Confirmé le" in page.main
    page = page.submit(form="main form[action$=vacance]").follow()
    assert "Vacant depuis le" in page.main
    page = page.submit(form="main form[action$=vacance]").follow()
    assert "Écrire à eau@valmer.example" in page.main
    agnes.post(f"{path}/vacance", {"place": "titulaire"}, status=409)


@pytest.mark.parametrize(
    ("person", "starts", "said"),
    [
        ("", "", "Indiquez qui"),
        ("personne", "", "Personne de ce nom"),
        ("lucie", "", "répond déjà"),
        ("awa", "2019-01-01", "avant l’arrivée"),
        ("e", "", "Plusieurs personnes"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    site: Site, directory: Directory, person: str, starts: str, said: str
) -> None:
    public_id = directory.seat("Eau potable", holder="lucie")
    form = site.as_("agnes").get(f"/referents/{public_id}")
    page = form.submit({"person": person, "starts": starts}, status=422)
    assert said in page.words(".wrong")[0]
    assert "Lucie Martin" in site.as_("awa").get(f"/referents/{public_id}").main


def test_a_date_to_come_changes_nothing_until_then(access: Of, directory: Directory, make: Make) -> None:
    public_id = directory.seat("Eau potable", holder="lucie")
    tomorrow = db.now() + timedelta(days=1)
    with db.writing(make.sessions) as session:
        agnes = Access(people.actor(session, "agnes"), session, make.policy)
        seat = contact_of(agnes, public_id).seat
        services.assign(agnes, seat, people.person(session, "remi"), starts=tomorrow)
    today, then = access("awa"), access("awa", moment=tomorrow + timedelta(hours=1))
    assert contact_of(today, public_id).holder.login == "lucie"  # type: ignore[union-attr]
    assert contact_of(then, public_id).holder.login == "remi"  # type: ignore[union-attr]


def test_awa_sees_the_seat_but_does_not_keep_it(site: Site, access: Of, directory: Directory) -> None:
    public_id = directory.seat("Eau potable", holder="lucie")
    assert not site.as_("awa").get(f"/referents/{public_id}").select("main form")
    site.as_("awa").post(f"/referents/{public_id}/designation", {"person": "awa", "place": "titulaire"}, status=403)
    site.as_("luc").post(f"/referents/{public_id}/designation", {"person": "awa", "place": "titulaire"}, status=403)
    luc = access("luc")
    contact = contact_of(luc, public_id)
    with pytest.raises(Refused):
        services.vacate(luc, contact.seat)
    assert contact_of(access("awa"), public_id).holder.login == "lucie"  # type: ignore[union-attr]


def test_nobody_leaves_a_place_that_nobody_holds(access: Of, directory: Directory) -> None:
    public_id = directory.seat("Eau potable")
    agnes = access("agnes")
    seat = contact_of(agnes, public_id).seat
    with pytest.raises(Conflict):
        services.vacate(agnes, seat)
    with pytest.raises(Conflict):
        services.confirm(agnes, seat)


def test_the_card_goes_into_an_address_book(site: Site, directory: Directory) -> None:
    public_id = directory.seat("Eau potable, réseau;qualité", holder="lucie")
    page = site.as_("awa").get(f"/referents/{public_id}/contact.vcf")
    assert page.headers["Content-Type"] == "text/vcard; charset=utf-8"
    lines = page.response.get_data(as_text=True).split("\r\n")
    assert lines[:4] == ["BEGIN:VCARD", "VERSION:4.0", "FN:Lucie Martin", "N:Martin;Lucie;;;"]
    assert "NOTE:Eau potable\\, réseau\\;qualité" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
