"""The one door to what is owned (DESIGN 4).

`Access` = on whose behalf + session + policy. Every query and service takes it first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from dataspace import db
from dataspace.auth import facts as facts_of
from dataspace.auth.dated import live
from dataspace.auth.facts import Actor, Facts, Held
from dataspace.auth.models import Asset, Grant, Known, Usage, UsageMember
from dataspace.auth.policy import Line, Policy
from dataspace.auth.scope import ANY_STATE, Scope, opened_in, opens_asset, opens_somewhere, scope
from dataspace.auth.words import Permission, Protection, Reach, RowAttribute, Source, State, Task
from dataspace.errors import Refused

if TYPE_CHECKING:
    from dataspace.auth.proving import Proof


@dataclass(frozen=True)
class Decision:
    """Whether, and why: the grant and the line of the policy that open it, or the denial that closes it."""

    is_allowed: bool
    permission: Permission
    held: Held | None = None
    line: Line | None = None
    is_denied: bool = False


class Access:
    """What `actor` may do, at `moment`, in `session`."""

    def __init__(self, actor: Actor, session: Session, policy: Policy, *, moment: datetime | None = None) -> None:
        self.actor = actor
        self.session = session
        self.policy = policy
        self.moment = moment or db.now()
        self._scopes: dict[Permission, Scope] = {}
        self._opens: dict[Permission, bool] = {}
        # What a browser's session proves of its person; nothing to prove elsewhere (proving.py).
        self.proof: Proof | None = None
        # Values already written for statements (bound.py), by permission and tag: a page asks several times.
        self.bound: dict[tuple[Permission, str], Mapping[str, Any]] = {}
        # What a domain has read once for a page.
        self.kept: dict[str, Any] = {}
        # What was opened or done stood on these; the rows that it showed came from those (using.py keeps the day).
        self._stood: set[Held] = set()
        self._rows_from: set[Held] = set()

    @cached_property
    def facts(self) -> Facts:
        return facts_of.of(self.session, self.actor, self.moment, self.policy.to_take)

    @property
    def author_id(self) -> int | None:
        """Who signs the journal: a person, or None for the house."""
        return self.actor.person_id

    @property
    def beside(self) -> dict[str, str]:
        """What the journal says beside the author: as whom she looks, when not as herself."""
        return {}

    @property
    def is_herself(self) -> bool:
        """Is what is shown all that the actor sees in her own name, and nothing but it?"""
        return not self.beside

    # --- what is opened ---------------------------------------------------------------------------------------------
    def scope(self, permission: Permission) -> Scope:
        """Cells and named assets of `permission`."""
        if permission not in self._scopes:
            self._scopes[permission] = scope(self.policy, self.facts, permission)
        return self._scopes[permission]

    def predicate(self, *permissions: Permission) -> ColumnElement[bool]:
        """True for the assets that one of `permissions` opens."""
        return or_(*(self.scope(p).predicate() for p in permissions))

    def may(self, permission: Permission) -> bool:
        """Is `permission` opened anywhere at all? What a route asks before a query looks closer."""
        if permission not in self._opens:
            self._opens[permission] = opens_somewhere(self.policy, self.facts, permission)
        return self._opens[permission]

    def may_in(self, permission: Permission, unit_id: int) -> bool:
        """Is `permission` opened on what `unit_id` owns?"""
        return unit_id in self.scope(permission).cells

    def select(self, model: Any, *permissions: Permission, using: Iterable[Table] = ()) -> Select[Any]:
        """Select `model` (Asset, or a model with `asset`), cut to what `permissions` open.

        `using` names the guarded tables (search index) that the caller will join on the asset.
        """
        stmt, named = select(model), {"asset": 1}
        if model is not Asset:
            stmt = stmt.join(model.asset).options(contains_eager(model.asset))
            named |= {model.__tablename__: 1} | dict.fromkeys(getattr(model, "__attached__", ()), 1)
        for table in using:
            named[table.name] = named.get(table.name, 0) + 1
        return db.declare(stmt.where(self.predicate(*permissions)), named)

    def count(self, stmt: Select[Any], *, at_most: int | None = None) -> int:
        """How many rows a statement of `select` has, counting no further than `at_most`."""
        inner = stmt.order_by(None).with_only_columns(Asset.id).limit(at_most)
        counted = db.declare(select(func.count()).select_from(inner.subquery()), db.declared(stmt))
        return self.session.scalar(counted) or 0

    # --- one thing --------------------------------------------------------------------------------------------------
    def allows(self, permission: Permission, asset: Known) -> bool:
        return self.decide(permission, asset).is_allowed

    def require(self, permission: Permission, asset: Asset | None = None) -> Decision | None:
        """Raises Refused unless `permission` is opened (on `asset` when given)."""
        if asset is None:
            if not self.may(permission):
                raise Refused
            return None
        decision = self.decide(permission, asset)
        if not decision.is_allowed:
            raise Refused
        if decision.held is not None and self.session.info.get(db.WRITING):
            self.hold(decision.held)
        return decision

    def hold(self, held: Held) -> None:
        """The grant that a decision stands on is still live, and stays so until this commits.

        Raises Refused when another writer has just ended it (PostgreSQL; SQLite has one writer from the start).
        """
        stmt = select(Grant.id).where(Grant.public_id == held.public_id, Grant.revoked_at.is_(None))
        stmt = stmt.where(live(Grant, self.moment))
        if self.session.scalar(stmt.with_for_update(read=True)) is None:
            raise Refused
        if held.usage_public_id is not None:
            part = (
                select(UsageMember.id)
                .join(Usage, Usage.id == UsageMember.usage_id)
                .where(Usage.public_id == held.usage_public_id, Usage.ends > self.moment)
                .where(UsageMember.person_id == self.actor.person_id, UsageMember.ends > self.moment)
            )
            if self.session.scalars(part.with_for_update(read=True)).first() is None:
                raise Refused
        self.stands_on(held)

    def stands_on(self, held: Held | None) -> None:
        """Content was opened, or something done, by this grant: it serves."""
        if held is not None:
            self._stood.add(held)

    @property
    def served(self) -> set[str]:
        """Public ids of the grants that have served, but for the directory's: nobody reviews those."""
        found = self._stood | self._rows_from if self._stood else self._stood
        return {held.public_id for held in found if held.source is not Source.SSO}

    def decide(self, permission: Permission, asset: Known) -> Decision:
        """The decision on one asset, with what made it: the same facts and rules as the predicate."""
        if asset.id in self.facts.denied_assets or asset.theme_id in self.facts.denied_themes:
            return Decision(False, permission, is_denied=True)
        if not self._state_fits(permission, asset):
            return Decision(False, permission)
        level = asset.card_sensitivity if permission.about == "card" else asset.sensitivity
        for grant in self.facts.bearing_on(asset.id):
            if grant.asset_id is not None:
                if grant.asset_id == asset.id and opens_asset(self.policy, grant, permission):
                    return self._allowed(permission, grant, Reach.ASSET, asset)
                continue
            if permission.about == "content" and asset.protection is not Protection.NONE:
                continue
            opened = opened_in(self.policy, self.facts, grant, permission, asset.unit_id)
            if opened and level <= max(opened):
                # Two entries when the grant stands right there: its own line, then the whole authority's.
                reach = Reach.UNIT if level <= opened[0] and self._is_near(grant, asset) else Reach.AUTHORITY
                return self._allowed(permission, grant, reach, asset)
        return Decision(False, permission)

    def _allowed(self, permission: Permission, grant: Held, reach: Reach, asset: Known) -> Decision:
        level = asset.card_sensitivity if permission.about == "card" else asset.sensitivity
        return Decision(True, permission, grant, self.policy.line_for(grant.role, permission, reach, level))

    def _is_near(self, grant: Held, asset: Known) -> bool:
        assert grant.unit_id is not None
        return asset.unit_id in (self.facts.tree.branch(grant.unit_id) if grant.with_services else (grant.unit_id,))

    def _state_fits(self, permission: Permission, asset: Known) -> bool:
        if permission is Permission.DRAFT_SEE:
            return asset.state is State.DRAFT
        return permission in ANY_STATE or asset.state is not State.DRAFT

    # --- rows -------------------------------------------------------------------------------------------------------
    def row_values(self, attribute: RowAttribute) -> tuple[str, ...]:
        """Codes of the units or territories whose rows the actor may read; empty means no row (DESIGN 5)."""
        units = sorted(self.scope(Permission.DATASET_ROWS).cells)
        tree = self.facts.tree
        self._rows_from.update(h for h in self.facts.held if h.unit_id and self.policy.gives_rows(h.role))
        if attribute is RowAttribute.UNIT:
            return tuple(tree[unit].code for unit in units)
        # Rows follow the territoire d'intervention, not the directorate (PRODUCT P6): once one of her postings says
        # where she works, her postings alone speak, and a grant standing higher widens nothing.
        found: set[str] = set()
        if narrowed := {unit for p in self.facts.postings if p.areas for unit in tree.branch(p.unit_id)}:
            for posting in self.facts.postings:
                if posting.unit_id in units and posting.kind.is_inside and posting.areas:
                    found.update(posting.areas)
                elif posting.unit_id in units and posting.kind.is_inside and posting.unit_id not in narrowed:
                    found.update(tree.areas(posting.unit_id))
        else:
            found.update(area for unit in units for area in tree.areas(unit))
        return tuple(sorted(found))

    def row_cut(self, asset: Known) -> Mapping[str, frozenset[str]]:
        """For each column named, the only values whose rows of `asset` are there; beside its own rules. Mostly none."""
        return {}


