"""People join and leave a usage, and what it opens follows on their next page."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dataspace import audit, db
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, holders
from dataspace.auth.models import Asset, Grant, Usage, UsageMember
from dataspace.errors import Refused
from tests import people

pytestmark = pytest.mark.usefixtures("that_monday")


def said(page) -> str:
    return page.main.replace("\u00a0", " ").replace("\u202f", " ")


def test_luc_opens_a_usage_gives_it_a_protected_dataset_and_awa_reads_while_she_is_of_it(site, usages, files, sessions):
    luc = site.as_("luc")
    new = luc.get("/usages/nouveau").submit({
        "title": "Îlots de chaleur", "purpose": "Repérer les foyers à prévenir", "basis": "public",
        "retention": "12", "ends": "2027-06-30", "review_date": "2027-03-31",
    })  # fmt: skip
    new.follow().submit({"kind": "agents", "unit": "solidarite"}, form='form[action$="/destinataires"]')
    new.follow().submit({"thing": files.title}, form='form[action$="/elements"]')
    decide = new.follow().links()[f"Ouvrir à l’usage : {files.title}"]
    typed = {"role": "reader", "ends": "2027-05-31", "reason": "Préparer l’été"}
    shown = luc.get(decide).submit(typed, button="Voir", status=200)
    assert "Personne ne gagne ni ne perd" in said(shown), "nobody is of it yet"
    given = usages.save(shown, "main form").follow()
    assert "L’accès de l’usage « Îlots de chaleur »" in said(given)
    assert not usages.reads("awa", files)

    with sessions() as session:
        usage = session.scalars(select(Usage)).one()
        assert session.scalars(select(Grant).where(Grant.usage_id == usage.id)).one().purpose == usage.purpose
    usages.add("luc", usage, "awa", until="2027-04-30")
    assert usages.reads("awa", files)
    why = said(site.as_("awa").get(f"/donnees/{files.public_id}"))
    assert "parce que vous êtes de l’usage « Îlots de chaleur »" in why
    assert "jusqu’au 30 avril 2027" in why, "her place ends before the right given to the usage"
    assert "Servi dans l’usage Îlots de chaleur" in why

    site.as_("awa").get(usages.path(usage)).submit(form='form[action$="/quitter"]')
    assert not usages.reads("awa", files)
    assert "Vous étiez de l’usage « Îlots de chaleur »" in said(site.as_("awa").get(f"/donnees/{files.public_id}"))
    with sessions() as session:
        acts = [event.act for event in session.scalars(select(audit.Event).order_by(audit.Event.seq))]
        assert journal.verify(session) is None
    assert [act for act in acts if act.startswith(("usage", "grant"))] == [
        "usage-changed", "usage-changed", "usage-changed", "grant-given", "usage-joined", "usage-left",
    ]  # fmt: skip


def test_what_it_changes_is_shown_by_name_before_somebody_is_added_or_removed(site, usages, files):
    usage = usages(needs=[files])
    usages.give(usage, files)
    page = site.as_("luc").get(usages.path(usage, "/membres/ajouter"))
    shown = page.submit({"person": "Awa Diallo", "reason": "commission"}, form="#ajouter", button="Voir", status=200)
    assert "1 personne gagne Awa Diallo" in said(shown)
    assert "lit 1 jeu" in said(shown)
    assert not usages.reads("awa", files), "nothing is saved by looking"
    usages.save(shown, "#ajouter")
    assert usages.reads("awa", files)
    member = next(
        url for words, url in site.as_("luc").get(usages.path(usage)).links().items() if "Awa Diallo" in words
    )
    assert "1 personne perd Awa Diallo" in said(site.as_("luc").get(member))
    usages.remove("luc", usage, "awa")
    assert not usages.reads("awa", files)


def test_a_usage_that_is_over_opens_nothing_at_once(site, usages, files, access):
    usage = usages(needs=[files], members=["awa"])
    usages.give(usage, files)
    assert usages.reads("awa", files)
    site.as_("luc").get(usages.path(usage)).submit(form='form[action$="/terminer"]')
    assert not usages.reads("awa", files)
    assert holders.ids(access("luc"), files, Permission.DATASET_READ) == set()
    assert "est terminé" in said(site.as_("luc").get(usages.path(usage)))
    usages.add("luc", usage, "lucie", status=409)


def test_a_usage_ends_by_its_day_and_so_does_a_place_in_it(usages, files, clock, site):
    usage = usages(members=["awa"], ends=db.now() + timedelta(days=5))
    usages.give(usage, files)
    assert usages.reads("awa", files)
    clock.shift(timedelta(days=5))
    usages.site = type(site)(site.app)
    assert not usages.reads("awa", files)


def test_who_has_access_names_the_members(site, usages, files, access):
    usage = usages(members=["awa", "remi"])
    usages.give(usage, files)
    page = site.as_("luc").get(f"/administration/elements/{files.public_id}")
    assert "Awa Diallo" in page.main
    assert "Rémi Faure" in page.main
    assert "usage « Îlots de chaleur »" in said(page)
    here = access("luc")
    assert holders.ids(here, files, Permission.DATASET_READ) == {
        people.person(here.session, login).id for login in ("awa", "remi")
    }
    mine = site.as_("awa").get("/mes-acces")
    assert "parce que vous êtes de l’usage « Îlots de chaleur »" in said(mine)
    assert "Rendre" not in mine.main, "one leaves the usage, one does not give its right back"
    why = site.as_("luc").get(f"/administration/pourquoi?qui=awa&quoi={files.public_id}")
    assert "reçu par l’usage « Îlots de chaleur »" in said(why)


def test_a_conflict_of_interest_wins_over_a_usage(usages, files, make):
    usage = usages(members=["awa"])
    usages.give(usage, files)
    assert usages.reads("awa", files)
    make.denial("awa", asset=files)
    usages.site.as_("awa").get(f"/donnees/{files.public_id}", status=404)


# --- asking ---------------------------------------------------------------------------------------------------------
def test_awa_asks_luc_accepts_and_she_is_of_it(site, usages, files):
    usage = usages(needs=[files])
    usages.give(usage, files)
    asks = site.as_("awa").get(usages.path(usage))
    asks.submit({"reason": "Je tiens la liste des foyers"}, form='form[action$="/rejoindre"]')
    assert "Envoyée" in site.as_("awa").get(usages.path(usage)).main
    assert "1 demande" in said(site.as_("luc").get("/usages/"))
    inbox = site.as_("luc").get("/messages")
    assert inbox.words("header .count")[0].startswith("1")
    assert "Awa Diallo" in inbox.links()
    assert site.as_("lucie").get("/messages").words("header .count") == [], "she keeps those of another directorate"
    assert "Je tiens la liste des foyers" in site.as_("luc").get("/messages").main
    answer = site.as_("luc").get(usages.path(usage)).links()["Répondre à Awa Diallo"]
    form = site.as_("luc").get(answer)
    assert "Je tiens la liste des foyers" in form.main
    usages.save(form.submit(form="#ajouter", button="Voir", status=200), "#ajouter")
    assert usages.reads("awa", files)
    assert "Demandent à en être" not in site.as_("luc").get(usages.path(usage)).main
    assert site.as_("luc").get("/messages").words("header .count") == []
    told = {login: [subject for to, subject, _ in usages.mails() if to == login] for login in ("luc", "awa")}
    assert told == {
        "luc": ["Awa Diallo demande à être de l’usage « Îlots de chaleur »"],
        "awa": ["Vous êtes de l’usage « Îlots de chaleur »"],
    }
    listed = said(site.as_("awa").get("/usages/"))
    assert f"Vous ouvre {files.title} , jusqu’au" in listed


def test_luc_refuses_with_a_reason_that_awa_reads(site, usages):
    usage = usages()
    site.as_("awa").get(usages.path(usage)).submit({"reason": "Par curiosité"}, form='form[action$="/rejoindre"]')
    answer = site.as_("luc").get(site.as_("luc").get(usages.path(usage)).links()["Répondre à Awa Diallo"])
    answer.submit({"note": ""}, form='form[action$="/refuser"]', status=422)
    answer.submit({"note": "Le tableau ouvert suffit."}, form='form[action$="/refuser"]')
    page = site.as_("awa").get(usages.path(usage))
    assert "Le tableau ouvert suffit." in page.main
    *_, (to, subject, body) = usages.mails()
    assert (to, subject) == ("awa", "Votre demande pour l’usage « Îlots de chaleur » est refusée")
    assert "Motif : Le tableau ouvert suffit." in body
    answer.submit({"note": "Encore."}, form='form[action$="/refuser"]', status=409)
    page.submit({"reason": ""}, form='form[action$="/rejoindre"]', status=422)
    page.submit({"reason": "Pour la commission"}, form='form[action$="/rejoindre"]')
    page.submit({"reason": "Pour la commission"}, form='form[action$="/rejoindre"]', status=409)


# --- what is refused ------------------------------------------------------------------------------------------------
def test_nobody_gains_by_her_own_hand(site, usages, files, make):
    usage = usages(members=["luc"])
    usages.add("luc", usage, "luc", status=403)
    page = site.as_("luc").get(f"/administration/acces/attribuer?qui=x (usage:{usage.public_id})&sur={files.public_id}")
    sent = page.submit({"role": "reader", "reason": "pour moi"}, button="Voir", status=403)
    assert "Vous ne pouvez rien vous attribuer" in sent.main
    make.grant(role="reader", on=files, to_usage=usage, ends=db.now() + timedelta(days=300))
    edit = site.as_("luc").get(usages.path(usage, "/modifier"))
    assert "rien vous attribuer" in edit.submit({"ends": "2029-01-01"}, status=403).main, "longer for herself"


@pytest.mark.parametrize(
    ("login", "changes", "reads"), [("awa", 403, 200), ("claire", 403, 200), ("lucie", 404, 404), ("zoe", 403, 404)]
)
def test_who_does_not_answer_for_it_changes_nothing(site, usages, files, login, changes, reads):
    """Claire knows of it: she sees who has access to what it needs. Lucie keeps usages, of another directorate."""
    usage = usages(needs=[files], members=["remi"])
    forms = {
        "/modifier": {}, "/terminer": {}, "/destinataires": {}, "/elements": {"thing": files.title},
        "/membres/ajouter": {"person": login}, f"/destinataires/{'0' * 18}/retirer": {},
    }  # fmt: skip
    for more, typed in forms.items():
        site.as_(login).post(usages.path(usage, more), typed, status=changes)
    site.as_(login).get(usages.path(usage), status=reads)


def test_lucie_answers_for_the_usages_of_water_only(site, usages):
    usage = usages()
    for more in ("/modifier", "/membres/ajouter"):
        site.as_("lucie").get(usages.path(usage, more), status=404)
        site.as_("lucie").post(usages.path(usage, more), {"person": "awa"}, status=404)
    site.as_("lucie").post("/usages/nouveau", {"title": "x", "unit": "1"}, status=422)


def test_somebody_outside_the_declared_categories_is_not_added(usages):
    usage = usages(recipients=["agents:eau"])
    assert "aucune catégorie de destinataires" in usages.add("luc", usage, "awa", status=422).main
    assert "Personne inconnue" in usages.add("luc", usage, "personne-de-ce-nom", status=422).main


def test_an_elue_gets_aggregates(usages, files, make):
    usage = usages(recipients=["elected:valmer"], needs=[files])
    usages.add("luc", usage, "nadia", status=422)
    counts = usages("Chiffres", recipients=["elected:valmer"], needs=[make.dataset("Foyers par commune")])
    usages.add("luc", counts, "nadia")


def test_dates_and_doubles(usages):
    usage = usages()
    assert "déjà passée" in said(usages.add("luc", usage, "awa", until="2020-01-01", status=422))
    usages.add("luc", usage, "awa", until="2090-01-01"), "cut to the end of the usage"
    assert "déjà de cet usage" in said(usages.add("luc", usage, "awa", status=409))
    assert "Dites pourquoi" in usages.remove("luc", usage, "awa", reason="", status=422).main


def test_leaving_what_one_is_not_of_is_not_found(site, usages):
    usage = usages()
    site.as_("awa").post(usages.path(usage, "/quitter"), status=404)
    site.as_("awa").post("/usages/0000000000000000ae/quitter", status=404)
    site.as_("awa").post("/usages/0000000000000000ae/rejoindre", {"reason": "x"}, status=404)


def test_a_right_has_one_subject_whatever_writes_it(make, usages, files):
    usage = usages()
    with pytest.raises(IntegrityError):
        make.grant("awa", "reader", files, to_usage=usage)


def test_a_right_through_a_usage_holds_until_what_stands_on_it_is_done(make, usages, files, sessions, the_policy):
    usage = usages(members=["awa"])
    make.grant(role="contributor", on=files, to_usage=usage)
    with db.writing(sessions) as session:
        here = Access(people.actor(session, "awa"), session, the_policy)
        asset = session.scalars(here.select(Asset, Permission.CARD_SEE).where(Asset.id == files.id)).one()
        made = here.require(Permission.DATASET_EDIT, asset)
        member = session.scalars(select(UsageMember).where(UsageMember.usage_id == usage.id)).one()
        member.ends = here.moment
        session.flush()
        with pytest.raises(Refused):
            here.hold(made.held)
