"""What the journal tells those whom it concerns: who answers for a thing, and whose own lines were read."""

from datetime import datetime, timedelta

from sqlalchemy import select

from dataspace.audit.journal import Act
from dataspace.audit.models import Event
from dataspace.auth import Access, Permission
from dataspace.auth.models import Asset
from dataspace.auth.words import PersonKind

# Acts of administration: on rights and on the card. Reading is never among them (PRODUCT P10).
ADMINISTERING = (
    Act.GRANT_GIVEN, Act.GRANT_CHANGED, Act.GRANT_REVOKED, Act.REQUEST_SUBMITTED, Act.REQUEST_ADVISED,
    Act.REQUEST_DECIDED, Act.REQUEST_WITHDRAWN, Act.DENIAL_DECLARED, Act.DENIAL_ENDED, Act.ASSET_CREATED,
    Act.ASSET_CHANGED, Act.SEAT_CHANGED, Act.LAST_RESORT, Act.WIDENING_PROPOSED, Act.WIDENING_DECIDED,
    Act.ENDLESS_ASKED, Act.SHARE_MADE, Act.CONDITIONS_WRITTEN,
)  # fmt: skip


def of_asset(access: Access, asset: Asset, *, before: int | None = None, limit: int = 50) -> list[Event]:
    """Acts on the rights and the card of `asset`, newest first, `before` a number. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    stmt = select(Event).where(
        Event.subject_kind == str(asset.kind), Event.subject_id == asset.public_id, Event.act.in_(ADMINISTERING)
    )
    if before is not None:
        stmt = stmt.where(Event.seq < before)
    return list(access.session.scalars(stmt.order_by(Event.seq.desc()).limit(limit)))


def looks_at_me(access: Access, *, delay: timedelta, limit: int = 50) -> list[Event]:
    """When the actor's own lines were looked at by name, newest first; not before `delay` (an inquiry goes on)."""
    kinds = [str(kind) for kind in PersonKind]
    stmt = select(Event).where(
        Event.subject_kind.in_(kinds), Event.subject_id == access.actor.public_id,
        Event.act == Act.PERSON_JOURNAL_READ, Event.at <= access.moment - delay,
    )  # fmt: skip
    return list(access.session.scalars(stmt.order_by(Event.seq.desc()).limit(limit)))


def oldest(access: Access) -> datetime | None:
    """When the first line still kept was written. Needs journal:read."""
    access.require(Permission.JOURNAL_READ)
    return access.session.scalar(select(Event.at).order_by(Event.seq).limit(1))
