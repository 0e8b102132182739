"""Making, changing and closing a unit. Moving it is in placing.py; who works there, in staffing.py."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, Grant, Membership, Unit
from dataspace.auth.moving import Moved, of_tree, widens
from dataspace.auth.rights import NotToYourself
from dataspace.auth.words import Sensitivity, UnitKind
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.organisation import letters, queries
from dataspace.organisation.models import Placement
from dataspace.organisation.steps import (
    ChangedMeanwhile,
    FromAbove,
    NotYourBranch,
    again,
    alone,
    hold,
    said,
    same,
    told,
)

# A commune, a partner or another authority answers for itself: it is not made under somebody's branch.
CREATABLE = (UnitKind.SERVICE, UnitKind.DIRECTORATE, UnitKind.POLE, UnitKind.SPACE)


class WiderFromAbove(Refused):
    sentence = "Élargir le territoire d’une unité relève de qui tient celle dont elle dépend."
    next_step = "Vous pouvez le réduire\u202f; pour l’élargir, demandez-le à la direction au-dessus."


class NotAllSeen(Refused):
    sentence = "Fermer une unité revient à qui voit tout ce qu’elle détient\u00a0: sa direction."
    next_step = "Demandez-le à sa directrice ou à son directeur."


class StillHolds(Conflict):
    sentence = "Cette unité ne peut pas encore fermer."


@dataclass(frozen=True)
class Described:
    """How a unit is called, and where it works; no territory is that of what it hangs under."""

    name: str
    short_name: str
    areas: tuple[str, ...] = ()


def create(access: Access, parent: Unit, described: Described, *, kind: UnitKind, reason: str, portal: str) -> Unit:
    """A new unit under `parent`; pending when the actor does not keep `parent`, until its manager accepts.

    Raises NotFound when she may not put anything there, Invalid (name, kind, territory, reason).
    """
    access.require(Permission.UNIT_EDIT)
    here = alone(access)
    parent = again(here, parent)
    if parent.id not in {unit.id for unit in queries.parents(here)}:
        raise NotFound
    if kind not in CREATABLE:
        raise Invalid("Une commune, un partenaire ou une autre collectivité ne se crée pas sous une direction.")
    why, described = said(reason), _checked(here, described, parent.id)
    if _sibling(here, parent.id, described.name) is not None:
        raise Invalid("Une unité de ce nom existe déjà à cet endroit.")
    held = hold(here, Permission.UNIT_EDIT, parent.id)
    unit = Unit(
        code=_code(here, described.name), name=described.name, short_name=described.short_name, kind=kind,
        parent_id=parent.id, is_accepted=held is not None, areas=list(described.areas),
    )  # fmt: skip
    here.session.add(unit)
    here.session.flush()
    record(here, Act.UNIT_CHANGED, unit, held=held, code=unit.code, parent=parent.code, made=True, reason=why)
    if held is None:
        made = Placement(
            unit_id=unit.id, parent_id=parent.id, reason=why, proposed_by_id=here.author_id, proposed_at=here.moment
        )
        here.session.add(made)
        here.session.flush()
        record(here, Act.PLACEMENT_PROPOSED, unit, code=unit.code, under=parent.code, reason=why)
        letters.asked(here, unit, parent, made, portal)
    return unit


def effect_of_change(access: Access, unit: Unit, described: Described) -> list[Moved]:
    """Whose rows another territory would move."""
    return of_tree(access, access.facts.tree.with_unit(unit.id, areas=described.areas))


def change(
    access: Access, unit: Unit, described: Described, *, reason: str, version: int, seen: str | None = None
) -> None:
    """Another name, another territory. Raises Refused, Invalid, ChangedMeanwhile, ListChanged."""
    here = alone(access)
    unit = again(here, unit)
    held = _keep(here, unit)
    if unit.version != version:
        raise ChangedMeanwhile
    why, described = said(reason), _checked(here, described, unit.parent_id if unit.is_accepted else None)
    before = Described(unit.name, unit.short_name, tuple(unit.areas or ()))
    if before == described:
        raise Invalid("Rien ne change.")
    if described.name != unit.name and _sibling(here, unit.parent_id, described.name) is not None:
        raise Invalid("Une unité de ce nom existe déjà à cet endroit.")
    moved: list[Moved] = []
    if before.areas != described.areas:
        after = here.facts.tree.with_unit(unit.id, areas=described.areas)
        wider = set(after.areas(unit.id)) - set(here.facts.tree.areas(unit.id))
        if wider and unit.is_accepted and hold(here, Permission.UNIT_EDIT, unit.parent_id) is None:
            raise WiderFromAbove
        if widens(here, after):
            raise NotToYourself
        moved = of_tree(here, after)
        same(moved, seen)
    unit.name, unit.short_name, unit.areas = described.name, described.short_name, list(described.areas)
    here.session.flush()
    record(
        here, Act.UNIT_CHANGED, unit, held=held, code=unit.code, before=vars(before), after=vars(described), reason=why,
        **(told(moved) if moved else {}),
    )  # fmt: skip


def still_holds(access: Access, unit: Unit) -> list[str]:
    """What must go elsewhere before it closes, in sentences. Raises NotAllSeen when that is not the actor's to read."""
    _sees_all(access, unit)
    session = access.session
    owned = access.count(
        access.select(Asset, Permission.RIGHTS_SEE, Permission.DRAFT_SEE).where(Asset.unit_id == unit.id)
    )
    standing = or_(Membership.ends.is_(None), Membership.ends > access.moment)
    people = session.scalar(
        select(func.count(func.distinct(Membership.person_id))).where(Membership.unit_id == unit.id, standing)
    )
    children = session.scalar(select(func.count()).where(Unit.parent_id == unit.id, Unit.closed.is_(None)))
    grants = session.scalar(
        select(func.count()).where(
            or_(Grant.unit_id == unit.id, Grant.subject_unit_id == unit.id), Grant.revoked_at.is_(None),
            or_(Grant.ends.is_(None), Grant.ends > access.moment),
        )
    )  # fmt: skip
    counted = (
        (owned, "élément lui appartient", "éléments lui appartiennent",
         "confiez-les à une autre unité, depuis leur fiche"),
        (people, "personne y travaille ou va y venir", "personnes y travaillent ou vont y venir",
         "affectez-les ailleurs, ou terminez leur affectation"),
        (children, "unité en dépend", "unités en dépendent", "déplacez-les, ou fermez-les d’abord"),
        (grants, "accès est donné sur elle ou à elle", "accès sont donnés sur elle ou à elle",
         "retirez-les\u202f; ceux de l’annuaire, dans l’annuaire"),
        (queries.mapped(access, unit), "ligne de l’annuaire y mène", "lignes de l’annuaire y mènent",
         "changez la correspondance des groupes"),
    )  # fmt: skip
    return [f"{n} {one if n < 2 else many}\u00a0: {then}." for n, one, many, then in counted if n]


