"""A statement fails in the middle of a review: rights, answers, record and journal lines are all there, or none is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from dataspace import audit, db
from dataspace.audit import queries as journal
from dataspace.auth import Access, Task, system
from dataspace.auth.models import Grant, Stamp
from dataspace.auth.using import SINCE
from dataspace.mail.models import Mail
from dataspace.reviews import answers, closing, queries, services
from dataspace.reviews.answers import Choice
from dataspace.reviews.models import ReviewCampaign, ReviewLine, ReviewRecord
from dataspace.reviews.services import Terms
from tests import people
from tests.make import _unit
from tests.proofs.failing import MOMENTS, all_or_nothing

START = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
TERMS = Terms(timedelta(183), timedelta(60), timedelta(30))


class Story:
    """A review under way: one right to be removed, one that lapses, one that goes up."""

    def __init__(self, make: Any, policy: Any) -> None:
        self.make, self.policy = make, policy
        with make.writing() as session:
            session.get_one(Stamp, SINCE).version = date(2020, 1, 1).isoformat()
        thing = make.dataset("Fuites", unit="solidarite", sensitivity="restricted", card="internal")
        for login in ("remi", "marc"):
            make.grant(login, "reader", thing, ends=START + timedelta(300), reason=login)
        make.grant("viviane", "reader", thing, starts=START - timedelta(30), reason="viviane")
        with db.writing(make.sessions) as session:
            ines = self.of("ines", session)
            place, until = _unit(session, "valmer"), ines.moment + timedelta(21)
            services.open_campaign(ines, place, title="Revue", deadline=until, terms=TERMS)
        with db.writing(make.sessions) as session:
            self._answer(session, "remi", Choice.REMOVE)

    def of(self, login: str, session: Any) -> Access:
        return Access(people.actor(session, login), session, self.policy)

    def campaign(self, session: Any) -> ReviewCampaign:
        return session.scalars(select(ReviewCampaign)).one()

    def _answer(self, session: Any, about: str, choice: Choice) -> None:
        luc = self.of("luc", session)
        for told in queries.to_answer(luc, self.campaign(session)):
            if told.grant.reason == about:
                answers.answer(luc, told.line, told.grant, choice, note="vu", version=told.line.version)

    def answer(self, session: Any) -> None:
        self._answer(session, "marc", Choice.KEEP)

    def confirm(self, session: Any) -> None:
        luc = self.of("luc", session)
        assert answers.confirm(luc, self.campaign(session)).removed == 1

    def settle(self, session: Any) -> None:
        with time_machine.travel(START + timedelta(22), tick=False):
            assert closing.settle(system(session, Task.REVIEW, self.policy), TERMS) == 3

    def close(self, session: Any) -> None:
        with time_machine.travel(START + timedelta(22), tick=False):
            closing.settle(system(session, Task.REVIEW, self.policy), TERMS)
        with time_machine.travel(START + timedelta(60), tick=False):
            house = system(session, Task.REVIEW, self.policy)
            closing.settle(house, TERMS)
            assert closing.finish(house, TERMS) == 1


def written(story: Story) -> tuple[list[Any], list[Any]]:
    """What reviews change, then the lines of the journal; the chain is checked on the way."""
    with story.make.sessions() as session:
        assert journal.verify(session) is None
        grants = session.execute(select(Grant.id, Grant.ends, Grant.revoked_at, Grant.version).order_by(Grant.id))
        lines = select(ReviewLine.id, ReviewLine.outcome, ReviewLine.rank, ReviewLine.due, ReviewLine.version)
        found = [*grants, *session.execute(lines.order_by(ReviewLine.id))]
        found += session.execute(select(ReviewCampaign.id, ReviewCampaign.closed_at))
        found += session.execute(select(ReviewRecord.height, ReviewRecord.sha256).order_by(ReviewRecord.height))
        found += session.execute(select(Mail.id, Mail.once).order_by(Mail.id))
        return found, list(session.scalars(select(audit.Event.hash).order_by(audit.Event.seq)))


@pytest.mark.prove
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", [Story.answer, Story.confirm, Story.settle, Story.close], ids=lambda act: act.__name__)
def test_a_review_that_fails_anywhere_leaves_all_or_nothing(act: Callable[..., None], moment, make, the_policy):
    with time_machine.travel(START, tick=False):
        story = Story(make, the_policy)
        before, (rows, lines) = all_or_nothing(
            make.sessions, partial(act, story), moment, partial(written, story), most=150, least=8
        )  # fmt: skip
    assert rows != before[0]
    assert lines[: len(before[1])] == before[1]
    assert len(lines) > len(before[1])
