"""A statement fails, whichever it is: right and journal line are both there, or neither is; chain and counts hold."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import queries as journal
from dataspace.auth import Access, Task, counts, last_resort, queries, rights, system
from dataspace.auth.models import Asset, Grant
from dataspace.auth.words import Role
from dataspace.catalog import queries as catalog
from dataspace.catalog import services
from tests import people
from tests.proofs.failing import MOMENTS, all_or_nothing


class Story:
    """One act of the portal, and what it changes when it is done."""

    def __init__(self, make: Any, policy: Any) -> None:
        self.make, self.policy = make, policy
        self.asset = make.dataset("Fuites", unit="solidarite", sensitivity="restricted")
        self.draft = make.dataset("Brouillon", unit="solidarite", state="draft", sensitivity="restricted")
        make.grant("luc", "steward", "solidarite", with_services=True)
        self.held = make.grant("remi", "agent", self.asset, ends=make.tomorrow())
        self.lost = make.grant("marc", "agent", self.asset, ends=make.tomorrow() + timedelta(days=2))
        with db.writing(make.sessions) as session:
            rights.revoke(self.of("luc", session), session.get_one(Grant, self.lost.id), reason="erreur")

    def of(self, login: str, session: Any) -> Access:
        return Access(people.actor(session, login), session, self.policy)

    def grant(self, session: Any) -> None:
        luc = self.of("luc", session)
        asset = queries.asset_known(luc, self.asset.public_id, rights.Permission.RIGHTS_SEE)
        ends = self.make.tomorrow()
        wanted = rights.Wanted(people.person(session, "awa"), Role.AGENT, asset, False, luc.moment, ends, "étude")
        rights.assign(luc, wanted)

    def change_end(self, session: Any) -> None:
        held, ends = session.get_one(Grant, self.held.id), self.make.tomorrow() + timedelta(days=9)
        rights.change_end(self.of("luc", session), held, ends=ends, reason="étude", version=held.version)

    def revoke(self, session: Any) -> None:
        rights.revoke(self.of("luc", session), session.get_one(Grant, self.held.id), reason="fini")

    def restore(self, session: Any) -> None:
        rights.restore(self.of("luc", session), session.get_one(Grant, self.lost.id))

    def last_resort(self, session: Any) -> None:
        house = system(session, Task.LAST_RESORT, self.policy)
        last_resort.last_resort(
            house, people.person(session, "awa"), queries.root_unit(session), reason="plus personne"
        )

    def publish(self, session: Any) -> None:
        luc = self.of("luc", session)
        card, _ = catalog.by_id(luc, self.draft.public_id)
        services.publish(luc, card)


ACTS = [Story.grant, Story.change_end, Story.revoke, Story.restore, Story.last_resort, Story.publish]


def written(story: Story) -> tuple[list[Any], list[Any]]:
    """What the acts change, then the lines of the journal; the chain and the counts are checked on the way."""
    with story.make.sessions() as session:
        assert journal.verify(session) is None
        house = system(session, Task.COUNTS, story.policy)
        assert counts.rebuild(house) == 0
        grants = session.execute(select(Grant.id, Grant.ends, Grant.revoked_at, Grant.version).order_by(Grant.id))
        drafts = house.select(Asset, rights.Permission.CARD_SEE).with_only_columns(Asset.id, Asset.state)
        rows = [*grants, *session.execute(drafts.order_by(Asset.id))]
        return rows, list(session.scalars(select(audit.Event.hash).order_by(audit.Event.seq)))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_failure_anywhere_leaves_both_or_neither(act: Callable[..., None], moment, make, the_policy):
    story = Story(make, the_policy)
    before, (rows, lines) = all_or_nothing(
        make.sessions, partial(act, story), moment, partial(written, story), most=60, least=5
    )  # fmt: skip
    assert rows != before[0]
    assert lines[:-1] == before[1]
