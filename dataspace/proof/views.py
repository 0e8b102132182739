"""Screens of the proof: the certificates, one of them, and the document itself."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.auth import Access, Permission
from dataspace.proof import presenters, queries
from dataspace.web import context, frame
from dataspace.web.routing import Blueprint

blueprint = Blueprint("proof", __name__, template_folder="templates", url_prefix="/administration")


def register(app: flask.Flask) -> None:
    """Mount the screens, and the banner of a leak that stands."""
    app.register_blueprint(blueprint)
    frame.warn(app, _alarm)


def _alarm(access: Access) -> dict[str, Any] | None:
    found = queries.alarm(access)
    if found is None:
        return None
    url = flask.url_for("proof.show", public_id=found.public_id)
    return {"count": found.leaks, "when": found.ended, "url": url}


@blueprint.get("/etancheite", requires=Permission.PROOF_SEE)
def index() -> str:
    """Every certificate, the newest first."""
    found = queries.latest(context.access())
    rows = [presenters.sheet(one) | {"url": flask.url_for("proof.show", public_id=one.public_id)} for one in found]
    return flask.render_template("proof/list.html", rows=rows)


@blueprint.get("/etancheite/<public_id>", requires=Permission.PROOF_SEE)
def show(public_id: str) -> str:
    """One certificate: what was asked, of whom by kind, what was found."""
    found = queries.by_id(context.access(), public_id)
    url = flask.url_for("proof.document", public_id=public_id)
    return flask.render_template("proof/show.html", **presenters.sheet(found), sha256=found.sha256, document_url=url)


@blueprint.get("/etancheite/<public_id>/certificat.html", requires=Permission.PROOF_SEE)
def document(public_id: str) -> ResponseReturnValue:
    """The very bytes whose hash is in the journal."""
    found = queries.by_id(context.access(), public_id)
    # A document, not a page of the portal: it carries its own style, and opens on the reader’s computer.
    response = flask.Response(found.html.encode(), mimetype="application/octet-stream")
    name = f"certificat-etancheite-{found.number}.html"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
