"""Which communes there are, and how they are called."""

from sqlalchemy import select

from dataspace.auth import Access
from dataspace.themes.models import Municipality


def municipalities(access: Access) -> dict[str, str]:
    """Name of each commune by INSEE code, in the order of names."""
    rows = access.session.execute(select(Municipality.insee_code, Municipality.name).order_by(Municipality.name)).all()
    return {row.insee_code: row.name for row in rows}
