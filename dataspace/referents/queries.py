"""Whom to call: seats by subject, theme, commune or name, and who answers for each at this moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, exists, not_, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from dataspace.auth import Access, HouseAccess, Permission
from dataspace.auth import search as index
from dataspace.auth.dated import live
from dataspace.auth.listing import Narrowed, attached, newest
from dataspace.auth.models import Asset, Person, asset_search
from dataspace.auth.queries import people, themes
from dataspace.auth.words import AssetKind
from dataspace.referents.models import Holder, Seat
from dataspace.themes.queries import municipalities

PAGE = 20
# A JSON list on both engines; quoted, a code is found whole.
_CODES = cast(Seat.areas, Text)


_BY_IDS = attached(
    select(Seat)
    .join(Seat.asset)
    .options(contains_eager(Seat.asset), selectinload(Seat.holders))
    .where(Seat.asset_id.in_(bindparam("ids", expanding=True)))
    .order_by(Seat.asset_id),
    "asset",
    "seat",
    "holder",
)


@dataclass(frozen=True)
class Contact:
    """A seat and who answers for it now. Never without an answer: holder, else deputy, else fallback, else mailbox."""

    seat: Seat
    holder: Person | None
    deputy: Person | None
    fallback: Person | None
    vacant_since: datetime | None
    confirmed: datetime | None

    @property
    def asset(self) -> Asset:
        return self.seat.asset

    @property
    def answers(self) -> Person | None:
        """Whom to call first; None: write to the mailbox."""
        return self.holder or self.deputy or self.fallback


@dataclass(frozen=True)
class Past:
    """Somebody who held the seat, holds it or will."""

    person: Person
    holder: Holder


@dataclass(frozen=True)
class Found:
    """A page of contacts, how many there are in all, how many of these nobody holds, and the commune understood."""

    contacts: tuple[Contact, ...]
    total: int
    vacant: int
    page: int
    area: str


def search(access: Access, text: str = "", theme: str = "", area: str = "", *, page: int = 1) -> Found:
    """Seats on `text` (subject, theme, commune, or name of who holds them), under a theme, serving a commune (INSEE).

    A commune named in `text` counts as `area` when none is given; seats made for it come before those of everywhere.
    """
    rest, named = _place_in(text, municipalities(access))
    if named and area in ("", named):
        text, area = rest, named
    stmt = _matching(access, text, theme, area)
    total = access.count(stmt)
    page = max(1, min(page, -(-total // PAGE)))
    first = [_serves_all()] if area else []
    rows = access.session.scalars(
        stmt.order_by(*first, Asset.title, Asset.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    vacant = access.count(stmt.where(not_(_is_held(access))))
    return Found(tuple(_contacts(access, rows)), total, vacant, page, area)


def mine(access: Access, *, limit: int = 4) -> list[Contact]:
    """The seats of the reader's own directorates, those of her own services before: whom she calls first."""
    tree = access.facts.tree
    places = {tree.directorate(posting.unit_id).id for posting in access.facts.postings}
    units = sorted({unit for place in places for unit in tree.branch(place)})
    near = case((Asset.unit_id.in_([posting.unit_id for posting in access.facts.postings]), 0), else_=1)
    stmt = _seen(access).where(Asset.unit_id.in_(units)).order_by(near, Asset.title).limit(limit)
    return _contacts(access, access.session.scalars(stmt).all())


def on_theme(access: Access, theme_id: int, *, limit: int = 3) -> list[Contact]:
    """Who answers for a theme, for the side of another page: few statements, built once."""
    seats = newest(access, Permission.CARD_SEE, Narrowed((AssetKind.SEAT,), themes=(theme_id,)), limit=limit)
    if not seats:
        return []
    return _contacts(access, access.session.scalars(_BY_IDS, {"ids": [seat.id for seat in seats]}).all())


def by_id(access: Access, public_id: str) -> Contact | None:
    """One seat, when one may know of it."""
    seat = access.session.scalar(_seen(access).where(Asset.public_id == public_id))
    return _contacts(access, [seat])[0] if seat is not None else None


def every(access: HouseAccess) -> Sequence[Seat]:
    """All the seats, for the house's own tasks."""
    return access.session.scalars(_seen(access)).all()


