"""What the screens of the organisation share: finding the unit of the address, and saying what was refused."""

from dataspace import audit
from dataspace.auth import Access
from dataspace.auth.models import Unit
from dataspace.errors import Conflict, DataspaceError, NotFound, Refused
from dataspace.organisation import queries
from dataspace.web import context


def known(here: Access, code: str) -> Unit:
    """The unit of the address. Raises NotFound when it is not hers to know here."""
    unit = queries.known(here, code)
    if unit is None:
        raise NotFound
    return unit


def portal() -> str:
    return context.settings().portal_url.rstrip("/")


def status_of(error: DataspaceError) -> int:
    return 403 if isinstance(error, Refused) else 409 if isinstance(error, Conflict) else 422


def journaled(error: DataspaceError, unit: Unit) -> None:
    """What was tried on a unit and refused leaves a line, though the page only explains; nothing else is kept."""
    line = audit.entry(context.access(), audit.Act.REFUSED, unit, why=error.sentence, code=unit.code)
    context.session().rollback()
    if isinstance(error, Refused):
        audit.separately(context.maker(), line)
