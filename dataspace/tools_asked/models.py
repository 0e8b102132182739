"""A tool asked for, who joined in, and what was answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dataspace.auth.models.assets import public_id
from dataspace.db import Base, Word


class ToolState(StrEnum):
    RECEIVED = "received"
    STUDIED = "studied"
    DELIVERED = "delivered"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            "received": "reçue", "studied": "à l’étude", "delivered": "livrée", "refused": "refusée",
        }[self]  # fmt: skip

    @property
    def is_over(self) -> bool:
        return self in (ToolState.DELIVERED, ToolState.REFUSED)


class ToolRequest(Base):
    """Somebody asks for a tool that does not exist yet, in the name of one of her places."""

    __tablename__ = "tool_request"
    __table_args__ = (
        Index("ix_tool_request_unit", "unit_id", "state"),
        Index("ix_tool_request_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(160))
    purpose: Mapped[str] = mapped_column(String(1000))
    audience: Mapped[str] = mapped_column(String(200))
    wanted_by: Mapped[datetime | None]
    # Her colleagues of the same directorate may read it and join in.
    is_shared: Mapped[bool] = mapped_column(default=True)
    state: Mapped[ToolState] = mapped_column(Word(ToolState), default=ToolState.RECEIVED)
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    events: Mapped[list["ToolEvent"]] = relationship(
        lazy="raise", order_by="ToolEvent.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class ToolEvent(Base):
    """What was said of it: a new state by who answers, or a word of either side (no state)."""

    __tablename__ = "tool_event"
    __table_args__ = (CheckConstraint("state IS NOT NULL OR note <> ''", name="says_something"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("tool_request.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[ToolState | None] = mapped_column(Word(ToolState))
    note: Mapped[str] = mapped_column(String(600), default="")


class ToolSupport(Base):
    """« Moi aussi »: a colleague who needs it too."""

    __tablename__ = "tool_support"
    request_id: Mapped[int] = mapped_column(ForeignKey("tool_request.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
