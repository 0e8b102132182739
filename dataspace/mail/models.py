"""Mails that wait, and those that left."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.db import Base


class Mail(Base):
    """A mail to one person. What it is about is named when it leaves, if she may know of it then."""

    __tablename__ = "mail_outbox"
    __table_args__ = (Index("ix_mail_outbox_due", "sent", "next_try"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # Names the message for the mail servers: sent twice, it is kept once.
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    # What may be told once only (a reminder, by access, end and number of days).
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    created: Mapped[datetime]
    next_try: Mapped[datetime]
    sent: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(300), default="")
