"""A connection that has rested may have been closed at the other end: nobody has to see it."""

import pytest
from sqlalchemy import select, text

from dataspace import db
from dataspace.auth.models import Unit


@pytest.fixture
def rested(monkeypatch):
    """Every connection of the pool has rested long enough to be asked again."""
    monkeypatch.setattr(db, "RESTED", 0.0)


@pytest.mark.usefixtures("rested")
def test_a_page_is_read_after_the_database_has_restarted(engine_url):
    engine = db.engine(engine_url)
    maker = db.sessions(engine)
    with maker() as session:
        db.begin_reading(session)
        first = session.scalars(select(Unit.code).order_by(Unit.id)).all()
    if engine.dialect.name == "postgresql":
        killer = db.engine(engine_url, guarded=False)
        ended = text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with killer.connect() as other:
            assert other.scalar(ended) == 1
        killer.dispose()
    with maker() as session:
        db.begin_reading(session)
        assert session.scalars(select(Unit.code).order_by(Unit.id)).all() == first
    engine.dispose()


def test_reading_leaves_a_connection_that_can_write(engine_url):
    engine = db.engine(engine_url)
    maker = db.sessions(engine)
    with maker() as session:
        db.begin_reading(session)
        session.scalars(select(Unit)).all()
    with maker() as session:
        db.begin_writing(session)
        session.scalars(select(Unit).where(Unit.code == "eau")).one().name = "changed, then not"
        session.flush()
        session.rollback()
    with maker() as session:
        assert session.scalars(select(Unit.name).where(Unit.code == "eau")).one() == "Direction du Cycle de l’eau"
    engine.dispose()
