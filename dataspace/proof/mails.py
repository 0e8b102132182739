"""The mails that wait: each names only what the person it goes to may know of."""

from collections.abc import Callable

from dataspace.auth.access import HouseAccess
from dataspace.mail import outbox, sender
from dataspace.proof.known import Known
from dataspace.proof.report import Leak, Report
from dataspace.proof.surfaces import MAILS

_AT_MOST = 500


def walk(report: Report, house: HouseAccess, known: Callable[[int], Known]) -> None:
    """Write each waiting mail as it would leave now, and look for what it may not tell."""
    for mail, to in outbox.waiting(house.session, limit=_AT_MOST):
        message = sender.written(house.session, house.policy, mail, to, house.moment, "portail@localhost")
        text = f"{message['Subject']}\n{message.get_content()}"
        report.mails += 1
        report.asked[MAILS] += 1
        told = known(to.id).told(" ".join(text.split()))
        report.leaks += [
            Leak(MAILS, "destinataire", f"nomme un {thing.kind.label} que son destinataire ne peut pas connaître",
                 thing.public_id, to.public_id)
            for thing in told
        ]  # fmt: skip
        report.opened += not told
