"""What is done with tokens beside the kernel: finding the datasets meant, telling their owners."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dataspace.auth import Access, Permission, labels, lending
from dataspace.auth.models import Asset
from dataspace.auth.sentences import day
from dataspace.auth.words import AssetKind
from dataspace.errors import Invalid
from dataspace.mail import outbox

_WARNED = timedelta(days=14)
_MOST = 50


def datasets_meant(access: Access, text: str) -> tuple[Asset, ...] | None:
    """The datasets named one a line, by exact title, identifier or address; None when nothing is said.

    Raises Invalid, naming the line, for what the actor may not know of or does not exist: the same answer.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    if len(lines) > _MOST:
        raise Invalid(f"{_MOST} jeux de données au plus par jeton.")
    found: dict[int, Asset] = {}
    for line in lines:
        word = line.rstrip("/").rpartition("/")[2]
        known = access.select(Asset, Permission.CARD_SEE).where(Asset.kind == AssetKind.DATASET)
        titled = access.session.scalars(known.where(labels.is_titled(line)).limit(2)).all()
        asset = access.session.scalar(known.where(Asset.public_id == word[:32]))
        if asset is None and len(titled) == 1:
            asset = titled[0]
        if asset is None:
            raise Invalid(f"« {line[:120]} »\u00a0: jeu de données inconnu, écrivez son titre exact ou son adresse.")
        found[asset.id] = asset
    return tuple(found.values())


def revoke_for_other(access: Access, public_id: str, *, reason: str, portal: str) -> str:
    """Revoke the token of somebody of one's reach, and tell her why; her name."""
    access.require(Permission.RIGHTS_ASSIGN)
    token, owner = lending.revoke(access, public_id, reason=reason)
    body = (
        f"Bonjour {owner.given_name or owner.name},\n\n{access.actor.name} a révoqué votre jeton «\u00a0{token.name}"
        f"\u00a0»\u00a0: les programmes qui s’en servaient n’ouvrent plus rien.\n\nMotif\u00a0: {reason.strip()}\n\n"
        f"Vos jetons\u00a0: {portal}/mes-acces/jetons\n"
    )
    subject = f"Votre jeton «\u00a0{token.name}\u00a0» a été révoqué"
    outbox.put(access.session, owner, subject, body, moment=access.moment, once=f"jeton-revoque:{token.public_id}")
    return owner.name


def remind(session: Session, moment: datetime, *, portal: str) -> int:
    """Put aside a mail for each token that ends within two weeks, once; how many."""
    told = 0
    for token, owner in lending.ending(session, moment, moment + _WARNED):
        if token.ends - token.created <= _WARNED:
            # Made for less than that: she has just been told.
            continue
        body = (
            f"Bonjour {owner.given_name or owner.name},\n\nVotre jeton «\u00a0{token.name}\u00a0» se termine le "
            f"{day(token.ends)}. Les programmes qui s’en servent n’ouvriront plus rien ensuite.\n\n"
            f"S’il sert encore, créez-en un autre et donnez-le au programme\u00a0: {portal}/mes-acces/jetons\n"
            "Sinon, vous n’avez rien à faire.\n"
        )
        subject = f"Votre jeton «\u00a0{token.name}\u00a0» se termine le {day(token.ends)}"
        once = f"jeton:{token.public_id}:{token.ends:%Y%m%d}"
        told += outbox.put(session, owner, subject, body, moment=moment, once=once)
    return told
