"""Is the account still alive at its provider? Asked again from time to time, so that a leaver is cut off at once.

The provider says no: every session of hers that it opened closes. It does not answer: they go on until their own limit.
"""

from typing import cast

import flask
import structlog

from dataspace import audit, db
from dataspace.auth import Access, Actor, oidc, sessions
from dataspace.auth.discovery import ProviderDown
from dataspace.auth.renewal import Renewal
from dataspace.auth.sealing import seal, unseal
from dataspace.web import context

log = structlog.get_logger()


def register(app: flask.Flask) -> None:
    """Have every session asked about."""
    app.extensions["still_alive"] = still_alive


def still_alive(row: sessions.Opened, actor: Actor) -> bool:
    """May this session go on? Asks its provider when it is time to, once for all workers."""
    every, moment = context.settings().session_recheck, db.now()
    if not every or row.renewal is None or moment - (row.checked or row.created) < every:
        return True
    clients = cast("dict[str, oidc.Client]", flask.current_app.extensions["oidc"])
    key = context.settings().secret_key.get_secret_value()
    renewal, client = Renewal.read(unseal(key, row.renewal) or ""), clients.get(row.issuer)
    if renewal is None or client is None:
        return True
    with db.writing(context.maker()) as own:
        if not sessions.claim_check(own, row.handle_hash, moment, before=moment - every):
            return True
    try:
        fresh = client.renewed(renewal, moment)
    except ProviderDown as down:
        log.warning("liveness", code=down.code)
        return True
    with db.writing(context.maker()) as own:
        if fresh is not None:
            sessions.keep_renewal(own, row.handle_hash, seal(key, fresh.written()))
            return True
        sessions.close_from_issuer(own, actor.person_id, row.issuer)
        audit.record(Access(actor, own, context.policy()), audit.Act.ACCOUNT_GONE, issuer=row.issuer)
    return False
