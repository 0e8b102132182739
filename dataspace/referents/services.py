"""Opening seats and giving them a holder: dated, so that who answered last year can still be told."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dataspace import audit
from dataspace.auth import Access, Permission, search
from dataspace.auth.models import Asset, Person, Theme, Unit
from dataspace.auth.queries import people
from dataspace.auth.words import AssetKind, Sensitivity, State
from dataspace.errors import Conflict, Invalid
from dataspace.referents import queries
from dataspace.referents.models import Holder, Seat
from dataspace.themes.queries import municipalities

INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")


def open_seat(
    access: Access,
    *,
    title: str,
    unit: Unit,
    theme: Theme,
    summary: str = "",
    areas: Sequence[str] = (),
    mailbox: str = "",
    phone: str = "",
    fallback: Person | None = None,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    ground: str = "",
    review_date: datetime | None = None,
    opened: datetime | None = None,
    public_id: str | None = None,
) -> Seat:
    """A subject one may call about. `areas`: INSEE codes served, empty for the whole authority.

    Without a holder yet, somebody must answer: `fallback`, or a mailbox. `public_id` is for the demo only.
    """
    asset = Asset(
        kind=AssetKind.SEAT,
        unit_id=unit.id,
        theme_id=theme.id,
        sensitivity=sensitivity,
        card_sensitivity=sensitivity,
        state=State.PUBLISHED,
        title=title,
        summary=summary,
        ground=ground,
        review_date=review_date,
        updated=access.moment,
        **({"public_id": public_id} if public_id else {}),
    )
    access.require(Permission.SEAT_EDIT, asset)
    if fallback is None and not mailbox:
        raise Invalid("Un sujet n’est jamais sans réponse : indiquez une personne de repli ou une boîte de service.")
    if wrong := [code for code in areas if not INSEE.fullmatch(code)]:
        raise Invalid(f"Ce n’est pas un code Insee de commune : {', '.join(wrong)}.")
    seat = Seat(
        asset=asset,
        areas=sorted(set(areas)),
        mailbox=mailbox,
        phone=phone,
        fallback_id=fallback.id if fallback else None,
        opened=opened or access.moment,
        holders=[],
    )
    access.session.add(seat)
    access.session.flush()
    index(access, seat)
    audit.record(access, audit.Act.SEAT_CHANGED, seat, fait="ouverture")
    return seat


def assign(
    access: Access,
    seat: Seat,
    person: Person,
    *,
    is_deputy: bool = False,
    starts: datetime | None = None,
    confirmed: datetime | None = None,
) -> Holder:
    """Make `person` the holder (or the deputy) from `starts`, now by default; who was there stays in the history."""
    access.require(Permission.SEAT_EDIT, seat.asset)
    starts = starts or access.moment
    if not person.is_active:
        raise Invalid(f"{person.name} n’est plus dans l’annuaire.")
    if any(h.person_id == person.id and (h.ends is None or h.ends > starts) for h in seat.holders):
        raise Conflict(f"{person.name} répond déjà de ce sujet.", "Choisissez une autre personne.")
    _end(seat, is_deputy, starts)
    holder = Holder(person_id=person.id, is_deputy=is_deputy, starts=starts, confirmed=confirmed)
    seat.holders.append(holder)
    _changed(access, seat, "suppléance" if is_deputy else "titulaire", person=person.public_id, depuis=starts)
    return holder


def vacate(access: Access, seat: Seat, *, is_deputy: bool = False, ends: datetime | None = None) -> None:
    """Nobody holds it (or is its deputy) from `ends`, now by default. Raises Conflict when nobody did."""
    access.require(Permission.SEAT_EDIT, seat.asset)
    ends = ends or access.moment
    if not any(h.is_deputy == is_deputy and (h.ends is None or h.ends > ends) for h in seat.holders):
        raise Conflict("Personne n’occupe cette place.", "Relisez la fiche : elle a changé entre-temps.")
    _end(seat, is_deputy, ends)
    _changed(access, seat, "fin de suppléance" if is_deputy else "vacance", depuis=ends)


def confirm(access: Access, seat: Seat) -> None:
    """Say that what the seat tells is still true, as of now. Raises Conflict when nobody holds it."""
    access.require(Permission.SEAT_EDIT, seat.asset)
    holder = queries.current(seat.holders, access.moment, is_deputy=False)
    if holder is None:
        raise Conflict("Personne n’occupe cette place.", "Désignez d’abord un titulaire.")
    holder.confirmed = access.moment
    _changed(access, seat, "confirmation")


def index(access: Access, seat: Seat) -> None:
    """Make the seat found by its communes and by the names of who holds it, now or soon."""
    known = people(access.session, (h.person_id for h in seat.holders if h.ends is None or h.ends > access.moment))
    names = municipalities(access)
    places = (names.get(code, code) for code in seat.areas)
    search.index(access, seat.asset, [*(person.name for person in known.values()), *places])


def _end(seat: Seat, is_deputy: bool, moment: datetime) -> None:
    ending = [h for h in seat.holders if h.is_deputy == is_deputy and (h.ends is None or h.ends > moment)]
    if any(holder.starts >= moment for holder in ending):
        raise Invalid("Cette date est avant l’arrivée de la personne en place.")
    for holder in ending:
        holder.ends = moment


def _changed(access: Access, seat: Seat, what: str, **facts: Any) -> None:
    seat.asset.updated = access.moment
    access.session.flush()
    index(access, seat)
    audit.record(access, audit.Act.SEAT_CHANGED, seat, fait=what, **facts)
