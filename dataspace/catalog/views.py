"""Screens of the catalogue: the list, a card, its files, and the search over everything. Writing is in `writing.py`."""

from typing import Any

import flask
from flask.typing import ResponseReturnValue

from dataspace.audit import Act
from dataspace.auth import Decision, Permission
from dataspace.catalog import addresses, everything, presenters, queries, rows, sheets, sketch, writing
from dataspace.catalog.blueprint import blueprint, files
from dataspace.catalog.files import Files
from dataspace.catalog.sheets import Sheet
from dataspace.errors import NotFound, Refused
from dataspace.web import context

__all__ = ["blueprint", "register", "writing"]
_SAID = (
    "public_id",
    "title",
    "summary",
    "sensitivity",
    "protection",
    "state",
    "unit",
    "licence",
    "extent",
    "extent_note",
)


def register(app: flask.Flask) -> None:
    """Mount the domain's screens, and open where its files live."""
    settings = app.extensions["settings"]
    app.extensions["files"] = Files(settings.storage_url, at_most=settings.upload_max_bytes)
    app.register_blueprint(blueprint)


@blueprint.get("/donnees/", requires=Permission.CARD_SEE)
def index() -> str:
    """Every card one may know of, narrowed by what the address says."""
    access = context.access()
    asked = addresses.filters(flask.request.args)
    found = queries.page(access, asked)
    return flask.render_template("catalog/list.html", **presenters.listing(access, asked, found))


@blueprint.get("/recherche", endpoint="everything", requires=Permission.CARD_SEE)
def search() -> str:
    """Cards, dashboards and people that answer the same words."""
    text = addresses.words(flask.request.args)
    return flask.render_template("catalog/search.html", q=text, groups=everything.groups(context.access(), text))


@blueprint.get("/donnees/<public_id>", requires=Permission.CARD_SEE)
def show(public_id: str) -> str:
    """A card; or, for who knows of it without reading it, why and whom to ask."""
    access = context.access()
    card, read = _known(public_id)
    if not read.is_allowed:
        return flask.render_template("catalog/on_request.html", **presenters.on_request(access, card, read))
    context.journal_opening(card.asset, read.held)
    shown = chart = None
    if card.is_dataset:
        shown = rows.preview(access, card, files=files(), limit=10)
        chart = sketch.of(access, card, files=files())
    return flask.render_template("catalog/show.html", **presenters.sheet(access, card, read, shown, chart))


@blueprint.get("/donnees/<public_id>/apercu.json", requires=Permission.CARD_SEE, programs=True)
def preview(public_id: str) -> ResponseReturnValue:
    """The first rows a reader may have, for a program."""
    card, read = _readable(public_id)
    if not card.is_dataset:
        raise NotFound
    context.journal_opening(card.asset, read.held)
    shown = rows.preview(context.access(), card, files=files())
    if shown is None:
        return {"colonnes": [], "lignes": []}
    answer: dict[str, Any] = {"colonnes": list(shown.names), "lignes": [list(row) for row in shown.rows]}
    return answer if shown.is_cut else {**answer, "total": shown.total}


@blueprint.get("/donnees/<public_id>/fichiers/<resource_id>", requires=Permission.CARD_SEE, programs=True)
def download(public_id: str, resource_id: str) -> ResponseReturnValue:
    """A file, as deposited or cut to the reader's rows; journaled before it leaves."""
    card, _ = _readable(public_id)
    resource = card.resource(resource_id)
    if resource is None:
        raise NotFound
    made = rows.export(context.access(), card, resource, files=files())
    held = queries.exporting(context.access(), card.asset).held
    context.journal_now(Act.EXPORTED, card.asset, held=held, file=resource.filename, rows_cut=made.size is None)
    charset = "utf-16" if made.encoding == "utf-16" else made.encoding
    response = flask.Response(made.chunks, content_type=f"text/csv; charset={charset}")
    response.headers.set("Content-Disposition", "attachment", filename=made.filename)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if made.size is not None:
        response.content_length = made.size
    return response


@blueprint.get("/api/1/donnees", requires=Permission.CARD_SEE, programs=True)
def api_index() -> ResponseReturnValue:
    """The same list, for a program."""
    found = queries.page(context.access(), addresses.filters(flask.request.args))
    return {
        "total": found.total,
        "sur_demande": found.on_request_total,
        "jeux": [_plain(presenters.row(row)) for row in found.rows],
        "facettes": {
            name: {choice.value: choice.count for choice in choices} for name, choices in found.facets.items()
        },
    }


@blueprint.get("/api/1/donnees/<public_id>", requires=Permission.CARD_SEE, programs=True)
def api_show(public_id: str) -> ResponseReturnValue:
    """The same card, for a program. Its files are listed to who may take them away."""
    access = context.access()
    card, read = _known(public_id)
    said = presenters.card(access, card)
    answer = {name: said[name] for name in _SAID}
    answer["lisible"] = read.is_allowed
    if read.is_allowed:
        context.journal_opening(card.asset, read.held)
        answer["files"] = [_plain(one) for one in presenters.sheet(access, card, read, None, None)["resources"]]
    return answer


@blueprint.get("/api/1/donnees/<public_id>/lignes", requires=Permission.CARD_SEE, programs=True)
def api_rows(public_id: str) -> ResponseReturnValue:
    """The rows of a dataset, some at a time, cut as its preview is."""
    card, read = _readable(public_id)
    if not card.is_dataset:
        raise NotFound
    limit, skipped = addresses.portion(flask.request.args)
    context.journal_opening(card.asset, read.held)
    # One more, to know whether others follow: a total would count the rows that a rule hides.
    shown = rows.preview(context.access(), card, files=files(), limit=limit + 1, skipped=skipped)
    found = [list(row) for row in shown.rows] if shown is not None else []
    answer: dict[str, Any] = {
        "colonnes": list(shown.names) if shown is not None else [], "lignes": found[:limit], "suite": None,
    }  # fmt: skip
    if len(found) > limit:
        answer["suite"] = flask.url_for(".api_rows", public_id=public_id, limit=limit, apres=skipped + limit)
    return answer if shown is None or shown.is_cut else {**answer, "total": shown.total}


def _known(public_id: str) -> tuple[Sheet, Decision]:
    found = sheets.by_id(context.access(), public_id)
    if found is None:
        raise NotFound
    return found


def _readable(public_id: str) -> tuple[Sheet, Decision]:
    card, read = _known(public_id)
    if not read.is_allowed:
        raise Refused("Ce contenu ne vous est pas ouvert.", "Sa fiche dit pourquoi, et à qui le demander.")
    return card, read


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in said.items()}
