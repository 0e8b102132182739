"""What is true of an actor at this moment: memberships, live grants, denials. Read fresh on each request."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, case, cast, exists, null, or_, select, union_all
from sqlalchemy.orm import Session

from dataspace.auth import tree as trees
from dataspace.auth.dated import live
from dataspace.auth.models import (
    Absence,
    Asset,
    Denial,
    Grant,
    Membership,
    Person,
    PersonGroup,
    Stamp,
    TakenRole,
    Theme,
    Usage,
    UsageMember,
)
from dataspace.auth.words import MembershipKind, PersonKind, Protection, Role, Sensitivity, Source
from dataspace.db import UtcDateTime, declare, rows


@dataclass(frozen=True)
class Posting:
    """A live membership: where, as what, on which territory (INSEE codes; empty: the unit's)."""

    id: int
    unit_id: int
    kind: MembershipKind
    quota: int
    areas: tuple[str, ...]
    title: str
    ends: datetime | None


class Held(NamedTuple):
    """A live grant of the actor; `is_named` when it was given to her by name, or to a usage that she is named in.

    Asset facts when on an asset; those of the usage when given to one: `ends` is then the first end of the three.
    """

    public_id: str
    role: Role
    unit_id: int | None
    with_services: bool
    asset_id: int | None
    source: Source
    reason: str
    granted_by_id: int | None
    starts: datetime
    ends: datetime | None
    is_named: bool
    asset_public_id: str | None = None
    asset_title: str | None = None
    asset_unit_id: int | None = None
    sensitivity: Sensitivity | None = None
    card_sensitivity: Sensitivity | None = None
    protection: Protection | None = None
    up_to: Sensitivity = Sensitivity.CONFIDENTIAL
    usage_public_id: str | None = None
    usage_title: str | None = None


@dataclass(frozen=True)
class Denied:
    asset_id: int | None
    theme_id: int | None
    reason: str
    ends: datetime | None


class Taken(NamedTuple):
    """A role that the actor has taken in this session, until `ends`."""

    role: Role
    ends: datetime


@dataclass(frozen=True)
class Facts:
    """Everything that decides, for one actor."""

    tree: trees.Tree
    postings: tuple[Posting, ...] = ()
    held: tuple[Held, ...] = ()
    denied: tuple[Denied, ...] = ()
    denied_themes: frozenset[int] = field(default=frozenset())
    # Somebody away named her: she answers requests in her place.
    stands_in: bool = False
    # What she holds by a role that is to be taken, and has not: it opens nothing. And what she has taken.
    dormant: tuple[Held, ...] = ()
    taken: tuple[Taken, ...] = ()

    @cached_property
    def assets_alike(self) -> dict[Held, list[int]]:
        """Assets granted one by one, by a grant like theirs in all that the policy looks at (scope.py)."""
        alike: dict[tuple[Any, ...], tuple[Held, list[int]]] = {}
        for grant in self.held:
            if grant.asset_id is not None:
                key = (grant.role, grant.sensitivity, grant.card_sensitivity, grant.protection, grant.is_named,
                       grant.up_to)  # fmt: skip
                alike.setdefault(key, (grant, []))[1].append(grant.asset_id)
        return dict(alike.values())

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(held.role for held in self.held)

    @cached_property
    def on_places(self) -> tuple[Held, ...]:
        """The grants that stand on a unit of the tree."""
        return tuple(held for held in self.held if held.asset_id is None and held.unit_id in self.tree.nodes)

    def bearing_on(self, asset_id: int) -> tuple[Held, ...]:
        """The grants that may open this asset, in their order: those on a place, and those on it alone."""
        if asset_id not in self._bearing:
            self._bearing[asset_id] = tuple(held for held in self.held if held.asset_id in (None, asset_id))
        return self._bearing[asset_id]

    @cached_property
    def _bearing(self) -> dict[int, tuple[Held, ...]]:
        return {}

    @cached_property
    def denied_assets(self) -> frozenset[int]:
        return frozenset(d.asset_id for d in self.denied if d.asset_id is not None)


@dataclass(frozen=True)
class Actor:
    """On whose behalf: a person signed in, with the public id of her session."""

    person_id: int
    public_id: str
    login: str
    name: str
    short_name: str
    initials: str
    given_name: str
    kind: PersonKind
    is_feminine: bool | None = None
    session: str = ""

    @classmethod
    def of(cls, person: Person, session: str = "") -> "Actor":
        return cls(
            person.id, person.public_id, person.login, person.name, person.short_name, person.initials,
            person.given_name, person.kind, person.is_feminine, session,
        )  # fmt: skip


# Built once, on the bare tables: these run on every request, and the ORM would cost as much again to set up.
_absence, _asset, _denial, _grant, _group, _membership, _person, _stamp, _usage, _member = (
    model.__table__.c
    for model in (Absence, Asset, Denial, Grant, PersonGroup, Membership, Person, Stamp, Usage, UsageMember)
)
_PLACES = (
    select(
        select(_stamp.version).where(_stamp.name == "units").scalar_subquery().label("version"),
        _membership.id, _membership.unit_id, _membership.kind, _membership.quota, _membership.areas, _membership.title,
        _membership.ends,
        # Nearly nobody has one: it is not worth a statement of its own to each request.
        exists().where(_denial.person_id == bindparam("person"), live(_denial)).label("is_denied"),
        exists().where(_absence.delegate_id == bindparam("person"), live(_absence)).label("stands_in"),
    )
    .select_from(Person.__table__)
    .outerjoin(Membership.__table__, and_(_membership.person_id == _person.id, live(_membership)))
    .where(_person.id == bindparam("person"), _person.is_active)
    .order_by(_membership.quota.desc(), _membership.id)
)  # fmt: skip


_NOT_A_USAGE = cast(null(), String)
# A right given to a usage lasts no longer than the usage, nor than one’s place in it.
_FIRST_END = case(
    (and_(_grant.ends <= _member.ends, _grant.ends <= _usage.ends), _grant.ends),
    (_member.ends <= _usage.ends, _member.ends),
    else_=_usage.ends,
)


def _grants(
    condition: Any, *, ends: Any = _grant.ends, usage: Any = _NOT_A_USAGE, title: Any = _NOT_A_USAGE
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _grant.public_id, _grant.role, _grant.unit_id, _grant.with_services, _grant.asset_id, _grant.source,
            _grant.reason, _grant.granted_by_id, _grant.starts, ends.label("until"),
            or_(_grant.person_id.is_not(None), _grant.usage_id.is_not(None)).label("is_named"),
            _asset.public_id.label("asset_public_id"), _asset.title, _asset.unit_id.label("asset_unit_id"),
            _asset.sensitivity, _asset.card_sensitivity, _asset.protection, _grant.up_to,
            usage.label("usage_public_id"), title.label("usage_title"),
        )
        .outerjoin(Asset.__table__, _asset.id == _grant.asset_id)
        .where(condition, _grant.revoked_at.is_(None), live(_grant))
    )  # fmt: skip