def close(access: Access, unit: Unit, *, reason: str, version: int) -> None:
    """Close it from now on: it keeps its name in the journal, and hangs under nobody.

    Raises Refused (not hers, not all seen), StillHolds (what to move first), ChangedMeanwhile.
    """
    here = alone(access)
    unit = again(here, unit)
    if not queries.may_move(here, unit):
        raise FromAbove if queries.may_edit(here, unit) else NotYourBranch
    held = hold(here, Permission.UNIT_EDIT, unit.parent_id)
    why = said(reason)
    if unit.version != version:
        raise ChangedMeanwhile
    if left := still_holds(here, unit):
        raise StillHolds(next_step=" ".join(left))
    if (asked := queries.waiting_of(here, unit)) is not None:
        asked.settle(here.author_id, here.moment)
    unit.closed = here.moment
    here.session.flush()
    record(here, Act.UNIT_CHANGED, unit, held=held, code=unit.code, closed=True, reason=why)


def _sees_all(access: Access, unit: Unit) -> None:
    """What one may not know of must not be told by a refusal to close."""
    full = (Permission.RIGHTS_SEE, Permission.DRAFT_SEE)
    is_full = all(access.scope(p).cells.get(unit.id) is Sensitivity.CONFIDENTIAL for p in full)
    is_new = not unit.is_accepted and queries.may_edit(access, unit)
    if access.facts.denied or not (is_full or is_new):
        raise NotAllSeen


def _keep(access: Access, unit: Unit) -> Held | None:
    held = hold(access, Permission.UNIT_EDIT, unit.id)
    if unit.closed is not None or (held is None and not queries.may_edit(access, unit)):
        raise NotYourBranch
    return held


def _checked(access: Access, described: Described, parent_id: int | None) -> Described:
    name, short = " ".join(described.name.split()), " ".join(described.short_name.split())
    if not name:
        raise Invalid("Donnez un nom à cette unité.")
    areas = tuple(sorted(set(described.areas)))
    allowed = set(access.facts.tree.areas(parent_id)) if parent_id is not None else set()
    if parent_id is not None and set(areas) - allowed:
        raise Invalid("Le territoire d’une unité reste dans celui de l’unité dont elle dépend.")
    return Described(name[:200], (short or name)[:80], areas)


def _sibling(access: Access, parent_id: int | None, name: str) -> Unit | None:
    stmt = select(Unit).where(Unit.parent_id == parent_id, Unit.name == name, Unit.closed.is_(None))
    return access.session.scalars(stmt).first()


def _code(access: Access, name: str) -> str:
    """A code that can be read and typed: « service-eau-potable », then « service-eau-potable-2 »."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48] or "unite"
    taken = set(access.session.scalars(select(Unit.code).where(Unit.code.startswith(word))))
    return next(code for code in (word, *(f"{word}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)
