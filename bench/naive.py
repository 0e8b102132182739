"""The naive design: ask Casbin about every card, keep what it allows, count and cut the page in Python."""

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bench.limit import PER_PAGE, Listed
from dataspace.auth import Access
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset
from dataspace.auth.policy import enforcer_of
from dataspace.auth.words import Permission, Protection, Reach, State
from dataspace.catalog.queries import KINDS


class Naive:
    """A plain Casbin enforcer on the shipped policy, and the whole table of cards."""

    def __init__(self, engine: Engine, policies: Path) -> None:
        self.engine = engine
        self.enforcer = enforcer_of(
            (policies / "model.conf").read_text("utf-8"), (policies / "policy.csv").read_text("utf-8")
        )

    def listing(self, access: Access) -> Listed:
        """The same page, total and facets."""
        table = Asset.__table__
        with self.engine.connect() as connection:
            cards = connection.execute(select(table).where(table.c.kind.in_(KINDS), table.c.state != State.DRAFT)).all()
        seen = [card for card in cards if self._allows(access, Permission.CARD_SEE, card)]
        readable = sum(1 for card in seen if self._allows(access, Permission.DATASET_READ, card))
        seen.sort(key=lambda card: (card.updated, card.id), reverse=True)
        tree = access.facts.tree
        facets = {
            "direction": Counter(tree.directorate(card.unit_id).code for card in seen),
            "theme": Counter(f"theme-{card.theme_id}" for card in seen),
            "sensibilite": Counter(card.sensitivity.code for card in seen),
            "type": Counter(card.kind.value for card in seen),
        }
        return Listed([card.public_id for card in seen[:PER_PAGE]], len(seen), len(seen) - readable, facets)

    def _allows(self, access: Access, permission: Permission, card: Any) -> bool:
        level = card.card_sensitivity if permission.about == "card" else card.sensitivity
        return any(
            self.enforcer.enforce(grant.role.value, permission.value, level.code, reach.value)
            for grant in access.facts.held
            if (reach := _reach(access, grant, permission, card)) is not None
        )


def _reach(access: Access, grant: Held, permission: Permission, card: Any) -> Reach | None:
    """How far the card is from where the grant stands; None when it does not reach it."""
    if grant.asset_id is not None:
        return Reach.ASSET if grant.asset_id == card.id else None
    assert grant.unit_id is not None
    if permission.about == "content" and card.protection is not Protection.NONE:
        return None
    if card.unit_id in (access.facts.tree.branch(grant.unit_id) if grant.with_services else (grant.unit_id,)):
        return Reach.UNIT
    return Reach.AUTHORITY if card.unit_id in access.facts.tree.authority(grant.unit_id) else None
