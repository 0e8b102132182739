"""Reviews as people do them: risky rights, months without use, and the pages."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth import Task, system
from dataspace.auth.models import Grant, GrantUse, Stamp
from dataspace.auth.using import SINCE
from dataspace.mail.models import Mail
from dataspace.reviews import closing, services
from dataspace.reviews.models import ReviewCampaign, ReviewLine
from dataspace.reviews.services import Terms
from tests.make import _unit

INDEX = "/administration/revues/"
DAYS = 21


class Reviewing:
    """What the stories of reviews do again and again."""

    def __init__(self, site, make, sessions, policy, settings):
        self.site, self.make, self.sessions, self.policy = site, make, sessions, policy
        self.terms = Terms.of(settings)
        self.measured(date(2020, 1, 1))

    def measured(self, since):
        """Uses have been kept since that day."""
        with self.make.writing() as session:
            session.get_one(Stamp, SINCE).version = since.isoformat()

    def used(self, grant, *, days_ago):
        with self.make.writing() as session:
            session.merge(GrantUse(grant_id=grant.id, day=(db.now() - timedelta(days=days_ago)).date()))

    def open(self, login="ines", unit="valmer", days=DAYS, title="Revue d’automne"):
        """A review through the page; its address."""
        page = self.site.as_(login).get(f"{INDEX}ouvrir")
        values = {"title": title, "unit": unit, "until": (db.now() + timedelta(days=days)).date().isoformat()}
        shown = page.submit(values, status=200)
        return shown.submit(button="Ouvrir cette revue").location

    def asked(self, login, path):
        """Who the lines that wait for this reader are about."""
        return [words.split(" ")[0] for words in self.page(login, path).words("tr[data-line] th")]

    def page(self, login, path, status=200):
        return self.site.as_(login).get(f"{path}/repondre", status=status)

    def answer(self, login, path, who, choice, note="", status=303):
        page = self.page(login, path)
        row = next(tag for tag in page.select("tr[data-line]") if tag.th.get_text().startswith(who))
        form = f'tr[data-line="{row["data-line"]}"] form.review-answer'
        return page.submit({"answer": choice, "note": note}, form=form, status=status)

    def confirm(self, login, path):
        return self.site.as_(login).get(f"{path}/confirmer").submit(form="#confirmer")

    def close(self):
        """What the timer does; how many lines, how many reviews."""
        settled = 0
        while some := self._in(lambda house: closing.settle(house, self.terms)):
            settled += some
        return settled, self._in(lambda house: closing.finish(house, self.terms))

    def _in(self, act):
        with db.writing(self.sessions) as session:
            return act(system(session, Task.REVIEW, self.policy))

    def outcomes(self):
        """What has become of each line, by holder."""
        with self.sessions() as session:
            rows = session.execute(select(ReviewLine, Grant).join(Grant, Grant.id == ReviewLine.grant_id))
            return {grant.reason: line.outcome.value for line, grant in rows}

    def campaign(self):
        with self.sessions() as session:
            return session.scalars(select(ReviewCampaign).order_by(ReviewCampaign.id.desc())).first()

    def mails(self):
        with self.sessions() as session:
            return [(mail.person_id, mail.subject, mail.body) for mail in session.scalars(select(Mail))]

    def opened_by(self, access, unit="valmer", **more):
        """A review opened outside any page."""
        place = _unit(access.session, unit)
        until = access.moment + timedelta(days=DAYS)
        return services.open_campaign(access, place, title="Revue", deadline=until, terms=self.terms, **more)


@pytest.fixture
def reviewing(site, make, sessions, the_policy, settings, clock):
    return Reviewing(site, make, sessions, the_policy, settings)


@pytest.fixture
def later():
    return lambda days: db.now() + timedelta(days=days)


@pytest.fixture
def risky(make, reviewing, later):
    """One right of each kind, on Solidarité, which Luc decides on; the reason names the kind."""
    plain = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", card="internal")
    secret = make.dataset("Signalements", unit="solidarite", sensitivity="confidential", card="internal")
    long_ago = db.now() - timedelta(days=400)
    made = {
        "unused": make.grant("remi", "reader", plain, starts=long_ago, ends=later(300), reason="unused"),
        "moved": make.grant("marc", "reader", plain, starts=long_ago, ends=later(300), reason="moved"),
        "endless": make.grant("viviane", "reader", plain, starts=long_ago, reason="endless"),
        "sensitive": make.grant("lucie", "reader", secret, starts=long_ago, ends=later(300), reason="sensitive"),
        "partner": make.grant("zoe", "partner", plain, starts=long_ago, ends=later(300), reason="partner"),
        "fine": make.grant("odile", "reader", plain, starts=long_ago, ends=later(300), reason="fine"),
    }
    make.membership("marc", "eau", ends=db.now() - timedelta(days=100))
    for name in ("moved", "endless", "sensitive", "partner", "fine"):
        reviewing.used(made[name], days_ago=10)
    return made
