"""Small worlds drawn by Hypothesis: units, people, assets, grants and denials of every shape; and their writing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, PersonGroup, Theme, Unit, Usage, UsageMember
from dataspace.auth.words import AssetKind, Protection, Role, Sensitivity, Source, State, UnitKind

MOMENT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
# When a fact holds: (starts, ends, revoked) from MOMENT. The edges are part of it: a right starts on its first
# microsecond and is over on its last.
WHEN = {
    "endless": (-DAY, None, None),
    "live": (-DAY, DAY, None),
    "just started": (timedelta(), None, None),
    "past": (-2 * DAY, -DAY, None),
    "just ended": (-DAY, timedelta(), None),
    "future": (DAY, None, None),
    "revoked": (-2 * DAY, -DAY, -DAY),
    "to be revoked": (-DAY, DAY, timedelta()),
}
HOLDS = ("endless", "live", "just started")
# Only a grant is revoked; a membership or a denial goes by its dates.
STANDS = (*HOLDS, "to be revoked")
GROUPS = ("direction", "dir-'eau'", "*", "executif, *")


@dataclass(frozen=True)
class AUnit:
    parent: int | None
    kind: UnitKind
    is_accepted: bool


@dataclass(frozen=True)
class APerson:
    places: tuple[tuple[int, str], ...]
    groups: frozenset[str]
    is_active: bool


@dataclass(frozen=True)
class AnAsset:
    unit: int
    theme: int
    kind: AssetKind
    card: Sensitivity
    level: Sensitivity
    protection: Protection
    state: State


@dataclass(frozen=True)
class AUsage:
    """When it lasts, and who takes part when: (person, when)."""

    when: str
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class AGrant:
    """`subject` is ("person" | "unit" | "usage", number) or ("group", name); `scope` is ("unit" | "asset", number)."""

    subject: tuple[str, int | str]
    role: Role
    scope: tuple[str, int]
    with_services: bool
    when: str
    # How high the content was when it was decided.
    up_to: Sensitivity


@dataclass(frozen=True)
class ADenial:
    person: int
    on: tuple[str, int]
    when: str


@dataclass(frozen=True)
class World:
    """Things are known by their rank; the parent of a unit or of a theme always comes before it."""

    units: tuple[AUnit, ...]
    themes: tuple[int | None, ...]
    people: tuple[APerson, ...]
    assets: tuple[AnAsset, ...]
    grants: tuple[AGrant, ...]
    denials: tuple[ADenial, ...]
    usages: tuple[AUsage, ...] = ()


# More of what holds than of what does not, or most worlds would be closed ones.
_when = st.sampled_from([*HOLDS, *HOLDS, *WHEN])


def _tuples(element: st.SearchStrategy, least: int, most: int) -> st.SearchStrategy:
    return st.lists(element, min_size=least, max_size=most).map(tuple)


@st.composite
def worlds(draw: st.DrawFn, people: int = 8, assets: int = 12) -> World:
    """A world of at most that many people and assets, and of a usage or two."""
    units: list[AUnit] = []
    for rank in range(draw(st.integers(1, 8))):
        parent = draw(st.integers(0, rank - 1)) if rank and draw(st.integers(0, 5)) else None
        units.append(AUnit(parent, draw(st.sampled_from(UnitKind)), draw(st.integers(0, 4)) > 0))
    themes: list[int | None] = []
    for rank in range(draw(st.integers(1, 4))):
        themes.append(draw(st.none() | st.integers(0, rank - 1)) if rank else None)  # noqa: PERF401 - each theme looks at those before
    unit, theme = st.integers(0, len(units) - 1), st.integers(0, len(themes) - 1)
    places = _tuples(st.tuples(unit, _when), 0, 2)
    a_person = st.builds(
        APerson, places, st.frozensets(st.sampled_from(GROUPS), max_size=2), st.integers(0, 7).map(bool)
    )
    levels = st.tuples(st.sampled_from(Sensitivity), st.sampled_from(Sensitivity)).map(sorted)
    an_asset = st.tuples(
        unit, theme, st.sampled_from(AssetKind), levels,
        st.sampled_from([Protection.NONE, Protection.NONE, *Protection]),
        st.sampled_from([State.PUBLISHED, State.PUBLISHED, *State]),
    ).map(lambda a: AnAsset(a[0], a[1], a[2], a[3][0], a[3][1], a[4], a[5]))  # fmt: skip
    drawn_people = draw(_tuples(a_person, 1, people))
    drawn_assets = draw(_tuples(an_asset, 1, assets))
    person, asset = st.integers(0, len(drawn_people) - 1), st.integers(0, len(drawn_assets) - 1)

    def at(kind: str, ranks: st.SearchStrategy) -> st.SearchStrategy:
        return st.tuples(st.just(kind), ranks)

    a_usage = st.builds(AUsage, _when, _tuples(st.tuples(person, _when), 1, 4))
    usages = draw(_tuples(a_usage, 1, 2))
    subject = at("person", person) | at("unit", unit) | at("group", st.sampled_from(GROUPS))
    subject |= at("usage", st.integers(0, len(usages) - 1))
    scope = at("unit", unit) | at("unit", unit) | at("asset", asset)
    height = st.sampled_from([Sensitivity.CONFIDENTIAL, Sensitivity.CONFIDENTIAL, *Sensitivity])
    a_grant = st.builds(AGrant, subject, st.sampled_from(Role), scope, st.booleans(), _when, height)
    a_denial = st.builds(ADenial, person, at("asset", asset) | at("theme", theme), _when)
    return World(
        tuple(units), tuple(themes), drawn_people, drawn_assets,
        draw(_tuples(a_grant, 1, 14)), draw(_tuples(a_denial, 0, 3)), usages,
    )  # fmt: skip


def write(session: Session, world: World) -> None:
    """Put `world` in an empty database; the key of each thing is its rank plus one."""
    for rank, unit in enumerate(world.units, 1):
        session.add(Unit(id=rank, code=f"u{rank}", name=f"*, u{rank}", short_name="p, *, *", kind=unit.kind,
                         parent_id=_key(unit.parent), is_accepted=unit.is_accepted))  # fmt: skip
    for rank, parent in enumerate(world.themes, 1):
        session.add(Theme(id=rank, code=f"t{rank}", label="*", parent_id=_key(parent)))
    for rank, person in enumerate(world.people, 1):
        session.add(Person(id=rank, public_id=f"p{rank}", login=f"p{rank}", given_name="*", family_name="admin",
                           is_active=person.is_active))  # fmt: skip
    session.flush()
    for rank, person in enumerate(world.people, 1):
        session.add_all(PersonGroup(person_id=rank, name=name) for name in person.groups)
        for unit, when in person.places:
            starts, ends, _ = _dates(when)
            session.add(Membership(person_id=rank, unit_id=unit + 1, starts=starts, ends=ends))
    for rank, asset in enumerate(world.assets, 1):
        session.add(Asset(
            id=rank, public_id=f"a{rank}", kind=asset.kind, title="*", unit_id=asset.unit + 1, theme_id=asset.theme + 1,
            sensitivity=asset.level, card_sensitivity=asset.card, protection=asset.protection, state=asset.state,
            ground="L311-6", review_date=MOMENT, updated=MOMENT,
        ))  # fmt: skip
    session.flush()
    for rank, usage in enumerate(world.usages, 1):
        starts, ends = until(usage.when)
        session.add(Usage(id=rank, public_id=f"s{rank}", title="*", purpose="*", unit_id=1, starts=starts, ends=ends))
        session.flush()
        for person, when in usage.members:
            starts, ends = until(when)
            session.add(UsageMember(usage_id=rank, person_id=person + 1, starts=starts, ends=ends))
    for grant in world.grants:
        starts, ends, revoked = _dates(grant.when)
        (who, subject), (where, scope) = grant.subject, grant.scope
        session.add(Grant(
            person_id=int(subject) + 1 if who == "person" else None,
            subject_unit_id=int(subject) + 1 if who == "unit" else None,
            group_name=str(subject) if who == "group" else None, role=grant.role,
            usage_id=int(subject) + 1 if who == "usage" else None,
            unit_id=scope + 1 if where == "unit" else None, asset_id=scope + 1 if where == "asset" else None,
            with_services=grant.with_services, source=Source.MANUAL, granted_at=starts, starts=starts, ends=ends,
            revoked_at=revoked, up_to=grant.up_to,
        ))  # fmt: skip
    for denial in world.denials:
        starts, ends, _ = _dates(denial.when)
        key = {f"{denial.on[0]}_id": denial.on[1] + 1}
        session.add(Denial(person_id=denial.person + 1, starts=starts, ends=ends, **key))
    session.flush()


def _key(rank: int | None) -> int | None:
    return None if rank is None else rank + 1


def until(when: str) -> tuple[datetime, datetime]:
    """The dates of what always has an end: a usage, a place in it."""
    starts, ends, _ = _dates(when)
    return starts, ends or MOMENT + 365 * DAY


def _dates(when: str) -> tuple[datetime, datetime | None, datetime | None]:
    starts, ends, revoked = WHEN[when]
    return MOMENT + starts, None if ends is None else MOMENT + ends, None if revoked is None else MOMENT + revoked
