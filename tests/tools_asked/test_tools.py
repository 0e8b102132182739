"""« Demander un outil »: asked in four lines, followed, answered; each reads what concerns her."""

import pytest
from sqlalchemy import select

from dataspace.auth.models import Person
from dataspace.mail.models import Mail
from tests.site import Page, Site

HOME = "/outils-demandes/"
WAITING = {
    "title": "Délai avant le premier rendez-vous", "purpose": "Montrer où les allocataires attendent",
    "audience": "Les travailleurs sociaux",
}  # fmt: skip


def ask(site: Site, login: str, **typed: str) -> str:
    """`login` asks for a tool; the path of her request."""
    page = site.as_(login).get(f"{HOME}nouvelle").submit(WAITING | typed, form="form.ask")
    return page.location


def answer(site: Site, login: str, path: str, status: int = 303, **typed: str) -> Page:
    return site.as_(login).get(path).submit(typed, form=f'form[action="{path}/reponse"]', status=status)


@pytest.fixture
def mails(sessions):
    """To whom, and what, in the order written."""

    def read() -> list[tuple[str, str, str]]:
        with sessions() as session:
            stmt = select(Person.login, Mail.subject, Mail.body).join(Person, Person.id == Mail.person_id)
            return [tuple(row) for row in session.execute(stmt.order_by(Mail.id))]

    return read


def test_awa_asks_luc_answers_and_both_are_written_to(site, mails):
    page = site.as_("awa").get("/tableaux-de-bord/")
    assert page.links()["Demander un outil"] == f"{HOME}nouvelle"
    path = ask(site, "awa", wanted_by="2099-01-31")
    assert site.as_("awa").get(path).words(".marks .state") == ["Reçue"]
    assert [(to, subject) for to, subject, _ in mails()] == [("luc", "Une demande d’outil vous attend")]
    assert WAITING["title"] not in mails()[0][2], "its title is read on the page only"

    assert site.as_("luc").get("/messages").words("header .count") == ["1 à traiter"]
    assert path in site.as_("luc").get("/messages").links().values()
    answer(site, "luc", path, state="studied", note="Rémi regarde la semaine prochaine.")
    assert site.as_("luc").get("/messages").words("header .count") == []
    page = site.as_("awa").get(path)
    assert page.words(".marks .state") == ["À l’étude"]
    assert "Rémi regarde la semaine prochaine." in page.words(".history")[0]
    page.submit({"word": "Par canton si possible."}, form=f'form[action="{path}/mot"]')
    answer(site, "luc", path, state="delivered", note="Tableau « Orientation », depuis ce matin.")
    assert site.as_("awa").get(path).words(".marks .state") == ["Livrée"]
    assert [to for to, _, _ in mails()] == ["luc", "awa", "luc", "awa"]


def test_a_search_without_answer_leads_there_with_its_words(site):
    page = site.as_("awa").get("/recherche", query={"q": "orientations tardives"})
    link = page.links()["Demander un outil qui n’existe pas encore"]
    form = site.as_("awa").get(link)
    assert form.select("[name=title]")[0]["value"] == "orientations tardives"


def test_a_refusal_says_why_and_nothing_is_answered_twice(site):
    path = ask(site, "awa")
    assert answer(site, "luc", path, state="refused", note=" ", status=422).words(".notice--bad")
    old = site.as_("luc").get(path)
    answer(site, "luc", path, state="studied", note="")
    stale = old.submit({"state": "refused", "note": "Non."}, form=f'form[action="{path}/reponse"]', status=409)
    assert "Non." in stale.text, "nothing typed is lost"
    answer(site, "luc", path, state="refused", note="Le suivi existe dans l’outil métier.")
    token = site.as_("luc").get(path).select("input[name=csrf_token]")
    assert token
    site.as_("luc").post(f"{path}/reponse", {"state": "delivered", "note": "x", "version": "3"}, status=409)


@pytest.mark.parametrize("login", ["agnes", "lucie", "nadia", "zoe", "marc", "ines"])
def test_others_do_not_know_of_it(site, login):
    path = ask(site, "awa")
    visitor = site.as_(login)
    never = visitor.get(f"{HOME}{'0' * 16}ae", status=404)
    assert visitor.get(path, status=404).main == never.main
    for act in ("reponse", "mot", "moi-aussi"):
        visitor.post(f"{path}/{act}", {"state": "refused", "note": "x", "version": "1", "word": "x"}, status=404)
    assert WAITING["title"] not in visitor.get(HOME).text


def test_colleagues_join_in_when_it_is_shared_and_only_then(site, make, mails):
    make.person("sami", "Sami", "Haddad", unit="action-sociale-nord")
    make.grant("sami", "agent", "solidarite")
    shared = ask(site, "awa")
    alone = site.as_("luc").get(f"{HOME}nouvelle").submit(
        WAITING | {"title": "Suivi du budget de la direction", "purpose": "Dialogue de gestion", "is_shared": []},
        form="form.ask",
    ).location  # fmt: skip
    sami = site.as_("sami")
    sami.get(alone, status=404)
    page = sami.get(shared)
    assert not page.select(f'form[action="{shared}/mot"]')
    page.submit(form=f'form[action="{shared}/moi-aussi"]')
    sami.post(f"{shared}/moi-aussi")
    assert "1 autre personne en a besoin" in site.as_("luc").get(shared).main
    sami.post(f"{shared}/reponse", {"state": "refused", "note": "x", "version": "1"}, status=403)
    answer(site, "luc", shared, state="studied", note="")
    assert {to for to, subject, _ in mails() if "à l’étude" in subject} == {"awa", "sami"}


def test_what_looks_the_same_is_shown_first_among_what_one_may_see(site):
    ask(site, "awa")
    form = site.as_("luc").get(f"{HOME}nouvelle")
    again = WAITING | {"title": "Délai des premiers rendez-vous"}
    shown = form.submit(again, form="form.ask", status=200)
    assert "1 demande semblable" in shown.main
    shown.submit(form="form.ask", button="Envoyer quand même")
    assert "semblable" not in site.as_("agnes").get(f"{HOME}nouvelle").submit(again, form="form.ask").follow().main


@pytest.mark.parametrize(
    ("field", "value"), [("title", " "), ("purpose", ""), ("wanted_by", "2020-01-01"), ("unit", "999"), ("unit", "x")]
)
def test_a_bad_form_is_given_back_as_typed(site, field, value):
    sent = WAITING | {"unit": "5", field: value}
    page = site.as_("awa").post(f"{HOME}nouvelle", sent, status=422)
    assert WAITING["audience"] in str(page.soup)
