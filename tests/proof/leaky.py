"""A portal made to leak, served as the real one: what the walk must find over HTTP."""

import flask
from sqlalchemy import text

from dataspace import db
from dataspace.app import create_app as honest
from dataspace.config import Settings
from dataspace.errors import Refused


def create_app() -> flask.Flask:
    """The portal, where a card that exists is refused rather than unknown, and the help page names the last title."""
    settings = Settings()
    app = honest(settings)
    engine = db.engine(settings.database_url, guarded=False)
    show = app.view_functions["catalog.show"]

    def titles(where: str, **values: str) -> list[str]:
        with engine.connect() as connection:
            return list(connection.execute(text(f"SELECT title FROM asset WHERE {where}"), values).scalars())

    def refused(public_id: str) -> flask.typing.ResponseReturnValue:
        try:
            return show(public_id=public_id)
        except Exception as error:
            raise Refused if titles("public_id = :id", id=public_id) else error from error

    app.view_functions["catalog.show"] = refused
    app.view_functions["frame.help_page"] = lambda: "Le plus consulté : " + titles("sensitivity = 3 ORDER BY id")[0]
    return app
