"""Keeping the list of communes."""

from collections.abc import Mapping

from dataspace.auth import HouseAccess
from dataspace.errors import Invalid
from dataspace.themes.models import Municipality
from dataspace.themes.queries import municipalities


def name_municipalities(access: HouseAccess, names: Mapping[str, str]) -> None:
    """Make the communes known: name by INSEE code; those already known keep one line, with the new name."""
    if any(len(code) != 5 or not code.isalnum() for code in names):
        raise Invalid("Un code Insee de commune a cinq caractères.")
    known = municipalities(access)
    for code, name in names.items():
        if code not in known:
            access.session.add(Municipality(insee_code=code, name=name))
        elif known[code] != name:
            access.session.merge(Municipality(insee_code=code, name=name))
    access.session.flush()
