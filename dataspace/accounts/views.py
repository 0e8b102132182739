"""Screens of a person's own account: home, my accesses."""

import flask

from dataspace.accounts import signin
from dataspace.accounts.blueprint import blueprint


def register(app: flask.Flask) -> None:
    """Mount the domain's screens."""
    app.register_blueprint(blueprint)
    signin.register(app)
