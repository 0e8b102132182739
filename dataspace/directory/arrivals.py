"""The waiting room: who holds nothing asks a unit to receive her; who may give a place there answers."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission, entry, mapping, rights
from dataspace.auth.deciding import Deciders, Rank
from dataspace.auth.models import Membership, Person, Unit
from dataspace.auth.queries import people
from dataspace.auth.rights import Wanted
from dataspace.auth.seating import check_seat
from dataspace.auth.sentences import day
from dataspace.auth.tree import Node
from dataspace.auth.words import MembershipKind, Role, Source, UnitKind
from dataspace.config import EntryRule
from dataspace.directory import queries
from dataspace.directory.models import Arrival, ArrivalState
from dataspace.errors import Conflict, Invalid, Refused
from dataspace.mail import outbox

_BY_DEFAULT = (UnitKind.DIRECTORATE, UnitKind.COMMUNE)


class Answered(Conflict):
    sentence = "Cette demande a déjà reçu une réponse, ou a été retirée."
    next_step = "La liste «\u00a0En attente\u00a0» dit ce qui reste à traiter."


class NotForYou(Refused):
    sentence = "Vous n’accueillez pas dans cette unité."
    next_step = "La direction de l’unité, ou l’administration, peut répondre."


@dataclass(frozen=True)
class Room:
    """The waiting room as one request sees it: on whose behalf, by which rules, at which address."""

    access: Access
    rules: tuple[EntryRule, ...]
    portal: str

    @cached_property
    def _deciders(self) -> Deciders:
        return Deciders(self.access)

    def receivers(self, unit_id: int) -> Rank:
        """Who answers for this unit: the nearest who may make an agent there."""
        ranks = self._deciders.on(unit_id, Role.AGENT, self.access.policy.opens(Role.AGENT))
        return ranks[0] if ranks else ()

    @cached_property
    def units(self) -> list[Node]:
        """The units that may receive the actor: those that the rules name, else every directorate and commune."""
        tree = self.access.facts.tree
        kept = mapping.kept(self.access.session, [self.access.actor.person_id])[self.access.actor.person_id]
        codes = entry.receiving(self.rules, kept)
        if codes is None:
            named = [node for node in tree.nodes.values() if node.kind in _BY_DEFAULT]
        else:
            named = [tree.by_code[code] for code in codes if code in tree.by_code]
        return sorted((node for node in named if self.receivers(node.id)), key=lambda node: node.name)


def ask(room: Room, code: str, note: str) -> Arrival:
    """Ask a unit to be received; asking elsewhere withdraws what waited. Its managers get a mail.

    Raises Conflict when she has her place already, Invalid (a unit that may not receive her, no word).
    """
    access = room.access
    if access.may(Permission.PORTAL_USE):
        raise Conflict("Vous avez déjà votre place dans le portail.", "Rien n’est à demander\u00a0: ouvrez l’accueil.")
    unit = next((node for node in room.units if node.code == code), None)
    if unit is None:
        raise Invalid("Choisissez une direction de la liste.")
    if not note.strip():
        raise Invalid("Dites en un mot qui vous êtes et pourquoi\u00a0: c’est ce que lira la direction.")
    _withdraw(access)
    arrival = Arrival(
        person_id=access.actor.person_id, unit_id=unit.id, note=note.strip()[:400], created=access.moment,
        state=ArrivalState.WAITING,
    )  # fmt: skip
    access.session.add(arrival)
    access.session.flush()
    person = _person(access, arrival)
    record(access, Act.ARRIVAL_ASKED, person, arrival=arrival.public_id, unit=unit.code, note=arrival.note)
    for to in room.receivers(unit.id):
        said = (
            f"{person.name} s’est connecté au portail et demande à être accueilli dans {unit.name}\u00a0:\n\n"
            f"{arrival.note}\n\nAcceptez ou refusez\u00a0: {room.portal}/administration/annuaire/attente"
        )
        # Once a day at most: asking again and again tells nobody more.
        once = f"arrivee:{person.id}:{unit.id}:{to.id}:{access.moment:%Y%m%d}"
        _write(room, to, f"Une personne en attente\u00a0: {person.name}", said, once=once)
    return arrival


def withdraw(room: Room) -> None:
    """Take back one's own request."""
    if not _withdraw(room.access):
        raise Answered


