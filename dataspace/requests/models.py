"""A request for access, what happened to it, and what it goes by: conditions, absences, standing rules."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Role, Sensitivity
from dataspace.db import Base, Ordered, Word


class Need(StrEnum):
    """What is asked for; each is given by one role on the one asset."""

    CONSULT = "consult"
    DOWNLOAD = "download"

    @property
    def role(self) -> Role:
        return {"consult": Role.READER, "download": Role.AGENT}[self]

    @property
    def label(self) -> str:
        return {"consult": "consulter à l’écran", "download": "consulter et télécharger"}[self]


class Purpose(StrEnum):
    """What it is for, from a short list; the person's own words say the rest."""

    MISSION = "mission"
    STUDY = "study"
    DECISION = "decision"
    CONTROL = "control"
    PUBLICATION = "publication"

    @property
    def label(self) -> str:
        return {
            "mission": "mener une mission du service", "study": "faire une étude ou un diagnostic",
            "decision": "préparer une décision ou une commission", "control": "contrôler ou évaluer",
            "publication": "publier des chiffres agrégés",
        }[self]  # fmt: skip


class RequestState(StrEnum):
    """As kept; `expired` and `revoked` are read from the access that was given, never written by a nightly job."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return {
            "draft": "brouillon", "submitted": "en cours", "approved": "acceptée", "refused": "refusée",
            "withdrawn": "retirée", "expired": "terminée", "revoked": "accès retiré",
        }[self]  # fmt: skip


class Step(StrEnum):
    """What happens to a request, each dated and signed."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    VISA = "visa"
    ADVICE = "advice"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Opinion(StrEnum):
    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"

    @property
    def label(self) -> str:
        return {"favourable": "favorable", "unfavourable": "défavorable"}[self]


OPEN = (RequestState.DRAFT, RequestState.SUBMITTED)


class AccessRequest(Base):
    """Somebody asks for one asset, for a purpose and until a day, in the name of one of her places."""

    __tablename__ = "access_request"
    __table_args__ = (
        Index("ix_access_request_state", "state", "submitted"),
        Index("ix_access_request_asset", "asset_id", "state"),
        CheckConstraint("(state = 'approved') = (grant_id IS NOT NULL)", name="approval_is_the_grant"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    # Where she works when she asks: whose director is to say something.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    # Who owned the asset, and how high one had to decide, when she asked: routes the request for whoever may not know
    # of the asset. What it is now decides.
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    topic: Mapped[Purpose] = mapped_column(Word(Purpose))
    purpose: Mapped[str] = mapped_column(String(400))
    # Asked in the name of a usage: its own purpose goes before the topic, and it is given to the usage.
    usage_id: Mapped[int | None] = mapped_column(ForeignKey("usage.id"), index=True)
    need: Mapped[Need] = mapped_column(Word(Need))
    until: Mapped[datetime]
    conditions: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[RequestState] = mapped_column(Word(RequestState))
    created: Mapped[datetime]
    submitted: Mapped[datetime | None]
    needs_visa: Mapped[bool] = mapped_column(default=False)
    needs_advice: Mapped[bool] = mapped_column(default=False)
    # The access whose end is to be moved, when this is an extension.
    extends_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("standing_rule.id"))
    decided_at: Mapped[datetime | None]
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    events: Mapped[list["RequestEvent"]] = relationship(
        lazy="raise", order_by="RequestEvent.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    def last(self, step: Step) -> "RequestEvent | None":
        """The last event of that kind."""
        return next((event for event in reversed(self.events) if event.step is step), None)


# One open request for a person and an asset.
_is_open = AccessRequest.state.in_(OPEN)
Index(
    "ix_access_request_open", AccessRequest.person_id, AccessRequest.asset_id, unique=True, sqlite_where=_is_open,
    postgresql_where=_is_open,
)  # fmt: skip


class RequestEvent(Base):
    """What somebody did to a request; `on_behalf_id` is the absent person she stood in for."""

    __tablename__ = "request_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("access_request.id"), index=True)
    at: Mapped[datetime]
    step: Mapped[Step] = mapped_column(Word(Step))
    opinion: Mapped[Opinion | None] = mapped_column(Word(Opinion))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    on_behalf_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(400), default="")


class AssetCondition(Base):
    """What is accepted before asking; the last one counts, the others tell what earlier accesses accepted."""

    __tablename__ = "asset_condition"
    __table_args__ = (Index("uq_asset_condition_version", "asset_id", "version", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]


class StandingRule(Base):
    """An answer given beforehand by who may decide: to a unit's people, holding a role, on a theme, up to a level."""

    __tablename__ = "standing_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # What it opens: the assets of this unit and of its branch, of a theme when one is said.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    level: Mapped[Sensitivity] = mapped_column(Ordered(Sensitivity))
    need: Mapped[Need] = mapped_column(Word(Need))
    # To whom: the people of this unit and of its branch, holding this role; None is anybody of the authority.
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    to_role: Mapped[Role | None] = mapped_column(Word(Role))
    days: Mapped[int]
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
