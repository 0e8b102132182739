"""What a timer tells once a day: accesses that end soon, and requests whose turn has passed to somebody else."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dataspace.auth import Access, Actor, Policy, Task, system
from dataspace.auth.queries import people
from dataspace.auth.returning import ending, keepers
from dataspace.db import now
from dataspace.requests import letters
from dataspace.requests.course import Terms
from dataspace.requests.models import AccessRequest, RequestState
from dataspace.requests.queries import Desk

# Days before the end; each is told once, the nearest that has come only.
BEFORE = (1, 7, 30)


def remind(session: Session, policy: Policy, terms: Terms) -> int:
    """Put aside what has to be told now; how many mails. Run twice, it tells nothing twice."""
    told, house = 0, system(session, Task.REMINDERS, policy)
    for grant in ending(session, house.moment, house.moment + timedelta(days=BEFORE[-1])):
        if grant.ends is None:
            continue
        days = next(n for n in BEFORE if grant.ends - house.moment <= timedelta(days=n))
        if grant.ends - grant.granted_at <= timedelta(days=days):
            # Given for less than that: whoever has it has just been told.
            continue
        told += sum(letters.ends_soon(house, to, grant, days, terms.portal) for to in keepers(house, grant))
    return told + _call_again(session, policy, terms)


def _call_again(session: Session, policy: Policy, terms: Terms) -> int:
    """Opinions that did not come and decisions that wait: whose turn it is now may not know it yet."""
    waiting = session.scalars(
        select(AccessRequest)
        .where(AccessRequest.state == RequestState.SUBMITTED, AccessRequest.until > now())
        .options(selectinload(AccessRequest.events))
    ).all()
    askers = people(session, (request.person_id for request in waiting))
    told = 0
    for request in waiting:
        # On behalf of who asked: whoever answers reads the rest on the page, by her own right.
        asker = askers[request.person_id]
        told += letters.call(Desk(Access(Actor.of(asker), session, policy), terms), request)
    return told
