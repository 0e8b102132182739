"""What a walk found, kept as it was filed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.db import Base


class Certificate(Base):
    """One walk of the house through the portal: numbered, dated, and never changed. `sha256` is that of `html`."""

    __tablename__ = "leak_certificate"
    __table_args__ = (
        CheckConstraint("ended >= started", name="ends_after_start"),
        CheckConstraint("number > 0 AND leaks >= 0 AND requests >= 0", name="counts"),
        CheckConstraint("length(sha256) = 64", name="whole_hash"),
        Index("ix_leak_certificate_leaks", "leaks", "number"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    number: Mapped[int] = mapped_column(unique=True)
    started: Mapped[datetime]
    ended: Mapped[datetime]
    people: Mapped[int]
    surfaces: Mapped[int]
    requests: Mapped[int]
    leaks: Mapped[int]
    # Whether the walk went to its end: cut short, it shows the leaks that it met and proves nothing else.
    is_complete: Mapped[bool]
    policy: Mapped[str] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    html: Mapped[str] = mapped_column(Text)
    # Of each leak: as whom (public id) and on what (public id), to ask it again first. Never shown.
    again: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # What the page shows: kinds of people, surfaces, sentences.
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def is_clean(self) -> bool:
        return self.leaks == 0 and self.is_complete
