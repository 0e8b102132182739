"""Usages as people keep them, through the pages."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.auth.models import Asset, Person, Usage, UsageAsset, UsageMember
from dataspace.mail.models import Mail
from dataspace.usages.models import HealthGround, LegalBasis, RecipientKind, UsageRecipient, UsageSheet
from dataspace.usages.services import months_after
from tests import people
from tests.make import _unit
from tests.requests.conftest import remind
from tests.site import filled

__all__ = ["remind"]


class Usages:
    """Makes usages, and does with them what the stories do again and again."""

    def __init__(self, site, make):
        self.site, self.make = site, make

    def __call__(
        self, title="Îlots de chaleur", *, unit="solidarite", needs=(), members=(), recipients=("agents:solidarite",),
        ends: datetime | None = None, starts: datetime | None = None, months=24, review: datetime | None = None,
        ground="",
    ) -> Usage:  # fmt: skip
        """A usage that runs; `members` are logins, `recipients` are kind:unit."""
        now = db.now()
        with self.make.writing() as session:
            usage = Usage(
                title=title, purpose="Repérer les quartiers à prévenir", unit_id=_unit(session, unit).id,
                starts=starts or now - timedelta(days=30), ends=ends or now + timedelta(days=200),
            )  # fmt: skip
            session.add(usage)
            session.flush()
            session.add(
                UsageSheet(
                    usage_id=usage.id, basis=LegalBasis.PUBLIC, health_ground=HealthGround(ground) if ground else None,
                    controller_id=_unit(session, "valmer").id, retention_months=months,
                    kept_until=months_after(usage.starts, months), review_date=review or usage.ends,
                )
            )  # fmt: skip
            for word in recipients:
                kind, code = word.split(":")
                session.add(
                    UsageRecipient(usage_id=usage.id, kind=RecipientKind(kind), unit_id=_unit(session, code).id)
                )
            session.add_all(UsageAsset(usage_id=usage.id, asset_id=asset.id) for asset in needs)
            for login in members:
                session.add(
                    UsageMember(
                        usage_id=usage.id, person_id=people.person(session, login).id, starts=usage.starts,
                        ends=usage.ends,
                    )
                )  # fmt: skip
        return usage

    def path(self, usage: Usage, more: str = "") -> str:
        return f"/usages/{usage.public_id}{more}"

    def add(self, by: str, usage: Usage, login: str, *, status=303, **typed):
        """`by` adds somebody, having seen what it changes; the answer to the second button."""
        page = self.site.as_(by).get(self.path(usage, "/membres/ajouter"))
        seen = page.submit(
            {"person": login, "reason": "pour la canicule"} | typed, form="#ajouter", button="Voir",
            status=200 if status == 303 else status,
        )  # fmt: skip
        return self.save(seen, "#ajouter") if status == 303 else seen

    def save(self, shown, form: str, *, status=303):
        """The second button of a panel that shows a change: it stands outside its form."""
        tag = shown.soup.select_one(form)
        path = str(tag.get("action") or shown.path)
        return shown.visitor.open("POST", path, status=status, data=filled(tag) | {"save": "1"})

    def remove(self, by: str, usage: Usage, login: str, *, reason="mission finie", status=303):
        with self.make.sessions() as session:
            stmt = select(UsageMember.public_id).where(UsageMember.usage_id == usage.id)
            member = session.scalar(stmt.where(UsageMember.person_id == people.person(session, login).id))
        page = self.site.as_(by).get(self.path(usage, f"/membres/{member}"))
        return page.submit({"reason": reason}, form="#retirer", status=status)

    def mails(self):
        """To whom, what about, and what is said, in the order they were written."""
        with self.make.sessions() as session:
            stmt = select(Person.login, Mail.subject, Mail.body).join(Person, Person.id == Mail.person_id)
            rows = session.execute(stmt.order_by(Mail.id))
            return [(to, subject.replace("\u00a0", " "), body.replace("\u00a0", " ")) for to, subject, body in rows]

    def reads(self, login: str, asset: Asset) -> bool:
        return "Sur demande" not in self.site.as_(login).get(f"/donnees/{asset.public_id}").main

    def give(self, usage: Usage, asset: Asset, *, role="reader", ends: datetime | None = None):
        """A right of the usage on one thing."""
        return self.make.grant(role=role, on=asset, to_usage=usage, ends=ends or db.now() + timedelta(days=90))


@pytest.fixture
def usages(site, make):
    return Usages(site, make)


@pytest.fixture
def files(make):
    """What is protected, of Solidarité; its card is seen by its people."""
    return make.dataset("Dossiers du RSA", sensitivity="confidential", card="internal", protection="personal")
