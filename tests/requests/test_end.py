"""An access that ends: reminded, extended in one click, given back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dataspace import db
from dataspace.auth.models import Grant
from dataspace.mail.models import Mail
from dataspace.requests.models import AccessRequest


@pytest.fixture
def lent(make, water, clock):
    """Awa reads the counters until in forty days, thanks to Agnès."""
    return make.grant("awa", "reader", water, ends=db.now() + timedelta(days=40), source="request", by="agnes",
                      reason="étude")  # fmt: skip


def test_reminded_at_thirty_seven_and_one_days_once_each(remind, lent, clock, sessions):
    told = []
    for _ in range(41):
        told += [remind(), remind()]
        clock.shift(timedelta(days=1))
    assert [index // 2 for index, count in enumerate(told) if count] == [10, 33, 39]
    assert sum(told) == 3
    with sessions() as session:
        bodies = session.scalars(select(Mail.body)).all()
    assert all(f"/demandes/acces/{lent.public_id}/prolonger" in body for body in bodies)
    assert not [body for body in bodies if "Compteurs" in body], "the title is said when it leaves, if it may be"


def test_an_access_given_for_a_week_is_not_reminded_of_at_once(remind, make, water, clock):
    make.grant("awa", "reader", water, starts=db.now(), ends=db.now() + timedelta(days=6), source="request")
    assert remind() == 0


def test_one_click_extends_by_who_had_accepted(site, asking, water, lent, sessions, clock):
    clock.shift(timedelta(days=34))
    asking.site = site = type(site)(site.app)
    page = site.as_("awa").get(f"/demandes/acces/{lent.public_id}/prolonger")
    path = page.submit(button="Demander à prolonger").location
    assert asking.todo("luc") == [], "no visa again"
    assert asking.todo("agnes") == ["Awa Diallo"]
    asking.accept("agnes", path)
    with sessions() as session:
        stmt = select(Grant).where(Grant.person_id == lent.person_id, Grant.asset_id == water.id)
        grants = session.scalars(stmt).all()
        request = session.scalars(select(AccessRequest)).one()
    assert [grant.ends for grant in grants] == [request.until]
    assert request.until > lent.ends


def test_an_extension_may_be_shortened_or_refused(site, asking, water, lent, sessions, clock):
    path = site.as_("awa").get(f"/demandes/acces/{lent.public_id}/prolonger").submit(button="Demander").location
    asking.less("agnes", path, need="consult", until="2027-03-01")
    with sessions() as session:
        assert f"{session.get(Grant, lent.id).ends:%Y-%m-%d}" == "2027-03-01"
    again = site.as_("awa").get(f"/demandes/acces/{lent.public_id}/prolonger").submit(button="Demander").location
    asking.refuse("agnes", again, "L’étude est finie.")
    with sessions() as session:
        assert f"{session.get(Grant, lent.id).ends:%Y-%m-%d}" == "2027-03-01"


def test_only_ones_own_access_is_extended_or_given_back(site, lent, clock):
    for login in ("agnes", "claire", "zoe"):
        site.as_(login).get(f"/demandes/acces/{lent.public_id}/prolonger", status=404)
        site.as_(login).post(f"/demandes/acces/{lent.public_id}/prolonger", status=404)
        site.as_(login).post(f"/demandes/acces/{lent.public_id}/rendre", status=404)


def test_awa_gives_back_what_she_no_longer_needs(site, asking, water, lent, clock):
    assert asking.reads("awa", water)
    path = f"/demandes/acces/{lent.public_id}/rendre"
    site.as_("awa").get("/mes-acces").submit(button="Rendre", form=f'form[action="{path}"]')
    assert not asking.reads("awa", water)
    site.as_("awa").post(f"/demandes/acces/{lent.public_id}/rendre", status=404)


def test_what_the_directory_gave_is_not_given_back(site, sessions, clock):
    with sessions() as session:
        stmt = select(Grant).where(Grant.source == "sso").order_by(Grant.id)
        directory = session.scalars(stmt).first()
    assert "/rendre" not in site.as_("awa").get("/mes-acces").text
    site.as_("awa").post(f"/demandes/acces/{directory.public_id}/rendre", status=404)


def test_when_the_turn_passes_by_time_who_is_asked_next_is_told(asking, water, remind, sessions, clock):
    asking("awa", water)

    def told():
        with sessions() as session:
            return session.scalar(select(func.count()).select_from(Mail).where(Mail.once.like("tour:%:approved:%")))

    assert (remind(), told()) == (0, 0)
    clock.shift(timedelta(days=3))
    assert (remind(), told()) == (1, 1)
    assert (remind(), told()) == (0, 1)
