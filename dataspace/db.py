"""The database: base class, engines, sessions, transactions, and the guard at the cursor.

The guard (DESIGN 4): a statement that names a guarded table more often than its maker declared is refused before
it reaches the database. Only `auth` declares; a plain select, a Core table, raw SQL, a lazy load, a count over a
subquery or a bulk update carry no declaration, hence never pass.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum, IntEnum
from functools import cache, lru_cache
from time import monotonic
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, FromStatement, ORMExecuteState, Session, sessionmaker

from dataspace.config import shipped
from dataspace.errors import UnscopedRead

GUARDED = {"guarded": True}
_DECLARED = "dataspace_declared"
WRITING = "writing"
# Seconds without use after which a connection may have been closed at the other end.
RESTED = 2.0
S = TypeVar("S", bound=Executable)
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


def is_taken(error: Exception) -> bool:
    """Has somebody just written what can be there once only? (A unique key, in the words of each database.)"""
    if not isinstance(error, IntegrityError):
        return False
    return getattr(error.orig, "sqlstate", "") == "23505" or str(error.orig).startswith("UNIQUE constraint failed")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        if dialect.name == "sqlite":
            # Kept as ISO text, without its offset.
            return lambda value: None if value is None else datetime.fromisoformat(value + "+00:00")
        return lambda value: None if value is None else value.replace(tzinfo=UTC)


class Ordered(TypeDecorator[Any]):
    """An `IntEnum` kept as its small integer, so that SQL can compare it."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum: type[IntEnum]) -> None:
        super().__init__()
        self.enum = enum
        self._members: dict[int | None, IntEnum | None] = {None: None, **{int(member): member for member in enum}}

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], IntEnum | None]:
        return self._members.__getitem__


class Word(TypeDecorator[Any]):
    """A `StrEnum` kept as its word."""

    impl = String(24)
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum
        self._members: dict[str | None, Enum | None] = {None: None, **{member.value: member for member in enum}}

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.enum(value).value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Enum | None]:
        return self._members.__getitem__


class Base(DeclarativeBase):
    """Parent of every model."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, int: Integer}


class GuardedSession(Session):
    """A session whose unit of work may write guarded rows one by one; nothing else may without a declaration."""

    def flush(self, objects: Any = None) -> None:
        token = _flushing.set(True)
        try:
            super().flush(objects)
        finally:
            _flushing.reset(token)


@event.listens_for(GuardedSession, "do_orm_execute")
def _no_other_rows(state: ORMExecuteState) -> None:
    # `from_statement` keeps the declaration of a scoped select while replacing the select itself.
    if isinstance(state.statement, FromStatement) and state.execution_options.get(_DECLARED):
        raise UnscopedRead("from_statement puts other rows under a declaration")


def declare(statement: S, tables: Mapping[str, int]) -> S:
    """`statement`, allowed to name each guarded table that many times more. For `dataspace.auth` and `audit` only."""
    declared = dict(statement.get_execution_options().get(_DECLARED, {}))
    for name, times in tables.items():
        declared[name] = declared.get(name, 0) + times
    return statement.execution_options(**{_DECLARED: declared})


def declared(statement: Executable) -> dict[str, int]:
    """What `statement` was allowed to name."""
    return dict(statement.get_execution_options().get(_DECLARED, {}))


@cache
def _mentions(_tables: int) -> re.Pattern[str]:
    names = sorted((t.name for t in Base.metadata.tables.values() if t.info.get("guarded")), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(names)})(?!\w)(?![\"`\]]?\s*\.)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _named(sql: str, tables: int) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in _mentions(tables).findall(sql):
        found[name.lower()] = found.get(name.lower(), 0) + 1
    return found


@lru_cache(maxsize=1024)
def _named_in(statement: str, tables: int) -> Mapping[str, int]:
    # Expanded IN lists would make every length a new text: fold them before looking.
    return _named(re.sub(r"\((?:[?,\s]|%\([^)]*\)s(?:::\w+)?|%s|NULL)*\)", "()", statement), tables)


def _guard(_conn: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool) -> None:
    named = _named_in(statement, len(Base.metadata.tables))
    if not named or (_flushing.get() and statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")):
        return
    allowed = context.execution_options.get(_DECLARED, {}) if context is not None else {}
    if any(times > allowed.get(name, 0) for name, times in named.items()):
        raise UnscopedRead(f"statement names {dict(named)}, declared {dict(allowed)}")


def engine(url: str, *, guarded: bool = True, pool_size: int = 10) -> Engine:
    """An engine for SQLite (through pysqlite3, whose SQLite is recent) or PostgreSQL, guarded unless asked not to."""
    if make_url(url).get_backend_name() == "sqlite":
        from pysqlite3 import dbapi2

        made = create_engine(url, module=dbapi2, connect_args={"timeout": 5, "isolation_level": None})
        made.dialect.statement_compiler = _SqliteCompiler
        event.listen(made, "connect", _sqlite_pragmas)
        event.listen(made, "begin", _sqlite_begin)
    else:
        made = create_engine(url, pool_size=pool_size, connect_args={"connect_timeout": 3})
        event.listen(made, "checkout", _still_there)
        event.listen(made, "checkin", _rests)
    event.listen(made, "reset", _let_go)
    if guarded:
        event.listen(made, "before_cursor_execute", _guard)
    return made


class _SqliteCompiler(SQLiteCompiler):
    """Since 3.47, SQLite plans by the value of a bare `LIMIT ?`, hence plans anew at each execution: 0.1 to 0.5 ms."""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        written: str = super().limit_clause(select, **kw)  # type: ignore[no-untyped-call]
        return written.replace("LIMIT ", "LIMIT +", 1)


def _let_go(connection: Any, _record: Any, _state: Any) -> None:
    # SQLAlchemy takes a COMMIT that failed for the end of the transaction, and the next request would go on in it.
    connection.rollback()


def _rests(_connection: Any, record: Any) -> None:
    record.info["rests since"] = monotonic()


def _still_there(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether its server still answers; of one just used, that costs too much."""
    if monotonic() - record.info.get("rests since", monotonic()) < RESTED:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        # The pool opens another in its place.
        raise DisconnectionError from error


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: what was acknowledged survives a power cut (facts/trust.md F3).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1", "busy_timeout=5000", "trusted_schema=0"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own knows no accent: « éric » would not find Éric, as it does on PostgreSQL.
    connection.create_function("lower", 1, _lowered, deterministic=True)


