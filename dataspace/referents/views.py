"""Screens of referents."""

import flask

from dataspace.web.routing import Blueprint

blueprint = Blueprint("referents", __name__, template_folder="templates")


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)
