"""What a DPO looks for: who reads without fitting what is declared, what is declared for nobody, what has lasted too
long, what was not looked at again. One statement for a page of lines, one for their number."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from dataspace.auth import Access, Permission
from dataspace.auth.bound import engine_of, pairs, pairs_table
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Denial, Grant, Membership, Person, Theme, Usage, UsageMember
from dataspace.auth.queries import rights_known
from dataspace.auth.usages_known import uses
from dataspace.auth.words import INSIDE, PersonKind, Protection, Reach, Role, Sensitivity, State
from dataspace.usages.models import RecipientKind, UsageRecipient, UsageSheet

PAGE = 50
EXPORTED = 5000


class Gap(StrEnum):
    """The four questions, in the order of the screen."""

    OUTSIDE = "hors-destinataires"
    NOBODY = "destinataires-sans-acces"
    OVERDUE = "acces-depasses"
    REVIEW = "relectures-depassees"

    @property
    def label(self) -> str:
        return {
            "hors-destinataires": "Hors des destinataires déclarés",
            "destinataires-sans-acces": "Destinataires sans accès",
            "acces-depasses": "Accès dépassés ou sans finalité", "relectures-depassees": "Relectures dépassées",
        }[self]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One gap: what there is of asset, person, grant, usage, its sheet, category."""

    asset: Asset | None = None
    person: Person | None = None
    grant: Grant | None = None
    usage: Usage | None = None
    sheet: UsageSheet | None = None
    recipient: UsageRecipient | None = None


_KINDS = {Asset: "asset", Person: "person", Grant: "grant", Usage: "usage", UsageSheet: "sheet",
          UsageRecipient: "recipient"}  # fmt: skip


def lines(access: Access, gap: Gap, *, skipped: int = 0, limit: int) -> list[Line]:
    """The gaps of one kind that the actor may read, some of them. Needs register:read."""
    stmt = _statement(access, gap).offset(skipped).limit(limit)
    rows = access.session.execute(stmt, _bound(access)).all()
    return [Line(**{_KINDS[type(thing)]: thing for thing in row if thing is not None}) for row in rows]


def count(access: Access, gap: Gap) -> int:
    """How many there are. Needs register:read."""
    stmt = _statement(access, gap).order_by(None)
    counted = stmt.with_only_columns(func.count(), maintain_column_froms=True)
    return access.session.scalar(counted, _bound(access)) or 0


def _statement(access: Access, gap: Gap) -> Select[Any]:
    access.require(Permission.REGISTER_READ)
    return {Gap.OUTSIDE: _outside, Gap.NOBODY: _nobody, Gap.OVERDUE: _overdue, Gap.REVIEW: _review}[gap](access)


def _outside(access: Access) -> Select[Any]:
    """People who read what is protected by a right of their own or of a usage, and fit no category of the usages it
    serves: of that very usage, when it is by one."""
    now = access.moment
    used = uses(now)
    served = select(used.c.asset_id).join(Usage, Usage.id == used.c.usage_id)
    served = served.where(_read(access, Usage.unit_id), live(Usage, now))
    through = or_(
        Grant.person_id == Person.id,
        and_(Usage.id.is_not(None), UsageMember.id.is_not(None), UsageMember.person_id == Person.id),
    )
    return (
        rights_known(access)
        .join(Grant, Grant.asset_id == Asset.id)
        .outerjoin(Usage, and_(Usage.id == Grant.usage_id, live(Usage, now)))
        .outerjoin(UsageMember, and_(UsageMember.usage_id == Usage.id, live(UsageMember, now)))
        .join(Person, through)
        .where(Asset.protection != Protection.NONE, Asset.state != State.DRAFT, Asset.id.in_(served))
        .where(Grant.revoked_at.is_(None), live(Grant, now), Grant.up_to >= Sensitivity.CONFIDENTIAL, _opens(access))
        .where(Person.is_active, ~_is_denied(access), ~_fits(access))
        .add_columns(Person, Grant, Usage)
        .order_by(Person.family_name, Person.given_name, Asset.title, Grant.id)
    )


def _nobody(access: Access) -> Select[Any]:
    """Categories of running usages that nobody who takes part, or has one of its things by name, fits."""
    now = access.moment
    used = uses(now)
    part = select(UsageMember.person_id).where(UsageMember.usage_id == Usage.id, live(UsageMember, now))
    named = (
        select(Grant.person_id)
        .join(used, used.c.asset_id == Grant.asset_id)
        .where(used.c.usage_id == Usage.id, Grant.person_id.is_not(None), Grant.revoked_at.is_(None), live(Grant, now))
    )
    under = _under(access)
    fits = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(under, under.c.unit == Membership.unit_id)
        .where(under.c.top == UsageRecipient.unit_id, Membership.kind.in_(INSIDE), live(Membership, now))
        .where(Person.is_active, _is_of_kind(), or_(Person.id.in_(part), Person.id.in_(named)))
        .correlate(Usage, UsageRecipient)
    )
    stmt: Any = (
        select(UsageRecipient, Usage)
        .join(Usage, Usage.id == UsageRecipient.usage_id)
        .where(live(Usage, now), _read(access, Usage.unit_id), ~fits.exists())
        .order_by(Usage.title, UsageRecipient.id)
    )
    return cast("Select[Any]", stmt)


