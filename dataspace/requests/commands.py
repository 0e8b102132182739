"""`dataspace reminders`: what a timer runs every day."""

import click

from dataspace import db
from dataspace.auth import policy
from dataspace.config import Settings
from dataspace.requests import reminders
from dataspace.requests.course import Terms
from dataspace.tokens import services as tokens


@click.group("reminders", help="Les rappels.")
def reminders_group() -> None:
    """Commands on reminders."""


@reminders_group.command("send", help="Prévenir des accès et jetons qui se terminent, et des demandes qui attendent.")
def send() -> None:
    """Put the reminders of the day in the outbox; telling nothing twice."""
    settings = Settings()
    engine = db.engine(settings.database_url)
    try:
        with db.writing(db.sessions(engine)) as session:
            told = reminders.remind(session, policy.of(settings), Terms.of(settings))
            told += tokens.remind(session, db.now(), portal=settings.portal_url.rstrip("/"))
    finally:
        engine.dispose()
    click.echo(f"Rappels mis en attente d’envoi\u00a0: {told}.")
