"""Links in the words of the screen."""

from collections.abc import Iterable, Mapping
from typing import Any

import flask

from dataspace.auth import Access
from dataspace.auth.models import Asset, Share
from dataspace.auth.sharing import Shared
from dataspace.auth.words import AssetKind
from dataspace.shares.queries import Listed
from dataspace.themes.queries import municipalities
from dataspace.web import french

_UNNAMED = "Un élément qui ne vous est plus ouvert"
_FEW = 6


def address(asset: Asset) -> str:
    """Where an asset is shown."""
    endpoint = "dashboards.show" if asset.kind is AssetKind.DASHBOARD else "catalog.show"
    return flask.url_for(endpoint, public_id=asset.public_id)


def rows(access: Access, found: Iterable[Listed], *, endpoint: str) -> list[dict[str, Any]]:
    """Lines of a table of links; `endpoint` is where each is taken back."""
    names = municipalities(access)
    return [
        {
            "title": listed.asset.title if listed.asset else _UNNAMED,
            "url": address(listed.asset) if listed.asset else None, "author": listed.author.name,
            "author_note": listed.author.post,
            "to": "Tout collègue qui a le lien" if listed.share.is_for_all
            else ", ".join(person.name for person in listed.readers),
            "rows": cut(listed.share, names), "purpose": listed.share.purpose, "ends": listed.share.ends,
            "is_alive": listed.is_alive, "openings": listed.openings, "public_id": listed.share.public_id,
            "end_url": flask.url_for(endpoint, public_id=listed.share.public_id),
        }
        for listed in found
    ]  # fmt: skip


def cut(share: Share, names: Mapping[str, str]) -> str:
    """« commune : Brezolles, Dreux », or nothing when no row is left out; `names` are those of communes, by code."""
    if share.row_column is None:
        return ""
    values = [names.get(value, value) for value in share.row_values or []]
    listed = ", ".join(values[:_FEW])
    return f"{share.row_column}\u00a0: {listed}" + (f" et {len(values) - _FEW} autres" if len(values) > _FEW else "")


def banner(shared: Shared) -> dict[str, Any]:
    """« Partagé par Awa D. jusqu’au 3 décembre, lignes : … »"""
    return {
        "by": shared.author.actor.short_name, "until": french.said_date(shared.share.ends),
        "rows": cut(shared.share, municipalities(shared)), "purpose": shared.share.purpose,
    }  # fmt: skip
