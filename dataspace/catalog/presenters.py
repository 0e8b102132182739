"""Cards in the words of the screen."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import flask
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from dataspace.auth import Access, Decision, Permission, explain, usages_known, why
from dataspace.auth.models import Known
from dataspace.auth.queries import deciders, people
from dataspace.auth.words import AssetKind, Protection, State
from dataspace.catalog import addresses, delimited, grounds, queries, rows
from dataspace.catalog.queries import Filters, Page, Row
from dataspace.catalog.sheets import Sheet
from dataspace.catalog.sketch import Sketch
from dataspace.referents import queries as referents
from dataspace.requests import presenters as requests
from dataspace.themes.queries import municipalities
from dataspace.web import french

_LEGENDS = {
    "acces": "Accès", "sensibilite": "Sensibilité", "direction": "Direction responsable", "theme": "Thématique",
    "type": "Type",
}  # fmt: skip
_MANY = {"direction": "Toutes les directions", "theme": "Toutes les thématiques", "type": "Tous les types"}
_TYPES = {"text": "texte", "integer": "nombre entier", "decimal": "nombre", "date": "date"}
_PERSONAL = {
    Protection.NONE: "", Protection.PERSONAL: "Oui : l’accès est donné à des personnes nommées.",
    Protection.HEALTH: "Oui, de santé : l’accès est donné à des personnes nommées.",
    Protection.SECRET: "Oui, couvertes par le secret professionnel : l’accès est donné à des personnes nommées.",
}  # fmt: skip
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_TAGS = {"p", "ul", "ol", "li", "strong", "em", "code", "a", "br", "blockquote"}


def listing(access: Access, asked: Filters, page: Page) -> dict[str, Any]:
    """What the list's template waits for."""
    chosen = [
        {
            "legend": _LEGENDS[name],
            "label": choice.label,
            "remove_url": addresses.address(asked, without=(name, choice.value)),
        }
        for name, choices in page.facets.items()
        for choice in choices
        if choice.is_chosen
    ]
    is_all_datasets = {choice.value for choice in page.facets["type"] if choice.count} <= {AssetKind.DATASET.value}
    kept = [pair for pair in addresses.pairs(asked) if pair[0] != "tri"]
    sorts = [("", "plus récents", True)]
    if asked.text:
        sorts = [("pertinence", "pertinence", not asked.by_date), ("date", "plus récents", asked.by_date)]
    return {
        "noun": ("jeu de données", "jeux de données") if is_all_datasets else ("résultat", "résultats"),
        "q": asked.text, "total": page.total, "on_request_total": page.on_request_total, "is_drafts": asked.is_drafts,
        "rows": [row(found) for found in page.rows],
        "facets": [_facet(name, choices) for name, choices in page.facets.items()],
        "chosen": chosen, "sorts": sorts, "kept": kept,
        "page": {
            "first": page.first, "last": page.last, "total": page.total,
            "previous_url": addresses.address(asked, page=page.number - 1) if page.number > 1 else None,
            "next_url": addresses.address(asked, page=page.number + 1) if page.left else None,
            "next_count": min(page.left, queries.PER_PAGE),
        },
        "declare_url": flask.url_for("catalog.declare") if access.may(Permission.DATASET_CREATE) else None,
        "nothing": why.nothing(access, Permission.CARD_SEE, "Aucune fiche"),
        "drafts_url": flask.url_for("catalog.index", etat="brouillon") if access.may(Permission.DRAFT_SEE) else None,
    }  # fmt: skip


def row(found: Row) -> dict[str, Any]:
    """A card in a list."""
    return {
        "url": flask.url_for("catalog.show", public_id=found.public_id), "title": found.title,
        "summary": found.summary, "unit": found.unit, "sensitivity": found.sensitivity.code, "updated": found.updated,
        "late_days": found.late_days, "formats": found.formats, "state": found.state.value,
        "on_request": not found.is_readable and found.state is not State.DRAFT, "kind": found.kind.label,
    }  # fmt: skip


def _facet(name: str, choices: Sequence[queries.Choice]) -> dict[str, Any]:
    options = [{"value": c.value, "label": c.label, "count": c.count, "checked": c.is_chosen} for c in choices]
    return {
        "name": name,
        "legend": _LEGENDS[name],
        "options": options,
        "many": _MANY.get(name),
        "levels": name == "sensibilite",
    }


