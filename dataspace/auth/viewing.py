"""« Voir comme »: the portal as another person sees it, to look and to do nothing else.

Never more than either sees: each permission is the intersection of the two, worked out on the scope itself, so that
lists, counts and facets stay true. What would take something away or change it is not there at all.
"""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from dataspace.audit import Act, record
from dataspace.auth.access import Access, Decision
from dataspace.auth.facts import Actor, Facts
from dataspace.auth.models import Asset, Known, Person
from dataspace.auth.scope import Scope
from dataspace.auth.words import Permission, RowAttribute
from dataspace.errors import Invalid, Refused

LASTS = timedelta(minutes=15)
LOOKING = frozenset(
    {
        Permission.PORTAL_USE, Permission.CARD_SEE, Permission.DRAFT_SEE, Permission.DATASET_READ,
        Permission.DATASET_ROWS, Permission.DASHBOARD_OPEN,
    }
)  # fmt: skip


class NotInReach(Refused):
    sentence = "Cette personne n’est pas de votre périmètre."
    next_step = "On voit comme une personne qui travaille dans une unité que l’on administre, jamais comme soi-même."


class OnlyLooking(Refused):
    sentence = "En « voir comme », on regarde seulement\u00a0: rien ne se change, ne se télécharge ni ne s’envoie."
    next_step = "Revenez à vous, avec le bouton en haut de la page, pour agir en votre nom."


class ViewedAs(Access):
    """What `viewer` may look at as `person`: what is open to both. Acts are signed by the viewer, and say as whom."""

    def __init__(self, viewer: Access, person: Person) -> None:
        actor = Actor.of(person, viewer.actor.session)
        super().__init__(actor, viewer.session, viewer.policy, moment=viewer.moment)
        self.viewer = viewer
        self.viewed = Access(actor, viewer.session, viewer.policy, moment=viewer.moment)

    @property
    def author_id(self) -> int | None:
        return self.viewer.author_id

    @property
    def beside(self) -> dict[str, str]:
        return {"as": self.actor.public_id, "as_name": self.actor.name}

    @cached_property
    def facts(self) -> Facts:
        """Her places, and of what she holds only what the viewer may see rights on."""
        facts, cells = self.viewed.facts, self.viewer.scope(Permission.RIGHTS_SEE).cells
        on = {held.asset_id for held in facts.held if held.asset_id is not None}
        seen = self.viewer.select(Asset, Permission.RIGHTS_SEE).with_only_columns(Asset.id)
        assets = set(self.session.scalars(seen.where(Asset.id.in_(sorted(on))))) if on else set()
        held = tuple(h for h in facts.held if (h.unit_id in cells if h.asset_id is None else h.asset_id in assets))
        return replace(facts, held=held, denied=(), denied_themes=frozenset(), dormant=(), taken=())

    def scope(self, permission: Permission) -> Scope:
        if permission not in self._scopes:
            self._scopes[permission] = self._of_both(permission)
        return self._scopes[permission]

    def may(self, permission: Permission) -> bool:
        if permission is Permission.PORTAL_USE:
            return self.viewer.may(permission) and self.viewed.may(permission)
        return not self.scope(permission).is_empty

    def decide(self, permission: Permission, asset: Known) -> Decision:
        made = self.viewed.decide(permission, asset)
        if not made.is_allowed:
            return made
        if permission in LOOKING and self.viewer.allows(permission, asset):
            return made
        return Decision(False, permission)

    def row_values(self, attribute: RowAttribute) -> tuple[str, ...]:
        mine, hers = self.viewer.row_values(attribute), self.viewed.row_values(attribute)
        return tuple(code for code in hers if code in mine)

    def _of_both(self, permission: Permission) -> Scope:
        mine, hers = self.viewer.scope(permission), self.viewed.scope(permission)
        denied = mine.denied_assets | hers.denied_assets, mine.denied_themes | hers.denied_themes
        if permission not in LOOKING:
            return Scope(permission, {}, frozenset(), *denied)
        cells = {unit: min(level, mine.cells[unit]) for unit, level in hers.cells.items() if unit in mine.cells}
        return Scope(permission, cells, self._assets_of_both(permission, mine, hers), *denied)

    def _assets_of_both(self, permission: Permission, mine: Scope, hers: Scope) -> frozenset[int]:
        """Assets given by name to one, and open to the other too, by name or by place."""
        named = sorted(mine.assets | hers.assets)
        if not named:
            return frozenset()
        both = self.viewer.select(Asset, permission).with_only_columns(Asset.id)
        return frozenset(self.session.scalars(both.where(hers.predicate(), Asset.id.in_(named))))


def may_view(viewer: Access, person: Person) -> bool:
    """Is `person` somebody else, at work in the reach of the viewer?"""
    if person.id == viewer.actor.person_id or not person.is_active:
        return False
    theirs = Access(Actor.of(person), viewer.session, viewer.policy, moment=viewer.moment)
    return any(viewer.may_in(Permission.PERSON_IMPERSONATE, posting.unit_id) for posting in theirs.facts.postings)


def begin(viewer: Access, person: Person, *, reason: str) -> None:
    """Journal that `viewer` is going to look as `person`. Raises NotInReach, or Invalid without a reason."""
    if not may_view(viewer, person):
        raise NotInReach
    if len(reason.strip()) < 10:
        raise Invalid("Dites pourquoi, en dix caractères au moins : le motif est inscrit au journal.")
    record(viewer, Act.VIEWED_AS, person, reason=reason.strip(), minutes=int(LASTS.total_seconds() // 60))
