"""Who may make somebody one of a unit's own people: being inside gives what was given to the unit itself."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from dataspace.auth import proving, rights
from dataspace.auth.access import Access
from dataspace.auth.dated import live
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.db import declare
from dataspace.errors import Refused


class NotYoursToSeat(Refused):
    sentence = (
        "Cette unité a reçu des accès que vous ne pouvez pas donner\u00a0: y affecter quelqu’un les lui donnerait."
    )
    next_step = "La direction responsable peut le faire\u202f; ou donnez le rôle sans l’affectation."


def check_seat(access: Access, unit_id: int, *, proven: bool = False) -> None:
    """Raises NotYoursToSeat unless all that was given to the unit, and to those above, is the actor's to give.

    `proven`: and StepUp when giving it would ask for a recent proof.
    """
    for grant, scope in _given(access, access.facts.tree.holding(unit_id)):
        if not rights.may_assign(access, grant.role, scope, with_services=grant.with_services):
            raise NotYoursToSeat
        if proven:
            proving.for_right(access, grant.role, scope)


def may_seat(access: Access, unit_ids: Iterable[int]) -> bool:
    """Is all that was given to these very units the actor's to give?"""
    return all(
        rights.may_assign(access, grant.role, scope, with_services=grant.with_services)
        for grant, scope in _given(access, unit_ids)
    )


def _given(access: Access, unit_ids: Iterable[int]) -> Iterator[tuple[Grant, Unit | Asset]]:
    """What was given to these units as such, and on what it stands."""
    stmt = (
        select(Grant, Asset)
        .outerjoin(Asset, Asset.id == Grant.asset_id)
        .where(Grant.subject_unit_id.in_(sorted(set(unit_ids))), Grant.revoked_at.is_(None))
        .where(live(Grant, access.moment))
    )
    for grant, asset in access.session.execute(declare(stmt, {"asset": 1})).all():
        yield grant, asset if asset is not None else access.session.get_one(Unit, grant.unit_id)
