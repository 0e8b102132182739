"""A person's rights, places and sessions in the words of her screens."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import flask
from markupsafe import Markup, escape

from dataspace.accounts.queries import Rights, Turn
from dataspace.audit import Act, Event
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, explain
from dataspace.auth.facts import Held
from dataspace.auth.models import Asset, AuthSession, Usage, UsageMember
from dataspace.auth.returning import GIVEN
from dataspace.auth.sentences import Sentence, of_unit, role_word
from dataspace.auth.words import AssetKind, MembershipKind, PersonKind, UnitKind
from dataspace.catalog.queries import Row
from dataspace.referents.queries import Contact
from dataspace.web import french, sheets

_AT_ONCE = 1_000
_ENDPOINTS = {AssetKind.DASHBOARD: "dashboards.show", AssetKind.SEAT: "referents.show"}


def address(asset: Asset) -> str:
    """Where an asset is shown."""
    endpoint = {AssetKind.DASHBOARD: "dashboards.show", AssetKind.SEAT: "referents.show"}.get(
        asset.kind, "catalog.show"
    )
    return flask.url_for(endpoint, public_id=asset.public_id)


def post(access: Access) -> str:
    """« Solidarité, service Insertion · agente »."""
    tree, actor = access.facts.tree, access.actor
    words = {PersonKind.AGENT: ("agent", "agente"), PersonKind.ELECTED: ("élu", "élue")}
    kind = words.get(actor.kind, ("partenaire", "partenaire"))[bool(actor.is_feminine)]
    if not access.facts.postings:
        return kind
    main = access.facts.postings[0].unit_id
    directorate, unit = tree.directorate(main), tree[main]
    names = [directorate.short_name]
    if unit.id != directorate.id and tree.line(main).index(directorate) >= 1:
        names.append(unit.name[:1].lower() + unit.name[1:])
    return f"{', '.join(names)} · {kind}"


def sentences(access: Access, found: Rights) -> list[Markup]:
    """Rights as sentences, with links to what they name."""
    said = explain.in_full(access, found.held, found.people)
    return [draw(sentence, {name: address(asset) for name, asset in found.assets.items()}) for sentence in said]


def draw(sentence: Sentence, addresses: dict[str, str] | None = None) -> Markup:
    """A sentence as HTML."""
    out = Markup()
    for part in sentence.parts:
        if part.asset and addresses and part.asset in addresses:
            out += Markup('<a href="{}">{}</a>').format(addresses[part.asset], part.text)
        elif part.is_strong:
            out += Markup("<strong>{}</strong>").format(part.text)
        else:
            out += escape(part.text)
    return out


def grants(access: Access, found: Rights) -> list[dict[str, Any]]:
    """The table: one row for each grant."""
    tree = access.facts.tree
    rows = []
    for held in found.held:
        if held.asset_public_id is not None:
            scope = found.assets[held.asset_public_id].title
        else:
            node = tree.nodes.get(held.unit_id or 0)
            scope = (node.name if node else "Unité supprimée") + (" et ses services" if held.with_services else "")
        giver = found.people.get(held.granted_by_id or 0)
        rows.append(
            {
                "scope": scope, "role": role_word(held.role, access.actor).capitalize(),
                "source": held.source.value, "since": held.starts, "ends": held.ends, "reason": held.reason,
                "by": giver.name if giver else None,
                "extend_url": _extend_url(held),
                "give_back_url": flask.url_for("requests.give_back", public_id=held.public_id)
                if _is_hers(held) else None,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row["source"] != "sso", row["scope"]))


def _is_hers(held: Held) -> bool:
    return held.is_named and held.usage_public_id is None and held.source in GIVEN


def _extend_url(held: Held) -> str | None:
    """Where to ask for more time, for what somebody gave her until a day."""
    is_lent = _is_hers(held) and held.ends is not None
    return flask.url_for("requests.extending", public_id=held.public_id) if is_lent else None


def memberships(access: Access) -> list[dict[str, str]]:
    """Where she works or sits."""
    tree = access.facts.tree
    rows = []
    for posting in access.facts.postings:
        node, directorate = tree[posting.unit_id], tree.directorate(posting.unit_id)
        note = [posting.kind.label]
        if posting.kind is MembershipKind.POSTING and posting.quota < 100:
            note.append(f"{posting.quota}{french.NO_BREAK}% du temps")
        if posting.title:
            note.append(posting.title)
        if posting.ends:
            note.append(f"jusqu’au {french.long_date(posting.ends)}")
        name = node.name if node.id == directorate.id else f"{node.name}, {directorate.short_name}"
        rows.append({"title": name, "note": ", ".join(note)})
    return rows


def usages(found: Iterable[tuple[Usage, UsageMember]]) -> list[dict[str, Any]]:
    """The usages that she is of, and until when."""
    return [
        {"title": usage.title, "url": flask.url_for("usages.show", public_id=usage.public_id),
         "ends": min(usage.ends, member.ends)}
        for usage, member in found
    ]  # fmt: skip


def denials(access: Access, themes: dict[int, str]) -> list[Markup]:
    """What is closed to her, whatever else is open."""
    return [
        draw(explain.closed(denied.reason, themes.get(denied.theme_id or 0), denied.ends))
        for denied in access.facts.denied
    ]


def sessions(access: Access, found: Iterable[AuthSession]) -> list[dict[str, Any]]:
    """Her open sessions, this one said."""
    return [
        {
            "where": row.device or "Appareil inconnu",
            "since": row.created,
            "current": row.public_id == access.actor.session,
            "close_url": flask.url_for("accounts.close_session", public_id=row.public_id),
        }
        for row in found
    ]


def change(access: Access, turn: Turn) -> dict[str, Any]:
    """A line of « Ce qui a changé pour vous »."""
    if turn.asset is not None:
        what = Markup('à <a href="{}">{}</a>').format(address(turn.asset), turn.asset.title)
    else:
        node = access.facts.tree.nodes.get(turn.held.unit_id or 0)
        what = escape(f"aux données {of_unit(node)}" if node else "à une unité supprimée")
    if turn.is_ending and turn.held.ends:
        text = Markup("L’accès {} se termine le {}").format(what, french.long_date(turn.held.ends))
        return {
            "icon": "hourglass", "late": True, "text": text, "when": turn.when, "extend_url": _extend_url(turn.held),
        }  # fmt: skip
    until = f" jusqu’au {french.long_date(turn.held.ends)}" if turn.held.ends else ""
    return {"icon": "plus-circle", "late": False, "text": Markup("Accès {}{}").format(what, until), "when": turn.when}


def line(event: Event) -> dict[str, Any]:
    """One of her own lines of the journal."""
    as_whom = f", en voyant comme {event.facts['as_name']}" if "as_name" in event.facts else ""
    return {
        "when": event.at,
        "what": Act(event.act).label + as_whom,
        "on": event.subject_title,
        "why": event.facts.get("reason") or "",
    }


def look(event: Event) -> dict[str, Any]:
    """When her activity was read by name: by which function, why; not by whom."""
    return {
        "when": event.at, "by": str(event.facts.get("function") or "fonction habilitée"),
        "why": str(event.facts.get("reason") or ""),
    }  # fmt: skip


def activity(reopened: Callable[[], AbstractContextManager[Access]], looks: list[dict[str, Any]]) -> Iterator[str]:
    """Her own lines as a table, a piece at a time, after those that tell who looked at them."""
    yield sheets.BEGINNING + sheets.written([("quand", "quoi", "sur", "motif", "au titre de")])
    told = [(one["when"].isoformat(), f"activité consultée ({one['by']})", "", one["why"], "") for one in looks]
    yield sheets.written(told)
    skipped = 0
    while True:
        with reopened() as access:
            lines = journal.own(access, skipped=skipped, limit=_AT_ONCE)
        if not lines:
            return
        skipped += len(lines)
        said = [(line(one), one.affectation) for one in lines]
        yield sheets.written((s["when"].isoformat(), s["what"], s["on"], str(s["why"]), unit) for s, unit in said)


def place(access: Access) -> str:
    """What « votre … » is for her: direction, commune, structure, mandat."""
    if access.actor.kind is PersonKind.ELECTED:
        return "mandat"
    tree = access.facts.tree
    kinds = {tree.directorate(posting.unit_id).kind for posting in access.facts.postings}
    words = {UnitKind.COMMUNE: "commune", UnitKind.PARTNER: "structure", UnitKind.SPACE: "espace"}
    return words.get(kinds.pop(), "direction") if len(kinds) == 1 else "direction"


def seat(contact: Contact) -> dict[str, Any]:
    """Whom to call on one subject."""
    answers = contact.answers
    name = contact.holder.name if contact.holder else None
    if name:
        note = contact.seat.phone or (contact.holder.phone if contact.holder else "")
    else:
        note = f"s’adresser à {answers.name}" if answers else "écrire à la boîte du service"
    return {"url": address(contact.asset), "title": contact.asset.title, "name": name, "note": note}


def recent(row: Row) -> dict[str, Any]:
    """A dataset that has just been updated."""
    return {
        "url": flask.url_for("catalog.show", public_id=row.public_id),
        "title": row.title,
        "note": " · ".join(part for part in (row.unit, row.summary) if part),
        "sensitivity": row.sensitivity.code,
        "updated": row.updated,
        "late_days": row.late_days,
        "on_request": not row.is_readable,
    }


def lends(access: Access) -> list[dict[str, str]]:
    """Where she lends part of what she may do: to her programs, to colleagues."""
    found = []
    if access.may(Permission.TOKEN_USE):
        note = "Ce que des scripts ou des applications lisent en votre nom."
        found.append({"url": flask.url_for("tokens.index"), "title": "Jetons pour vos programmes", "note": note})
    if access.may(Permission.SHARE_MAKE):
        note = "Les liens que vous avez donnés, jusqu’à quand, combien de fois ouverts."
        found.append({"url": flask.url_for("shares.mine"), "title": "Liens de partage", "note": note})
    return found
