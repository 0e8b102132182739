"""What a timer tells once a day: accesses that end soon, and requests whose turn has passed to somebody else."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dataspace.auth import Access, Actor, Policy
from dataspace.auth.queries import people
from dataspace.auth.returning import ending
from dataspace.auth.sentences import day
from dataspace.db import now
from dataspace.mail import outbox
from dataspace.mail.outbox import TITLE
from dataspace.requests import letters
from dataspace.requests.course import Terms
from dataspace.requests.models import AccessRequest, RequestState
from dataspace.requests.queries import Desk

# Days before the end; each is told once, the nearest that has come only.
BEFORE = (1, 7, 30)


def remind(session: Session, policy: Policy, terms: Terms) -> int:
    """Put aside what has to be told now; how many mails. Run twice, it tells nothing twice."""
    moment, told = now(), 0
    for grant, person in ending(session, moment, moment + timedelta(days=BEFORE[-1])):
        if grant.ends is None:
            continue
        left = grant.ends - moment
        days = next(n for n in BEFORE if left <= timedelta(days=n))
        if grant.ends - grant.granted_at <= timedelta(days=days):
            # Given for less than that: she has just been told.
            continue
        what = TITLE if grant.asset_id is not None else "des données qui vous ont été ouvertes"
        path = f"/demandes/acces/{grant.public_id}/prolonger"
        body = (
            f"Bonjour {person.given_name or person.name},\n\nVotre accès à {what} se termine le {day(grant.ends)}.\n\n"
            f"S’il vous sert encore, demandez à le prolonger\u00a0: {terms.portal}{path}\n"
            "Sinon, vous n’avez rien à faire.\n"
        )
        once = f"fin:{grant.public_id}:{grant.ends:%Y%m%d}:{days}"
        subject = f"Votre accès à {what} se termine le {day(grant.ends)}"
        told += outbox.put(session, person, subject, body, moment=moment, about=grant.asset_id, once=once)
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
