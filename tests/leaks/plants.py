"""Leaks made on purpose, each in a throw-away portal: what the walk must find, or it proves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask
import structlog
from sqlalchemy import text

from dataspace import db
from dataspace.auth import Permission
from dataspace.errors import NotFound, Refused
from dataspace.web import context
from dataspace.web.routing import PUBLIC, Blueprint

SEEN = Permission.PORTAL_USE
# Survives a request and a world, as a cache with too short a key does.
_kept: list[str] = []


@dataclass(frozen=True)
class Plant:
    """A leak, and what the walk says of it; `of` is on what, when that is not the plant's own address."""

    mount: Callable[[Blueprint], Any]
    found: str
    of: str = ""

    @property
    def name(self) -> str:
        return self.mount.__name__

    @property
    def address(self) -> str:
        return f"/fuite-{self.name}/"


def grow(app: flask.Flask) -> None:
    """Add every plant to a portal, the honest one too."""
    _kept.clear()
    for plant in (*PLANTS, HONEST):
        blueprint = Blueprint(f"plant-{plant.name}", __name__, url_prefix=plant.address.rstrip("/"))
        plant.mount(blueprint)
        app.register_blueprint(blueprint)


def rows(sql: str, **values: object) -> list[Any]:
    """What the database answers to who went round the door."""
    engine = db.engine(flask.current_app.extensions["settings"].database_url, guarded=False)
    with engine.begin() as connection:
        result = connection.execute(text(sql), values)
        found = list(result) if result.returns_rows else []
    engine.dispose()
    return found


def honest(blueprint: Blueprint) -> None:
    @blueprint.get("/<public_id>", requires=SEEN)
    def show(public_id: str) -> str:
        raise NotFound

    @blueprint.get("/", requires=PUBLIC)
    def index() -> str:
        return flask.request.args.get("q", "")


def count(blueprint: Blueprint) -> None:
    @blueprint.get("/nombre", requires=SEEN)
    def number() -> str:
        return f"{rows('SELECT count(*) FROM asset')[0][0]} fiches"


def title(blueprint: Blueprint) -> None:
    @blueprint.get("/<public_id>", requires=SEEN)
    def show(public_id: str) -> str:
        found = rows("SELECT title FROM asset WHERE public_id = :id", id=public_id)
        raise NotFound(f"« {found[0].title} » est introuvable" if found else None)


def refusal(blueprint: Blueprint) -> None:
    @blueprint.get("/<public_id>", requires=SEEN)
    def show(public_id: str) -> str:
        raise Refused if rows("SELECT 1 FROM asset WHERE public_id = :id", id=public_id) else NotFound


def header(blueprint: Blueprint) -> None:
    @blueprint.get("/etiquette", requires=PUBLIC)
    def tagged() -> flask.Response:
        response = flask.Response("toujours la même page")
        response.set_etag(str(rows("SELECT max(id) FROM asset")[0][0]))
        return response


def suggestion(blueprint: Blueprint) -> None:
    @blueprint.get("/suggestions.json", requires=SEEN)
    def suggest() -> dict[str, Any]:
        said = flask.request.args.get("q", "")
        found = rows("SELECT title FROM asset WHERE lower(title) LIKE :like", like=f"{said}%") if said else []
        return {"suggestions": [row.title for row in found]}


def facet(blueprint: Blueprint) -> None:
    @blueprint.get("/themes", requires=SEEN)
    def themes() -> str:
        return ", ".join(str(row.theme_id) for row in rows("SELECT DISTINCT theme_id FROM asset ORDER BY theme_id"))


def order(blueprint: Blueprint) -> None:
    @blueprint.post("/numero", requires=SEEN)
    def numbered() -> str:
        # What everybody may do, numbered by what everybody did.
        return f"Demande n° {rows('SELECT max(seq) FROM event')[0][0]}"


def logged(blueprint: Blueprint) -> None:
    @blueprint.get("/<public_id>", requires=SEEN)
    def show(public_id: str) -> str:
        for row in rows("SELECT title FROM asset WHERE public_id = :id", id=public_id):
            structlog.get_logger().warning("refused", title=row.title)
        raise NotFound


def asked(blueprint: Blueprint) -> None:
    @blueprint.get("/recherche", requires=SEEN)
    def search() -> str:
        structlog.get_logger().info("searched", q=flask.request.args.get("q"))
        return ""


def change(blueprint: Blueprint) -> None:
    @blueprint.post("/<public_id>/suivre", requires=SEEN)
    def watch(public_id: str) -> str:
        # Answers as for what never existed, having done it all the same.
        context.session().rollback()
        rows("UPDATE asset SET summary = 'suivi' WHERE public_id = :id", id=public_id)
        raise NotFound


def cache(blueprint: Blueprint) -> None:
    @blueprint.get("/palmares", requires=SEEN)
    def best() -> str:
        if not _kept:
            _kept.extend(row.title for row in rows("SELECT title FROM asset"))
        return ", ".join(_kept)


def unregistered(blueprint: Blueprint) -> None:
    @blueprint.get("/lignes/<int:row_number>", requires=SEEN)
    def line(row_number: int) -> str:
        return ""


def undeclared(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/ouverte", "open", lambda: "")


def parameter(blueprint: Blueprint) -> None:
    @blueprint.get("/tri", requires=SEEN)
    def by() -> str:
        return flask.request.args.get("colonne", "")


def field(blueprint: Blueprint) -> None:
    @blueprint.post("/envoi", requires=SEEN)
    def send() -> str:
        return flask.request.form.get("destinataire", "")


PLANTS = (
    Plant(count, "the two worlds answer differently"),
    Plant(title, "the secret is told"),
    Plant(refusal, "hidden and inexistent are told apart"),
    Plant(header, "the two worlds answer differently"),
    Plant(suggestion, "the secret is told"),
    Plant(facet, "the two worlds answer differently"),
    Plant(order, "the two worlds answer differently"),
    Plant(logged, "the log tells", of="Zibelquart"),
    Plant(asked, "the log tells", of="requetevisible"),
    Plant(change, "a refused form changed something"),
    Plant(cache, "the secret is told, in a world that has not even got it"),
    Plant(unregistered, "a route has no registered value"),
    Plant(undeclared, "a route declares no requirement"),
    Plant(parameter, "a view reads a parameter that has no registered value"),
    Plant(field, "a view reads a parameter that has no registered value"),
)
HONEST = Plant(honest, "")
