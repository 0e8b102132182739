"""The journal: whole, in order, with the act or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, text, update

from dataspace import audit, db
from dataspace.audit import Act, Event, queries
from dataspace.auth import Access
from dataspace.auth.models import Grant, Unit
from dataspace.errors import Refused, Unavailable
from tests import people


@pytest.fixture
def write(sessions, the_policy):
    """`write(*lines)`: one transaction that journals each of these, in Awa's name."""

    def run(*reasons: str) -> None:
        with db.writing(sessions) as session:
            awa = Access(people.actor(session, "awa"), session, the_policy)
            for reason in reasons:
                audit.record(awa, Act.HOUSE, reason=reason)

    return run


def lines(sessions):
    with sessions() as session:
        return session.scalars(select(Event).order_by(Event.seq)).all()


def fault(sessions):
    with sessions() as session:
        return queries.verify(session)


def test_an_empty_journal_holds(sessions):
    assert fault(sessions) is None


def test_lines_follow_one_another(sessions, write):
    write("une", "deux")
    write("trois")
    found = lines(sessions)
    assert [line.facts["reason"] for line in found] == ["une", "deux", "trois"]
    assert [line.seq for line in found] == [1, 2, 3]
    assert [line.previous for line in found[1:]] == [line.hash for line in found[:-1]]
    assert fault(sessions) is None


def test_a_line_says_who_and_in_the_name_of_which_unit(sessions, write):
    write("une")
    (line,) = lines(sessions)
    assert (line.act, line.affectation, line.session) == ("house", "insertion", "test")


EDITED = {"act": "opened", "facts": {"reason": "autre"}, "actor_id": 2, "at": people.LONG_AGO, "subject_id": "x",
          "previous": "0" * 64, "hash": "0" * 64, "affectation": "eau", "session": "x", "once": "x"}  # fmt: skip


@pytest.mark.parametrize("column", EDITED)
def test_a_line_changed_in_the_database_is_named(sessions, write, column):
    write("une", "deux", "trois")
    with sessions() as session:
        session.execute(update(Event).where(Event.seq == 2).values({column: EDITED[column]}))
        session.commit()
    assert fault(sessions).seq == 2


def test_a_line_taken_away_is_named(sessions, write):
    write("une", "deux", "trois")
    with sessions() as session:
        session.execute(delete(Event).where(Event.seq == 2))
        session.commit()
    assert fault(sessions).seq == 2


def test_the_last_line_taken_away_is_named(sessions, write):
    write("une", "deux", "trois")
    with sessions() as session:
        session.execute(delete(Event).where(Event.seq == 3))
        session.commit()
    assert fault(sessions).seq == 3


def test_the_whole_journal_taken_away_is_seen(sessions, write):
    write("une")
    with sessions() as session:
        session.execute(delete(Event))
        session.commit()
    assert fault(sessions).seq == 1


def test_writers_at_once_do_not_fork_the_chain(sessions, write):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: [write(f"{n}.{turn}", "suite") for turn in range(5)], range(8)))
    assert len(lines(sessions)) == 80
    assert fault(sessions) is None


def test_what_is_undone_leaves_neither_act_nor_line(sessions, the_policy, make):
    with sessions() as session:
        db.begin_writing(session)
        awa = Access(people.actor(session, "awa"), session, the_policy)
        session.add(Unit(code="fantome", name="Fantôme", short_name="Fantôme", kind="service"))
        audit.record(awa, Act.HOUSE, reason="fantôme")
        session.flush()
        session.rollback()
        audit.record(awa, Act.HOUSE, reason="la suite")
        session.commit()
    with sessions() as session:
        assert session.scalars(select(Unit).where(Unit.code == "fantome")).all() == []
    assert [line.facts["reason"] for line in lines(sessions)] == ["la suite"]


def test_an_act_that_fails_at_commit_leaves_no_line(sessions, the_policy, make):
    """The line is written last: what breaks the act takes it away."""
    make.unit("double")
    with pytest.raises(Exception, match=r"(?i)unique"), db.writing(sessions) as session:
        awa = Access(people.actor(session, "awa"), session, the_policy)
        audit.record(awa, Act.HOUSE, reason="double")
        session.add(Unit(code="double", name="Double", short_name="Double", kind="service"))
    assert lines(sessions) == []


def test_a_line_that_cannot_be_written_undoes_the_act(sessions, the_policy, make):
    _close_journal(sessions)
    with pytest.raises(Exception, match=r"(?i)event"), db.writing(sessions) as session:
        awa = Access(people.actor(session, "awa"), session, the_policy)
        session.add(Unit(code="sans-trace", name="Sans trace", short_name="Sans trace", kind="service"))
        audit.record(awa, Act.HOUSE)
    with sessions() as session:
        assert session.scalars(select(Unit).where(Unit.code == "sans-trace")).all() == []


def test_an_opening_is_written_once(sessions, access):
    awa = access("awa")
    for hour in ("10", "10", "11"):
        audit.separately(sessions, audit.entry(awa, Act.OPENED, once=f"opened:{hour}"))
    assert [line.once for line in lines(sessions)] == ["opened:10", "opened:11"]


def test_openings_at_once_are_written_once(sessions, access):
    line = audit.entry(access("awa"), Act.OPENED, once="opened:10")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: audit.separately(sessions, dict(line)), range(12)))
    assert len(lines(sessions)) == 1
    assert fault(sessions) is None


def test_when_the_journal_cannot_be_written_nothing_is_served(sessions, access):
    line = audit.entry(access("awa"), Act.OPENED)
    _close_journal(sessions)
    with pytest.raises(Unavailable):
        audit.separately(sessions, line)


def test_only_who_may_read_the_journal_reads_it(sessions, write, access):
    write("une")
    assert [line.facts["reason"] for line in queries.search(access("odile"))] == ["une"]
    for login in ("awa", "luc", "claire", "jerome"):
        with pytest.raises(Refused):
            queries.search(access(login))


def test_the_grant_that_decided_gives_its_unit(sessions, make, access):
    """Awa works at Insertion and helps Eau: what she opens there is opened in Eau's name."""
    make.grant("awa", "agent", on="eau", reason="renfort")
    with sessions() as session:
        eau = session.scalars(select(Unit.id).where(Unit.code == "eau")).one()
        assert session.scalars(select(Grant.id).where(Grant.unit_id == eau, Grant.reason == "renfort")).one()
    awa = access("awa")
    (held,) = [held for held in awa.facts.held if held.unit_id == eau]
    assert audit.entry(awa, Act.OPENED, held=held)["affectation"] == "eau"


def _close_journal(sessions) -> None:
    """As when the disk is full or the table is broken: the journal takes no line."""
    with sessions() as session:
        session.execute(text("ALTER TABLE event RENAME TO event_gone"))
        session.commit()
