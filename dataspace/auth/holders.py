"""Who has access to an asset, and because of which grant: the same rules as the predicate, read the other way."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, PersonGroup, Theme
from dataspace.auth.queries import live
from dataspace.auth.rights import deciding_level
from dataspace.auth.words import INSIDE, Permission, Reach, Role, Sensitivity, Source, State


@dataclass(frozen=True)
class Cause:
    """How many people a kind of grant brings."""

    role: Role
    source: Source
    people: int


@dataclass(frozen=True)
class Holders:
    """The first people, with the grant that opens; how many in all; and by cause."""

    people: list[tuple[Person, Grant]]
    total: int
    causes: list[Cause]


def of(access: Access, asset: Asset, permission: Permission, *, limit: int = 50) -> Holders:
    """Who holds `permission` on `asset`. Needs rights:see on it."""
    access.require(Permission.RIGHTS_SEE, asset)
    pairs = _pairs(access, asset, permission)
    if pairs is None:
        return Holders([], 0, [])
    found = pairs.subquery()
    # One line for each person: the oldest grant that opens speaks for her.
    first = (
        select(found.c.person_id, func.min(found.c.grant_id).label("grant_id"))
        .join(Person, Person.id == found.c.person_id)
        .where(Person.is_active, Person.id.not_in(_denied(access, asset)))
        .group_by(found.c.person_id)
        .subquery()
    )
    session = access.session
    rows = session.execute(
        select(Person, Grant)
        .join(first, first.c.person_id == Person.id)
        .join(Grant, Grant.id == first.c.grant_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(limit)
    )
    causes = session.execute(
        select(Grant.role, Grant.source, func.count().label("people"))
        .join(first, first.c.grant_id == Grant.id)
        .group_by(Grant.role, Grant.source)
        .order_by(func.count().desc())
    )
    by_cause = [Cause(row.role, row.source, row.people) for row in causes]
    return Holders([(row[0], row[1]) for row in rows], sum(cause.people for cause in by_cause), by_cause)


def ids(access: Access, asset: Asset, permission: Permission) -> set[int]:
    """Everybody who holds `permission` on `asset`, or would if it were so. The caller has asked for rights:see."""
    pairs = _pairs(access, asset, permission)
    if pairs is None or asset.state is State.DRAFT:
        return set()
    found = pairs.subquery()
    stmt = select(found.c.person_id).join(Person, Person.id == found.c.person_id).where(Person.is_active).distinct()
    return set(access.session.scalars(stmt.where(Person.id.not_in(_denied(access, asset)))))


def _pairs(access: Access, asset: Asset, permission: Permission) -> Select[int | None, int] | None:
    """(person_id, grant_id) for every live grant that opens."""
    opening = _opening(access, asset, permission)
    if opening is None:
        return None
    standing = and_(opening, Grant.revoked_at.is_(None), live(Grant, access.moment))
    named = select(Grant.person_id.label("person_id"), Grant.id.label("grant_id")).where(
        Grant.person_id.is_not(None), standing
    )
    if permission.about == "content" and asset.is_protected:
        return named
    tree = access.facts.tree
    parts = [named]
    subjects = access.session.execute(
        select(Grant.id, Grant.subject_unit_id).where(Grant.subject_unit_id.is_not(None), standing)
    ).all()
    for grant_id, unit_id in subjects:
        members = tree.branch(unit_id or 0)
        parts.append(
            select(Membership.person_id, Grant.id)
            .join(Grant, Grant.id == grant_id)
            .where(Membership.unit_id.in_(members), Membership.kind.in_(INSIDE), live(Membership, access.moment))
        )
    parts.append(
        select(PersonGroup.person_id, Grant.id).join(Grant, Grant.group_name == PersonGroup.name).where(standing)
    )
    joined = union_all(*parts).subquery()
    return select(joined.c.person_id, joined.c.grant_id)


def _opening(access: Access, asset: Asset, permission: Permission) -> ColumnElement[bool] | None:
    policy, tree = access.policy, access.facts.tree
    level = asset.card_sensitivity if permission.about == "card" else asset.sensitivity

    def roles(reach: Reach) -> list[Role]:
        return [r for r in Role if _at_least(policy.level(r, permission, reach), level)]

    named = and_(Grant.asset_id == asset.id, Grant.role.in_(roles(Reach.ASSET)))
    if permission.about == "content":
        named = and_(named, Grant.up_to >= deciding_level(asset))
    opened = [named]
    if not (permission.about == "content" and asset.is_protected):
        above = [unit for unit in tree.nodes if asset.unit_id in tree.branch(unit)]
        around = [unit for unit in tree.nodes if asset.unit_id in tree.authority(unit)]
        opened += [
            and_(Grant.unit_id == asset.unit_id, Grant.role.in_(roles(Reach.UNIT))),
            and_(Grant.unit_id.in_(above), Grant.with_services, Grant.role.in_(roles(Reach.UNIT))),
            and_(Grant.unit_id.in_(around), Grant.role.in_(roles(Reach.AUTHORITY))),
        ]
    return or_(*opened)


def _at_least(held: Sensitivity | None, level: Sensitivity) -> bool:
    return held is not None and held >= level


def _denied(access: Access, asset: Asset) -> Select[int]:
    line, here = [asset.theme_id], asset.theme_id
    parents = {row.id: row.parent_id for row in access.session.execute(select(Theme.id, Theme.parent_id))}
    while (above := parents.get(here)) is not None and above not in line:
        line.append(above)
        here = above
    return select(Denial.person_id).where(
        or_(Denial.asset_id == asset.id, Denial.theme_id.in_(line)), live(Denial, access.moment)
    )
