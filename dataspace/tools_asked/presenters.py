"""Requests for tools in the words of the screen."""

from collections.abc import Sequence
from typing import Any

import flask

from dataspace.auth import Access
from dataspace.auth.queries import people
from dataspace.tools_asked import queries
from dataspace.tools_asked.models import ToolRequest, ToolState
from dataspace.web import french

_MARKS = {
    ToolState.RECEIVED: ("ask", "envelope"), ToolState.STUDIED: ("ask", "hourglass"),
    ToolState.DELIVERED: ("good", "check-circle"), ToolState.REFUSED: ("bad", "x-octagon"),
}  # fmt: skip
_DONE = {
    ToolState.RECEIVED: "a envoyé la demande", ToolState.STUDIED: "a mis la demande à l’étude",
    ToolState.DELIVERED: "a livré l’outil", ToolState.REFUSED: "a refusé la demande",
}  # fmt: skip


def rows(access: Access, found: Sequence[ToolRequest]) -> list[dict[str, Any]]:
    """Lines of a list."""
    named = people(access.session, (request.person_id for request in found))
    joined = queries.supports(access, found)
    tree = access.facts.tree
    return [
        {
            "url": flask.url_for("tools_asked.show", public_id=request.public_id), "title": request.title,
            "who": named[request.person_id].name, "unit": tree.directorate(request.unit_id).short_name,
            "when": request.created, "mark": mark(request.state),
            "more": french.plural(len(joined[request.id]), "autre personne", "autres personnes")
            if joined[request.id] else "",
        }
        for request in found
    ]  # fmt: skip


def page(access: Access, request: ToolRequest) -> dict[str, Any]:
    """A request, its line of time, and what its reader may do."""
    named = people(access.session, [request.person_id, *(event.person_id for event in request.events)])
    joined = queries.supports(access, [request])[request.id]
    is_mine = request.person_id == access.author_id
    answers = queries.may_answer(access, request)
    asker = named[request.person_id]
    alike = queries.similar(access, f"{request.title} {request.purpose}", but=request)
    return {
        "said": {
            "public_id": request.public_id, "title": request.title, "purpose": request.purpose,
            "audience": request.audience, "wanted_by": request.wanted_by, "version": request.version,
            "who": asker.name, "post": asker.post, "unit": access.facts.tree[request.unit_id].name,
            "mark": mark(request.state), "is_over": request.state.is_over, "is_shared": request.is_shared,
        },
        "events": [
            {
                "when": event.at,
                "what": f"{named[event.person_id].name} {_DONE[event.state] if event.state else 'a écrit'}",
                "note": event.note,
            }
            for event in request.events
        ],
        "joined": len(joined), "has_joined": access.author_id in joined, "is_mine": is_mine, "answers": answers,
        "can_join": request.is_shared and not is_mine and not request.state.is_over,
        "similar": rows(access, alike[:5]), "similar_total": len(alike),
    }  # fmt: skip


def mark(state: ToolState) -> tuple[str, str, str]:
    """Kind, icon and word of a state."""
    return (*_MARKS[state], state.label.capitalize())
