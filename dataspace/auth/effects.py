"""What a right would change, person by person, before it is saved."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import select

from dataspace.auth import subjects
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.facts import Actor, Facts, Held, awake
from dataspace.auth.models import Asset, Grant, Membership, Person, PersonGroup, Unit, Usage, UsageMember
from dataspace.auth.rights import Wanted, deciding_level
from dataspace.auth.scope import scope
from dataspace.auth.why import held_of
from dataspace.auth.words import INSIDE, AssetKind, Permission, Sensitivity, Source

SHOWN = (
    Permission.CARD_SEE, Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DASHBOARD_OPEN,
    Permission.DATASET_EDIT,
)  # fmt: skip
# A permission on a content is counted on the things that have this content.
KINDS = {
    Permission.DATASET_READ: (AssetKind.DATASET,),
    Permission.DATASET_EXPORT: (AssetKind.DATASET,),
    Permission.DATASET_EDIT: (AssetKind.DATASET,),
    Permission.DASHBOARD_OPEN: (AssetKind.DASHBOARD,),
}
MOST_PEOPLE = 50
MOST_ASSETS = 10_000


@dataclass(frozen=True)
class Effect:
    """How many assets each permission opens to `person`, before and after; counted among those the actor may know."""

    person: Person
    before: dict[Permission, int]
    after: dict[Permission, int]

    @property
    def gains(self) -> bool:
        return any(self.after[p] > self.before[p] for p in SHOWN)

    @property
    def loses(self) -> bool:
        return any(self.after[p] < self.before[p] for p in SHOWN)


def of_giving(access: Access, wanted: Wanted) -> list[Effect]:
    """The effect of `wanted` on each person it names, the first fifty."""
    held = as_held(wanted)
    people = _receiving(access, wanted.subject)
    return [_effect(access, person, lambda facts: replace(facts, held=(*facts.held, held))) for person in people]


def _receiving(access: Access, subject: Person | Unit | Usage) -> Sequence[Person]:
    if isinstance(subject, Person):
        return [subject]
    return _members(access, subject) if isinstance(subject, Unit) else _taking_part(access, subject.id)


def of_revoking(access: Access, grant: Grant) -> list[Effect]:
    """The effect of ending `grant` on each person who has it, the first fifty."""

    def without(facts: Facts) -> Facts:
        return replace(facts, held=tuple(held for held in facts.held if held.public_id != grant.public_id))

    return [_effect(access, person, without) for person in _subjects(access, grant)]


def of_changes(
    access: Access, given: Sequence[Wanted], ended: Sequence[Grant], *, most: int = MOST_PEOPLE
) -> tuple[list[Effect], int]:
    """The effect of several changes made together, on the first people they touch; and how many they are in all."""
    crowds: dict[int, list[Person]] = {}
    for place, subject in enumerate((*(w.subject for w in given), *(subjects.of(access, g) for g in ended))):
        crowds[place] = list(_who(access, subject))
    people = {person.id: person for crowd in crowds.values() for person in crowd}
    gone = {grant.public_id for grant in ended}

    def changed(person: Person, facts: Facts) -> Facts:
        added = [as_held(one) for place, one in enumerate(given) if person in crowds[place]]
        return replace(facts, held=(*(held for held in facts.held if held.public_id not in gone), *added))

    shown = sorted(people.values(), key=lambda one: (one.family_name, one.given_name, one.id))[:most]
    return [_effect(access, person, partial(changed, person)) for person in shown], len(people)


def _who(access: Access, subject: Person | Unit | Usage | str) -> Sequence[Person]:
    """The people meant."""
    if isinstance(subject, Person):
        return [subject]
    if isinstance(subject, Unit):
        return _members(access, subject, limit=None)
    if isinstance(subject, Usage):
        return _taking_part(access, subject.id, limit=None)
    named = select(PersonGroup.person_id).where(PersonGroup.name == subject)
    stmt = select(Person).where(Person.is_active, Person.id.in_(named)).order_by(Person.family_name)
    return access.session.scalars(stmt).all()


def of_joining(access: Access, usage: Usage, person: Person) -> Effect:
    """The effect on `person` of taking part in `usage`."""
    stmt = select(Grant).where(Grant.usage_id == usage.id, Grant.revoked_at.is_(None), live(Grant, access.moment))
    grants = access.session.scalars(stmt).all()
    seen = access.select(Asset, Permission.RIGHTS_SEE, Permission.CARD_SEE, Permission.DRAFT_SEE)
    ids = sorted({grant.asset_id for grant in grants if grant.asset_id is not None})
    known = {asset.id: asset for asset in access.session.scalars(seen.where(Asset.id.in_(ids)))} if ids else {}
    # What the actor may not know of is not counted (see `_counts`): nothing is said of it.
    more = tuple(held_of(grant, known[grant.asset_id]) for grant in grants if grant.asset_id in known)
    return _effect(access, person, lambda facts: replace(facts, held=(*facts.held, *more)))


def of_leaving(access: Access, usage: Usage, person: Person) -> Effect:
    """The effect on `person` of leaving `usage`."""

    def without(facts: Facts) -> Facts:
        return replace(facts, held=tuple(held for held in facts.held if held.usage_public_id != usage.public_id))

    return _effect(access, person, without)


def _effect(access: Access, person: Person, change: Callable[[Facts], Facts]) -> Effect:
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    # What sleeps is hers to take: giving or ending it changes something.
    before = awake(theirs.facts)
    return Effect(person, _counts(access, before), _counts(access, change(before)))


def _counts(access: Access, facts: Facts) -> dict[Permission, int]:
    # Only among what the actor may know of: a count must not tell that something hidden exists.
    return {
        permission: access.count(
            access.select(Asset, Permission.RIGHTS_SEE, Permission.CARD_SEE, Permission.DRAFT_SEE).where(
                scope(access.policy, facts, permission).predicate(),
                Asset.kind.in_(KINDS.get(permission, tuple(AssetKind))),
            ),
            at_most=MOST_ASSETS,
        )
        for permission in SHOWN
    }


def _subjects(access: Access, grant: Grant) -> Iterator[Person]:
    session = access.session
    if grant.person_id is not None:
        yield from session.scalars(select(Person).where(Person.id == grant.person_id))
    elif grant.subject_unit_id is not None:
        yield from _members(access, session.scalars(select(Unit).where(Unit.id == grant.subject_unit_id)).one())
    elif grant.usage_id is not None:
        yield from _taking_part(access, grant.usage_id)
    else:
        yield from _who(access, grant.group_name or "")[:MOST_PEOPLE]


def _members(access: Access, unit: Unit, *, limit: int | None = MOST_PEOPLE) -> Sequence[Person]:
    under = access.facts.tree.branch(unit.id)
    stmt = (
        select(Person)
        .where(
            Person.is_active,
            Person.id.in_(
                select(Membership.person_id).where(
                    Membership.unit_id.in_(under), Membership.kind.in_(INSIDE), live(Membership, access.moment)
                )
            ),
        )
        .order_by(Person.family_name)
        .limit(limit)
    )
    return access.session.scalars(stmt).all()


def _taking_part(access: Access, usage_id: int, *, limit: int | None = MOST_PEOPLE) -> Sequence[Person]:
    hers = select(UsageMember.person_id).where(UsageMember.usage_id == usage_id, live(UsageMember, access.moment))
    stmt = select(Person).where(Person.is_active, Person.id.in_(hers)).order_by(Person.family_name).limit(limit)
    return access.session.scalars(stmt).all()


def as_held(wanted: Wanted) -> Held:
    """The right wanted, as if it were held already."""
    asset = wanted.asset
    return Held(
        public_id="", role=wanted.role, unit_id=wanted.unit.id if wanted.unit else None,
        with_services=wanted.with_services, asset_id=asset.id if asset else None, source=Source.MANUAL,
        reason=wanted.reason, granted_by_id=None, starts=wanted.starts, ends=wanted.ends,
        is_named=not isinstance(wanted.subject, Unit), asset_public_id=asset.public_id if asset else None,
        asset_title=asset.title if asset else None, asset_unit_id=asset.unit_id if asset else None,
        sensitivity=asset.sensitivity if asset else None, card_sensitivity=asset.card_sensitivity if asset else None,
        protection=asset.protection if asset else None,
        up_to=deciding_level(asset) if asset else Sensitivity.CONFIDENTIAL,
        usage_public_id=wanted.subject.public_id if isinstance(wanted.subject, Usage) else None,
        usage_title=wanted.subject.title if isinstance(wanted.subject, Usage) else None,
    )  # fmt: skip
