"""Tokens in the words of the screen."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import flask

from dataspace.auth.lending import Shown
from dataspace.auth.words import Permission
from dataspace.tokens.forms import LENT
from dataspace.web import french

_SOON = timedelta(days=14)


def rows(found: Iterable[Shown], moment: datetime, *, endpoint: str) -> list[dict[str, Any]]:
    """Lines of a table of tokens; `endpoint` is where each is revoked."""
    return [
        {
            "name": shown.token.name, "owner": shown.owner.name, "owner_note": shown.owner.post,
            "lends": ", ".join(LENT[Permission(scope)] for scope in shown.token.scopes).capitalize(),
            "only": _only(shown), "ends": shown.token.ends, "is_late": shown.token.ends - moment < _SOON,
            "used": _used(shown), "public_id": shown.token.public_id,
            "revoke_url": flask.url_for(endpoint, public_id=shown.token.public_id),
        }
        for shown in found
    ]  # fmt: skip


def _only(shown: Shown) -> str:
    if not shown.token.is_narrowed:
        return ""
    if not shown.titles:
        return "sur quelques jeux de données seulement"
    return "seulement sur " + ", ".join(f"«\u00a0{title}\u00a0»" for title in shown.titles)


def _used(shown: Shown) -> str:
    if shown.token.last_used is None:
        return "Jamais"
    return f"{french.ago(shown.token.last_used).capitalize()}, {shown.token.last_program}"
