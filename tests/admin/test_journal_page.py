"""The journal opens to the auditor, for a reason that is itself in it."""

import pytest

from dataspace.audit import queries
from dataspace.errors import Refused
from tests import people


def test_odile_gives_a_reason_before_she_reads(site, make):
    dataset = make.dataset("Aides", unit="solidarite", sensitivity="restricted", card="internal")
    site.as_("awa").get(f"/donnees/{dataset.public_id}")
    asked = site.as_("odile").get("/administration/journal")
    assert not asked.select("tbody")
    opened = asked.submit({"reason": "contrôle du 23 novembre"}, form="form.ask").follow()
    assert "consultation" in opened.words("td")
    again = site.as_("odile").get("/administration/journal")
    assert any("contrôle du 23 novembre" in cell for cell in again.words("td"))


def test_a_reason_of_two_letters_is_not_one(site):
    page = site.as_("odile").get("/administration/journal").submit({"reason": "ok"}, form="form.ask", status=422)
    assert "dix caractères" in page.main


def test_claire_assigns_but_does_not_read_the_journal(site):
    site.as_("claire").get("/administration/journal", status=403)


def test_a_refusal_is_a_line_with_the_affectation(site):
    site.as_("awa").get("/administration/journal", status=403)
    site.as_("odile").get("/administration/journal").submit({"reason": "contrôle du 23 novembre"}, form="form.ask")
    page = site.as_("odile").get("/administration/journal", query={"event": "refused"})
    assert page.words("tbody tr td:nth-child(2)") == ["Awa Diallo"]


def test_a_refusal_says_what_was_asked_for(site, make, access):
    dataset = make.dataset("Dossiers suivis", unit="eau", sensitivity="confidential", card="internal")
    site.as_("awa").get(f"/donnees/{dataset.public_id}/apercu.json", status=403)
    (line,) = queries.search(access("odile"), subject_id=dataset.public_id)
    assert (line.act, line.facts["route"]) == ("refused", "catalog.preview")


def test_a_forged_form_is_a_line_too(site, access):
    forged = {"subject": "awa", "role": "agent", "scope": "eau", "csrf_token": "x"}
    site.as_("claire").open("POST", "/administration/acces/attribuer", status=403, data=forged)
    assert [line.facts["why"] for line in queries.search(access("odile"))] == ["formulaire expiré ou forgé"]


@pytest.mark.parametrize("on", ["ccas", "transvalme"])
def test_an_auditor_of_another_controller_does_not_read_the_portal_s_journal(make, access, site, on):
    make.grant("ghislain", "auditor", on)
    site.as_("awa").get("/administration/journal", status=403)
    assert [line.act for line in queries.search(access("odile"))] == ["refused"]
    assert queries.search(access("ghislain")) == []


def test_an_auditor_of_one_open_dataset_reads_no_journal(make, access):
    make.grant("ghislain", "auditor", make.dataset("Fuites", unit="eau", sensitivity="open"))
    with pytest.raises(Refused):
        queries.search(access("ghislain"))


def test_the_journal_of_who_has_left_is_still_found_by_name(site, make):
    site.as_("awa").get("/administration/journal", status=403)
    with make.writing() as session:
        people.person(session, "awa").is_active = False
    asked = site.as_("odile").get("/administration/journal", query={"who": "awa diallo"})
    assert "refus" in asked.submit({"reason": "contrôle du 23 novembre"}, form="form.ask").follow().words("td")
    site.as_("odile").get("/administration/journal").submit({"reason": "contrôle du 23 novembre"}, form="form.ask")
    assert not site.as_("odile").get("/administration/journal", query={"who": "personne-inconnue"}).select("tbody tr")


ODD = ("journal?avant=99999999999999999999", "journal?avant=-1", "journal?since=0001-01-01", "journal?who=%00",
       "journal?event=x", "chercher?q=eau%00", "acces/attribuer?sur=%00&qui=%00")  # fmt: skip


@pytest.mark.parametrize("asked", ODD)
def test_an_odd_address_is_a_page(site, make, asked):
    make.grant("odile", "admin", "eau")
    site.as_("odile").get("/administration/journal").submit({"reason": "contrôle du 23 novembre"}, form="form.ask")
    site.as_("odile").get(f"/administration/{asked}")


@pytest.mark.parametrize(
    "path", ["/donnees/x%00", "/tableaux-de-bord/%00", "/referents/%00", "/administration/acces/%00"]
)
def test_a_name_that_nothing_bears_is_not_found(site, path):
    site.as_("claire").get(path, status=404)