class Supposed(Access):
    """What the same actor would open if her facts were others: a change looked at before it is made."""

    def __init__(self, access: Access, facts: Facts) -> None:
        super().__init__(access.actor, access.session, access.policy, moment=access.moment)
        self._supposed = facts

    @cached_property
    def facts(self) -> Facts:
        return self._supposed

    @classmethod
    def holding(cls, access: Access, *held: Held, also: bool = False) -> "Supposed":
        """As if these grants were all that she holds; or held beside the others."""
        kept = (*access.facts.held, *held) if also else held
        return cls(access, replace(access.facts, held=kept))


class HouseAccess(Access):
    """The house itself, for one of its few tasks. Made by `auth.system` only."""

    def __init__(self, task: Task, session: Session, policy: Policy) -> None:
        super().__init__(Actor(0, "", f"system:{task}", "dataspace", "dataspace", "DS", "", None), session, policy)  # type: ignore[arg-type]
        self.task = task

    @property
    def author_id(self) -> int | None:
        return None

    @cached_property
    def facts(self) -> Facts:
        from dataspace.auth import tree

        return Facts(tree.current(self.session, None))

    def predicate(self, *permissions: Permission) -> ColumnElement[bool]:
        return true()

    def may(self, permission: Permission) -> bool:
        return True

    def may_in(self, permission: Permission, unit_id: int) -> bool:
        return True

    def decide(self, permission: Permission, asset: Known) -> Decision:
        return Decision(True, permission)
