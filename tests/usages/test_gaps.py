"""What Inès finds: who reads outside what is declared, who is declared for nothing, what lasts too long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.auth.models import Membership
from dataspace.usages import gaps
from dataspace.usages.gaps import Gap
from tests import people
from tests.make import _unit
from tests.usages.test_taking_part import said

GAPS = "/administration/usages/ecarts"


def found(site, gap: Gap, login="ines") -> list[str]:
    """The lines of the screen, which says how many there are."""
    page = site.as_(login).get(f"{GAPS}?sorte={gap.value}")
    lines = page.words("tbody tr th")
    assert page.words(".switch [aria-current]") == [f"{gap.label} ({len(lines)})"]
    return lines


def test_a_member_who_has_moved_is_outside_what_is_declared(site, usages, files, make):
    usage = usages(needs=[files], members=["awa", "remi"], recipients=["agents:solidarite"])
    usages.give(usage, files)
    assert found(site, Gap.OUTSIDE) == ["Rémi Faure"], "of Numérique"
    page = site.as_("ines").get(GAPS)
    assert "par l’usage « Îlots de chaleur »" in said(page)
    assert f"/usages/{usage.public_id}" in page.links().values()
    with make.writing() as session:
        moved = session.scalars(
            select(Membership).where(Membership.person_id == people.person(session, "awa").id)
        ).one()
        moved.unit_id = _unit(session, "eau").id
    assert found(site, Gap.OUTSIDE) == ["Awa Diallo", "Rémi Faure"]
    make.denial("remi", theme="solidarites")
    assert found(site, Gap.OUTSIDE) == ["Awa Diallo"], "who is closed out does not read"


def test_who_reads_by_a_right_of_her_own_must_fit_a_category_of_a_usage_it_serves(site, usages, files, make):
    make.grant("lucie", "reader", files)
    make.grant("awa", "reader", files)
    make.grant("nadia", "elected", files)
    assert found(site, Gap.OUTSIDE) == [], "it serves no usage: nothing is declared of it"
    usages(needs=[files], recipients=["agents:solidarite", "elected:valmer"])
    assert found(site, Gap.OUTSIDE) == ["Nadia Benhaddou", "Lucie Martin"], "an élue's are aggregates"
    usages("Fuites", unit="eau", needs=[files], recipients=["agents:eau"])
    assert found(site, Gap.OUTSIDE) == ["Nadia Benhaddou"]


def test_who_is_of_one_usage_does_not_fit_by_the_category_of_another(site, usages, files):
    usage = usages(needs=[files], members=["lucie"], recipients=["agents:solidarite"])
    usages.give(usage, files)
    usages("Fuites", unit="eau", needs=[files], recipients=["agents:eau"])
    assert found(site, Gap.OUTSIDE) == ["Lucie Martin"]


@pytest.mark.parametrize("level", ["internal", "confidential"])
def test_what_is_not_protected_is_not_counted(site, usages, make, level):
    open_one = make.dataset("Arbres", sensitivity=level)
    usage = usages(needs=[open_one], members=["remi"])
    usages.give(usage, open_one)
    assert found(site, Gap.OUTSIDE) == []


def test_a_category_declared_for_nobody(site, usages, files, make):
    usages(needs=[files], members=["awa"], recipients=["agents:solidarite", "partner:eauvive", "agents:eau"])
    assert found(site, Gap.NOBODY) == ["Partenaire Eauvive", "Agents de la Direction du Cycle de l’eau"]
    make.grant("zoe", "reader", files)
    assert found(site, Gap.NOBODY) == ["Agents de la Direction du Cycle de l’eau"]


def test_rights_past_their_usage_or_with_no_purpose(site, usages, files, make):
    over = usages("Été 2025", ends=db.now() - timedelta(days=1), starts=db.now() - timedelta(days=300))
    usages.give(over, files)
    kept = usages("Trop gardé", starts=db.now() - timedelta(days=100), months=3)
    usages.give(kept, files)
    usages.give(usages("En ordre"), files)
    make.grant("awa", "reader", files)
    make.grant("remi", "reader", make.dataset("Arbres"))
    lines = found(site, Gap.OVERDUE)
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "l’usage « Été 2025 »", "l’usage « Trop gardé »", "Awa Diallo",
    ]  # fmt: skip
    page = said(site.as_("ines").get(f"{GAPS}?sorte={Gap.OVERDUE.value}"))
    assert "n’ouvre plus rien" in page
    assert "la conservation déclarée s’est terminée" in page
    assert "aucune finalité n’est dite" in page


def test_a_usage_not_looked_at_again_and_the_opinion_of_the_dpo(site, usages):
    usage = usages(review=db.now() - timedelta(days=2))
    assert found(site, Gap.REVIEW) == ["Îlots de chaleur"]
    form = {"form": 'form[action$="/avis"]'}
    page = site.as_("ines").get(usages.path(usage))
    assert "Dites ce qui vous retient" in page.submit({"opinion": "reserved"}, status=422, **form).main
    page.submit({"opinion": "reserved", "comment": "Trop de destinataires."}, **form)
    seen = site.as_("luc").get(usages.path(usage))
    assert "Avis réservé" in seen.main
    assert "Trop de destinataires." in seen.main
    seen.submit({"kind": "partner", "unit": "eauvive"}, form='form[action$="/destinataires"]')
    assert "la fiche a changé depuis" in site.as_("luc").get(usages.path(usage)).main
    site.as_("luc").post(usages.path(usage, "/avis"), {"opinion": "favourable"}, status=403)


def test_the_table_taken_away_is_journaled_and_runs_nothing(site, usages, files, sessions):
    usage = usages('=HYPERLINK("x")', needs=[files], members=["remi"])
    usages.give(usage, files)
    answer = site.as_("ines").get(f"{GAPS}.csv?sorte={Gap.OUTSIDE.value}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "Rémi Faure;Dossiers du RSA;'=HYPERLINK" in answer.text.replace('"', "")
    with sessions() as session:
        line = session.scalars(select(audit.Event).where(audit.Event.act == "gaps-exported")).one()
    assert line.facts == {"gap": "hors-destinataires", "lines": 1}


def test_only_who_reads_the_register_sees_gaps(site, usages, files):
    for login in ("luc", "claire", "awa", "zoe", "odile"):
        site.as_(login).get(GAPS, status=403)
        site.as_(login).get(f"{GAPS}.csv", status=403)
    assert "Écarts des usages" in site.as_("ines").get("/administration/").main
    assert "Écarts des usages" not in site.as_("luc").get("/administration/").main


def test_pages_of_gaps(site, usages, files, make, monkeypatch):
    monkeypatch.setattr(gaps, "PAGE", 2)
    usage = usages(needs=[files], members=["remi", "lucie", "viviane"])
    usages.give(usage, files)
    first = site.as_("ines").get(GAPS)
    assert len(first.words("tbody tr th")) == 2
    second = site.as_("ines").get(f"{GAPS}?page=2")
    assert second.words("tbody tr th") == ["Lucie Martin"]
    assert site.as_("ines").get(f"{GAPS}?page=x&sorte=x").status == 200
