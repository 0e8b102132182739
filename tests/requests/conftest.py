"""Asking and answering as people do, through the pages."""

from datetime import timedelta

import pytest

from dataspace import db
from dataspace.auth.models import Absence
from dataspace.auth.words import Role, Sensitivity
from dataspace.requests import reminders
from dataspace.requests.course import Terms
from dataspace.requests.models import AssetCondition, Need, StandingRule
from dataspace.requests.queries import Desk
from tests import people
from tests.make import _theme, _unit

FORM = "form.ask"
WHY = "Préparer la commission du 8 décembre"


class Asking:
    """What the stories of requests do again and again."""

    def __init__(self, site, make):
        self.site, self.make = site, make

    def __call__(self, login, asset, **typed):
        """`login` asks for `asset`; the path of her request."""
        status = typed.pop("status", 303)
        kind = "tableaux-de-bord" if asset.kind == "dashboard" else "donnees"
        page = self.site.as_(login).get(f"/{kind}/{asset.public_id}")
        sent = page.submit({"purpose": WHY} | typed, form=FORM, button="Envoyer", status=status)
        return sent.location if status == 303 else sent

    def advise(self, login, path, opinion="favourable", comment="", status=303):
        page = self.site.as_(login).get(path)
        return page.submit({"opinion": opinion, "comment": comment}, form=f'form[action="{path}/avis"]', status=status)

    def accept(self, login, path, status=303):
        page = self.site.as_(login).get(path)
        return page.submit(button="Accepter comme demandé", form="form.actions", status=status)

    def less(self, login, path, status=303, **typed):
        form = "form.ask:has([name=need])"
        return self.site.as_(login).get(path).submit(typed, form=form, button="Accepter", status=status)

    def refuse(self, login, path, reason, status=303):
        form = "form.ask:has([name=reason])"
        return self.site.as_(login).get(path).submit({"reason": reason}, form=form, button="Envoyer", status=status)

    def reads(self, login, asset):
        kind = "tableaux-de-bord" if asset.kind == "dashboard" else "donnees"
        return "Sur demande" not in self.site.as_(login).get(f"/{kind}/{asset.public_id}").main

    def todo(self, login):
        """Who asks the reader for something, as her inbox says."""
        page = self.site.as_(login).get("/messages")
        count = page.words("header .count")
        names = page.words(".sec:first-of-type .rows .title") if count else []
        assert (int(count[0].split()[0]) if count else 0) == len(names)
        return names

    def away(self, login, delegate, *, days=10):
        with self.make.writing() as session:
            session.add(
                Absence(
                    person_id=people.person(session, login).id,
                    delegate_id=people.person(session, delegate).id if delegate else None,
                    starts=db.now() - timedelta(days=1), ends=db.now() + timedelta(days=days),
                )
            )  # fmt: skip

    def rule(self, author, unit, *, to_unit="", to_role="", theme="", level="restricted", need="consult", days=60):
        with self.make.writing() as session:
            session.add(
                StandingRule(
                    author_id=people.person(session, author).id, unit_id=_unit(session, unit).id,
                    theme_id=_theme(session, theme).id if theme else None, level=Sensitivity[level.upper()],
                    need=Need(need), to_unit_id=_unit(session, to_unit).id if to_unit else None,
                    to_role=Role(to_role) if to_role else None, days=days, starts=people.LONG_AGO,
                )
            )  # fmt: skip

    def condition(self, asset, text, version="2026-1"):
        with self.make.writing() as session:
            session.add(AssetCondition(asset_id=asset.id, text=text, version=version, since=people.LONG_AGO))


@pytest.fixture
def asking(site, make):
    return Asking(site, make)


@pytest.fixture
def water(make):
    """What Awa, agent at Solidarité, knows of and does not read; Agnès decides."""
    return make.dataset("Compteurs par quartier", unit="eau", sensitivity="restricted", card="internal")


@pytest.fixture
def desk(access, settings):
    """`desk("luc")`: what he may answer, outside any page."""
    return lambda login, **more: Desk(access(login, **more), Terms.of(settings))


@pytest.fixture
def remind(sessions, the_policy, settings):
    """Run the reminders of the day; how many mails they put aside."""

    def run():
        with db.writing(sessions) as session:
            return reminders.remind(session, the_policy, Terms.of(settings))

    return run
