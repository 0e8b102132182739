"""Who may make somebody one of a unit's own people: being inside gives what was given to the unit itself."""

from sqlalchemy import select

from dataspace.auth import rights
from dataspace.auth.access import Access
from dataspace.auth.models import Asset, Grant, Unit
from dataspace.auth.queries import live
from dataspace.db import declare
from dataspace.errors import Refused


class NotYoursToSeat(Refused):
    sentence = (
        "Cette unité a reçu des accès que vous ne pouvez pas donner\u00a0: y affecter quelqu’un les lui donnerait."
    )
    next_step = "La direction responsable peut le faire\u202f; ou donnez le rôle sans l’affectation."


def check_seat(access: Access, unit_id: int) -> None:
    """Raises NotYoursToSeat unless all that was given to the unit, and to those above, is the actor's to give."""
    stmt = (
        select(Grant, Asset)
        .outerjoin(Asset, Asset.id == Grant.asset_id)
        .where(Grant.subject_unit_id.in_(access.facts.tree.holding(unit_id)), Grant.revoked_at.is_(None))
        .where(live(Grant, access.moment))
    )
    for grant, asset in access.session.execute(declare(stmt, {"asset": 1})):
        scope = asset if asset is not None else access.session.get_one(Unit, grant.unit_id)
        if not rights.may_assign(access, grant.role, scope, with_services=grant.with_services):
            raise NotYoursToSeat
