"""What the directory says of a person who signs in, turned into who she is, where she works and her `sso` grants.

A table (`group_mapping`) says what a value gives, not code. Only rows of source `sso` are ever touched. A claim that
is absent says nothing, and changes nothing; an empty one says that there is nothing left, and ends what it gave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dataspace import audit
from dataspace.auth import mapping, queries
from dataspace.auth.access import Access, HouseAccess
from dataspace.auth.dated import live
from dataspace.auth.models import Grant, GroupMapping, Identity, Membership, Person, PersonGroup
from dataspace.auth.models.assets import public_id
from dataspace.auth.words import Source

_LONGEST = 200
_NAMES = {"given_name": ("given_name",), "family_name": ("family_name", "usual_name"), "email": ("email",)}


@dataclass(frozen=True)
class Change:
    """What a sync changed, to be told to the person: names of directorates, numbers of grants and places."""

    before: str | None = None
    after: str | None = None
    given: int = 0
    ended: int = 0
    joined: int = 0
    left: int = 0

    def __bool__(self) -> bool:
        return bool(self.given or self.ended or self.joined or self.left)

    @property
    def has_moved(self) -> bool:
        return self.before is not None and self.after is not None and self.before != self.after

    @property
    def sentence(self) -> str | None:
        """What the person is told of it, if anything."""
        if self.has_moved:
            before, after = f"«\u00a0{self.before}\u00a0»", f"«\u00a0{self.after}\u00a0»"
            return f"Votre direction est passée de {before} à {after}."
        if self.ended or (self.given and self.before is not None):
            where = "«\u00a0Mes accès\u00a0»"
            return f"L’annuaire a changé vos accès\u00a0: {where} dit lesquels sont ouverts."
        return None


def values(claim: Any) -> frozenset[str] | None:
    """The values of a claim, whichever way it is written; None when it was not given, or not as text.

    A list, or one text: « a », « a; b » (LemonLDAP::NG), « a, b ». A comma also parts the pieces of a directory name
    (cn=a,ou=b), so a text with an equals sign is not split at commas.
    """
    if isinstance(claim, str):
        mark = ";" if ";" in claim else "," if "=" not in claim else None
        claim = claim.split(mark) if mark else [claim]
    if not isinstance(claim, list):
        return None
    texts = (value.strip() for value in claim if isinstance(value, str))
    return frozenset(text for text in texts if text and len(text) <= _LONGEST)


def person_of(
    house: HouseAccess, issuer: str, subject: str, claims: Mapping[str, Any], *, is_main: bool = True
) -> Person:
    """Who (issuer, subject) is, never found by e-mail; created when nobody is.

    The first time, a person prepared beforehand is taken over if she has this very login and no identity yet; only
    the authority's own provider (`is_main`) may say so.
    """
    session = house.session
    known = select(Person).join(Identity, Identity.person_id == Person.id)
    person = session.scalar(
        known.where(Identity.issuer == issuer, Identity.subject == subject).with_for_update(of=Person)
    )
    if person is None:
        person = (_prepared(house, claims) if is_main else None) or _created(house, subject, claims)
        session.add(Identity(person_id=person.id, issuer=issuer, subject=subject))
    for name, sources in _NAMES.items():
        told = next((claims[source] for source in sources if isinstance(claims.get(source), str)), None)
        if told and told != getattr(person, name):
            setattr(person, name, told[:120])
    session.flush()
    return person


def known_as(session: Session, issuer: str, subject: str) -> Person | None:
    """Who (issuer, subject) is already known as."""
    known = select(Person).join(Identity, Identity.person_id == Person.id)
    return session.scalar(known.where(Identity.issuer == issuer, Identity.subject == subject))


def sync(
    house: HouseAccess, person: Person, claims: Mapping[str, Any], *, provider: str = "", keep: Iterable[str] = ()
) -> Change:
    """Bring the person's `sso` grants and places to what the claims say now; journaled when something changed.

    `provider` is the issuer that speaks, empty for the authority's own: it moves only what its own rows give. The
    values of groups, of what the table names and of `keep` are kept, so that the table can be changed knowingly.
    """
    mapping.hold_table(house.session)
    known = queries.mappings(house.session)
    table = [row for row in known if row.issuer == provider]
    told = {name: values(claims.get(name)) for name in {"groups", *keep} | {row.claim for row in table}}
    heard = {name: found for name, found in told.items() if found is not None}
    if not heard:
        return Change()
    before = directorate(house, person)
    _note_groups(house, person, heard.get("groups"))
    mapping.note(house.session, person, provider, heard)
    wanted = [row for row in table if row.value in heard.get(row.claim, ())]
    # Who wrote a line gets nothing new by it, even by a value that nobody had heard of her then.
    wanted = [row for row in wanted if row.changed_by_id != person.id or _has(house, person, row)]
    silent = [row for row in known if row.issuer != provider or row.claim not in heard]
    given, ended = _grants(house, person, wanted, silent)
    joined, left = _places(house, person, wanted, [row for row in table if row.claim in heard])
    house.session.flush()
    change = Change(before, directorate(house, person), given, ended, joined, left)
    if change:
        audit.record(
            house, audit.Act.DIRECTORY_SYNCED, person, given=given, ended=ended, joined=joined, left=left,
            before=change.before or "", after=change.after or "",
        )  # fmt: skip
    return change


def _prepared(house: HouseAccess, claims: Mapping[str, Any]) -> Person | None:
    login = claims.get("preferred_username")
    if not isinstance(login, str):
        return None
    has_none = ~select(Identity.id).where(Identity.person_id == Person.id).exists()
    return house.session.scalar(select(Person).where(Person.login == login, has_none).with_for_update())


def _created(house: HouseAccess, subject: str, claims: Mapping[str, Any]) -> Person:
    wished = claims.get("preferred_username")
    login = (wished if isinstance(wished, str) and wished else subject)[:100]
    made = public_id()
    if queries.person_by_login(house.session, login) is not None:
        # Another account of the directory, or the same name at another provider: two people.
        login = f"{login}-{made[:8]}"
    person = Person(public_id=made, login=login, given_name="", family_name="")
    house.session.add(person)
    house.session.flush()
    return person


def _note_groups(house: HouseAccess, person: Person, groups: Iterable[str] | None) -> None:
    if groups is None:
        return
    kept = {
        row.name: row for row in house.session.scalars(select(PersonGroup).where(PersonGroup.person_id == person.id))
    }
    for name in kept.keys() - set(groups):
        house.session.delete(kept[name])
    house.session.add_all(PersonGroup(person_id=person.id, name=name) for name in sorted(set(groups) - kept.keys()))


def _grants(
    house: HouseAccess, person: Person, wanted: Iterable[GroupMapping], silent: Iterable[GroupMapping]
) -> tuple[int, int]:
    def key(row: GroupMapping | Grant) -> tuple[Any, ...]:
        return (row.role, row.unit_id, row.with_services)

    moment = house.moment
    held = house.session.scalars(_live_grants(house, person)).all()
    asked = {key(row): row for row in wanted}
    kept = asked.keys() | {key(row) for row in silent}
    gone = [grant for grant in held if key(grant) not in kept]
    for grant in gone:
        grant.revoked_at = moment
    missing = [row for name, row in asked.items() if name not in {key(grant) for grant in held}]
    house.session.add_all(
        Grant(
            person_id=person.id, role=row.role, unit_id=row.unit_id, with_services=row.with_services, source=Source.SSO,
            reason=f"Groupe «\u00a0{row.value}\u00a0» de l’annuaire", granted_at=moment, starts=moment,
        )
        for row in missing
    )  # fmt: skip
    return len(missing), len(gone)


def _places(
    house: HouseAccess, person: Person, wanted: Iterable[GroupMapping], heard: Iterable[GroupMapping]
) -> tuple[int, int]:
    """Memberships that the table itself gives; what other feeds of the directory wrote is not ours to end."""
    stmt = select(Membership).where(
        Membership.person_id == person.id, Membership.source == Source.SSO, live(Membership, house.moment)
    )
    held = house.session.scalars(stmt).all()
    asked = {(row.unit_id, row.membership) for row in wanted if row.membership}
    ours = {(row.unit_id, row.membership) for row in heard if row.membership}
    gone = [row for row in held if (row.unit_id, row.kind) in ours - asked]
    for row in gone:
        row.ends = house.moment
    missing = sorted(asked - {(row.unit_id, row.kind) for row in held})
    house.session.add_all(
        Membership(person_id=person.id, unit_id=unit_id, kind=kind, source=Source.SSO, starts=house.moment)
        for unit_id, kind in missing
    )
    return len(missing), len(gone)


def directorate(house: Access, person: Person) -> str | None:
    """Name of the directorate of her main place; where no place is known, of her first `sso` grant."""
    places = queries.postings(house.session, [person.id], house.moment).get(person.id)
    tree = house.facts.tree
    if places:
        return tree.directorate(places[0].unit_id).name
    first = house.session.scalars(_live_grants(house, person).order_by(Grant.id)).first()
    return tree.directorate(first.unit_id).name if first and first.unit_id in tree.nodes else None


def _has(house: HouseAccess, person: Person, row: GroupMapping) -> bool:
    """Does she hold already all that this line gives?"""
    live = house.session.scalars(_live_grants(house, person)).all()
    held = {(grant.role, grant.unit_id, grant.with_services) for grant in live}
    places = queries.postings(house.session, [person.id], house.moment).get(person.id, [])
    sits = row.membership is None or (row.unit_id, row.membership) in {(one.unit_id, one.kind) for one in places}
    return sits and (row.role, row.unit_id, row.with_services) in held


def _live_grants(house: Access, person: Person) -> Select[Grant]:
    """The grants on units that the directory gave her."""
    return select(Grant).where(
        Grant.person_id == person.id,
        Grant.source == Source.SSO,
        Grant.unit_id.is_not(None),
        Grant.revoked_at.is_(None),
        live(Grant, house.moment),
    )
