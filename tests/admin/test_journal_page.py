"""The journal opens to the auditor, for a reason that is itself in it."""


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
