"""Seats in the words of the screen, and as cards that an address book reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from markupsafe import Markup, escape

from dataspace.auth import search as index
from dataspace.auth.models import Person
from dataspace.auth.tree import Tree
from dataspace.referents.queries import Contact
from dataspace.web import french

# Past this, a seat nobody confirmed may tell somebody who has left.
STALE_MONTHS = 6


@dataclass(frozen=True)
class Line:
    """One person of a seat, or its vacancy (no name); as components/people.html: seat_line reads it."""

    name: str | None
    role: str
    post: str | Markup
    phone: str = ""
    email: str = ""
    first_name: str = ""
    reachable: str | None = None
    absent: bool = False


@dataclass(frozen=True)
class Row:
    """A seat of the list."""

    url: str
    title: Markup
    note: str
    holders: list[Line]
    confirmed: datetime | None
    unconfirmed_months: int | None
    vacant_since: datetime | None


def row(contact: Contact, tree: Tree, moment: datetime, text: str = "") -> Row:
    """A seat, with what matches `text` marked in its title."""
    asset = contact.asset
    months = (moment - contact.confirmed).days // 30 if contact.confirmed else 0
    return Row(
        url=flask.url_for("referents.show", public_id=asset.public_id),
        title=marked(asset.title, text),
        note=". ".join(part for part in (asset.summary.rstrip("."), tree[asset.unit_id].short_name) if part),
        holders=lines(contact),
        confirmed=contact.confirmed,
        unconfirmed_months=months if months >= STALE_MONTHS else None,
        vacant_since=contact.vacant_since,
    )


def lines(contact: Contact) -> list[Line]:
    """Who answers, in the order one calls them; somebody, or the mailbox, always does."""
    found: list[Line] = []
    if contact.holder:
        found.append(_line(contact.holder, _agreed(contact.holder, "référent"), contact.seat.phone))
    else:
        found.append(Line(None, "référent", _meanwhile(contact)))
    if contact.deputy:
        found.append(_line(contact.deputy, _agreed(contact.deputy, "suppléant")))
    if not contact.holder and contact.fallback and contact.fallback is not contact.deputy:
        found.append(_line(contact.fallback, "en attendant"))
    return found


def marked(title: str, text: str) -> Markup:
    """`title`, with the words that `text` asks for between <mark>."""
    sought = set(index.stems(text))
    parts = re.split(r"(\w+)", title)
    done = (Markup("<mark>{}</mark>").format(p) if sought & set(index.stems(p)) else escape(p) for p in parts)
    # Two marked neighbours are one mark.
    return Markup(re.sub(r"</mark>(\s+)<mark>", r"\1", Markup().join(done)))  # noqa: S704 - both sides are escaped


def territory(contact: Contact, communes: Mapping[str, str]) -> str:
    """Where the seat serves, by names."""
    names = sorted(communes.get(code, code) for code in contact.seat.areas)
    return ", ".join(names) if names else "Toute la collectivité"


def vcard(contact: Contact, organisation: str, unit: str) -> str:
    """Who answers, as a vCard 4.0 (RFC 6350); the mailbox when nobody does."""
    person, seat = contact.answers, contact.seat
    said = [("VERSION", "4.0")]
    if person:
        said += [("FN", _text(person.name)), ("N", f"{_text(person.family_name)};{_text(person.given_name)};;;"),
                 ("TITLE", _text(person.post))]  # fmt: skip
    else:
        said += [("FN", _text(contact.asset.title)), ("KIND", "group")]
    said += [
        ("ORG", f"{_text(organisation)};{_text(unit)}"),
        ("TEL;TYPE=work", _text(person.phone if person and person.phone else seat.phone)),
        ("EMAIL;TYPE=work", _text(person.email if person and person.email else seat.mailbox)),
        ("NOTE", _text(contact.asset.title)),
    ]
    body = [_folded(f"{name}:{value}") for name, value in said if value]
    return "\r\n".join(["BEGIN:VCARD", *body, "END:VCARD", ""])


def _line(person: Person, role: str, phone: str = "") -> Line:
    return Line(person.name, role, person.post, person.phone or phone, person.email, person.given_name)


def _agreed(person: Person, word: str) -> str:
    return f"{word}e" if person.is_feminine else word


def _meanwhile(contact: Contact) -> str | Markup:
    if contact.answers:
        return f"{contact.answers.name} répond en attendant"
    return Markup('Écrire à <a href="mailto:{0}">{0}</a>').format(contact.seat.mailbox)


def _text(value: str) -> str:
    """A text value of a vCard: what would end it or split it is escaped."""
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return re.sub(r"\r\n?|\n", r"\\n", escaped)


def _folded(line: str) -> str:
    """Lines of at most 75 octets, continued after a space, never inside a character."""
    out, room = "", 75
    for char in line:
        size = len(char.encode())
        if size > room:
            out, room = out + "\r\n ", 74
        out, room = out + char, room - size
    return out


def pager(total: int, page: int, size: int, address: dict[str, str]) -> dict[str, object]:
    """As components/lists.html: pager reads it."""
    first, last = (page - 1) * size + 1, min(page * size, total)

    def url(number: int) -> str:
        kept: dict[str, Any] = {name: value for name, value in address.items() if value}
        return flask.url_for("referents.index", **kept, page=number if number > 1 else None)

    return {
        "first": first,
        "last": last,
        "total": total,
        "previous_url": url(page - 1) if page > 1 else None,
        "next_url": url(page + 1) if last < total else None,
        "next_count": french.number(min(size, total - last)),
    }
