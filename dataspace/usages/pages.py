"""What every screen of usages does: find the usage, say a refusal, go back to its page."""

from datetime import UTC, date, datetime, time

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import usages, usages_known
from dataspace.auth.models import Usage
from dataspace.errors import Conflict, NotFound, Refused
from dataspace.web import context, french


def known(public_id: str) -> Usage:
    """The usage, when the reader may know of it. Raises NotFound."""
    found = usages_known.known(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def mine(public_id: str) -> Usage:
    """The usage, when the actor answers for it. Raises NotFound, or NotYourUsage when she only knows of it."""
    found = known(public_id)
    if not usages.manages(context.access(), found):
        raise usages.NotYourUsage
    return found


def status(error: Exception) -> int:
    """The status of a refusal that is said on the form itself."""
    return 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422


def back(usage: Usage) -> ResponseReturnValue:
    """To its page."""
    return flask.redirect(flask.url_for("usages.show", public_id=usage.public_id), code=303)


def portal() -> str:
    """The portal's own address, for the links of mails."""
    return context.settings().portal_url.rstrip("/")


def end_of_day(day: date) -> datetime:
    """« Jusqu’au 31 décembre » means until that day is over, in Paris."""
    return datetime.combine(day, time(23, 59, 59), french.PARIS).astimezone(UTC)
