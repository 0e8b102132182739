"""Answering: saved as one goes, removed once confirmed, undone while the review is open."""

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import queries as journal
from dataspace.audit.models import Event
from dataspace.auth.models import Grant
from dataspace.reviews.models import ReviewLine
from tests import people
from tests.reviews.conftest import INDEX


@pytest.fixture
def path(reviewing, risky):
    return reviewing.open()


def test_kept_at_once_removed_once_the_summary_is_confirmed(reviewing, risky, path, sessions, site):
    reviewing.answer("luc", path, "Marc", "keep")
    reviewing.answer("luc", path, "Rémi", "remove", "n’en a plus besoin")
    assert reviewing.outcomes() | {"moved": "kept", "unused": "removing"} == reviewing.outcomes()
    with sessions() as session:
        assert session.get_one(Grant, risky["unused"].id).revoked_at is None, "not before the last step"
    shown = site.as_("luc").get(f"{path}/confirmer")
    assert "Rémi Faure" in shown.main
    assert "lecteur, Foyers" in shown.main
    assert "1 accès gardé, 1 accès à retirer, 3 encore à décider" in shown.main
    assert "1 accès retiré" in reviewing.confirm("luc", path).follow().text
    with sessions() as session:
        grant = session.get_one(Grant, risky["unused"].id)
        assert grant.revoked_by_id == people.person(session, "luc").id
        acts = [event.act for event in session.scalars(select(Event).order_by(Event.seq))][-3:]
        assert acts == ["review-answered", "review-answered", "grant-revoked"]
        line = session.scalars(select(Event).order_by(Event.seq.desc())).first()
        assert line.facts["reason"] == "Revue n°\u00a01\u00a0: n’en a plus besoin"
        assert journal.verify(session) is None


def test_what_is_to_be_reviewed_waits_in_messages(reviewing, path, site):
    assert "accès à revoir" in site.as_("luc").get("/messages").main
    assert "accès à revoir" not in site.as_("awa").get("/messages").main


def test_it_can_be_left_and_taken_up_again(reviewing, path):
    reviewing.answer("luc", path, "Marc", "keep")
    page = reviewing.page("luc", path)
    assert "1 sur 5 revus" in page.main
    assert page.select("progress")[0]["value"] == "1"
    row = next(tag for tag in page.select("tr[data-line]") if tag.th.get_text().startswith("Marc"))
    assert row.select_one("input[value=keep]").has_attr("checked")
    reviewing.answer("luc", path, "Marc", "remove")
    assert reviewing.outcomes()["moved"] == "removing"


def test_what_is_endless_or_sensitive_is_kept_for_a_reason(reviewing, path, site):
    page = reviewing.answer("luc", path, "Viviane", "keep", status=422)
    assert "Dites pourquoi il faut le garder" in page.main
    assert reviewing.outcomes()["endless"] == "pending"
    reviewing.answer("luc", path, "Viviane", "keep", "budget commun")
    assert reviewing.outcomes()["endless"] == "kept"
    form = 'form.review-all:has([value="unused"])'
    assert not reviewing.page("luc", path).select(form), "one line alone has its own buttons"


def test_a_whole_group_is_kept_at_once(reviewing, risky, make, later):
    for login in ("nadia", "jerome"):
        thing = make.dataset(f"Foyers de {login}", unit="solidarite", sensitivity="restricted", card="internal")
        make.grant(login, "reader", thing, reason=f"endless {login}")
    path = reviewing.open()
    form = 'form.review-all:has([value="endless"])'
    page = reviewing.page("luc", path)
    refused = page.submit({"note": ""}, form=form, status=422)
    assert "Dites pourquoi il faut les garder" in refused.main
    assert "3 accès gardés" in page.submit({"note": "mission permanente"}, form=form).follow().text
    assert [what for who, what in reviewing.outcomes().items() if who.startswith("endless")] == ["kept"] * 3
    reviewing.site.as_("luc").post(f"{path}/garder", {"cause": "x"}, status=422)


def test_undone_while_the_review_is_open(reviewing, risky, path, sessions, site):
    reviewing.answer("luc", path, "Rémi", "remove")
    reviewing.confirm("luc", path)
    page = reviewing.page("luc", path)
    assert "Réponse annulée" in page.submit(form="form[action$=annuler]").follow().text
    with sessions() as session:
        assert session.get_one(Grant, risky["unused"].id).revoked_at is None
    assert reviewing.outcomes()["unused"] == "pending"


