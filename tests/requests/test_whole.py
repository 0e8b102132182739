"""All of an approval or none of it; one decision only, whoever comes second; what the database itself forbids."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from dataspace import db
from dataspace.audit import queries as journal
from dataspace.auth import Access
from dataspace.auth.models import Grant
from dataspace.cli import main
from dataspace.errors import Conflict
from dataspace.mail.models import Mail
from dataspace.requests import answers, queries
from dataspace.requests.course import Terms
from dataspace.requests.models import AccessRequest, Need, Purpose, RequestState
from dataspace.requests.queries import Desk
from tests import people


class Broken(Exception):
    """What the database says in the middle of something."""


@pytest.fixture
def asked(asking, water):
    """The public id of Awa's request, at the moment Agnès is to decide."""
    path = asking("awa", water)
    asking.advise("luc", path)
    return path.rsplit("/", 1)[1]


@pytest.fixture
def decide(sessions, the_policy, settings):
    """`decide("agnes", public_id)` accepts in a transaction of its own; `at=n` breaks the n-th statement of it."""

    def run(login, public_id, *, at=0):
        count = 0

        def fail(*_):
            nonlocal count
            count += 1
            if count == at:
                raise Broken

        engine = sessions.kw["bind"]
        if at:
            event.listen(engine, "before_cursor_execute", fail)
        try:
            with db.writing(sessions) as session:
                desk = Desk(Access(people.actor(session, login), session, the_policy), Terms.of(settings))
                request = queries.seen(desk, public_id)
                answers.approve(desk, request, version=request.version)
        finally:
            if at:
                event.remove(engine, "before_cursor_execute", fail)

    return run


def told(sessions):
    """State of the request, grants on request, lines of the journal about them, mails to Awa."""
    with sessions() as session:
        assert journal.verify(session) is None
        request = session.scalars(select(AccessRequest)).one()
        grants = session.scalar(select(func.count()).select_from(Grant).where(Grant.source == "request"))
        awa = people.person(session, "awa").id
        mails = session.scalar(select(func.count()).select_from(Mail).where(Mail.person_id == awa))
        acts = journal.Event.act.in_(("grant-given", "request-decided"))
        lines = session.scalar(select(func.count()).select_from(journal.Event).where(acts))
        return request.state, grants, lines, mails


def test_whatever_statement_fails_an_approval_is_whole_or_nothing(asked, decide, sessions):
    before = told(sessions)
    assert before == (RequestState.SUBMITTED, 0, 0, 0)
    for at in range(1, 100):
        try:
            decide("agnes", asked, at=at)
        except Broken:
            assert told(sessions) == before, f"statement {at}"
        else:
            break
    assert at > 15, "the loop did break something"
    assert told(sessions) == (RequestState.APPROVED, 1, 2, 1)


def test_of_two_decisions_at_the_same_moment_one_holds(asked, decide, sessions, make):
    make.grant("viviane", "director", "eau", with_services=True)

    def attempt(login):
        try:
            decide(login, asked)
        except Conflict as error:
            return error.sentence
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, ("agnes", "viviane")))
    assert found[0] == "Cette demande est déjà acceptée."
    assert found[1] == "accepted"
    assert told(sessions) == (RequestState.APPROVED, 1, 2, 1)


def test_the_database_itself_keeps_one_open_request(asking, water, make):
    asking("awa", water)
    with pytest.raises(IntegrityError), make.writing() as session:
        first = session.scalars(select(AccessRequest)).one()
        session.add(
            AccessRequest(
                person_id=first.person_id, asset_id=first.asset_id, unit_id=first.unit_id, level=first.level,
                owner_unit_id=first.owner_unit_id, topic=Purpose.STUDY, purpose="encore", need=Need.CONSULT,
                until=first.until, state=RequestState.DRAFT, created=first.created,
            )
        )  # fmt: skip


def test_no_approval_without_its_access(asking, water, make):
    asking("awa", water)
    with pytest.raises(IntegrityError), make.writing() as session:
        session.scalars(select(AccessRequest)).one().state = RequestState.APPROVED


def test_the_commands_of_the_timer(asking, water, make, settings, monkeypatch):
    make.grant("awa", "reader", water, ends=db.now() + timedelta(days=5), source="request")
    monkeypatch.setenv("DATASPACE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATASPACE_SECRET_KEY", "a secret for the tests, and only them")
    run = CliRunner()
    assert "envoi\u00a0: 1." in run.invoke(main, ["reminders", "send"], catch_exceptions=False).output
    assert "envoi\u00a0: 0." in run.invoke(main, ["reminders", "send"], catch_exceptions=False).output
    refused = run.invoke(main, ["mail", "send"])
    assert refused.exit_code == 1
    assert "Aucun serveur de messagerie" in refused.output
