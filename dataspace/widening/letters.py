"""The mails of a proposal to open something further: to who may confirm, then to who proposed."""

from dataspace.auth import Access
from dataspace.auth.models import Asset, Person
from dataspace.auth.sentences import day
from dataspace.mail import outbox
from dataspace.mail.outbox import TITLE
from dataspace.widening.models import Widening, WideningState


def asked(access: Access, to: Person, widening: Widening, asset: Asset, portal: str) -> None:
    """Tell one of those who may confirm."""
    body = (
        f"{access.actor.name} propose d’ouvrir davantage {TITLE}. Cela se décide à deux\u00a0: rien ne change sans "
        f"une autre personne.\n\nPourquoi\u00a0: {widening.reason}\n\nSans réponse le {day(widening.expires)}, "
        "la proposition s’éteint."
    )
    _write(access, to, f"Une ouverture à confirmer\u00a0: {TITLE}", body, widening, asset, portal)


def answered(access: Access, to: Person, widening: Widening, asset: Asset, portal: str) -> None:
    """Tell who proposed."""
    word = "confirmé" if widening.state is WideningState.CONFIRMED else "refusé"
    note = f"\n\nMotif\u00a0: {widening.note}" if widening.note else ""
    body = f"{access.actor.name} a {word} l’ouverture de {TITLE} que vous aviez proposée.{note}"
    _write(access, to, f"Ouverture {word}e\u00a0: {TITLE}", body, widening, asset, portal)


def _write(
    access: Access, to: Person, subject: str, body: str, widening: Widening, asset: Asset, portal: str
) -> None:  # fmt: skip
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{portal}/administration/ouvertures/{widening.public_id}\n"
    outbox.put(access.session, to, subject, text, moment=access.moment, about=asset)
