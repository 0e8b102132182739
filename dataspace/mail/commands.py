"""`dataspace mail`: what a timer runs every minute."""

import click

from dataspace import db
from dataspace.auth import policy
from dataspace.config import Settings
from dataspace.mail import sender


@click.group("mail", help="La messagerie.")
def mail_group() -> None:
    """Commands on the outbox."""


@mail_group.command("send", help="Envoyer les messages qui attendent.")
def send() -> None:
    """Send what is due."""
    settings = Settings()
    engine = db.engine(settings.database_url)
    try:
        sent = sender.send_due(db.sessions(engine), policy.of(settings), settings)
    finally:
        engine.dispose()
    click.echo(f"Messages partis\u00a0: {sent.left}. Seront réessayés\u00a0: {sent.waiting}.")
