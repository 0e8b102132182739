"""Lending to programs: making tokens, seeing those of one's own or of one's people, revoking them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.audit import Act, record
from dataspace.auth import tokens
from dataspace.auth.access import Access
from dataspace.auth.models import ApiToken, ApiTokenAsset, Asset, Person
from dataspace.auth.models.assets import public_id
from dataspace.auth.queries import postings
from dataspace.auth.tokens import NEEDED
from dataspace.auth.words import Permission
from dataspace.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True)
class Wanted:
    """A token to be made. `assets` None is everything its owner may reach."""

    name: str
    scopes: tuple[Permission, ...]
    ends: datetime
    assets: tuple[Asset, ...] | None = None


@dataclass(frozen=True)
class Shown:
    """A token as its owner, or who administers her rights, reads it. Titles only of what the reader may know of."""

    token: ApiToken
    owner: Person
    titles: tuple[str, ...]


class NoSuchToken(NotFound):
    """Not there, or not the actor's to revoke: the same answer as for any address that leads nowhere."""


def make(access: Access, wanted: Wanted, *, longest: timedelta) -> tuple[ApiToken, str]:
    """A token of the actor's own, and its secret, that nobody will ever read again.

    Raises Invalid (name, scopes, end), Conflict (a live one has this name), Refused (assets she may not read).
    """
    access.require(Permission.TOKEN_USE)
    name = " ".join(wanted.name.split())[:80]
    if not name:
        raise Invalid("Donnez un nom au jeton\u00a0: celui du programme qui s’en servira.")
    scopes = [permission for permission in NEEDED if permission in wanted.scopes]
    if not scopes or len(scopes) != len(set(wanted.scopes)):
        raise Invalid("Dites ce que le programme pourra faire.")
    # The last day counts whole.
    if not access.moment < wanted.ends < access.moment + longest + timedelta(days=1):
        raise Invalid("La date de fin est passée, ou trop lointaine.")
    if wanted.assets is not None and not wanted.assets:
        raise Invalid("Choisissez au moins un jeu de données, ou laissez le jeton ouvrir tout ce que vous lisez.")
    for asset in wanted.assets or ():
        access.require(scopes[-1], asset)
    if any(one.token.name.casefold() == name.casefold() for one in mine(access)):
        raise Conflict("Vous avez déjà un jeton de ce nom.", "Donnez-lui un autre nom, ou révoquez l’ancien.")
    secret = tokens.new_secret()
    token = ApiToken(
        public_id=public_id(), person_id=access.actor.person_id, name=name, secret_hash=tokens.hash_of(secret),
        scopes=[permission.value for permission in scopes], is_narrowed=wanted.assets is not None,
        created=access.moment, ends=wanted.ends,
    )  # fmt: skip
    access.session.add(token)
    access.session.flush()
    access.session.add_all(ApiTokenAsset(token_id=token.id, asset_id=one.id) for one in wanted.assets or ())
    record(
        access, Act.TOKEN_MADE, token, scopes=token.scopes, ends=token.ends,
        assets=[asset.public_id for asset in wanted.assets or ()],
    )  # fmt: skip
    return token, secret


def mine(access: Access) -> list[Shown]:
    """The actor's own live tokens, the first to end first."""
    return _shown(access, {access.actor.person_id})


def of_people(access: Access, person: Person | None = None) -> list[Shown]:
    """Live tokens of the people whose rights the actor assigns (or of one of them)."""
    access.require(Permission.RIGHTS_ASSIGN)
    holding = select(ApiToken.person_id).where(ApiToken.revoked_at.is_(None), ApiToken.ends > access.moment)
    if person is not None:
        holding = holding.where(ApiToken.person_id == person.id)
    ids = set(access.session.scalars(holding.distinct()))
    return _shown(access, {one for one in ids if _in_reach(access, one)})


def revoke(access: Access, token_id: str, *, reason: str = "") -> tuple[ApiToken, Person]:
    """End a token now: one's own, or with a reason that of somebody of one's reach. Raises NoSuchToken, Invalid."""
    stmt = select(ApiToken, Person).join(Person, Person.id == ApiToken.person_id)
    found = access.session.execute(
        stmt.where(ApiToken.public_id == token_id).with_for_update(of=ApiToken)
    ).one_or_none()
    if found is None:
        raise NoSuchToken
    token, owner = found
    is_hers = owner.id == access.actor.person_id
    if not is_hers and not (access.may(Permission.RIGHTS_ASSIGN) and _in_reach(access, owner.id)):
        raise NoSuchToken
    if not is_hers and not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est envoyé à la personne et conservé au journal.")
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by_id = access.moment, access.author_id
        token.revoked_reason = reason.strip()[:400]
        record(access, Act.TOKEN_REVOKED, token, owner=owner.public_id, reason=token.revoked_reason)
    return token, owner


def revoke_own(access: Access, token_id: str) -> ApiToken:
    """End one of the actor's own. Raises NoSuchToken for anybody else's."""
    hers = select(ApiToken.id).where(ApiToken.public_id == token_id, ApiToken.person_id == access.actor.person_id)
    if access.session.scalar(hers) is None:
        raise NoSuchToken
    return revoke(access, token_id)[0]


def ending(session: Session, moment: datetime, until: datetime) -> list[tuple[ApiToken, Person]]:
    """Live tokens that end before `until`, with their owners."""
    stmt = (
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.revoked_at.is_(None), ApiToken.ends > moment, ApiToken.ends <= until, Person.is_active)
        .order_by(ApiToken.ends, ApiToken.id)
    )
    return [(row[0], row[1]) for row in session.execute(stmt)]


def _in_reach(access: Access, person_id: int) -> bool:
    places = postings(access.session, [person_id], access.moment).get(person_id, [])
    is_other = person_id != access.actor.person_id
    return is_other and any(access.may_in(Permission.RIGHTS_ASSIGN, place.unit_id) for place in places)


def _shown(access: Access, person_ids: set[int]) -> list[Shown]:
    stmt = (
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.person_id.in_(sorted(person_ids)), ApiToken.revoked_at.is_(None), ApiToken.ends > access.moment)
        .order_by(ApiToken.ends, ApiToken.id)
    )
    found = [(row[0], row[1]) for row in access.session.execute(stmt)]
    held = select(ApiTokenAsset).where(ApiTokenAsset.token_id.in_([token.id for token, _ in found]))
    by_token: dict[int, list[int]] = {}
    for line in access.session.scalars(held):
        by_token.setdefault(line.token_id, []).append(line.asset_id)
    titles: dict[int, str] = {}
    if wanted := sorted({one for ids in by_token.values() for one in ids}):
        seen = access.select(Asset, Permission.CARD_SEE, Permission.RIGHTS_SEE).where(Asset.id.in_(wanted))
        titles = {asset.id: asset.title for asset in access.session.scalars(seen)}
    return [
        Shown(token, owner, tuple(sorted(titles[one] for one in by_token.get(token.id, ()) if one in titles)))
        for token, owner in found
    ]  # fmt: skip
