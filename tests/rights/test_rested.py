"""A connection that has rested may have been closed at the other end: nobody has to see it."""

from time import sleep

from sqlalchemy import select, text

from dataspace import db
from dataspace.auth.models import Unit


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
    sleep(db.RESTED + 0.1)
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
