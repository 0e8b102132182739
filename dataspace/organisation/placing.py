"""Moving a unit under another one: at once by who keeps both ends, else proposed, then accepted or refused."""

from sqlalchemy import select

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor, Permission
from dataspace.auth.access import Supposed
from dataspace.auth.facts import awake
from dataspace.auth.models import Person, Unit
from dataspace.auth.moving import Moved, by_right, of_tree, widens
from dataspace.auth.seating import may_seat
from dataspace.auth.tree import Tree
from dataspace.errors import Conflict, Invalid, NotFound
from dataspace.organisation import letters, queries
from dataspace.organisation.models import Placement, PlacementState
from dataspace.organisation.steps import (
    ChangedMeanwhile,
    FromAbove,
    NotYourBranch,
    OneMoreEye,
    again,
    alone,
    hold,
    said,
    same,
    told,
)


class NotAsked(Conflict):
    sentence = "Ce rattachement n’attend plus de réponse."
    next_step = "Quelqu’un a répondu, ou la proposition a été retirée\u00a0: la page de l’unité dit où elle est."


class AlreadyAsked(Conflict):
    sentence = "Un autre rattachement de cette unité attend déjà sa réponse."
    next_step = "Attendez-la, ou faites-le retirer par qui l’a proposé."


class NoLongerTheirs(Conflict):
    sentence = "La personne qui a proposé ce rattachement ne tient plus l’unité de départ."
    next_step = "Refusez-le, ou demandez une nouvelle proposition à qui la tient aujourd’hui."


def supposed(access: Access, unit: Unit, parent_id: int) -> Tree:
    """The tree, once `unit` is accepted there."""
    return access.facts.tree.with_unit(unit.id, parent_id=parent_id)


def effect(access: Access, unit: Unit, parent_id: int) -> list[Moved]:
    """Who would gain and who would lose, once `unit` is accepted there."""
    return of_tree(access, supposed(access, unit, parent_id))


def needs_answer(access: Access, unit: Unit, parent_id: int) -> bool:
    """Must somebody else accept: because she does not keep `parent_id`, because she would open more herself, or because
    the people of `unit` would get what was given to the units above, which is not hers to give?"""
    is_hers = by_right(access, Permission.UNIT_EDIT, parent_id) is not None
    if not access.may_in(Permission.UNIT_STAFF, parent_id):
        tree = access.facts.tree
        if not may_seat(access, set(tree.holding(parent_id)) - set(tree.holding(unit.id))):
            return True
    # What never hung anywhere was never anybody else's.
    return not is_hers or (unit.is_accepted and widens(access, supposed(access, unit, parent_id)))


def check(access: Access, unit: Unit, parent: Unit, *, has_understood: bool) -> None:
    """Raises Refused, Invalid or NotFound when this move makes no sense, or is not hers to ask."""
    if not queries.may_move(access, unit):
        raise FromAbove if queries.may_edit(access, unit) else NotYourBranch
    if parent.id not in {one.id for one in queries.parents(access)}:
        raise NotFound
    if parent.id in queries.under(access.session.scalars(select(Unit)), unit.id):
        raise Invalid("Une unité ne peut pas dépendre d’elle-même, ni de ce qui dépend d’elle.")
    if unit.is_accepted and unit.parent_id == parent.id:
        raise Invalid("Elle en dépend déjà.")
    if queries.crosses(access.facts.tree, unit, parent.id) and unit.is_accepted and not has_understood:
        raise Invalid("Ce déplacement change de responsable de traitement\u00a0: dites que vous l’avez compris.")


def move(
    access: Access, unit: Unit, parent: Unit, *, reason: str, version: int, portal: str, seen: str | None = None,
    has_understood: bool = False,
) -> Placement | None:  # fmt: skip
    """Put `unit` under `parent` at once, or ask: the placement that waits, or None when it is done.

    Raises Refused, NotFound, Invalid, ChangedMeanwhile, ListChanged, Conflict when another answer is waited for.
    """
    here = alone(access)
    unit, parent = again(here, unit), again(here, parent)
    check(here, unit, parent, has_understood=has_understood)
    why = said(reason)
    if unit.version != version:
        raise ChangedMeanwhile
    waiting = queries.waiting_of(here, unit)
    if waiting is not None and waiting.proposed_by_id != here.author_id:
        raise AlreadyAsked
    moved = effect(here, unit, parent.id)
    same(moved, seen)
    held = hold(here, Permission.UNIT_EDIT, unit.parent_id if unit.is_accepted else unit.id)
    if waiting is not None:
        waiting.settle(here.author_id, here.moment)
        here.session.flush()
    if not needs_answer(here, unit, parent.id):
        hold(here, Permission.UNIT_EDIT, parent.id)
        before = here.facts.tree[unit.id].parent_id
        _hang(here, unit, parent)
        was = here.facts.tree[before].code if before else ""
        facts = {"code": unit.code, "before": was, "after": parent.code, "reason": why}
        record(here, Act.UNIT_MOVED, unit, held=held, **facts, **told(moved))
        return None
    made = Placement(
        unit_id=unit.id, parent_id=parent.id, from_id=unit.parent_id if unit.is_accepted else None, reason=why,
        proposed_by_id=here.author_id, proposed_at=here.moment,
    )  # fmt: skip
    here.session.add(made)
    # The version says that something is asked of it now; one that hangs nowhere yet is asked of its new parent.
    if not unit.is_accepted:
        unit.parent_id = parent.id
    here.session.flush()
    record(here, Act.PLACEMENT_PROPOSED, unit, held=held, code=unit.code, under=parent.code, reason=why)
    letters.asked(here, unit, parent, made, portal)
    return made


