"""A unit moved, made, taken or refused: who gains and who loses is read first, and counts at the next page."""

import pytest
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.audit import queries as journal
from dataspace.auth import effects
from dataspace.auth.words import RowAttribute
from dataspace.mail.models import Mail
from dataspace.organisation import presenters
from tests.organisation.conftest import HOME, gaining, losing, sent


@pytest.fixture
def files(make):
    """What belongs to the service of insertion."""
    return make.dataset("Dossiers", unit="insertion", sensitivity="restricted", card="internal")


def reads(site, login, asset):
    return "Sur demande" not in site.as_(login).get(f"/donnees/{asset.public_id}").main


def acts(sessions, act):
    with sessions() as session:
        return session.scalars(select(Event).where(Event.act == act).order_by(Event.seq)).all()


def mails(sessions):
    with sessions() as session:
        return [mail.subject for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_claire_moves_insertion_under_eau_and_everybody_sees_it_at_the_next_page(keeping, site, files, sessions):
    seen = keeping.look("claire", "insertion", "eau")
    assert "Agnès Montel" in gaining(seen) and "Lucie Martin" in gaining(seen)
    assert losing(seen) == ["Awa Diallo", "Luc Moreau"]
    assert "Claire Pasquier" not in gaining(seen)
    assert keeping.parent("insertion") == ("solidarite", True), "nothing is saved yet"
    assert (reads(site, "luc", files), reads(site, "agnes", files)) == (True, False)
    keeping.move("claire", "insertion", "eau")
    assert keeping.parent("insertion") == ("eau", True)
    assert (reads(site, "luc", files), reads(site, "agnes", files)) == (False, True)
    (line,) = acts(sessions, "unit-moved")
    assert (line.facts["before"], line.facts["after"]) == ("solidarite", "eau")
    assert "agnes" in line.facts["gain"] and "luc" in line.facts["lose"]
    with sessions() as session:
        assert journal.verify(session) is None


def test_a_move_keeps_the_cards(keeping, files, access):
    before = (files.public_id, files.unit_id, files.version)
    keeping.move("claire", "insertion", "eau")
    from dataspace.auth.queries import asset_known
    from dataspace.auth.words import Permission

    found = asset_known(access("agnes"), files.public_id, Permission.CARD_SEE)
    assert (found.public_id, found.unit_id, found.version) == before


def test_whose_rows_change_is_told(keeping, make, access):
    """Awa works in the north; under Eau nothing of hers reaches there, and Agnès reads its rows."""
    seen = keeping.look("claire", "action-sociale-nord", "eau")
    assert "lignes de Service" in seen.main or "lignes de Action sociale Nord" in seen.main
    assert "Luc Moreau" in losing(seen)
    units = access("luc").row_values(RowAttribute.UNIT)
    keeping.move("claire", "action-sociale-nord", "eau")
    assert set(units) - set(access("luc").row_values(RowAttribute.UNIT)) == {"action-sociale-nord"}


def test_luc_asks_and_agnes_accepts(keeping, site, files, sessions):
    page = keeping.move("luc", "insertion", "eau").follow()
    assert "En attente sous Direction du Cycle de l’eau" in page.main
    assert keeping.parent("insertion") == ("solidarite", True)
    assert reads(site, "luc", files) and not reads(site, "agnes", files)
    assert any("Service Insertion" in subject for subject in mails(sessions))
    site.as_("luc").get(keeping.url("insertion", "accepter"), status=404)
    assert "À accepter" in site.as_("agnes").get(HOME).main
    asked = site.as_("agnes").get(keeping.url("insertion", "accepter"))
    assert "Agnès Montel" in gaining(asked) and "Luc Moreau" in losing(asked)
    keeping.accept("agnes", "insertion")
    assert keeping.parent("insertion") == ("eau", True)
    assert not reads(site, "luc", files) and reads(site, "agnes", files)
    assert mails(sessions)[-1].startswith("Rattachement accepté")
    assert acts(sessions, "placement-decided")[0].facts["answer"] == "accepted"


def test_agnes_refuses_and_says_why(keeping, site, sessions):
    keeping.move("luc", "insertion", "eau")
    page = site.as_("agnes").get(keeping.url("insertion", "accepter"))
    form = f'form[action="{keeping.url("insertion", "refuser")}"]'
    page.submit({"reason": " "}, form=form, status=422)
    page.submit({"reason": "pas avant l’été"}, form=form)
    assert keeping.parent("insertion") == ("solidarite", True)
    assert mails(sessions)[-1].startswith("Rattachement refusé")
    site.as_("agnes").post(keeping.url("insertion", "accepter"), {"version": "1"}, status=404)


def test_luc_takes_his_proposal_back(keeping, site):
    keeping.move("luc", "insertion", "eau")
    site.as_("agnes").post(keeping.url("insertion", "retirer"), status=403)
    site.as_("luc").post(keeping.url("insertion", "retirer"))
    assert "À accepter" not in site.as_("agnes").get(HOME).main
    site.as_("luc").post(keeping.url("insertion", "retirer"), status=409)


def test_a_service_put_under_another_directorate_inherits_nothing_until_it_is_taken(keeping, site, make, access):
    make.grant(to_unit="eau", role="agent", on="eau")
    make.dataset("Réseau", unit="eau", sensitivity="restricted", card="internal")
    code = keeping.create("luc", "eau", "Cellule Eau sociale").location.rsplit("/", 1)[1]
    assert keeping.parent(code) == ("eau", False)
    make.membership("ghislain", code)
    assert access("ghislain").facts.held == ()
    site.as_("claire").get(keeping.url(code))
    keeping.accept("agnes", code)
    assert keeping.parent(code) == ("eau", True)
    assert [held.role for held in access("ghislain").facts.held] == ["agent"]


def test_refused_a_new_unit_hangs_nowhere_and_its_author_may_propose_it_elsewhere(keeping, site):
    code = keeping.create("luc", "eau", "Cellule Eau sociale").location.rsplit("/", 1)[1]
    site.as_("agnes").get(keeping.url(code, "accepter")).submit(
        {"reason": "non"}, form=f'form[action="{keeping.url(code, "refuser")}"]'
    )
    assert "Refusé" in site.as_("luc").get(HOME).main
    keeping.move("luc", code, "solidarite")
    assert keeping.parent(code) == ("solidarite", True)


def test_withdrawn_a_new_unit_is_closed(keeping, site):
    code = keeping.create("luc", "eau", "Cellule Eau sociale").location.rsplit("/", 1)[1]
    site.as_("luc").post(keeping.url(code, "retirer"))
    assert keeping.row(code).closed is not None
    site.as_("luc").get(keeping.url(code), status=404)


def test_what_an_import_left_is_accepted_by_who_keeps_the_parent(keeping, make, site):
    make.unit("renfort", parent="solidarite", name="Renfort", is_accepted=False)
    assert "Renfort" in site.as_("luc").get(HOME).main
    site.as_("agnes").get(keeping.url("renfort", "accepter"), status=404)
    keeping.accept("luc", "renfort")
    assert keeping.parent("renfort") == ("solidarite", True)


def test_no_cycle_even_through_what_waits(keeping, make, site):
    make.unit("bas", parent="insertion")
    page = keeping.look("claire", "insertion", "bas", status=422)
    assert "ne peut pas dépendre d’elle-même" in page.main
    make.unit("attente", parent="bas", is_accepted=False)
    site.as_("claire").post(
        keeping.url("insertion", "deplacer"),
        {"parent": "attente", "reason": "x", "save": "1", "version": "1"},
        status=422,
    )


def test_who_would_open_more_by_it_does_not_decide_alone(keeping, make, site, files):
    """Claire administers both ends; but under her own directorate the service would open to her."""
    page = keeping.move("claire", "insertion", "numerique").follow()
    assert keeping.parent("insertion") == ("solidarite", True)
    assert "En attente" in page.main
    keeping.accept("bruno", "insertion")
    assert keeping.parent("insertion") == ("numerique", True)
    assert reads(site, "claire", files)


def test_a_proposal_falls_with_the_right_of_who_made_it(keeping, make, site, sessions):
    grant = make.grant("remi", "director", "solidarite", with_services=True)
    keeping.move("remi", "insertion", "eau")
    with make.writing() as session:
        from dataspace.auth.models import Grant

        row = session.get(Grant, grant.id)
        row.revoked_at = row.starts
    page = keeping.accept("agnes", "insertion", status=409)
    assert "ne tient plus" in page.main
    assert keeping.parent("insertion") == ("solidarite", True)


def test_crossing_to_another_controller_says_what_it_means(keeping, make, site):
    make.grant("claire", "admin", "ccas", with_services=True)
    seen = keeping.look("claire", "aide-domicile", "solidarite")
    assert "autre responsable de traitement" in seen.main
    url = keeping.url("aide-domicile", "deplacer")
    page = site.as_("claire").post(url, sent(seen, "#deplacer", save="1"), status=422)
    assert "dites que vous l’avez compris" in page.main
    site.as_("claire").post(url, sent(page, "#deplacer", save="1", understood="y"))
    assert keeping.parent("aide-domicile")[0] in ("ccas", "solidarite")


def test_two_managers_at_once_the_second_reads_both_versions(keeping, site):
    url = keeping.url("insertion", "modifier")
    luc, claire = (site.as_(login).get(url) for login in ("luc", "claire"))
    luc.visitor.post(url, sent(luc, "#modifier", name="Insertion et emploi", reason="nom", save="1"))
    late = claire.visitor.post(url, sent(claire, "#modifier", name="Emploi", reason="autre nom", save="1"), status=409)
    assert "Insertion et emploi" in late.main, "theirs"
    assert late.select("#modifier [name=name]")[0]["value"] == "Emploi", "hers"
    late.visitor.post(url, sent(late, "#modifier", save="1"))
    assert keeping.row("insertion").name == "Emploi"


def test_two_moves_at_once_the_second_is_told(keeping, site):
    first, second = (keeping.look(login, "insertion", "eau") for login in ("claire", "bruno"))
    url = keeping.url("insertion", "deplacer")
    first.visitor.post(url, sent(first, "#deplacer", save="1"))
    second.visitor.post(url, sent(second, "#deplacer", save="1"), status=422)
    other = keeping.look("claire", "eau-potable", "finances")
    keeping.move("bruno", "eau-potable", "solidarite")
    late = other.visitor.post(keeping.url("eau-potable", "deplacer"), sent(other, "#deplacer", save="1"), status=409)
    assert "Enregistré entre-temps" in late.main


def test_the_list_that_was_read_is_the_one_that_is_saved(keeping, make, site, files):
    seen = keeping.look("claire", "insertion", "eau")
    make.grant("marc", "steward", "eau", with_services=True)
    late = site.as_("claire").post(keeping.url("insertion", "deplacer"), sent(seen, "#deplacer", save="1"), status=409)
    assert "Marc Thévenot" in gaining(late)
    assert keeping.parent("insertion") == ("solidarite", True)
    site.as_("claire").post(keeping.url("insertion", "deplacer"), sent(late, "#deplacer", save="1"))


def test_a_unit_closes_when_it_holds_nothing_more(keeping, make, site, sessions):
    url = keeping.url("insertion", "fermer")
    make.dataset("Dossiers", unit="insertion", sensitivity="confidential", card="confidential")
    page = site.as_("luc").get(url)
    assert "élément lui appartient" in page.main and "personne y travaille" in page.main
    page.submit({"reason": "fusion"}, form="#fermer", status=409)
    make.unit("vide", parent="solidarite", name="Mission vide")
    empty = site.as_("luc").get(keeping.url("vide", "fermer"))
    empty.submit({"reason": ""}, form="#fermer", status=422)
    empty.submit({"reason": "sans objet"}, form="#fermer")
    assert keeping.row("vide").closed is not None
    assert "Mission vide" in site.as_("luc").get(keeping.url("solidarite")).main
    assert "Mission vide" not in site.as_("luc").get(HOME).main
    site.as_("luc").post(keeping.url("vide", "fermer"), {"reason": "encore", "version": "2"}, status=403)


def test_who_does_not_see_all_that_it_holds_does_not_close_it(keeping, make, site):
    """Else a refusal would tell that something hidden exists."""
    make.unit("vide", parent="solidarite")
    page = site.as_("claire").get(keeping.url("vide", "fermer")).submit({"reason": "x"}, form="#fermer", status=403)
    assert "revient à qui voit tout" in page.main


BAD = (
    {"name": ""}, {"reason": ""}, {"kind": "partner"}, {"parent": "transvalme"}, {"areas": "99999"},
    {"name": "Service Insertion"}, {"parent": "nulle-part"},
)  # fmt: skip


def test_what_is_badly_typed_is_said_and_kept(keeping):
    for typed in BAD:
        page = keeping.create("luc", "solidarite", "Mission Emploi", status=422, typed=typed)
        kept = page.select("#creer [name=name]")[0]["value"]
        assert kept == typed.get("name", "Mission Emploi"), typed


def test_what_is_no_longer_downloaded_is_told_too_and_the_answer_waits_in_messages(keeping, site, make):
    make.dataset("Réseau", unit="insertion", sensitivity="restricted", card="internal")
    keeping.move("luc", "insertion", "eau")
    inbox = site.as_("agnes").get("/messages")
    assert "Service Insertion" in inbox.main and "À accepter" in inbox.main
    assert "télécharge" in site.as_("agnes").get(keeping.url("insertion", "accepter")).main
    keeping.accept("agnes", "insertion")
    assert "Service Insertion" not in site.as_("agnes").get("/messages").main


def test_all_that_a_move_changes_has_its_words():
    assert set(effects.SHOWN) <= set(presenters.VERBS)
