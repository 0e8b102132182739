"""From the outbox to the mail server, one mail at a time. Only module that speaks SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import structlog
from sqlalchemy.orm import Session, sessionmaker

from dataspace import db
from dataspace.auth import Access, Actor, Permission, Policy
from dataspace.auth.models import Asset, Person
from dataspace.config import Settings
from dataspace.errors import Unavailable
from dataspace.mail import outbox
from dataspace.mail.models import Mail

_TIMEOUT = 20
_LONGEST_WAIT = timedelta(hours=12)
_UNNAMED = "un élément du portail"
# What opens the title of a thing to somebody: seeing its card, or the rights on it.
_KNOWING = (Permission.CARD_SEE, Permission.RIGHTS_SEE, Permission.DATASET_READ, Permission.DASHBOARD_OPEN)
log = structlog.get_logger()


@dataclass(frozen=True)
class Sent:
    """How many mails left, and how many will be tried again."""

    left: int
    waiting: int


def send_due(maker: sessionmaker[Any], policy: Policy, settings: Settings) -> Sent:
    """Send what is due. A mail that is refused waits longer each time; the others go on.

    Raises Unavailable when no mail server is configured, or when it does not answer at all.
    """
    if not settings.smtp_host:
        raise Unavailable("Aucun serveur de messagerie n’est configuré.", "Donnez DATASPACE_SMTP_HOST.")
    with maker() as session:
        waiting = outbox.due(session, db.now())
    if not waiting:
        return Sent(0, 0)
    left = 0
    with _connected(settings) as server:
        for mail_id in waiting:
            left += _send(maker, policy, settings, server, mail_id)
    return Sent(left, len(waiting) - left)


def written(session: Session, policy: Policy, mail: Mail, to: Person, moment: datetime, sender: str) -> EmailMessage:
    """The message as it leaves now: what it is about is named only if its reader may know of it at this moment."""
    title = _UNNAMED
    if mail.asset_id is not None:
        access = Access(Actor.of(to), session, policy, moment=moment)
        known = session.scalar(access.select(Asset, *_KNOWING).where(Asset.id == mail.asset_id))
        title = f"«\u00a0{known.title}\u00a0»" if known is not None else _UNNAMED
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, to.email
    message["Subject"] = " ".join(mail.subject.replace(outbox.TITLE, title).split())
    message["Message-ID"] = f"<{mail.public_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body.replace(outbox.TITLE, title))
    return message


def _send(maker: sessionmaker[Any], policy: Policy, settings: Settings, server: smtplib.SMTP, mail_id: int) -> bool:
    with db.writing(maker) as session:
        moment = db.now()
        found = outbox.taken(session, mail_id, moment)
        if found is None:
            return False
        mail, to = found
        mail.attempts += 1
        try:
            if to.is_active and to.email:
                server.send_message(written(session, policy, mail, to, moment, settings.mail_from))
            mail.sent, mail.last_error = moment, "" if to.is_active and to.email else "destinataire sans adresse"
        except smtplib.SMTPException as error:
            mail.last_error = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()[:300]
            mail.next_try = moment + min(timedelta(minutes=2**mail.attempts), _LONGEST_WAIT)
            log.warning("mail", kind=type(error).__name__, attempts=mail.attempts)
        return mail.sent is not None


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context(cafile=settings.ca_bundle))
            if settings.smtp_username:
                server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
            yield server
    except (OSError, smtplib.SMTPException) as error:
        again = "Les messages attendent\u202f; réessayez."
        raise Unavailable("Le serveur de messagerie ne répond pas.", again) from error
