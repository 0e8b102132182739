"""The record of a review: one HTML page, whole by itself, written once; its octets are what is kept and served."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dataspace.auth import Access
from dataspace.auth.queries import people
from dataspace.auth.words import Sensitivity
from dataspace.reviews import powers, queries, wording
from dataspace.reviews.models import Outcome, ReviewCampaign, ReviewPlace
from dataspace.reviews.turns import Turns
from dataspace.web import french


@dataclass(frozen=True)
class Made:
    """A record once written."""

    body: bytes
    sha256: str


def record(access: Access, campaign: ReviewCampaign, height: Sensitivity) -> Made:
    """The record of `campaign`, cut to the cards no higher than `height`."""
    lines = queries.everything(access, campaign, height)
    rows = [_row(told) for told in wording.tell(access, lines)]
    turns = Turns(access)
    _name(access, rows, turns)
    opener = people(access.session, [campaign.opened_by_id]).get(campaign.opened_by_id or 0)
    node = access.facts.tree.nodes.get(campaign.unit_id)
    counted = Counter(one.line.outcome for one in lines)
    text = _template().render(
        campaign=campaign, unit=node.name if node else "Unité supprimée",
        opener=opener.name if opener else "le portail",
        height=height.label, rows=rows, counted=[(outcome.label, counted[outcome]) for outcome in Outcome],
        escalated=sum(1 for one in lines if one.line.escalated_at is not None),
    )  # fmt: skip
    body = text.encode()
    return Made(body, sum_of(body))


def sum_of(body: bytes) -> str:
    """The SHA-256 of a record's octets."""
    return hashlib.sha256(body).hexdigest()


def _row(told: wording.Told) -> dict[str, Any]:
    line = told.line.line
    return {
        "who": told.who, "place": told.place, "role": told.role, "what": told.what, "since": told.grant.starts,
        "causes": ", ".join(words for _, words in told.causes), "outcome": line.outcome.label,
        "by_id": line.answered_by_id, "at": line.answered_at, "note": line.note, "escalated_at": line.escalated_at,
        "place_id": line.place_id,
    }  # fmt: skip


def _name(access: Access, rows: list[dict[str, Any]], turns: Turns) -> None:
    """Who answered, and to whom it went up."""
    named = people(access.session, (row["by_id"] for row in rows))
    raised = {row["place_id"] for row in rows if row["escalated_at"] is not None}
    places = powers.places(access, ReviewPlace.id.in_(sorted(raised))) if raised else []
    to = {place.id: ", ".join(person.name for person in turns.asked(place, 1)[:4]) for place in places}
    for row in rows:
        row["by"] = named[row["by_id"]].name if row["by_id"] in named else ""
        row["to"] = to.get(row["place_id"], "") if row["escalated_at"] is not None else ""


@cache
def _template() -> Any:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    environment.filters.update(french.FILTERS)
    return environment.get_template("reviews/record.html")
