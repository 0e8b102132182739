"""The journal's lines and its head."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.db import Base


class Event(Base):
    """One line of the journal. Never updated; purged past its time only. `hash` covers it and the hash before it."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_kind", "subject_id", "seq"),
        Index("ix_event_actor", "actor_id", "seq"),
        Index("ix_event_at", "at"),
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(40), index=True)
    actor_id: Mapped[int | None]
    session: Mapped[str] = mapped_column(String(32), default="")
    # Code of the unit in whose name the actor acted (which affectation), when a grant decided.
    affectation: Mapped[str] = mapped_column(String(64), default="")
    subject_kind: Mapped[str] = mapped_column(String(32), default="")
    subject_id: Mapped[str] = mapped_column(String(64), default="")
    subject_title: Mapped[str] = mapped_column(String(300), default="")
    facts: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    # What may be written once only (an opening, by session, asset and hour).
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Head(Base):
    """The last line's number and hash: one row, locked last, so that two writers cannot fork the chain."""

    __tablename__ = "journal_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="0" * 64)
    # Number of the last line that tells of a change, not of a reading.
    changed: Mapped[int] = mapped_column(default=0, server_default="0")


class SinkLag(Base):
    """A second sink that missed lines: from which one on, and since when. No row: nothing was missed."""

    __tablename__ = "journal_sink_lag"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    first: Mapped[int]
    since: Mapped[datetime]


class Anchor(Base):
    """Where a purge stopped: the number and hash of the last line taken away. The chain goes on from the last one."""

    __tablename__ = "journal_anchor"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
