"""Where the screens of the catalogue are mounted, and the files they show."""

from typing import cast

import flask

from dataspace.catalog.files import Files
from dataspace.web.routing import Blueprint

blueprint = Blueprint("catalog", __name__, template_folder="templates")


def files() -> Files:
    """The files of this installation."""
    return cast(Files, flask.current_app.extensions["files"])
