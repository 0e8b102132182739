"""What is said once to a person on her next page."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth.models import Person


def forget(session: Session, person_id: int) -> None:
    """It was said."""
    session.scalars(select(Person).where(Person.id == person_id)).one().notice = ""
