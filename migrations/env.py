"""Alembic runs our migrations here, on an engine without the guard: DDL names every table."""

from alembic import context

from dataspace import db

config = context.config
url = config.get_main_option("sqlalchemy.url")
assert url is not None
engine = db.engine(url, guarded=False)
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A table made again, to change its constraints, would take the rows that point to it along. Before any BEGIN:
        # inside a transaction this pragma does nothing.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=0")
    context.configure(connection=connection, target_metadata=db.Base.metadata, transaction_per_migration=True,
                      render_as_batch=connection.dialect.name == "sqlite")  # fmt: skip
    if connection.dialect.name == "postgresql":
        # Two nodes starting at once: one migrates, the other waits (facts/trust.md F18).
        connection.exec_driver_sql("SELECT pg_advisory_lock(72117)")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_unlock(72117)")
        connection.commit()
engine.dispose()
