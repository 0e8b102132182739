"""Who people are, where they work, how the directory knows them, and their open sessions."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.auth.models.assets import public_id
from dataspace.auth.words import MembershipKind, PersonKind, Role, Source
from dataspace.db import Base, Word


def called(given_name: str, family_name: str, login: str) -> tuple[str, str, str]:
    """Name, short name (« Awa D. ») and initials of somebody; her login where the directory says nothing more."""
    name = f"{given_name} {family_name}".strip() or login
    short = f"{given_name} {family_name[:1]}.".strip() if family_name else name
    return name, short, (given_name[:1] + family_name[:1]).upper() or login[:2].upper()


class Person(Base):
    """An agent, an élu or a partner. Being somebody gives no right."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    post: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[PersonKind] = mapped_column(Word(PersonKind), default=PersonKind.AGENT)
    is_feminine: Mapped[bool | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    # What changed for her while she was away: said on her next page, then forgotten.
    notice: Mapped[str] = mapped_column(String(400), default="")

    @property
    def name(self) -> str:
        return called(self.given_name, self.family_name, self.login)[0]

    @property
    def short_name(self) -> str:
        return called(self.given_name, self.family_name, self.login)[1]

    @property
    def initials(self) -> str:
        return called(self.given_name, self.family_name, self.login)[2]


class Identity(Base):
    """How one provider names a person: (issuer, subject), never the e-mail (ASVS 10.3.3)."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str] = mapped_column(String(400))


class Membership(Base):
    """Where a person works or sits, dated. It gives nothing by itself; `areas` narrows her rows."""

    __tablename__ = "membership"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[MembershipKind] = mapped_column(Word(MembershipKind), default=MembershipKind.POSTING)
    quota: Mapped[int] = mapped_column(default=100)
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    title: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[Source] = mapped_column(Word(Source), default=Source.SSO)
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]


class PersonGroup(Base):
    """A group of the directory, as last received for this person."""

    __tablename__ = "person_group"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)


class PersonClaim(Base):
    """A value of a claim, as last heard for this person; `origin` is who said it (see auth/mapping.py)."""

    __tablename__ = "person_claim"
    __table_args__ = (Index("ix_person_claim_value", "value", "claim"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(400), primary_key=True)
    claim: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)


class GroupMapping(Base):
    """What a value of a claim gives: a role on a unit, and a place in it."""

    __tablename__ = "group_mapping"
    __table_args__ = (UniqueConstraint("issuer", "claim", "value", "unit_id", "role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    # Empty: the authority's own provider. Another provider's « admins » are nobody's here unless a row names it.
    issuer: Mapped[str] = mapped_column(String(400), default="")
    claim: Mapped[str] = mapped_column(String(64), default="groups")
    value: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    with_services: Mapped[bool] = mapped_column(default=False)
    membership: Mapped[MembershipKind | None] = mapped_column(Word(MembershipKind))
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def title(self) -> str:
        return f"{self.claim} = {self.value}"


class AuthSession(Base):
    """An open session: deleting the row closes it on every worker at the next request."""

    __tablename__ = "auth_session"
    __table_args__ = (Index("ix_auth_session_issuer_sid", "issuer", "sid"),)
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(400))
    sid: Mapped[str | None] = mapped_column(String(400))
    created: Mapped[datetime]
    seen: Mapped[datetime]
    auth_time: Mapped[datetime | None]
    acr: Mapped[str | None] = mapped_column(String(64))
    # « Firefox sur Windows »: enough for its owner to recognise it, nothing more.
    device: Mapped[str] = mapped_column(String(60), default="")
    # Encrypted: only good for RP-initiated logout.
    id_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Encrypted: what asks the provider again whether the account still lives (auth/liveness.py), and when it was asked.
    renewal: Mapped[bytes | None] = mapped_column(LargeBinary)
    checked: Mapped[datetime | None]
