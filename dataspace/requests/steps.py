"""What every act on a request does: take it alone, see that it is still open, write down what happened."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dataspace.auth.models import Asset
from dataspace.errors import Conflict, Refused
from dataspace.requests.models import AccessRequest, Opinion, RequestEvent, RequestState, Step
from dataspace.requests.queries import Desk


class AlreadyAnswered(Conflict):
    next_step = "Rien n’a été changé\u202f: la page de la demande dit ce qui a été décidé."


class NotYourTurn(Refused):
    sentence = "Cette demande n’attend pas cela de vous."
    next_step = "La page de la demande dit qui doit répondre, et jusqu’à quand."


def take(desk: Desk, request: AccessRequest, *, draft: bool = False) -> None:
    """Lock the request and read it again. Raises AlreadyAnswered when somebody answered while it was on screen."""
    stmt = (
        select(AccessRequest)
        .where(AccessRequest.id == request.id)
        .options(selectinload(AccessRequest.events))
        .with_for_update(of=AccessRequest)
        .execution_options(populate_existing=True)
    )
    desk.access.session.scalars(stmt).one()
    if draft and request.state is RequestState.DRAFT:
        return
    if request.state is not RequestState.SUBMITTED:
        raise AlreadyAnswered(f"Cette demande est déjà {request.state.label}.")


def known(desk: Desk, request: AccessRequest) -> Asset | None:
    """What is asked for, when the actor may know of it."""
    return desk.known([request.asset_id]).get(request.asset_id)


def happen(
    desk: Desk, request: AccessRequest, step: Step, *, opinion: Opinion | None = None, note: str = "",
    absent_id: int | None = None, by: int | None = None,
) -> None:  # fmt: skip
    """Write one dated, signed line; `absent_id` is whom the actor stands in for."""
    request.events.append(
        RequestEvent(
            at=desk.access.moment, step=step, opinion=opinion, person_id=by or desk.access.author_id,
            on_behalf_id=absent_id, note=note.strip()[:400],
        )
    )  # fmt: skip
