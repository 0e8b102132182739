"""A browser that goes from the portal to the provider and back."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from dataspace.audit import Event
from dataspace.auth.models import AuthSession
from tests.identity.hostile import Hostile
from tests.site import Page, Visitor


class Traveller:
    """One browser; `leave` then `come_back`, each step possibly tampered with."""

    def __init__(self, visitor: Visitor, provider: Hostile) -> None:
        self.visitor = visitor
        self.provider = provider
        self.query: dict[str, str] = {}

    def leave(self, target: str = "/mes-acces") -> dict[str, str]:
        page = self.visitor.get("/connexion", query={"next": target}, status=302)
        self.query = self.provider.leave(page.response.headers["Location"])
        return self.query

    def come_back(self, *, status: int = 302, code: str = "good", **changes: Any) -> Page:
        sent = {"code": code, "state": self.query.get("state"), "iss": self.provider.issuer} | changes
        known = {name: value for name, value in sent.items() if value is not None}
        return self.visitor.get(f"/connexion/retour?{urlencode(known)}", status=status)

    def sign_in(self, target: str = "/mes-acces") -> Page:
        self.leave(target)
        return self.come_back()

    @property
    def is_signed_in(self) -> bool:
        with self.visitor.client.session_transaction() as cookie:
            return "_user_id" in cookie

    def open_sessions(self) -> int:
        with self.visitor.app.extensions["sessions"]() as session:
            return session.scalar(select(func.count()).select_from(AuthSession)) or 0

    def journal(self) -> list[tuple[str, Any]]:
        """What the journal says: acts, each with its reason."""
        with self.visitor.app.extensions["sessions"]() as session:
            lines = session.scalars(select(Event).order_by(Event.seq)).all()
            return [(line.act, line.facts.get("reason")) for line in lines]