def _overdue(access: Access) -> Select[Any]:
    """Rights that stand for a usage that is over, or past what it said it would keep; and those on what is protected
    that say no purpose."""
    now = access.moment
    has_none = and_(Asset.protection != Protection.NONE, Grant.usage_id.is_(None), func.trim(Grant.purpose) == "")
    return (
        rights_known(access)
        .join(Grant, Grant.asset_id == Asset.id)
        .outerjoin(Usage, Usage.id == Grant.usage_id)
        .outerjoin(UsageSheet, UsageSheet.usage_id == Usage.id)
        .where(Grant.revoked_at.is_(None), or_(Grant.ends.is_(None), Grant.ends > now), _read(access, Asset.unit_id))
        .where(or_(Usage.ends <= now, UsageSheet.kept_until <= now, has_none))
        .add_columns(Grant, Usage, UsageSheet)
        .order_by(Asset.title, Grant.id)
    )


def _review(access: Access) -> Select[Any]:
    now = access.moment
    stmt: Any = (
        select(Usage, UsageSheet)
        .join(UsageSheet, UsageSheet.usage_id == Usage.id)
        .where(live(Usage, now), _read(access, Usage.unit_id), UsageSheet.review_date <= now)
        .order_by(UsageSheet.review_date, Usage.id)
    )
    return cast("Select[Any]", stmt)


def _read(access: Access, unit_id: Any) -> ColumnElement[bool]:
    within: ColumnElement[bool] = unit_id.in_(sorted(access.scope(Permission.REGISTER_READ).cells))
    return within


def _opens(access: Access) -> ColumnElement[bool]:
    """Does the grant, standing on the asset, open its content?"""
    found = []
    for role in Role:
        levels = [access.policy.level(role, p, Reach.ASSET) for p in (Permission.DATASET_READ,
                  Permission.DASHBOARD_OPEN)]  # fmt: skip
        highest = max((level for level in levels if level is not None), default=None)
        if highest is not None:
            found.append(and_(Grant.role == role, Asset.sensitivity <= highest))
    return or_(*found)


def _is_denied(access: Access) -> ColumnElement[bool]:
    under = pairs_table("themes", "top", "theme", engine_of(access.session))
    themes = select(under.c.top).where(under.c.theme == Asset.theme_id).correlate(Asset)
    on = or_(Denial.asset_id == Asset.id, Denial.theme_id.in_(themes))
    stmt = select(Denial.id).where(Denial.person_id == Person.id, on, live(Denial, access.moment))
    return stmt.correlate(Asset, Person).exists()


def _fits(access: Access) -> ColumnElement[bool]:
    now, used, under, serving = access.moment, uses(access.moment), _under(access), aliased(Usage)
    # An élu's are aggregates: never what is protected.
    is_of_it = and_(UsageRecipient.kind != RecipientKind.ELECTED, _is_of_kind())
    stmt = (
        select(UsageRecipient.id)
        .join(serving, serving.id == UsageRecipient.usage_id)
        .join(used, used.c.usage_id == serving.id)
        .join(under, under.c.top == UsageRecipient.unit_id)
        .join(Membership, Membership.unit_id == under.c.unit)
        .where(used.c.asset_id == Asset.id, or_(Grant.usage_id.is_(None), Grant.usage_id == serving.id))
        .where(live(serving, now), Membership.person_id == Person.id, Membership.kind.in_(INSIDE))
        .where(live(Membership, now), is_of_it)
    )
    return stmt.correlate(Asset, Person, Grant).exists()


def _is_of_kind() -> ColumnElement[bool]:
    kinds: dict[PersonKind, list[RecipientKind]] = {}
    for kind in RecipientKind:
        kinds.setdefault(kind.person, []).append(kind)
    return or_(*(and_(Person.kind == person, UsageRecipient.kind.in_(found)) for person, found in kinds.items()))


def _under(access: Access) -> Any:
    return pairs_table("under", "top", "unit", engine_of(access.session))


def _bound(access: Access) -> Mapping[str, Any]:
    engine = engine_of(access.session)
    parents = {row.id: row.parent_id for row in access.session.execute(select(Theme.id, Theme.parent_id))}
    above = []
    for theme in parents:
        here: int | None = theme
        while here is not None:
            above.append((here, theme))
            here = parents[here]
    return {
        **pairs("under", "top", "unit", access.facts.tree.inside, engine),
        **pairs("themes", "top", "theme", tuple(above), engine),
    }


__all__ = ["EXPORTED", "PAGE", "Gap", "Line", "count", "lines"]
