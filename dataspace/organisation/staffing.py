"""Who works in a unit, said by its manager: beside what the directory says, which is changed in the directory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission
from dataspace.auth.facts import Posting
from dataspace.auth.models import Membership, Person, Unit
from dataspace.auth.moving import Moved, of_places
from dataspace.auth.rights import FromTheDirectory, NotToYourself
from dataspace.auth.words import MembershipKind, PersonKind, Source, UnitKind
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.organisation import queries
from dataspace.organisation.steps import NotYourBranch, again, alone, hold, said, same, told

KINDS = (MembershipKind.POSTING, MembershipKind.INTERIM)
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Wanted:
    """A place to be given: to whom, as what, on which territory, from when to when."""

    person: Person
    kind: MembershipKind
    starts: datetime
    ends: datetime | None
    areas: tuple[str, ...] = ()
    title: str = ""


def effect(access: Access, unit: Unit, wanted: Wanted) -> Moved:
    """What that place would change for her, counting it as begun."""
    return of_places(access, wanted.person, _joining(unit, wanted))[2]


def check(access: Access, unit: Unit, wanted: Wanted) -> None:
    """Raises Refused or Invalid when `wanted` may not be given."""
    if hold(access, Permission.UNIT_STAFF, unit.id) is None or unit.closed is not None:
        raise NotYourBranch
    if wanted.person.id == access.author_id:
        raise NotToYourself("Vous ne pouvez pas vous affecter vous-même.")
    if wanted.kind not in KINDS:
        raise Invalid("Un mandat ou une délégation ne s’écrit pas ici.")
    if not wanted.person.is_active:
        raise Invalid("Cette personne n’est plus dans l’annuaire.")
    if wanted.person.kind is PersonKind.PARTNER and access.facts.tree.body(unit.id).kind is not UnitKind.PARTNER:
        raise Invalid("Une personne d’un partenaire travaille dans l’espace de son partenaire.")
    if wanted.kind is MembershipKind.INTERIM and wanted.ends is None:
        raise Invalid("Un intérim a une fin\u00a0: donnez-la, quitte à la prolonger.")
    if wanted.ends is not None and wanted.ends <= max(wanted.starts, access.moment):
        raise Invalid("La date de fin est déjà passée, ou précède le début.")
    if set(wanted.areas) - set(access.facts.tree.areas(unit.id)):
        raise Invalid("Le territoire d’une affectation reste dans celui de l’unité.")
    if any(place.kind is wanted.kind for place in queries.by_hand(access, unit, wanted.person)):
        raise Conflict("Cette affectation existe déjà.", "Terminez-la d’abord s’il faut en changer les dates.")


def add(access: Access, unit: Unit, wanted: Wanted, *, reason: str, seen: str | None = None) -> Membership:
    """Give somebody a place in a unit of one's branch. Raises Refused, Invalid, Conflict, ListChanged."""
    here = alone(access)
    unit = again(here, unit)
    check(here, unit, wanted)
    why = said(reason)
    moved = effect(here, unit, wanted)
    same([moved], seen)
    place = Membership(
        person_id=wanted.person.id, unit_id=unit.id, kind=wanted.kind, areas=list(wanted.areas),
        title=wanted.title.strip()[:LONGEST_TITLE], source=Source.MANUAL, starts=wanted.starts, ends=wanted.ends,
    )  # fmt: skip
    here.session.add(place)
    here.session.flush()
    facts = {"unit": unit.code, "kind": wanted.kind.value, "starts": wanted.starts, "ends": wanted.ends}
    held = hold(here, Permission.UNIT_STAFF, unit.id)
    record(here, Act.MEMBERSHIP_CHANGED, wanted.person, held=held, joined=True, **facts, reason=why, **told([moved]))
    return place


def effect_of_ending(access: Access, unit: Unit, person: Person, kind: MembershipKind) -> Moved:
    """What the end of that place would change for her. Raises NotFound, FromTheDirectory."""
    return of_places(access, person, _leaving(_place(access, unit, person, kind)))[2]


def end(
    access: Access, unit: Unit, person: Person, kind: MembershipKind, *, reason: str, seen: str | None = None
) -> None:
    """End now a place that a manager wrote. Raises Refused (not his branch, his own, the directory's), NotFound."""
    here = alone(access)
    held = hold(here, Permission.UNIT_STAFF, unit.id)
    if held is None:
        raise NotYourBranch
    if person.id == here.author_id:
        raise NotToYourself("Vous ne pouvez pas changer vos propres affectations.")
    place = _place(here, unit, person, kind)
    why = said(reason)
    moved = of_places(here, person, _leaving(place))[2]
    same([moved], seen)
    # One that had not begun never was.
    place.ends = max(here.moment, place.starts)
    here.session.flush()
    facts = {"unit": unit.code, "kind": kind.value, "ends": place.ends}
    record(here, Act.MEMBERSHIP_CHANGED, person, held=held, left=True, **facts, reason=why, **told([moved]))


def _place(access: Access, unit: Unit, person: Person, kind: MembershipKind) -> Membership:
    here = [one for one in queries.people(access, unit) if one.person.id == person.id and one.membership.kind is kind]
    ours = [one.membership for one in here if one.membership.source is Source.MANUAL]
    if ours:
        stmt = select(Membership).where(Membership.id == ours[0].id).with_for_update()
        return access.session.scalars(stmt).one()
    if here:
        raise FromTheDirectory(
            "Cette affectation vient de l’annuaire\u00a0: elle se change dans l’annuaire.",
            "Les affectations écrites à la main se terminent ici.",
        )
    raise NotFound


def _joining(unit: Unit, wanted: Wanted) -> Callable[[tuple[Posting, ...]], tuple[Posting, ...]]:
    made = Posting(0, unit.id, wanted.kind, 100, wanted.areas, wanted.title, wanted.ends)
    return lambda postings: (*postings, made)


def _leaving(place: Membership) -> Callable[[tuple[Posting, ...]], tuple[Posting, ...]]:
    return lambda postings: tuple(one for one in postings if one.id != place.id)
