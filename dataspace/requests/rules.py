"""Answers given beforehand: written and stopped by who may decide, and what each has answered (F17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, Permission
from dataspace.auth.deciding import decides_in
from dataspace.auth.models import Asset, Theme, Unit
from dataspace.auth.queries import people
from dataspace.auth.words import Role, Sensitivity
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.requests import queries
from dataspace.requests.models import AccessRequest, Need, StandingRule

LEVELS = (Sensitivity.OPEN, Sensitivity.INTERNAL, Sensitivity.RESTRICTED)
_LONGEST = 3660
_LAST = 5


class NotYoursToRule(Refused):
    sentence = "Une règle s’écrit là où l’on décide des demandes."
    next_step = "Choisissez une unité de votre périmètre, ou demandez à sa direction."


@dataclass(frozen=True)
class Written:
    """What a rule says: it gives `need` on what `unit` owns, up to `level`, to whom, for `days`."""

    unit: Unit
    theme: Theme | None
    level: Sensitivity
    need: Need
    to_unit: Unit | None
    to_role: Role | None
    days: int
    ends: datetime | None


@dataclass(frozen=True)
class Kept:
    """A rule as it stands: does its author still decide there; how much it has answered, and the last ones."""

    rule: StandingRule
    author: str
    holds: bool
    answered: int
    last: tuple[tuple[str, str, datetime], ...]


def write(access: Access, said: Written) -> StandingRule:
    """Let these requests be answered at once from now on. Raises NotYoursToRule, Invalid."""
    access.require(Permission.RIGHTS_ASSIGN)
    if not decides_in(access, said.need.role, said.unit.id, said.level):
        raise NotYoursToRule
    if said.level not in LEVELS:
        raise Invalid("Le confidentiel et les contenus protégés se décident un par un.")
    if not 0 < said.days <= _LONGEST:
        raise Invalid("Donnez une durée en jours, d’un jour à dix ans.")
    if said.ends is not None and said.ends <= access.moment:
        raise Invalid("La date de fin de la règle est déjà passée.")
    rule = StandingRule(
        author_id=access.author_id, unit_id=said.unit.id, theme_id=said.theme.id if said.theme else None,
        level=said.level, need=said.need, to_unit_id=said.to_unit.id if said.to_unit else None, to_role=said.to_role,
        days=said.days, starts=access.moment, ends=said.ends,
    )  # fmt: skip
    access.session.add(rule)
    access.session.flush()
    record(
        access, Act.RULE_WRITTEN, said.unit, rule=rule.public_id, level=said.level.code, need=said.need.value,
        to_unit=said.to_unit.code if said.to_unit else "", role=said.to_role.value if said.to_role else "",
        days=said.days, until=said.ends,
    )  # fmt: skip
    return rule


def stop(access: Access, public_id: str) -> None:
    """End a rule now; what it gave goes on until its own end. Raises NotFound, Conflict when it is over."""
    rule = access.session.scalar(
        select(StandingRule).where(StandingRule.public_id == public_id).with_for_update(of=StandingRule)
    )
    if rule is None or not _is_known(access, rule):
        raise NotFound
    if rule.ends is not None and rule.ends <= access.moment:
        raise Conflict("Cette règle est déjà arrêtée.", "Rien n’a été changé.")
    rule.ends = access.moment
    unit = access.session.scalars(select(Unit).where(Unit.id == rule.unit_id)).one()
    record(access, Act.RULE_STOPPED, unit, rule=rule.public_id)


def known(access: Access) -> list[Kept]:
    """The rules that the actor wrote, or could have, those that still answer first."""
    access.require(Permission.RIGHTS_ASSIGN)
    units = sorted(access.scope(Permission.RIGHTS_ASSIGN).cells)
    stmt = select(StandingRule).where(or_(StandingRule.author_id == access.author_id, StandingRule.unit_id.in_(units)))
    found = [r for r in access.session.scalars(stmt.order_by(StandingRule.id.desc())) if _is_known(access, r)]
    authors = people(access.session, (rule.author_id for rule in found))
    kept = []
    for rule in found:
        author = authors[rule.author_id]
        theirs = Access(Actor.of(author), access.session, access.policy, moment=access.moment)
        is_live = rule.ends is None or rule.ends > access.moment
        holds = is_live and author.is_active and decides_in(theirs, rule.need.role, rule.unit_id, rule.level)
        answered, last = _answered(access, rule)
        kept.append(Kept(rule, author.name, holds, answered, last))
    return sorted(kept, key=lambda one: not one.holds)


def units_decided(access: Access) -> Sequence[Unit]:
    """Units where the actor may write a rule, at the lowest level at least."""
    cells = sorted(access.scope(Permission.RIGHTS_ASSIGN).cells)
    stmt = select(Unit).where(Unit.id.in_(cells)).order_by(Unit.name)
    role = Need.CONSULT.role
    return [unit for unit in access.session.scalars(stmt) if decides_in(access, role, unit.id, Sensitivity.OPEN)]


def _is_known(access: Access, rule: StandingRule) -> bool:
    return rule.author_id == access.author_id or decides_in(access, rule.need.role, rule.unit_id, rule.level)


def _answered(access: Access, rule: StandingRule) -> tuple[int, tuple[tuple[str, str, datetime], ...]]:
    """How many requests it answered, and the last: who, what (when the actor may know of it), when."""
    mine = AccessRequest.rule_id == rule.id
    total = access.session.scalar(select(func.count()).select_from(AccessRequest).where(mine)) or 0
    if not total:
        return 0, ()
    stmt = select(AccessRequest).where(mine).order_by(AccessRequest.id.desc()).limit(_LAST)
    last = access.session.scalars(stmt).all()
    named = people(access.session, (one.person_id for one in last))
    things: dict[int, Asset] = queries.assets(access, [one.asset_id for one in last])
    return total, tuple(
        (
            named[one.person_id].name,
            things[one.asset_id].title if one.asset_id in things else "un élément hors de votre périmètre",
            one.decided_at or one.created,
        )
        for one in last
    )
