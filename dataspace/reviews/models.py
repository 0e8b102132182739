"""A review (a campaign), the rights it asks about, who is asked, and the record of what came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.risks import Cause
from dataspace.auth.words import Role, Sensitivity
from dataspace.db import Base, Ordered, Word


class Outcome(StrEnum):
    """What has become of a line. `removing` waits to be confirmed; `gone` ended otherwise; `left` stays, unsaid."""

    PENDING = "pending"
    KEPT = "kept"
    REMOVING = "removing"
    REMOVED = "removed"
    LAPSED = "lapsed"
    GONE = "gone"
    LEFT = "left"

    @property
    def label(self) -> str:
        return {
            "pending": "à décider", "kept": "gardé", "removing": "à retirer, à confirmer", "removed": "retiré",
            "lapsed": "tombé faute de réponse", "gone": "terminé entre-temps", "left": "laissé en place, sans réponse",
        }[self]  # fmt: skip


# Nobody's answer holds yet.
OPEN = (Outcome.PENDING, Outcome.REMOVING)


class ReviewCampaign(Base):
    """A review of the rights that stand on a unit and its branch, until a deadline."""

    __tablename__ = "review_campaign"
    __table_args__ = (CheckConstraint("deadline > opened_at", name="deadline_after_opening"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    deadline: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ReviewPlace(Base):
    """What decides who is asked: where rights of one role stand, how high, and whose, when they are a decider's own."""

    __tablename__ = "review_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("review_campaign.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    level: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    whole: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    group_name: Mapped[str | None] = mapped_column(String(200))
    usage_id: Mapped[int | None] = mapped_column(ForeignKey("usage.id"))


class ReviewLine(Base):
    """One right to be kept or removed: why it was taken in, as it was when the review opened; read live since."""

    __tablename__ = "review_line"
    __table_args__ = (
        Index("ix_review_line_campaign", "campaign_id", "outcome", "risk"),
        Index("ix_review_line_place", "place_id", "outcome"),
        Index("ix_review_line_due", "outcome", "due"),
        Index("ix_review_line_grant", "grant_id"),
        CheckConstraint("outcome NOT IN ('kept', 'removed') OR answered_at IS NOT NULL", name="answers_are_dated"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("review_campaign.id"))
    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("review_place.id"))
    causes: Mapped[list[str]] = mapped_column(JSON)
    main: Mapped[Cause] = mapped_column(Word(Cause))
    risk: Mapped[int]
    can_lapse: Mapped[bool]
    is_unused: Mapped[bool]
    needs_reason: Mapped[bool]
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome), default=Outcome.PENDING)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    # Whose turn: 0 the nearest who may decide, 1 the next one too, once nobody answered in time.
    rank: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def why(self) -> tuple[Cause, ...]:
        return tuple(Cause(cause) for cause in self.causes)


class ReviewRecord(Base):
    """What came of a review, as it was written then: these very octets, whose SHA-256 is in the journal.

    One for each height of card a reader may know of: a record must not tell what a list would not.
    """

    __tablename__ = "review_record"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("review_campaign.id"), primary_key=True)
    height: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
