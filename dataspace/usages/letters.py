"""The mails of who asks to take part in a usage: to who keeps it, then to who asked."""

from datetime import datetime

from dataspace.auth import Access, Permission
from dataspace.auth.answering import nearest
from dataspace.auth.models import Person, Usage
from dataspace.auth.queries import people
from dataspace.auth.sentences import day
from dataspace.mail import outbox
from dataspace.usages.models import JoinState, UsageJoin


def asked(access: Access, usage: Usage, found: UsageJoin, portal: str) -> None:
    """Tell the nearest who keep the usage; never who asks."""
    subject = f"{access.actor.name} demande à être de l’usage «\u00a0{usage.title}\u00a0»"
    body = f"{subject}.\n\nPourquoi\u00a0: {found.reason}"
    path = f"/usages/{usage.public_id}/membres/ajouter?demande={found.public_id}"
    for to in nearest(access, Permission.USAGE_MANAGE, usage.unit_id, but=found.person_id):
        _write(access, to, subject, body, f"{portal}{path}", once=f"usage:{found.public_id}:{to.id}")


def answered(
    access: Access, usage: Usage, found: UsageJoin, portal: str, *, until: datetime | None = None
) -> None:  # fmt: skip
    """Tell who asked. What the usage opens is not named: its page says it to whom it may be said."""
    to = people(access.session, [found.person_id]).get(found.person_id)
    if to is None or not to.is_active:
        return
    limit = f" jusqu’au {day(until)}" if until else ""
    named = f"l’usage «\u00a0{usage.title}\u00a0»"
    if found.state is JoinState.ACCEPTED:
        subject = f"Vous êtes de {named}"
        body = f"{access.actor.name} a accepté votre demande\u00a0: vous êtes de {named}{limit}, dès maintenant."
    else:
        subject = f"Votre demande pour {named} est refusée"
        body = f"{access.actor.name} a refusé votre demande d’être de {named}.\n\nMotif\u00a0: {found.answer}"
    _write(access, to, subject, body, f"{portal}/usages/{usage.public_id}", once=f"usage:{found.public_id}:reponse")


def _write(access: Access, to: Person, subject: str, body: str, url: str, *, once: str) -> None:
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{url}\n"
    outbox.put(access.session, to, subject[:300], text, moment=access.moment, once=once)
