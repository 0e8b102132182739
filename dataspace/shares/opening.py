"""What a link opens: one thing, to be read, with who shared it and until when above it.

Dead, unknown or somebody else's: the answer is the one of an address that leads nowhere.
"""

import flask
from flask.typing import ResponseReturnValue

from dataspace import audit
from dataspace.audit import Act
from dataspace.auth import Permission, sharing
from dataspace.auth.sharing import Shared
from dataspace.auth.words import AssetKind, Sensitivity
from dataspace.catalog import presenters as cards
from dataspace.catalog import rows, sheets, sketch
from dataspace.catalog.blueprint import files
from dataspace.dashboards import presenters as boards
from dataspace.dashboards import queries as dashboards
from dataspace.dashboards import tickets
from dataspace.errors import NotFound
from dataspace.shares import presenters
from dataspace.themes.queries import municipalities
from dataspace.web import context
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add what links open to the domain's screens."""
    blueprint.get("/partages/<link>", requires=Permission.PORTAL_USE)(show)
    blueprint.post("/partages/<link>/jeton", requires=Permission.PORTAL_USE)(ticket)


def show(link: str) -> str:
    """The thing, read only, in the reader's own name."""
    shared = _opened(link)
    _journal(shared)
    if shared.asset.kind is AssetKind.DASHBOARD:
        return _board(shared, link)
    found = sheets.by_id(shared, shared.asset.public_id)
    if found is None:
        raise NotFound
    card, read = found
    shown = rows.preview(shared, card, files=files(), limit=20)
    chart = sketch.of(shared, card, files=files())
    said = cards.sheet(shared, card, read, shown, chart)
    return flask.render_template("shares/dataset.html", **said, shared=presenters.banner(shared), card_url=_own(shared))


def ticket(link: str) -> ResponseReturnValue:
    """A fresh ticket for a board opened by a link: everything is checked anew each time."""
    shared = _opened(link)
    board = dashboards.by_id(shared, shared.asset.public_id)
    if board is None:
        raise NotFound
    return tickets.answer(shared, board)


def _opened(link: str) -> Shared:
    # Its own address is the secret: no other page learns where its reader comes from.
    flask.g.referrer_policy = "strict-origin"
    shared = sharing.opened(context.access(), link)
    if shared is not None and context.settle(shared.author.actor.person_id):
        # Its author reads it no more than her rights of this very moment say.
        shared = sharing.opened(context.access(), link)
    if shared is None:
        raise NotFound
    return shared


def _board(shared: Shared, link: str) -> str:
    board = dashboards.by_id(shared, shared.asset.public_id)
    if board is None:
        raise NotFound
    who, state = shared.author.actor.short_name, tickets.state_for(shared, board)
    scope = boards.Words(
        f"Les lignes que lit {who}", f"Ce lien montre les lignes que lit {who}, tant qu’il est ouvert."
    )
    if cut := presenters.cut(shared.share, municipalities(shared)):
        scope = boards.Words(cut, f"Parmi les lignes que lit {who}, ce lien ne montre que celles-ci ({cut}).")
    if state == tickets.NO_ROWS:
        scope = boards.Words(
            "aucune ligne",
            f"Ce lien ne peut plus rien montrer, ou {who} n’y lit plus rien\u00a0: demandez-lui un autre lien.",
        )
    return flask.render_template(
        "shares/board.html", board=boards.board(shared, board), scope=scope, owner=None,
        state=state, ticket_url=flask.url_for("shares.ticket", link=link),
        shared=presenters.banner(shared), card_url=_own(shared),
    )  # fmt: skip


def _own(shared: Shared) -> str | None:
    """The thing's own page, when the reader may know of it without the link."""
    is_known = context.access().allows(Permission.CARD_SEE, shared.asset)
    return presenters.address(shared.asset) if is_known else None


def _journal(shared: Shared) -> None:
    """Each opening, with who and which link; and the content as any other, when it is above internal."""
    asset, share = shared.asset, shared.share
    line = audit.entry(shared, Act.SHARE_OPENED, share, asset=asset.public_id) | {"subject_title": asset.title}
    audit.separately(context.maker(), line)
    if asset.sensitivity >= Sensitivity.RESTRICTED:
        held = shared.decide(sharing.READING[asset.kind], asset).held
        once = f"{Act.OPENED}:{shared.actor.session}/{share.public_id}:{asset.public_id}:{shared.moment:%Y%m%d%H}"
        audit.separately(context.maker(), audit.entry(shared, Act.OPENED, asset, held=held, once=once))
