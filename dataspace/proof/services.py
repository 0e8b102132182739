"""Beginning and ending a walk: its sessions, its certificate, and both in the journal."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from dataspace.audit import Act, record
from dataspace.auth import HouseAccess, sessions
from dataspace.auth.models import Person
from dataspace.proof import queries
from dataspace.proof.models import Certificate
from dataspace.proof.report import Report

_DEVICE = "Vérification d’étanchéité, par le portail"


def begin(house: HouseAccess, people: Sequence[Person], report: Report) -> dict[int, str]:
    """Open a marked session for each of these people, journaled as an act of the house; the handles by person."""
    sessions.close_walks(house.session)
    record(house, Act.LEAKS_SOUGHT, people=[person.public_id for person in people], seed=report.seed)
    opened: dict[int, str] = {}
    for person in people:
        handle, _ = sessions.open_for(house.session, person, house.moment, issuer=sessions.WALK, device=_DEVICE)
        opened[person.id] = handle
    return opened


def close(house: HouseAccess) -> None:
    """Close every session of a walk."""
    sessions.close_walks(house.session)


def file(house: HouseAccess, report: Report, told: dict[str, Any], write: Callable[[Certificate], str]) -> Certificate:
    """Number the certificate, keep it as `write` says it, and put its hash in the journal."""
    assert report.ended is not None
    made = Certificate(
        number=queries.last_number(house.session) + 1, started=report.started, ended=report.ended,
        people=report.people.total(), surfaces=len(report.asked), requests=report.requests, leaks=len(report.leaks),
        is_complete=report.is_complete, policy=report.policy, seed=report.seed, told=told,
        again=[{"person": leak.person, "thing": leak.thing} for leak in report.leaks],
    )  # fmt: skip
    made.html = write(made)
    made.sha256 = hashlib.sha256(made.html.encode()).hexdigest()
    house.session.add(made)
    house.session.flush()
    record(
        house, Act.LEAKS_CERTIFIED, made, number=made.number, sha256=made.sha256, people=made.people,
        surfaces=made.surfaces, requests=made.requests, leaks=made.leaks, complete=made.is_complete,
    )  # fmt: skip
    return made
