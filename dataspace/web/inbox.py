"""How many things wait for the reader, on every page; and the lines that each domain adds to « Messages ».

Counting asks every domain. It is done again only when something has changed in the portal (`Head.changed`), when what
the reader holds has, or when a minute has passed: escalations and ends come by themselves.
"""

from collections.abc import Callable
from typing import Any

import flask

from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission
from dataspace.web import context

Count = Callable[[Access], int]
_MOST = 5_000
# Who may do none of these has nothing to answer, but in somebody's place.
_ANSWERING = (
    Permission.RIGHTS_SEE, Permission.RIGHTS_ASSIGN, Permission.REQUEST_ADVISE, Permission.USAGE_MANAGE,
    Permission.UNIT_EDIT, Permission.TOOL_ANSWER, Permission.ASSET_WIDEN,
)  # fmt: skip


def announce(app: flask.Flask, endpoint: str, count: Count) -> None:
    """Show, on every page, how many things wait for the reader at `endpoint`: `count` says it."""
    app.extensions["inbox"] = (endpoint, count)


def announce_more(app: flask.Flask, tasks: Callable[[Access], list[dict[str, object]]]) -> None:
    """Count among what waits for the reader what another domain says, as lines of the same page."""
    app.extensions.setdefault("inbox_more", []).append(tasks)


def count_too(app: flask.Flask, count: Count) -> None:
    """Add to what the inbox counts: something more that waits for the reader."""
    app.extensions.setdefault("inbox_counts", []).append(count)


def more_tasks(access: Access) -> list[dict[str, object]]:
    """The lines that other domains add to what waits for the reader."""
    return [task for tasks in flask.current_app.extensions.get("inbox_more", ()) for task in tasks(access)]


def shown() -> dict[str, object]:
    """What the frame says of it: nothing to whom nothing can be asked."""
    access = context.access()
    found = flask.current_app.extensions.get("inbox")
    if found is None or not access.may(Permission.REQUEST_USE):
        return {}
    endpoint, count = found
    return {"inbox_count": _kept(access, count), "inbox_url": flask.url_for(endpoint)}


def _kept(access: Access, count: Count) -> int:
    if not access.is_herself or not (access.facts.stands_in or any(map(access.may, _ANSWERING))):
        # Each domain sees at once that nothing is asked of her.
        return _counted(access, count)
    known: dict[tuple[int, str], tuple[Any, int]] = flask.current_app.extensions.setdefault("inbox_kept", {})
    facts, minute = access.facts, access.moment.replace(second=0, microsecond=0)
    now = (journal.last_change(access.session), minute, facts.held, facts.stands_in)
    here = (access.actor.person_id, access.actor.session)
    # Another thread may empty it at any moment.
    found = known.get(here)
    if found is None or found[0] != now:
        found = (now, _counted(access, count))
        if len(known) > _MOST:
            known.clear()
        known[here] = found
    return found[1]


def _counted(access: Access, count: Count) -> int:
    also: int = sum(more(access) for more in flask.current_app.extensions.get("inbox_counts", ()))
    return count(access) + len(more_tasks(access)) + also