def _lowered(said: Any) -> Any:
    return said.lower() if isinstance(said, str) else said


def _sqlite_begin(conn: Any) -> None:
    # Straight to the driver: what surrounds a statement costs more than this one, which opens every request.
    begin = "BEGIN IMMEDIATE" if conn.get_execution_options().get("write") else "BEGIN"
    try:
        conn.connection.driver_connection.execute(begin)
    except conn.dialect.dbapi.OperationalError as error:
        raise OperationalError(begin, None, error) from error


def sessions(bind: Engine) -> sessionmaker[GuardedSession]:
    """Makes sessions on `bind`. Rows stay readable after commit: a template never triggers SQL."""
    return sessionmaker(bind, class_=GuardedSession, expire_on_commit=False)


def rows(session: Session, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """Rows of columns, in the session's transaction; as flushed; what the ORM does for entities is left out."""
    session.flush()
    return session.connection().execute(statement, values).all()


def begin_reading(session: Session) -> None:
    """Read without a transaction where each statement would see its own moment anyway (PostgreSQL, read committed).

    SQLite keeps one, so that a page is of one moment.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def begin_writing(session: Session) -> None:
    """Open the transaction as a writer at once, so that a right checked is a right still there at commit."""
    session.connection(execution_options={"write": True})
    session.info[WRITING] = True


@contextmanager
def writing(maker: sessionmaker[Any]) -> Iterator[Any]:
    """A write transaction of its own: committed at the end, or nothing at all."""
    with maker() as session:
        begin_writing(session)
        yield session
        session.commit()


def now() -> datetime:
    """The present moment, aware, to the microsecond."""
    return datetime.now(UTC)


def alembic_config(url: str) -> AlembicConfig:
    """Alembic's configuration for our migrations on `url`."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`, making the file's folder when it is missing."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and target.database and target.database != ":memory:":
        from pathlib import Path

        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(url), revision)


def answers(session: Session) -> bool:
    """Does the database answer, at the newest revision?"""
    from alembic.script import ScriptDirectory

    config = AlembicConfig()
    config.set_main_option("script_location", str(shipped("migrations")))
    head = ScriptDirectory.from_config(config).get_current_head()
    return bool(session.scalar(select(text("version_num")).select_from(text("alembic_version"))) == head)
