"""A seat of the directory (theme, territory, unit) and who holds it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dataspace.auth.models import Asset
from dataspace.db import GUARDED, Base, now


class Seat(Base):
    """What one calls about; the asset holds its title, unit, theme and who may know of it."""

    __tablename__ = "seat"
    __table_args__ = {"info": GUARDED}
    __attached__ = ("holder",)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    # INSEE codes served; empty: the whole authority.
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    mailbox: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    # When nobody holds it: whom to call instead, so that a theme is never without a name.
    fallback_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened: Mapped[datetime] = mapped_column(default=now)
    asset: Mapped[Asset] = relationship(lazy="raise")
    holders: Mapped[list["Holder"]] = relationship(lazy="raise", order_by="Holder.is_deputy, Holder.starts")


class Holder(Base):
    """Referents move jobs: the seat stays, the holder changes."""

    __tablename__ = "holder"
    __table_args__ = {"info": GUARDED}
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.asset_id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_deputy: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[datetime | None]
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
