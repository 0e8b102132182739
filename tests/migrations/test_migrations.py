"""Migrations go up, down and up, on both engines, and make what the models say."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

import dataspace.app
import dataspace.proof.services
import dataspace.requests.services  # noqa: F401 - every model is known
from dataspace import db
from dataspace.audit.models import Head


@pytest.fixture
def url(clone) -> str:
    return clone("bare", "migrations")


@pytest.fixture
def engine(url):
    made = db.engine(url, guarded=False)
    yield made
    made.dispose()


def tables(engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_up(url, engine):
    made = tables(engine)
    assert {"asset", "access_grant", "event", "person"} <= made
    command.downgrade(db.alembic_config(url), "base")
    assert tables(engine) == set()
    db.upgrade(url)
    assert tables(engine) == made
    with db.sessions(engine)() as session:
        assert session.scalars(select(Head)).one().seq == 0
        assert db.answers(session)


def test_going_up_twice_changes_nothing(url, engine):
    made = tables(engine)
    db.upgrade(url)
    assert tables(engine) == made


def test_the_models_are_what_the_migrations_make(engine):
    handmade = {table.name for table in db.Base.metadata.tables.values() if table.info.get("handmade")}

    def is_ours(obj, name, kind, reflected, _other) -> bool:
        table = name if kind == "table" else getattr(getattr(obj, "table", None), "name", "")
        return not any(table == hand or table.startswith(f"{hand}_") for hand in handmade)

    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": is_ours, "render_as_batch": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), db.Base.metadata)
    assert found == []


def test_migrations_are_one_line(url):
    script = ScriptDirectory.from_config(db.alembic_config(url))
    assert len(script.get_heads()) == 1
    assert all(not isinstance(revision.down_revision, tuple) for revision in script.walk_revisions())
