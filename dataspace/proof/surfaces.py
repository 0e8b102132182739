"""The surfaces of the portal: every address that its own routes answer, those that others often have, and its mails."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.routing import Map, Rule

# Signing in speaks to the identity provider, and signing out ends the walk.
_LEFT_OUT = ("accounts.sign_in", "accounts.sign_in_return", "accounts.signed_out", "static")
# Not of this portal, as long as nobody adds them: they must then be walked too.
ELSEWHERE = (
    "/robots.txt", "/sitemap.xml", "/flux.xml", "/feed", "/rss.xml", "/opensearch.xml", "/openapi.json", "/catalog.ttl",
    "/dcat.jsonld", "/metrics", "/.git/config", "/.well-known/security.txt",
)  # fmt: skip
_ARGUMENT = re.compile(r"<[^>]+>")
MAILS = "courriels en attente"


@dataclass(frozen=True)
class Surface:
    """An address of the portal; `names` are its arguments, the first of them being what the page is about."""

    rule: str
    endpoint: str
    names: tuple[str, ...]

    @property
    def label(self) -> str:
        return _ARGUMENT.sub("…", self.rule)

    def path(self, public_id: str = "", other: str = "0") -> str:
        """The address, of this thing."""
        values = iter([public_id])
        return _ARGUMENT.sub(lambda _: next(values, other), self.rule)


def of(routes: Map, public: Iterable[str]) -> tuple[list[Surface], frozenset[str]]:
    """What can be asked for, by address; and the endpoints that answer to anyone."""
    rules: Mapping[str, Rule] = {
        rule.rule: rule
        for rule in routes.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in _LEFT_OUT
    }
    found = [
        Surface(rule.rule, rule.endpoint, tuple(re.findall(r"<(?:[^:>]+:)?([^>]+)>", rule.rule)))
        for _, rule in sorted(rules.items())
    ]
    return found, frozenset(public)