def history(access: Access, seat: Seat) -> list[Past]:
    """Everyone who held it, the latest first."""
    known = people(access.session, (holder.person_id for holder in seat.holders))
    held = sorted(seat.holders, key=lambda holder: holder.starts, reverse=True)
    return [Past(known[holder.person_id], holder) for holder in held if holder.person_id in known]


def current(holders: Iterable[Holder], moment: datetime, *, is_deputy: bool) -> Holder | None:
    """Who holds the seat (or is its deputy) at `moment`."""
    there = [
        holder
        for holder in holders
        if holder.is_deputy == is_deputy and holder.starts <= moment and (holder.ends is None or holder.ends > moment)
    ]
    return max(there, key=lambda holder: holder.starts, default=None)


def _seen(access: Access, *, searched: bool = False) -> Select[Any]:
    using = (asset_search,) if searched else ()
    return access.select(Seat, Permission.CARD_SEE, using=using).options(selectinload(Seat.holders))


def _place_in(text: str, names: Mapping[str, str]) -> tuple[str, str]:
    """`text` without the commune it names (or its INSEE code), and that commune's code; the longest name wins."""
    said = index.words(text)
    called = {code: index.words(name) for code, name in names.items()} | {f"={c}": [c.lower()] for c in names}
    for code, name in sorted(called.items(), key=lambda pair: -len(pair[1])):
        for at in range(len(said) - len(name) + 1):
            if name and said[at : at + len(name)] == name:
                return " ".join(said[:at] + said[at + len(name) :]), code.removeprefix("=")
    return text, ""


def _matching(access: Access, text: str, theme: str, area: str) -> Select[Any]:
    sought = index.sought(text)
    stmt = _seen(access, searched=sought is not None)
    if sought is not None:
        engine = access.session.get_bind().dialect.name
        stmt = stmt.join(asset_search, asset_search.c.rowid == Asset.id).where(index.matches(engine))
        stmt = stmt.params(sought=sought.written_for(engine))
    if theme:
        stmt = stmt.where(Asset.theme_id.in_(_under(access, theme)))
    if area:
        stmt = stmt.where(or_(_serves_all(), _CODES.contains(f'"{area}"', autoescape=True)))
    return stmt


def _serves_all() -> ColumnElement[bool]:
    return _CODES == "[]"


def _is_held(access: Access) -> ColumnElement[bool]:
    """True for a seat that somebody of the directory holds now."""
    return exists().where(
        Holder.seat_id == Seat.asset_id,
        not_(Holder.is_deputy),
        live(Holder, access.moment),
        Person.id == Holder.person_id,
        Person.is_active,
    )


def _under(access: Access, code: str) -> list[int]:
    """Ids of a theme and of those under it; none when the code is unknown."""
    every = themes(access.session)
    found = {theme.id for theme in every if theme.code == code}
    while more := {theme.id for theme in every if theme.parent_id in found} - found:
        found |= more
    return sorted(found)


def _contacts(access: Access, seats: Sequence[Seat]) -> list[Contact]:
    moment = access.moment
    held = [(seat, current(seat.holders, moment, is_deputy=False), current(seat.holders, moment, is_deputy=True))
            for seat in seats]  # fmt: skip
    known = people(
        access.session,
        [one for seat, *two in held for one in (seat.fallback_id, *(h.person_id for h in two if h is not None))],
    )

    def person(holder: Holder | None) -> Person | None:
        # Who has left the directory answers for nothing.
        found = known.get(holder.person_id) if holder is not None else None
        return found if found is not None and found.is_active else None

    return [
        Contact(
            seat,
            person(holder),
            person(deputy),
            _active(known.get(seat.fallback_id or 0)),
            None if person(holder) else _vacant_since(seat, moment),
            holder.confirmed if holder is not None else None,
        )
        for seat, holder, deputy in held
    ]


def _active(person: Person | None) -> Person | None:
    return person if person is not None and person.is_active else None


def _vacant_since(seat: Seat, moment: datetime) -> datetime:
    """When the last holder left, or the seat was opened."""
    ended = [h.ends for h in seat.holders if not h.is_deputy and h.ends is not None and h.ends <= moment]
    return max(ended, default=seat.opened)
