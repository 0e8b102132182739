"""Putting mails aside, in the transaction of what they tell."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth.models import Asset, Person
from dataspace.mail.models import Mail

# Stands for the title of what a mail is about, until it leaves.
TITLE = "{titre}"


def put(
    session: Session, to: Person, subject: str, body: str, *, moment: datetime, about: Asset | int | None = None,
    once: str | None = None,
) -> bool:  # fmt: skip
    """Put a mail aside; `TITLE` in its text is the title of `about`. False when `once` was already told."""
    if once is not None and session.scalar(select(Mail.id).where(Mail.once == once)) is not None:
        return False
    asset_id = about.id if isinstance(about, Asset) else about
    session.add(
        Mail(person_id=to.id, asset_id=asset_id, subject=subject, body=body, once=once, created=moment, next_try=moment)
    )
    session.flush()
    return True


def due(session: Session, moment: datetime, *, limit: int = 100) -> Sequence[int]:
    """Ids of the mails to be tried now, the oldest first."""
    stmt = select(Mail.id).where(Mail.sent.is_(None), Mail.next_try <= moment).order_by(Mail.id).limit(limit)
    return session.scalars(stmt).all()


def taken(session: Session, mail_id: int, moment: datetime) -> tuple[Mail, Person] | None:
    """That mail, for one sender only, unless another one has it or had it."""
    stmt = select(Mail).where(Mail.id == mail_id, Mail.sent.is_(None), Mail.next_try <= moment)
    mail = session.scalar(stmt.with_for_update(skip_locked=True))
    if mail is None:
        return None
    return mail, session.scalars(select(Person).where(Person.id == mail.person_id)).one()


def waiting(session: Session, *, limit: int) -> list[tuple[Mail, Person]]:
    """Mails that have not left, the newest first, each with whom it goes to."""
    stmt = select(Mail, Person).join(Person, Person.id == Mail.person_id).where(Mail.sent.is_(None))
    return [(row[0], row[1]) for row in session.execute(stmt.order_by(Mail.id.desc()).limit(limit))]
