"""Making a link, and taking one back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, Permission, labels, sharing
from dataspace.auth.models import Asset, Person, Share, ShareReader
from dataspace.auth.models.assets import public_id
from dataspace.auth.queries import asset_known, people
from dataspace.auth.rights import deciding_level
from dataspace.auth.sharing import FOR_ALL, READING
from dataspace.auth.words import AssetKind, RowAttribute
from dataspace.catalog import sheets
from dataspace.dashboards import queries as dashboards
from dataspace.errors import Invalid, NotFound, Refused
from dataspace.mail import outbox
from dataspace.mail.outbox import TITLE

_MOST_PEOPLE = 20
_MOST_VALUES = 200
_HOLDS = {RowAttribute.UNIT: "codes d’unités", RowAttribute.AREA: "codes INSEE des communes"}


class CannotShare(Refused):
    """What does not leave by a link: protected, or above what the actor's role may share."""

    sentence = "Ce contenu ne se partage pas par un lien."
    next_step = "Donnez l’adresse de sa fiche à votre collègue, qui pourra demander l’accès."


@dataclass(frozen=True)
class Wanted:
    """A link to be made. `people` None is any colleague who holds it; `values` are those of `column` to keep."""

    purpose: str
    ends: datetime
    people: tuple[Person, ...] | None
    column: str = ""
    values: tuple[str, ...] = ()


def people_meant(access: Access, text: str) -> tuple[Person, ...]:
    """The people named one a line: a login, or a name that only one person bears. Raises Invalid, naming the line."""
    lines = list(dict.fromkeys(line.strip(" ,;\t") for line in text.splitlines() if line.strip(" ,;\t")))
    if len(lines) > _MOST_PEOPLE:
        raise Invalid(f"{_MOST_PEOPLE} collègues au plus par lien.")
    found: dict[int, Person] = {}
    for line in lines:
        person = labels.person(access.session, line)
        if person is None or not person.is_active:
            raise Invalid(_unknown(line))
        found[person.id] = person
    return tuple(found.values())


def why_not(access: Access, asset: Asset) -> str | None:
    """Why the actor may not share `asset`, which she reads; None when she may."""
    if asset.is_protected:
        return (
            f"Ce contenu est protégé ({asset.protection.label})\u00a0: il ne s’ouvre qu’à des personnes nommées, "
            "par une décision de la direction responsable, jamais par un lien."
        )
    if sharing.may_share(access, asset):
        return None
    highest = access.scope(Permission.SHARE_MAKE).cells.get(asset.unit_id)
    if highest is None:
        return "Votre rôle ne partage pas par un lien ce que cette direction détient."
    return (
        f"Ce contenu est au niveau «\u00a0{asset.sensitivity.label}\u00a0», et votre rôle partage par un lien "
        f"jusqu’à «\u00a0{highest.label}\u00a0»."
    )


def make(access: Access, asset: Asset, wanted: Wanted, *, longest: timedelta) -> tuple[Share, str]:
    """A link to `asset`, and its secret, that is kept nowhere.

    Raises CannotShare, or Invalid (purpose, end, people, rows).
    """
    if not sharing.may_share(access, asset):
        raise CannotShare(why_not(access, asset))
    if access.facts.taken and not sharing.may_share(_rested(access), asset):
        raise Invalid(
            "Vous lisez ceci par des droits pris pour un moment\u00a0: le lien n’ouvrirait plus rien une fois rendus."
        )
    decision = access.require(Permission.SHARE_MAKE, asset)
    _check(access, asset, wanted, longest)
    secret = sharing.new_secret()
    share = Share(
        public_id=public_id(), author_id=access.actor.person_id, asset_id=asset.id,
        secret_hash=sharing.hash_of(secret), is_for_all=wanted.people is None, up_to=deciding_level(asset),
        row_column=wanted.column or None, row_values=list(wanted.values) if wanted.column else None,
        purpose=wanted.purpose.strip()[:400], created=access.moment, ends=wanted.ends,
    )  # fmt: skip
    access.session.add(share)
    access.session.flush()
    access.session.add_all(ShareReader(share_id=share.id, person_id=one.id) for one in wanted.people or ())
    record(
        access, Act.SHARE_MADE, asset, held=decision.held if decision else None, share=share.public_id,
        ends=share.ends, purpose=share.purpose, to=[one.public_id for one in wanted.people or ()],
        is_for_all=share.is_for_all, column=wanted.column, values=list(wanted.values),
    )  # fmt: skip
    return share, secret


def take_back(access: Access, share_id: str) -> None:
    """End one of the actor's own links now. Raises NotFound for anybody else's."""
    share = _locked(access, share_id)
    if share is None or share.author_id != access.actor.person_id:
        raise NotFound
    _end(access, share, reason="")


