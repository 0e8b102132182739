"""The mails of a placement: to who may answer, then to who proposed."""

from dataspace.auth import Access, Permission
from dataspace.auth.models import Person, Unit
from dataspace.auth.moving import holding
from dataspace.auth.queries import people
from dataspace.mail import outbox
from dataspace.organisation.models import Placement, PlacementState


def answering(access: Access, parent_id: int, placement: Placement | None) -> list[Person]:
    """Who may accept something under that unit, the nearest first; never who proposed it."""
    found = (person for person, _, _ in holding(access, Permission.UNIT_EDIT, parent_id))
    by = placement.proposed_by_id if placement else None
    return [person for person in dict.fromkeys(found) if person.id != by]


def asked(access: Access, unit: Unit, parent: Unit, placement: Placement, portal: str) -> None:
    """Tell those who may answer."""
    body = (
        f"{access.actor.name} propose de rattacher «\u00a0{unit.name}\u00a0» à «\u00a0{parent.name}\u00a0».\n\n"
        f"Pourquoi\u00a0: {placement.reason}\n\nRien ne change tant que vous n’avez pas accepté."
    )
    for to in answering(access, parent.id, placement):
        once = f"rattachement:{placement.id}:{to.id}"
        _write(access, to, f"Un rattachement à accepter\u00a0: {unit.name}", body, unit, portal, once)


def answered(access: Access, unit: Unit, parent: Unit, placement: Placement, portal: str) -> None:
    """Tell who proposed."""
    to = people(access.session, [placement.proposed_by_id]).get(placement.proposed_by_id)
    if to is None:
        return
    is_yes = placement.state is PlacementState.ACCEPTED
    word = "accepté" if is_yes else "refusé"
    note = f"\n\nMotif\u00a0: {placement.note}" if placement.note else ""
    what = f"le rattachement de «\u00a0{unit.name}\u00a0» à «\u00a0{parent.name}\u00a0»"
    body = f"{access.actor.name} a {word} {what}.{note}"
    _write(access, to, f"Rattachement {word}\u00a0: {unit.name}", body, unit, portal, None)


def _write(
    access: Access, to: Person, subject: str, body: str, unit: Unit, portal: str, once: str | None
) -> None:  # fmt: skip
    address = f"{portal}/administration/organisation/unites/{unit.code}"
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{address}\n"
    outbox.put(access.session, to, subject[:300], text, moment=access.moment, once=once)