def accept(access: Access, unit: Unit, *, version: int, portal: str, seen: str | None = None) -> None:
    """Take under a unit that one keeps what somebody else proposed.

    Raises Refused (not hers to take, her own proposal), NotAsked, NoLongerTheirs, ChangedMeanwhile, ListChanged.
    """
    here = alone(access)
    unit = again(here, unit)
    placement, parent = _asked(here, unit)
    held = hold(here, Permission.UNIT_EDIT, parent.id)
    if held is None:
        raise NotYourBranch
    if placement is not None and placement.proposed_by_id == here.author_id:
        raise OneMoreEye
    if unit.version != version:
        raise ChangedMeanwhile
    if parent.id in queries.under(here.session.scalars(select(Unit)), unit.id) or parent.closed is not None:
        raise NotAsked
    if placement is not None and unit.is_accepted and not _still_theirs(here, unit, placement):
        raise NoLongerTheirs
    moved = effect(here, unit, parent.id)
    same(moved, seen)
    before = here.facts.tree[unit.id].parent_id
    _hang(here, unit, parent)
    if placement is not None:
        placement.settle(here.author_id, here.moment, PlacementState.ACCEPTED)
    here.session.flush()
    was = here.facts.tree[before].code if before else ""
    facts = {"code": unit.code, "before": was, "after": parent.code, "answer": "accepted"}
    record(here, Act.PLACEMENT_DECIDED, unit, held=held, **facts, **told(moved))
    if placement is not None:
        letters.answered(here, unit, parent, placement, portal)


def refuse(access: Access, unit: Unit, *, reason: str, portal: str) -> None:
    """Answer no: the unit stays where it was, or nowhere. Raises Refused, NotAsked, Invalid without a reason."""
    here = alone(access)
    unit = again(here, unit)
    placement, parent = _asked(here, unit)
    held = hold(here, Permission.UNIT_EDIT, parent.id)
    if held is None:
        raise NotYourBranch
    why = said(reason)
    if placement is None:
        # An import left it there: nobody is told, the answer is kept.
        placement = Placement(
            unit_id=unit.id, parent_id=parent.id, reason="reprise", proposed_by_id=here.author_id,
            proposed_at=here.moment,
        )  # fmt: skip
        here.session.add(placement)
    elif placement.proposed_by_id == here.author_id:
        raise OneMoreEye
    placement.settle(here.author_id, here.moment, PlacementState.REFUSED, why)
    here.session.flush()
    facts = {"code": unit.code, "under": parent.code, "answer": "refused", "reason": why}
    record(here, Act.PLACEMENT_DECIDED, unit, held=held, **facts)
    if placement.proposed_by_id != here.author_id:
        letters.answered(here, unit, parent, placement, portal)


def withdraw(access: Access, unit: Unit) -> None:
    """Take back one's own proposal; a unit that only existed by it closes."""
    here = alone(access)
    unit = again(here, unit)
    placement = queries.waiting_of(here, unit)
    if placement is None:
        raise NotAsked
    if placement.proposed_by_id != here.author_id:
        raise NotYourBranch
    placement.settle(here.author_id, here.moment)
    here.session.flush()
    if not unit.is_accepted:
        unit.closed = here.moment
    record(here, Act.PLACEMENT_DECIDED, unit, code=unit.code, answer="withdrawn")


def _hang(access: Access, unit: Unit, parent: Unit) -> None:
    unit.parent_id, unit.is_accepted = parent.id, True
    access.session.flush()


def _asked(access: Access, unit: Unit) -> tuple[Placement | None, Unit]:
    """What is waited for, and the unit that it is asked of."""
    placement = queries.waiting_of(access, unit)
    is_left = placement is None and not unit.is_accepted and unit.closed is None
    parent_id = placement.parent_id if placement else unit.parent_id if is_left else None
    found = queries.units(access, [parent_id]) if parent_id is not None else {}
    if parent_id not in found:
        raise NotAsked
    return placement, found[parent_id]


def _still_theirs(access: Access, unit: Unit, placement: Placement) -> bool:
    person = access.session.scalars(select(Person).where(Person.id == placement.proposed_by_id)).one()
    theirs = Access(Actor.of(person), access.session, access.policy, moment=access.moment)
    # She took it to propose, if it was to be taken; it may sleep since.
    return queries.may_move(Supposed(theirs, awake(theirs.facts)), unit)