_HELD = declare(
    union_all(
        _grants(_grant.person_id == bindparam("person")),
        _grants(_grant.subject_unit_id.in_(bindparam("units", expanding=True))),
        _grants(_grant.group_name.in_(select(_group.name).where(_group.person_id == bindparam("person")))),
        _grants(_member.person_id == bindparam("person"), ends=_FIRST_END, usage=_usage.public_id, title=_usage.title)
        .join(Usage.__table__, and_(_usage.id == _grant.usage_id, live(_usage)))
        .join(UsageMember.__table__, and_(_member.usage_id == _usage.id, live(_member))),
    ),
    {"asset": 4},
)
_DENIED = select(_denial.asset_id, _denial.theme_id, _denial.reason, _denial.ends).where(
    _denial.person_id == bindparam("person"), live(_denial)
)
_THEMES = select(Theme.id, Theme.parent_id)
_taken = TakenRole.__table__.c
_TAKEN = select(_taken.role, _taken.ends).where(
    _taken.person_id == bindparam("person"), _taken.session == bindparam("session"),
    _taken.ends > bindparam("now", type_=UtcDateTime()),
)  # fmt: skip


def of(session: Session, actor: Actor, moment: datetime, to_take: frozenset[Role] = frozenset()) -> Facts:
    """The facts of `actor` at `moment`. A disabled person has none; what she holds by a role `to_take` sleeps."""
    at: dict[str, Any] = {"person": actor.person_id, "now": moment}
    places = rows(session, _PLACES, at)
    if not places:
        return Facts(trees.current(session, None))
    tree = trees.current(session, places[0].version)
    postings = tuple(
        Posting(p.id, p.unit_id, p.kind, p.quota, tuple(p.areas or ()), p.title, p.ends) for p in places if p.id
    )
    held = _held(session, at, tree, postings)
    taken: tuple[Taken, ...] = ()
    dormant: tuple[Held, ...] = ()
    # Who holds none of them pays nothing.
    if any(grant.role in to_take for grant in held):
        taken = tuple(Taken(one.role, one.ends) for one in rows(session, _TAKEN, {**at, "session": actor.session}))
        asleep = to_take - {one.role for one in taken}
        dormant = tuple(grant for grant in held if grant.role in asleep)
        held = tuple(grant for grant in held if grant.role not in asleep)
    found = Facts(tree, postings, held, stands_in=places[0].stands_in, dormant=dormant, taken=taken)
    if not places[0].is_denied:
        return found
    denied = tuple(Denied(*row) for row in session.execute(_DENIED, at).all())
    themes = frozenset(d.theme_id for d in denied if d.theme_id is not None)
    return replace(found, denied=denied, denied_themes=_with_children(session, themes) if themes else themes)


def awake(facts: Facts) -> Facts:
    """`facts` as if everything that sleeps were taken: what its holder could do in a moment."""
    return replace(facts, held=(*facts.held, *facts.dormant), dormant=()) if facts.dormant else facts


def supposing(
    session: Session, actor: Actor, moment: datetime, facts: Facts, *, tree: trees.Tree | None = None,
    postings: tuple[Posting, ...] | None = None,
) -> Facts:  # fmt: skip
    """`facts` of `actor` as they would be in another tree, or with other places: what units are given is read anew."""
    there, where = tree or facts.tree, facts.postings if postings is None else postings
    held = _held(session, {"person": actor.person_id, "now": moment}, there, where)
    asleep = {grant.role for grant in facts.dormant}
    awake = tuple(grant for grant in held if grant.role not in asleep)
    return replace(facts, tree=there, postings=where, held=awake)


def _held(session: Session, at: dict[str, Any], tree: trees.Tree, postings: Sequence[Posting]) -> tuple[Held, ...]:
    # What is given to a unit is for those inside it: a partner's people are not the authority's.
    above = {unit for posting in postings if posting.kind.is_inside for unit in tree.holding(posting.unit_id)}
    return tuple(map(Held._make, rows(session, _HELD, {**at, "units": sorted(above)})))


def _with_children(session: Session, themes: frozenset[int]) -> frozenset[int]:
    known: Sequence[Any] = session.execute(_THEMES).all()
    found = set(themes)
    while more := {row.id for row in known if row.parent_id in found} - found:
        found |= more
    return frozenset(found)