def accept(
    room: Room, arrival: Arrival, *, unit_id: int, with_services: bool, ends: datetime, note: str, version: int
) -> None:
    """Receive her in the unit asked, or in one of its services: an access of an agent and a place, until a day.

    Raises Answered, NotForYou, Invalid (unit, dates), and what `rights.assign` raises.
    """
    access = room.access
    person = _taken(access, arrival, version)
    if unit_id not in access.facts.tree.branch(arrival.unit_id):
        raise Invalid("Choisissez l’unité demandée, ou l’un de ses services.")
    unit = access.session.scalars(select(Unit).where(Unit.id == unit_id)).one()
    check_seat(access, unit_id, proven=True)
    reason = f"Accueil dans le portail\u00a0: {note.strip() or arrival.note}"[:400]
    grant = rights.assign(
        access,
        Wanted(person, Role.AGENT, unit, with_services, access.moment, ends, reason, provenance=arrival.public_id),
    )
    access.session.add(
        Membership(
            person_id=person.id, unit_id=unit.id, kind=MembershipKind.POSTING, source=Source.MANUAL,
            starts=access.moment, ends=ends,
        )
    )  # fmt: skip
    arrival.state, arrival.grant_id, arrival.answer = ArrivalState.ACCEPTED, grant.id, note.strip()[:400]
    _decided(access, arrival, person, unit=unit.code, ends=ends)
    welcome = f"Vous êtes accueilli dans «\u00a0{unit.name}\u00a0» jusqu’au {day(ends)}."
    person.notice = welcome[:400]
    word = f"\n\n{access.actor.name}\u00a0: {note.strip()}" if note.strip() else ""
    _write(room, person, "Votre place dans le portail", f"{welcome}{word}\n\nOuvrez le portail\u00a0: {room.portal}")


def refuse(room: Room, arrival: Arrival, *, reason: str, version: int) -> None:
    """Say no, and why. Raises Answered, NotForYou, Invalid (no reason)."""
    access = room.access
    person = _taken(access, arrival, version)
    if not reason.strip():
        raise Invalid("Dites pourquoi\u00a0: la personne le lira.")
    arrival.state, arrival.answer = ArrivalState.REFUSED, reason.strip()[:400]
    _decided(access, arrival, person, reason=arrival.answer)
    unit = access.facts.tree[arrival.unit_id]
    said = f"{unit.name} ne vous accueille pas dans le portail.\n\nMotif\u00a0: {arrival.answer}\n\n{room.portal}"
    _write(room, person, "Votre demande d’accueil", said)


def _taken(access: Access, arrival: Arrival, version: int) -> Person:
    access.require(Permission.RIGHTS_ASSIGN)
    if arrival.person_id == access.author_id:
        raise rights.NotToYourself
    if not queries.receives(access, arrival.unit_id):
        raise NotForYou
    held = select(Arrival).where(Arrival.id == arrival.id).with_for_update()
    arrival = access.session.scalars(held.execution_options(populate_existing=True)).one()
    if arrival.state is not ArrivalState.WAITING or arrival.version != version:
        raise Answered
    return _person(access, arrival)


def _decided(access: Access, arrival: Arrival, person: Person, **facts: Any) -> None:
    arrival.decided_at, arrival.decided_by_id = access.moment, access.author_id
    access.session.flush()
    record(access, Act.ARRIVAL_DECIDED, person, arrival=arrival.public_id, state=arrival.state.value, **facts)


def _withdraw(access: Access) -> bool:
    stmt = select(Arrival).where(Arrival.person_id == access.author_id, Arrival.state == ArrivalState.WAITING)
    found = access.session.scalars(stmt.with_for_update()).all()
    for one in found:
        one.state, one.decided_at = ArrivalState.WITHDRAWN, access.moment
    access.session.flush()
    return bool(found)


def _person(access: Access, arrival: Arrival) -> Person:
    return people(access.session, [arrival.person_id])[arrival.person_id]


def _write(room: Room, to: Person, subject: str, body: str, *, once: str | None = None) -> None:
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n"
    outbox.put(room.access.session, to, subject[:300], text, moment=room.access.moment, once=once)