def test_two_managers_the_second_gets_both_answers(reviewing, risky, path, site, make):
    make.grant("agnes", "director", "solidarite", with_services=True, source="sso")
    before = reviewing.page("agnes", path)
    reviewing.answer("luc", path, "Viviane", "keep", "budget commun")
    row = next(tag for tag in before.select("tr[data-line]") if tag.th.get_text().startswith("Viviane"))
    form = f'tr[data-line="{row["data-line"]}"] form.review-answer'
    told = before.submit({"answer": "remove"}, form=form, status=409)
    assert "Luc Moreau a déjà répondu : gardé (« budget commun »)." in told.main
    assert "Vous vouliez retirer cet accès" in told.main
    assert reviewing.outcomes()["endless"] == "kept"
    assert "par Luc Moreau" in reviewing.page("agnes", path).main
    undo = f"{INDEX}lignes/{row['data-line']}/annuler"
    site.as_("agnes").post(undo, {"version": "2"}, status=403)


def test_an_old_page_changes_nothing(reviewing, path, site):
    old = reviewing.page("luc", path)
    reviewing.answer("luc", path, "Marc", "keep")
    row = next(tag for tag in old.select("tr[data-line]") if tag.th.get_text().startswith("Marc"))
    form = f'tr[data-line="{row["data-line"]}"] form.review-answer'
    old.submit({"answer": "remove"}, form=form, status=409)
    assert reviewing.outcomes()["moved"] == "kept"
    site.as_("luc").post(f"{INDEX}lignes/{row['data-line']}/annuler", {"version": "x"}, status=409)


@pytest.mark.parametrize("values", [
    {}, {"answer": "burn", "version": "1"}, {"answer": "keep"}, {"answer": "keep", "version": "x"},
    {"answer": "keep", "version": "1", "note": "x" * 401},
])  # fmt: skip
def test_a_bad_answer_is_refused_and_told(reviewing, path, site, values):
    row = reviewing.page("luc", path).select("tr[data-line]")[4]["data-line"]
    site.as_("luc").post(f"{INDEX}lignes/{row}", values, status=422)
    told = site.as_("luc").post(f"{INDEX}lignes/{row}", values, status=422, headers={"Accept": "application/json"})
    assert told.json["erreur"]
    assert set(reviewing.outcomes().values()) == {"pending"}


def test_the_script_of_the_page_is_answered_in_figures(reviewing, path, site):
    row = reviewing.page("luc", path).select("tr[data-line]")[4]["data-line"]
    values = {"answer": "remove", "version": "1"}
    told = site.as_("luc").post(f"{INDEX}lignes/{row}", values, status=200, headers={"Accept": "application/json"})
    assert told.json == {
        "version": 2, "etat": "à retirer, à confirmer", "reponse": "removing", "faits": 1, "total": 5, "retraits": 1,
    }  # fmt: skip


def test_who_may_not_decide_any_more_answers_no_more(reviewing, risky, path, site, make, sessions):
    row = reviewing.page("luc", path).select("tr[data-line]")[4]["data-line"]
    with make.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.role == "director", Grant.unit_id.is_not(None))):
            grant.ends = db.now()
    values = {"answer": "remove", "version": "1"}
    site.as_("luc").post(f"{INDEX}lignes/{row}", values, status=403)
    site.as_("luc").get(f"{path}/repondre", status=403)
    site.as_("viviane").get(path, status=403)


def test_a_right_that_ended_meanwhile_is_no_more_asked_about(reviewing, risky, path, make, site, sessions):
    row = reviewing.page("luc", path).select("tr[data-line]")[4]["data-line"]
    site.as_("remi").post(f"/demandes/acces/{risky['unused'].public_id}/rendre")
    assert "Rémi" not in reviewing.asked("luc", path)
    assert "1 sur 5 revus" in reviewing.page("luc", path).main
    site.as_("luc").post(f"{INDEX}lignes/{row}", {"answer": "keep", "version": "1"}, status=409)


def test_agents_give_back_what_they_do_not_use(reviewing, risky, site, sessions):
    assert "Une revue" not in site.as_("remi").get("/mes-acces").main
    path = reviewing.open()
    reviewing.answer("luc", path, "Rémi", "keep")
    page = site.as_("remi").get("/mes-acces")
    assert "Une revue des accès est en cours" in page.main
    assert "Foyers" in page.words("#revue .rows li")[0]
    assert "Une revue" not in site.as_("marc").get("/mes-acces").main, "only what is unused"
    page.submit(form="#revue form")
    with sessions() as session:
        assert session.get_one(Grant, risky["unused"].id).revoked_at is not None
        assert session.scalars(select(ReviewLine).where(ReviewLine.is_unused)).all()
    assert "Une revue" not in site.as_("remi").get("/mes-acces").main
