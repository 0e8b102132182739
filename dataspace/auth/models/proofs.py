"""What stands between a session and a sensitive act: roles taken for a while, and what was typed before signing in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Role
from dataspace.db import Base, Word


class TakenRole(Base):
    """A person takes what she holds by `role`, in one of her sessions, for a reason and until `ends`."""

    __tablename__ = "taken_role"
    __table_args__ = (
        CheckConstraint("ends >= taken_at", name="ends_after_taking"),
        Index("ix_taken_role_person", "person_id", "session", "ends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Public id of the session: taken on one device, it is asleep on the others.
    session: Mapped[str] = mapped_column(String(32))
    role: Mapped[Role] = mapped_column(Word(Role))
    reason: Mapped[str] = mapped_column(String(400))
    taken_at: Mapped[datetime]
    ends: Mapped[datetime]


class HeldForm(Base):
    """What somebody had typed when she was asked to prove who she is: given back to her alone, for half an hour."""

    __tablename__ = "held_form"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(600))
    # Encrypted: reasons and names, that nobody sent yet.
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]
