"""Conflicts of interest (déports): declared on a person, on an asset or on a theme; they always win over accesses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from dataspace.audit import Act, record
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.facts import Actor
from dataspace.auth.models import Asset, Denial, Membership, Person, Theme
from dataspace.auth.words import Permission
from dataspace.errors import Conflict, Invalid, NotFound, Refused

KNOWING = (Permission.RIGHTS_SEE, Permission.CARD_SEE)


class NotYoursToDeclare(Refused):
    sentence = "Cette personne n’est pas de votre périmètre."
    next_step = "Sa direction, l’exécutif ou la délégation à la protection des données peut déclarer ce conflit."


class NotYoursToEnd(Refused):
    sentence = "Vous ne pouvez pas terminer un conflit d’intérêts qui vous concerne."
    next_step = "Demandez-le à l’exécutif, ou à la délégation à la protection des données."


def declare(
    access: Access, person: Person, on: Asset | Theme, *, starts: datetime, ends: datetime | None, reason: str
) -> Denial:
    """Close `on` to `person`, whatever she holds; from her next page when it starts now.

    Raises Refused (not in reach), NotFound (an asset one may not know of), Invalid, Conflict (already declared).
    """
    if not _is_in_reach(access, person):
        raise NotYoursToDeclare
    if isinstance(on, Asset) and not any(access.allows(p, on) for p in KNOWING):
        raise NotFound
    if not reason.strip():
        raise Invalid("Dites lequel\u00a0: le motif est lu par la personne, et conservé au journal.")
    if ends is not None and ends <= max(starts, access.moment):
        raise Invalid("La date de fin est déjà passée, ou précède le début.")
    same = Denial.asset_id == on.id if isinstance(on, Asset) else Denial.theme_id == on.id
    standing = or_(Denial.ends.is_(None), Denial.ends > access.moment)
    if access.session.scalars(select(Denial.id).where(Denial.person_id == person.id, same, standing)).first():
        raise Conflict("Ce conflit d’intérêts est déjà déclaré.", "Terminez-le d’abord s’il faut en changer les dates.")
    denial = Denial(
        person_id=person.id, asset_id=on.id if isinstance(on, Asset) else None,
        theme_id=on.id if isinstance(on, Theme) else None, reason=reason.strip(), starts=starts, ends=ends,
        declared_by_id=access.author_id,
    )  # fmt: skip
    access.session.add(denial)
    access.session.flush()
    record(access, Act.DENIAL_DECLARED, _subject(on), **_told(denial, person, on), starts=starts, ends=ends)
    return denial


def end(access: Access, denial: Denial, *, reason: str) -> None:
    """Let the accesses of the person count again. Raises Refused for one's own, Invalid without a reason."""
    person = access.session.scalars(select(Person).where(Person.id == denial.person_id)).one()
    if not _is_in_reach(access, person):
        raise NotYoursToDeclare
    if person.id == access.actor.person_id:
        raise NotYoursToEnd
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: le motif est conservé au journal.")
    if denial.ends is not None and denial.ends <= access.moment:
        return
    denial.ends = access.moment
    on = _on(access, denial)
    record(access, Act.DENIAL_ENDED, _subject(on), **(_told(denial, person, on) | {"reason": reason.strip()}))


def declared(access: Access, *, person: Person | None = None, asset: Asset | None = None) -> Sequence[Denial]:
    """What holds or is to come, on people in one's reach. Needs denial:declare; else there is nothing to read."""
    cells = sorted(access.scope(Permission.DENIAL_DECLARE).cells)
    here = select(Membership.person_id).where(Membership.unit_id.in_(cells), live(Membership, access.moment))
    standing = or_(Denial.ends.is_(None), Denial.ends > access.moment)
    stmt = select(Denial).where(Denial.person_id.in_(here), standing)
    if person is not None:
        stmt = stmt.where(Denial.person_id == person.id)
    if asset is not None:
        stmt = stmt.where(Denial.asset_id == asset.id)
    return access.session.scalars(stmt.order_by(Denial.ends.is_(None), Denial.ends, Denial.id)).all()


def known(access: Access, public_id: str) -> Denial | None:
    """The denial, when it is on somebody in one's reach."""
    return next((denial for denial in declared(access) if denial.public_id == public_id), None)


def things(access: Access, denials: Sequence[Denial]) -> dict[str, str]:
    """What each is on, by its public id; an asset that the reader may not know of stays unnamed."""
    assets = {d.asset_id for d in denials if d.asset_id is not None}
    seen = access.select(Asset, *KNOWING).where(Asset.id.in_(sorted(assets)))
    titles = {asset.id: f"«\u00a0{asset.title}\u00a0»" for asset in access.session.scalars(seen)} if assets else {}
    labels = {theme.id: theme.label for theme in access.session.scalars(select(Theme))}
    return {
        d.public_id: titles.get(d.asset_id, "un élément hors de votre périmètre") if d.asset_id is not None
        else f"tout ce qui relève de «\u00a0{labels[d.theme_id or 0]}\u00a0»"
        for d in denials
    }  # fmt: skip


def _is_in_reach(access: Access, person: Person) -> bool:
    access.require(Permission.DENIAL_DECLARE)
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    return any(access.may_in(Permission.DENIAL_DECLARE, posting.unit_id) for posting in theirs.facts.postings)


def _on(access: Access, denial: Denial) -> Asset | Theme | None:
    if denial.theme_id is not None:
        return access.session.scalars(select(Theme).where(Theme.id == denial.theme_id)).one()
    return access.session.scalar(access.select(Asset, *KNOWING).where(Asset.id == denial.asset_id))


def _subject(on: Asset | Theme | None) -> Asset | None:
    return on if isinstance(on, Asset) else None


def _told(denial: Denial, person: Person, on: Asset | Theme | None) -> dict[str, Any]:
    theme = on.label if isinstance(on, Theme) else ""
    return {"denial": denial.public_id, "subject": person.public_id, "theme": theme, "reason": denial.reason}