def card(access: Access, found: Sheet) -> dict[str, Any]:
    """What a card's page says of it, whether or not it is read."""
    asset = found.asset
    directorate = access.facts.tree.directorate(asset.unit_id)
    unit = access.facts.tree[asset.unit_id]
    said = {
        "public_id": asset.public_id, "title": asset.title, "summary": asset.summary,
        "sensitivity": asset.sensitivity.code, "protection": asset.protection.value, "state": asset.state.value,
        "unit": directorate.short_name, "unit_note": unit.name if unit.id != directorate.id else "",
        "unit_url": flask.url_for("catalog.index", direction=directorate.code),
        "ground": grounds.sentence(asset.ground),
        "review": asset.review_date, "personal": _PERSONAL[asset.protection], "description": prose(found.description),
        "kept": None, "retention": None, "to_know": None, "theme": None, "licence": "", "extent": "", "extent_note": "",
        "promise": "", "late_days": 0, "updated": asset.updated,
    }  # fmt: skip
    if found.is_dataset:
        rhythm = found.promised_rhythm
        said |= {
            "licence": found.licence, "extent": found.temporal, "extent_note": found.spatial,
            "updated": asset.updated if found.resources else None,
            "promise": rhythm.label if rhythm.days else "",
            "late_days": queries.late_days(asset.updated, rhythm, access.moment) if found.resources else 0,
        }  # fmt: skip
    return said


def sheet(
    access: Access, found: Sheet, read: Decision, shown: rows.Preview | None, chart: Sketch | None
) -> dict[str, Any]:
    """What the page of a card that may be read waits for."""
    asset = found.asset
    exported = queries.exporting(access, asset)
    taken = "Oui, et le télécharger." if exported.is_allowed else "Oui, à l’écran."
    if not found.is_dataset:
        taken = "Oui, et l’ouvrir."
    known = people(access.session, [read.held.granted_by_id]) if read.held and read.held.granted_by_id else {}
    may = (taken, str(explain.decision(access, read, asset, known)) if read.held else "")
    kept = found.resources
    edits = access.allows(Permission.DATASET_EDIT, asset)
    publishes = access.allows(Permission.DATASET_PUBLISH, asset)
    return {
        "dataset": card(access, found), "may": may,
        "chart": chart.drawn if chart else None, "chart_finding": chart.finding if chart else None,
        "chart_source": chart.source if chart else None,
        "preview": _preview(access, found, shown) if shown else None,
        "columns": [_column(one) for one in found.columns],
        "resources": [_file(found, one) for one in kept] if exported.is_allowed else [],
        "is_kept_in": bool(kept) and not exported.is_allowed,
        "link": _link(found) if not found.is_dataset else None,
        "people": who_knows(access, found), "dependants": [], "history": _history(found),
        "usages": [
            {"title": one.title, "url": flask.url_for("usages.show", public_id=one.public_id), "note": one.purpose}
            for one in usages_known.serving(access, asset)
        ],
        "edit_url": flask.url_for("catalog.edit", public_id=asset.public_id) if edits else None,
        "deposit_url": flask.url_for("catalog.deposit", public_id=asset.public_id)
        if edits and found.is_dataset else None,
        "publish_url": flask.url_for("catalog.publish", public_id=asset.public_id)
        if publishes and asset.state is not State.PUBLISHED else None,
        "archive_url": flask.url_for("catalog.archive", public_id=asset.public_id)
        if publishes and asset.state is State.PUBLISHED else None,
        "share_url": flask.url_for("shares.new", public_id=asset.public_id)
        if found.is_dataset and asset.state is not State.DRAFT and access.may(Permission.SHARE_MAKE) else None,
        "shares_url": flask.url_for("shares.on_asset", public_id=asset.public_id)
        if access.allows(Permission.SHARE_END, asset) else None,
        "access_url": flask.url_for("admin.asset_access", public_id=asset.public_id)
        if access.allows(Permission.RIGHTS_SEE, asset) else None,
    }  # fmt: skip


def on_request(access: Access, found: Sheet, read: Decision) -> dict[str, Any]:
    """What the calm page waits for: why, who decides, what is readable now."""
    asset = found.asset
    decider = next(iter(deciders(access, asset)), None)
    said = why.refused(access, read, asset)
    near = queries.near(access, asset)
    reason = str(said.reason)
    if asset.state is State.DRAFT and asset.is_protected and access.may_in(Permission.DATASET_CREATE, asset.unit_id):
        reason = by_name(access, asset)
    names = access.may(Permission.RIGHTS_ASSIGN) and access.may_in(Permission.RIGHTS_SEE, asset.unit_id)
    return {
        "dataset": card(access, found), "why": reason, "before": said.before, "next_step": said.next_step,
        "decides": {"name": decider.name, "note": decider.post, "email": decider.email} if decider else None,
        "name_url": flask.url_for("admin.assign", sur=asset.public_id) if names and asset.is_protected else None,
        "readable": [row(one) | {"note": f"{one.kind.label}, {one.sensitivity.label}"} for one in near],
        "back": ("Données", flask.url_for("catalog.index")),
    } | requests.asking(access, asset)  # fmt: skip


