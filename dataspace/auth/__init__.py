"""Who people are and what they may do: the kernel. No screen here."""

from sqlalchemy.orm import Session

from dataspace.auth import counts  # noqa: F401 - listens to every flush, or the counts would not be kept
from dataspace.auth.access import Access, Decision, HouseAccess
from dataspace.auth.facts import Actor
from dataspace.auth.policy import Policy
from dataspace.auth.words import Permission, Task


def system(session: Session, task: Task, policy: Policy) -> HouseAccess:
    """An access for an act of the house itself; a rule test lists the modules that may call it."""
    return HouseAccess(task, session, policy)


__all__ = ["Access", "Actor", "Decision", "HouseAccess", "Permission", "Policy", "Task", "system"]
