"""What a usage or a unit was given ends too: who keeps it is told in time, and asks for more."""

from datetime import timedelta

import pytest

from dataspace import db
from tests.requests.conftest import Asking


@pytest.fixture
def counters(make):
    """Of the water directorate, which Agnès directs."""
    return make.dataset("Compteurs", unit="eau", sensitivity="restricted", card="internal")


@pytest.fixture
def heat(usages, counters):
    """A usage of Solidarité, which Luc directs; Awa is of it. It reads the counters for six days more."""
    usage = usages(needs=[counters], members=["awa"])
    grant = usages.make.grant(
        role="reader", on=counters, to_usage=usage, by="agnes", ends=db.now() + timedelta(days=6)
    )  # fmt: skip
    return usage, grant


def extend(site, login, grant, **asked):
    return site.as_(login).get(f"/demandes/acces/{grant.public_id}/prolonger", **asked)


def test_luc_who_keeps_the_usage_is_told_and_agnes_who_gave_it_is_asked(site, usages, heat, remind):
    usage, grant = heat
    assert (remind(), remind()) == (1, 0)
    to, subject, body = usages.mails()[-1]
    assert to == "luc"
    assert subject.startswith(f"L’accès, pour l’usage « {usage.title} »,")
    assert f"/demandes/acces/{grant.public_id}/prolonger" in body

    page = extend(site, "luc", grant)
    assert f"pour l’usage « {usage.title} »" in page.main.replace("\u00a0", " ")
    assert page.submit(button="Demander").follow().title == "Mes accès"
    to, subject, body = usages.mails()[-1]
    assert (to, subject) == ("agnes", "Luc Moreau demande à prolonger un accès")
    assert f"/administration/acces/{grant.public_id}" in body
    assert "Awa" not in body
    extend(site, "luc", grant).submit(button="Demander", status=409)


def test_a_right_of_a_whole_unit_is_kept_by_who_directs_it(site, make, usages, counters, remind):
    ends = db.now() + timedelta(days=6)
    grant = make.grant(role="reader", on=counters, to_unit="insertion", by="agnes", ends=ends)
    assert remind() == 1
    to, subject, _ = usages.mails()[-1]
    assert to == "luc"
    assert "toute l’unité « Service Insertion »" in subject
    extend(site, "luc", grant).submit(button="Demander")
    assert usages.mails()[-1][0] == "agnes"


def test_a_right_of_a_group_is_told_to_who_gave_it(make, usages, counters, remind):
    make.grant(role="reader", on=counters, to_group="canicule", by="agnes", ends=db.now() + timedelta(days=6))
    assert remind() == 1
    assert usages.mails()[-1][0] == "agnes"


def test_nobody_else_asks_for_it(site, heat):
    _, grant = heat
    for login in ("awa", "remi", "ines"):
        extend(site, login, grant, status=404)


def test_while_luc_is_away_who_stands_above_him_is_told(site, make, usages, heat, remind):
    make.grant("claire", "director", "pole-solidarites", with_services=True)
    Asking(site, make).away("luc", None)
    assert remind() == 1
    assert usages.mails()[-1][0] == "claire"
