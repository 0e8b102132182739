"""One search over all that can be looked for: cards, dashboards, people and seats, each by its own rights."""

from dataclasses import dataclass
from typing import Any

import flask

from dataspace.auth import Access, Permission
from dataspace.auth.finding import found
from dataspace.auth.listing import Narrowed
from dataspace.auth.search import sought
from dataspace.auth.tally import tally
from dataspace.auth.words import AssetKind
from dataspace.catalog import presenters, queries
from dataspace.catalog.queries import Filters
from dataspace.referents import queries as referents

SHOWN = 5


@dataclass(frozen=True)
class Group:
    """What one kind of thing answers: the first few, how many in all (None past 10,000), and where the rest is."""

    title: str
    noun: tuple[str, str]
    total: int | None
    lines: list[dict[str, Any]]
    more_url: str


def groups(access: Access, text: str) -> list[Group]:
    """The answers to `text`, by kind; none for no words."""
    wanted = sought(text)
    if wanted is None:
        return []
    page = queries.page(access, Filters(text=text))
    seen, narrowed = (Permission.CARD_SEE, Permission.DASHBOARD_OPEN), Narrowed((AssetKind.DASHBOARD,))
    boards = found(access, *seen, narrowed, wanted, limit=SHOWN)
    boards_in_all = tally(access, *seen, narrowed, sought=wanted)
    tree = access.facts.tree
    contacts = referents.search(access, text)
    made = [
        Group(
            "Données", ("réponse", "réponses"), page.total,
            [presenters.row(row) | {"note": row.summary} for row in page.rows[:SHOWN]],
            flask.url_for("catalog.index", q=text),
        ),
        Group(
            "Tableaux de bord", ("réponse", "réponses"),
            None if boards_in_all.is_capped else boards_in_all.seen,
            [
                {
                    "url": flask.url_for("dashboards.show", public_id=board.public_id), "title": board.title,
                    "note": board.summary, "sensitivity": board.sensitivity.code,
                    "unit": tree.directorate(board.unit_id).short_name, "on_request": not board.readable,
                }
                for board in boards
            ],
            flask.url_for("dashboards.index"),
        ),
        Group(
            "Qui contacter", ("sujet", "sujets"), contacts.total,
            [
                {
                    "url": flask.url_for("referents.show", public_id=contact.asset.public_id),
                    "title": contact.asset.title, "note": contact.answers.name if contact.answers else "poste vacant",
                    "sensitivity": None, "unit": tree.directorate(contact.asset.unit_id).short_name,
                    "on_request": False,
                }
                for contact in contacts.contacts[:SHOWN]
            ],
            flask.url_for("referents.index", q=text),
        ),
    ]  # fmt: skip
    return [group for group in made if group.lines]
