"""An access without an end, before it exists: who asks for it, and what the DPO thinks of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Role
from dataspace.db import Base, Word


class EndlessOpinion(Base):
    """The opinion asked, then given, on one access without an end; `grant_id` once it was used."""

    __tablename__ = "endless_opinion"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (subject_unit_id IS NULL)", name="one_subject"),
        CheckConstraint("(unit_id IS NULL) <> (asset_id IS NULL)", name="one_scope"),
        CheckConstraint("(is_favourable IS NULL) = (advised_at IS NULL)", name="opinion_is_dated"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    with_services: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(400))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    is_favourable: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    advised_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    advised_at: Mapped[datetime | None]
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"))
