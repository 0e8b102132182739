"""What the register says of a usage, beside what decides (auth/models/usages.py): basis, recipients, opinions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import PersonKind
from dataspace.db import Base, Word


class LegalBasis(StrEnum):
    """Article 6(1) of the RGPD, from a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    OBLIGATION = "obligation"
    VITAL = "vital"
    PUBLIC = "public"
    INTEREST = "interest"

    @property
    def article(self) -> str:
        return f"RGPD, article 6.1.{'abcdef'[list(LegalBasis).index(self)]}"

    @property
    def label(self) -> str:
        return {
            "consent": "consentement des personnes", "contract": "exécution d’un contrat",
            "obligation": "obligation légale", "vital": "sauvegarde des intérêts vitaux",
            "public": "mission d’intérêt public", "interest": "intérêt légitime",
        }[self]  # fmt: skip


class HealthGround(StrEnum):
    """Article 9(2): why health data, or other data of its kind, may be used at all."""

    CONSENT = "consent"
    SOCIAL_LAW = "social-law"
    VITAL = "vital"
    PUBLIC_INTEREST = "public-interest"
    CARE = "care"
    PUBLIC_HEALTH = "public-health"
    STATISTICS = "statistics"

    @property
    def label(self) -> str:
        return {
            "consent": "consentement explicite (9.2.a)", "social-law": "droit de la protection sociale (9.2.b)",
            "vital": "intérêts vitaux (9.2.c)", "public-interest": "intérêt public important (9.2.g)",
            "care": "soins et prise en charge sociale (9.2.h)", "public-health": "santé publique (9.2.i)",
            "statistics": "recherche ou statistique (9.2.j)",
        }[self]  # fmt: skip


class RecipientKind(StrEnum):
    """A category of recipients; with a unit, it is a rule on people: see queries.fitting."""

    AGENTS = "agents"
    ELECTED = "elected"
    PARTNER = "partner"
    PROVIDER = "provider"

    @property
    def label(self) -> str:
        return {
            "agents": "agents", "elected": "élus, en agrégats", "partner": "partenaire", "provider": "prestataire",
        }[self]  # fmt: skip

    @property
    def person(self) -> PersonKind:
        """The kind of people who fit."""
        return {"agents": PersonKind.AGENT, "elected": PersonKind.ELECTED}.get(self, PersonKind.PARTNER)


class Stance(StrEnum):
    FAVOURABLE = "favourable"
    RESERVED = "reserved"

    @property
    def label(self) -> str:
        return {"favourable": "favorable", "reserved": "réservé"}[self]


class JoinState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"asked": "en attente", "accepted": "acceptée", "refused": "refusée"}[self]


class UsageSheet(Base):
    """The line of the register: whose, on which basis, how long the data is kept, when this is looked at again."""

    __tablename__ = "usage_sheet"
    __table_args__ = (CheckConstraint("retention_months > 0", name="keeps_for_a_time"),)
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"), primary_key=True)
    basis: Mapped[LegalBasis] = mapped_column(Word(LegalBasis))
    health_ground: Mapped[HealthGround | None] = mapped_column(Word(HealthGround))
    controller_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    retention_months: Mapped[int]
    # The start of the usage and its months of keeping, put together: what SQL compares.
    kept_until: Mapped[datetime]
    review_date: Mapped[datetime] = mapped_column(index=True)


class UsageRecipient(Base):
    """A category of recipients that is declared: people of that kind, in that unit and its branch."""

    __tablename__ = "usage_recipient"
    __table_args__ = (Index("uq_usage_recipient_kind", "usage_id", "kind", "unit_id", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"))
    kind: Mapped[RecipientKind] = mapped_column(Word(RecipientKind))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class UsageJoin(Base):
    """Somebody asks to take part; who answers for the usage accepts until a day, or refuses with a reason."""

    __tablename__ = "usage_join"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(String(400))
    asked: Mapped[datetime]
    state: Mapped[JoinState] = mapped_column(Word(JoinState), default=JoinState.ASKED)
    answered: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(String(400), default="")


# One request under way for a person and a usage.
_waits = UsageJoin.state == JoinState.ASKED
Index(
    "uq_usage_join_waiting", UsageJoin.usage_id, UsageJoin.person_id, unique=True, sqlite_where=_waits,
    postgresql_where=_waits,
)  # fmt: skip


class UsageOpinion(Base):
    """What the DPO thinks of a usage as it stood; she does not decide."""

    __tablename__ = "usage_opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    usage_id: Mapped[int] = mapped_column(ForeignKey("usage.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    stance: Mapped[Stance] = mapped_column(Word(Stance))
    note: Mapped[str] = mapped_column(String(400), default="")
    # The version of the usage it is about: changed since, it says so.
    on_version: Mapped[int]
