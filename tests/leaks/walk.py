"""The walk: every route, with every value of the registry and every link and form met, asked in two worlds at once.

One world has something that the reader may not know of, the other has not. Whatever she asks, both must answer the same
bytes, and no canary may be among them (facts/trust.md 4: non-interference).
"""

import html
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import bs4
from werkzeug.routing import Rule

from dataspace.auth import Permission
from dataspace.web.routing import requirement
from tests.leaks.registry import LAST, NEVER, registry
from tests.leaks.world import Answer, Ask, World
from tests.site import filled

CALM = ("csrf_token", "g-recaptcha-response")


@dataclass(frozen=True)
class Finding:
    """A way in which a reader could tell that the secret exists; or a part of the portal that the walk cannot cover."""

    what: str
    ask: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.ask}" + (f"\n    {self.detail}" if self.detail else "")


class Walk:
    """One reader, through `real` (which has the secrets) and `bare` (which has not)."""

    def __init__(
        self, real: World, bare: World, login: str, *, links: int = 0, only: str = "", is_deep: bool = False
    ) -> None:
        self.real, self.bare, self.login = real, bare, login
        self.registry = registry(real.ids, real.secrets, is_deep=is_deep)
        self.links, self.only, self.is_deep = links, only, is_deep
        self.findings: list[Finding] = []
        self.asked: set[Ask] = set()
        self._turns = 0
        self._varied: set[tuple[str, str]] = set()
        self._met: deque[Ask] = deque()
        self._token = real.token()
        self._secret_ids = {name for s in real.secrets.values() for name in (s.public_id, *s.ids)}
        self._words = self._canaries()

    def run(self) -> list[Finding]:
        """Everything found, the declarations first."""
        app = self.real.app
        rules = sorted(
            app.url_map.iter_rules(), key=lambda rule: (rule.endpoint in LAST, "POST" in rule.methods, rule.rule)
        )
        mine = [rule for rule in rules if rule.endpoint.startswith(self.only)]
        for rule in mine:
            if rule.endpoint not in LAST:
                self._route(rule)
        self._follow()
        for rule in mine:
            if rule.endpoint in LAST:
                self._route(rule)
        self._hear()
        return self.findings

    # --- routes -----------------------------------------------------------------------------------------------------
    def _route(self, rule: Rule) -> None:
        required = requirement(self.real.app, rule.endpoint)
        if required is None:
            self._found("a route declares no requirement", rule.rule)
        if required is Permission.JOURNAL_READ and self.real.may(self.login, Permission.JOURNAL_READ):
            # The journal tells everything that was done, whatever it was done to: that is what it is read for, with a
            # reason. Whoever the policy gives journal:read to may know what it names, there and nowhere else.
            return
        if missing := sorted(rule.arguments - self.registry.paths.keys()):
            self._found(f"a route has no registered value for {missing}", rule.rule)
            return
        for method in sorted(set(rule.methods or ()) - {"HEAD"}):
            for number, path in enumerate(self._paths(rule)):
                if method == "POST":
                    self._post(rule.endpoint, path)
                elif method == "GET":
                    self._get(rule.endpoint, path)
                elif self.is_deep or number == 0:
                    self._ask(Ask(method, path, rule.endpoint))

    def _paths(self, rule: Rule) -> Iterator[str]:
        adapter = self.real.app.url_map.bind("localhost")
        for values in self.registry.arguments(rule.endpoint, sorted(rule.arguments)):
            yield adapter.build(rule.endpoint, values)

    def _get(self, endpoint: str, path: str) -> None:
        answer = self._ask(Ask("GET", path, endpoint))
        if self.is_deep or self._addresses_secret(path):
            self._ask(Ask("GET", path, endpoint, headers=(("Accept", "application/json"),)))
        if self.is_deep or (endpoint, "HEAD") not in self._varied:
            self._varied.add((endpoint, "HEAD"))
            self._ask(Ask("HEAD", path, endpoint))
        waiting, done = sorted(answer.read), set()
        while waiting:
            name = waiting.pop()
            done.add(name)
            if not self.is_deep and (endpoint, name) in self._varied:
                continue
            self._varied.add((endpoint, name))
            for value in self._values(self.registry.query, name, endpoint, path):
                ask = Ask("GET", path, endpoint, query=((name, value),))
                waiting += sorted(self._ask(ask).read - done - set(waiting))

    def _post(self, endpoint: str, path: str) -> None:
        """An empty form, then each field that the view turned out to read, one after the other."""
        if self.is_deep:
            self._ask(Ask("POST", path, endpoint, form=()))
        known: dict[str, str] = {}
        answer = self._ask(self._sending(endpoint, path, known))
        while new := sorted(answer.read - known.keys() - {*CALM}):
            for name in new:
                values = list(self._typed(name, endpoint, path))
                known[name] = values[0] if values else ""
            answer = self._ask(self._sending(endpoint, path, known))
        # Once a visible thing of this kind has been changed, the same change again tells nothing more.
        for name in known if self.is_deep or (endpoint, "") not in self._varied else ():
            self._varied.add((endpoint, ""))
            for value in self._typed(name, endpoint, path):
                if value != known[name]:
                    self._ask(self._sending(endpoint, path, known | {name: value}))
            if self.is_deep:
                self._ask(self._sending(endpoint, path, {n: v for n, v in known.items() if n != name}))

    def _sending(self, endpoint: str, path: str, fields: Mapping[str, str]) -> Ask:
        return Ask("POST", path, endpoint, form=(("csrf_token", self._token), *sorted(fields.items())))

    def _typed(self, name: str, endpoint: str, path: str) -> Iterable[str]:
        known = self.registry.form if name not in self.registry.form else {name: self.registry.typed(endpoint, name)}
        return self._values(known, name, endpoint, path)

    def _values(self, known: Mapping[str, tuple[str, ...]], name: str, endpoint: str, path: str) -> Iterable[str]:
        if name in CALM:
            return ()
        if name not in known:
            self._found(f"a view reads a parameter that has no registered value, {name}", f"{endpoint} {path}")
            return ()
        return known[name]

    # --- links and forms --------------------------------------------------------------------------------------------
    def _meet(self, ask: Ask, answer: Answer) -> None:
        """Keep for later what the page leads to."""
        location = dict(answer.headers).get("Location")
        targets = [Ask("GET", location)] if location else []
        if answer.is_html and self.links and answer.status == 200:
            soup = bs4.BeautifulSoup(answer.body, "html.parser")
            targets += [Ask("GET", str(a["href"])) for a in soup.select("a[href]")]
            for form in soup.find_all("form"):
                fields = tuple((n, str(v)) for n, v in filled(form).items() if not isinstance(v, list))
                method, action = str(form.get("method", "get")).upper(), str(form.get("action") or ask.path)
                targets.append(
                    Ask("GET", action, query=fields)
                    if method == "GET"
                    else Ask("POST", action, form=tuple(sorted(fields)))
                )
        for target in targets:
            parts = urlsplit(urljoin(ask.path, target.path))
            if parts.netloc or parts.scheme not in ("", "http", "https"):
                continue
            query = (*parse_qsl(parts.query, keep_blank_values=True), *target.query)
            self._met.append(replace(target, path=parts.path, query=query))

    def _follow(self) -> None:
        left = self.links
        while self._met and left > 0:
            ask = self._met.popleft()
            endpoint = self._endpoint(ask)
            if ask in self.asked or endpoint in LAST or replace(ask, endpoint=endpoint) in self.asked:
                continue
            if endpoint == "frame.choose_theme":
                # On every page, and walked by itself.
                continue
            if self.only and not endpoint.startswith(self.only):
                continue
            required = requirement(self.real.app, endpoint)
            if required is Permission.JOURNAL_READ and self.real.may(self.login, required):
                continue
            self._ask(replace(ask, endpoint=endpoint))
            left -= 1

    def _endpoint(self, ask: Ask) -> str:
        adapter = self.real.app.url_map.bind("localhost")
        return str(adapter.match(ask.path, ask.method)[0]) if adapter.test(ask.path, ask.method) else ""

    # --- asking -----------------------------------------------------------------------------------------------------
    def _ask(self, ask: Ask) -> Answer:
        """Ask in both worlds, compare, look for canaries; the answer of the one that has the secret."""
        self._turns += 1
        turn = self._turns
        self.asked.add(ask)
        is_hidden = self._addresses_secret(ask.path, *(v for _, v in (*ask.query, *(ask.form or ()))))
        before = self.real.rows() if is_hidden and ask.method == "POST" else None
        real, bare = self.real.ask(self.login, ask, turn), self.bare.ask(self.login, ask, turn)
        if real.status == 500:
            self._found("the portal breaks", ask)
        if real != bare:
            self._found("the two worlds answer differently", ask, difference(real, bare))
        self._sniff(ask, real, "the secret is told")
        self._sniff(ask, bare, "the secret is told, in a world that has not even got it")
        if before is not None and real.status != 303 and before != (after := self.real.rows()):
            self._found("a refused form changed something", ask, str([t for t in before if before[t] != after[t]]))
        if self._addresses_secret(ask.path):
            self._as_if_never(ask, turn, real)
        self._meet(ask, real)
        return real

    def _as_if_never(self, ask: Ask, turn: int, answer: Answer) -> None:
        """What may not be known of is answered as what never existed, in the very same world."""
        for name in self._secret_ids:
            if name in ask.path and len(name) == len(NEVER):
                of_nothing = replace(ask, path=ask.path.replace(name, NEVER))
                never = self.real.ask(self.login, of_nothing, turn)
                # In both, or one's own lines of the journal would be more in one world.
                self.bare.ask(self.login, of_nothing, turn)
                if never.without(NEVER, name) != answer.without(NEVER, name):
                    # A message left by the request before shows once: it belongs to neither.
                    answer, _ = self.real.ask(self.login, ask, turn), self.bare.ask(self.login, ask, turn)
                if never.without(NEVER, name) != answer.without(NEVER, name):
                    self._found("hidden and inexistent are told apart", ask, difference(answer, never))

    def _sniff(self, ask: Ask, answer: Answer, what: str) -> None:
        said = unquote(ask.texts).casefold()
        heads = " ".join(value for _, value in answer.headers)
        text = html.unescape(f"{answer.text} {unquote(heads)}").casefold()
        for word in self._words:
            if word.casefold() in text and word.casefold() not in said:
                self._found(what, ask, f"« {word} »")

    def _hear(self) -> None:
        """The log of the portal names nothing, and keeps no address as it was asked."""
        for word in (*self._words, *self._secret_ids, "requetevisible"):
            for world in (self.real, self.bare):
                if word.casefold() in world.listen().casefold():
                    self._found("the log tells", word, world.listen()[-400:])

    def _canaries(self) -> list[str]:
        words = [
            word for secret in self.real.secrets.values() for word in (*secret.words, secret.public_id, *secret.ids)
        ]
        if not self.real.may(self.login, Permission.RIGHTS_SEE):
            # Who sees rights meets the names of everybody: those of the directory are no secret to her.
            words += [name for secret in self.real.secrets.values() for name in secret.names]
        return words

    def _addresses_secret(self, *texts: str) -> bool:
        return any(name in text for text in texts for name in self._secret_ids)

    def _found(self, what: str, ask: object, detail: str = "") -> None:
        finding = Finding(what, str(ask), detail)
        if finding not in self.findings:
            self.findings.append(finding)


def difference(one: Answer, other: Answer) -> str:
    """Where two answers part, in a few words."""
    if one.status != other.status:
        return f"status {one.status}, not {other.status}"
    if one.headers != other.headers:
        return f"headers {sorted(set(one.headers) ^ set(other.headers))}"[:600]
    lines = zip(one.text.splitlines(), other.text.splitlines(), strict=False)
    first = next(
        ((a.strip(), b.strip()) for a, b in lines if a != b), ("", f"{len(one.body)} and {len(other.body)} octets")
    )
    return f"{first[0][:300]!r}\n    {first[1][:300]!r}"
