"""What holds between two dates: the condition that every dated table shares."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_

from dataspace.db import UtcDateTime

NOW = bindparam("now", type_=UtcDateTime())


def live(table: Any, moment: datetime | BindParameter[datetime] = NOW) -> ColumnElement[bool]:
    """Rows of a dated table that hold at `moment`; at the value given as `now` to a statement that is built once."""
    is_not_over = table.ends > moment
    # Where everything ends, the index of ends serves.
    if getattr(table.ends.expression, "nullable", True):
        is_not_over = or_(table.ends.is_(None), is_not_over)
    return and_(table.starts <= moment, is_not_over)