def by_name(access: Access, asset: Known) -> str:
    """How protected content opens, and whom to ask."""
    decider = next(iter(deciders(access, asset)), None)
    whom = decider.name if decider else "la direction responsable"
    return f"Un contenu protégé ne s’ouvre qu’à des personnes nommées : demandez à {whom} de vous nommer."


def who_knows(access: Access, found: Sheet) -> list[dict[str, Any]]:
    """The steward, then the referents of the theme, those of the owning directorate first; three at most."""
    asset, tree = found.asset, access.facts.tree
    said: dict[str, dict[str, Any]] = {}
    if found.steward is not None:
        said[found.steward.name] = _person(found.steward, "gestionnaire")
    mine = tree.directorate(asset.unit_id)
    contacts = referents.on_theme(access, asset.theme_id)
    for contact in sorted(contacts, key=lambda one: tree.directorate(one.asset.unit_id) != mine):
        if contact.answers is not None:
            said.setdefault(contact.answers.name, _person(contact.answers, contact.asset.title))
    return list(said.values())[:3]


@lru_cache(maxsize=512)
def prose(text: str) -> Markup | None:
    """Markdown as safe HTML; None when there is nothing to say."""
    if not text.strip():
        return None
    made = nh3.clean(
        _MARKDOWN.render(text), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"}
    )
    return Markup(made)  # noqa: S704 - cleaned by nh3 just above


def _person(person: Any, role: str) -> dict[str, Any]:
    return {"name": person.name, "role": role, "phone": person.phone, "email": person.email}


def _file(dataset: Sheet, resource: Any) -> dict[str, Any]:
    """A file to take away. The size of a file whose rows are cut would tell how many are hidden."""
    is_cut = bool(dataset.row_rules)
    is_alone = len(dataset.resources) == 1
    return {
        "url": flask.url_for("catalog.download", public_id=dataset.asset.public_id, resource_id=resource.public_id),
        "label": resource.filename.rpartition(".")[2].upper() if is_alone else resource.filename,
        "icon": "download", "size": None if is_cut else resource.bytes,
        "note": "vos lignes seulement" if is_cut else "",
    }  # fmt: skip


def _preview(access: Access, dataset: Sheet, shown: rows.Preview) -> dict[str, Any]:
    known = {column.name: column for column in dataset.columns}
    kinds = [
        known[name].type if name in known and not delimited.is_code(name) else "text" for name in shown.names
    ]  # fmt: skip
    labels = [(known[name].label or name) if name in known else name for name in shown.names]
    cut_by = [rule.attribute for rule in dataset.row_rules]
    return {
        "why": why.rows(access, cut_by, municipalities(access)) if cut_by else [],
        "columns": [(label, kind in ("integer", "decimal")) for label, kind in zip(labels, kinds, strict=True)],
        "rows": [[_cell(value, kind) for value, kind in zip(line, kinds, strict=True)] for line in shown.rows],
        "row_total": shown.total, "is_cut": shown.is_cut, "url": None,
    }  # fmt: skip


def _cell(value: str, kind: str) -> str | None:
    """A value as a French reader writes it; as it stands when it is not what its column says."""
    text = value.strip()
    if not text:
        return None
    if kind in ("integer", "decimal") and (number := delimited.parse_number(text)) is not None:
        return french.number(number, 0 if kind == "integer" else 4)
    if kind == "date" and (moment := delimited.parse_date(text)) is not None:
        hour = f" {moment:%H:%M}" if moment.hour or moment.minute else ""
        return f"{moment:%d/%m/%Y}{hour}"
    return text[:300]


def _column(column: Any) -> dict[str, Any]:
    kind = _TYPES.get(column.type, column.type) + (f", en {column.unit}" if column.unit else "")
    return {"name": column.name, "label": column.label, "kind": kind, "note": column.description}


def _link(link: Sheet) -> dict[str, Any]:
    where = {AssetKind.API: "Voir l’API"}.get(link.asset.kind, "Ouvrir")
    is_elsewhere = link.system and link.system.casefold() != link.asset.kind.label.casefold()
    return {"url": link.url, "label": f"{where} dans {link.system}" if is_elsewhere else where}


def _history(dataset: Sheet) -> list[dict[str, Any]]:
    is_cut = bool(dataset.row_rules)
    return [
        {
            "when": resource.created,
            "what": f"Fichier « {resource.filename} » déposé"
            + (f", {french.plural(resource.rows, 'ligne')}" if resource.rows is not None and not is_cut else ""),
        }
        for resource in sorted(dataset.resources, key=lambda one: one.created, reverse=True)
    ]