def end_for_other(access: Access, share_id: str, *, reason: str, portal: str) -> Asset:
    """End a link to something one answers for, whoever made it, and tell its author. Raises NotFound, Invalid."""
    share = _locked(access, share_id)
    known = access.select(Asset, Permission.SHARE_END)
    asset: Asset | None = access.session.scalar(known.where(Asset.id == share.asset_id)) if share else None
    if share is None or asset is None:
        raise NotFound
    access.require(Permission.SHARE_END, asset)
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est envoyé à la personne et conservé au journal.")
    if share.revoked_at is None:
        _end(access, share, reason=reason.strip())
        author = people(access.session, [share.author_id])[share.author_id]
        body = (
            f"Bonjour {author.given_name or author.name},\n\n{access.actor.name} a retiré votre lien de partage vers "
            f"{TITLE}\u00a0: il n’ouvre plus rien.\n\nMotif\u00a0: {reason.strip()}\n\n{portal}/mes-acces/partages\n"
        )
        subject = f"Votre lien de partage a été retiré\u00a0: {TITLE}"
        once = f"partage-retire:{share.public_id}"
        outbox.put(access.session, author, subject, body, moment=access.moment, about=asset, once=once)
    return asset


def shareable(access: Access, public_id: str) -> Asset:
    """The thing that a link would open. Raises NotFound when the actor may not know of it, Refused unless she reads."""
    asset = asset_known(access, public_id, Permission.CARD_SEE, *READING.values())
    if asset is None or asset.kind not in READING:
        raise NotFound
    if not access.allows(READING[asset.kind], asset):
        raise Refused(
            "On ne partage que ce que l’on lit, et vous ne lisez pas cet élément.",
            "Sa fiche dit qui décide, et permet de demander l’accès.",
        )
    return asset


def _check(access: Access, asset: Asset, wanted: Wanted, longest: timedelta) -> None:
    if not wanted.purpose.strip():
        raise Invalid("Dites à quoi ce lien sert\u00a0: c’est lu par qui le reçoit, et conservé au journal.")
    # The last day counts whole.
    if not access.moment < wanted.ends < access.moment + longest + timedelta(days=1):
        raise Invalid("La date de fin est passée, ou trop lointaine.")
    if wanted.people is None and not sharing.may_be_for_all(asset):
        raise Invalid(f"Au-dessus de «\u00a0{FOR_ALL.label}\u00a0», nommez les collègues à qui ce lien est destiné.")
    if wanted.people is not None and not wanted.people:
        raise Invalid("Nommez au moins une personne.")
    for person in wanted.people or ():
        theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
        if person.id == access.actor.person_id:
            raise Invalid("Ce lien est pour vos collègues\u00a0: vous lisez déjà ce contenu.")
        if not sharing.is_colleague(theirs, asset):
            raise Invalid(_unknown(person.name))
    if wanted.column:
        _check_rows(access, asset, wanted)


def _check_rows(access: Access, asset: Asset, wanted: Wanted) -> None:
    if not wanted.values or len(wanted.values) > _MOST_VALUES:
        raise Invalid(f"Donnez les valeurs à garder, une par ligne, {_MOST_VALUES} au plus.")
    if wanted.column not in columns(access, asset):
        raise Invalid("Cette colonne n’est pas décrite\u00a0: choisissez-la dans la liste.")
    for column, attribute in _own_rows(access, asset):
        if column == wanted.column and not set(wanted.values) <= set(access.row_values(attribute)):
            raise Invalid("Certaines de ces lignes ne sont pas les vôtres\u00a0: on ne partage que ce que l’on lit.")


def columns(access: Access, asset: Asset) -> dict[str, str]:
    """The columns by which the rows of `asset` may be cut, with their labels."""
    if asset.kind is AssetKind.DASHBOARD:
        return {column: f"{column} ({_HOLDS[attribute]})" for column, attribute in _own_rows(access, asset)}
    card = sheets.by_id(access, asset.public_id)
    return {one.name: one.label or one.name for one in card[0].columns} if card else {}


def _own_rows(access: Access, asset: Asset) -> list[tuple[str, RowAttribute]]:
    """The columns that already cut the rows of `asset` to those of its reader, and what they hold."""
    if asset.kind is AssetKind.DASHBOARD:
        board = dashboards.by_id(access, asset.public_id)
        return list(dashboards.cut_by(board).items()) if board is not None else []
    card = sheets.by_id(access, asset.public_id)
    return [(rule.column, rule.attribute) for rule in card[0].row_rules] if card else []


def _rested(access: Access) -> Access:
    """The actor as her links find her: whatever she has taken in this session put back to sleep."""
    return Access(replace(access.actor, session=""), access.session, access.policy, moment=access.moment)


def _locked(access: Access, share_id: str) -> Share | None:
    return access.session.scalar(select(Share).where(Share.public_id == share_id).with_for_update())


def _end(access: Access, share: Share, *, reason: str) -> None:
    if share.revoked_at is None:
        share.revoked_at, share.revoked_by_id, share.revoked_reason = access.moment, access.author_id, reason[:400]
        record(access, Act.SHARE_REVOKED, share, reason=share.revoked_reason)


def _unknown(name: str) -> str:
    said = "aucun collègue de ce nom, ou plusieurs. Écrivez son nom entier, ou son identifiant."
    return f"«\u00a0{name[:120]}\u00a0»\u00a0: {said}"
