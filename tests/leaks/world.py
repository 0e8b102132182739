"""A world: the whole portal on a database of its own, where the same requests may be asked as in another one."""

import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import flask
import structlog
from sqlalchemy import MetaData, event, select
from werkzeug.datastructures import ImmutableMultiDict

from dataspace import db
from dataspace.app import create_app
from dataspace.auth import Access, Permission, Task, policy, sessions, system
from dataspace.auth.models import Asset
from dataspace.catalog.files import Files
from dataspace.config import Settings
from tests import people
from tests.leaks import chance, hidden, seed
from tests.leaks.hidden import Secret
from tests.sparing import Compiled, in_haste

ANONYMOUS = "anonymous"
LOGINS = (ANONYMOUS, *people.LOGINS)
OFTEN = "1000000 per minute"
# Before a login: a program of hers, that sends her token and no cookie.
PROGRAM = "program:"
# What a person knows of: its card, its draft, or the rights on it.
KNOWING = (Permission.CARD_SEE, Permission.DRAFT_SEE, Permission.RIGHTS_SEE)
CSRF = "c5" * 20
# What a refusal itself writes.
JOURNAL = ("event", "journal_head")


class Asked(ImmutableMultiDict[str, str]):
    """Parameters of a request, that remember which of them the portal looked for."""

    read: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, type: Any = None) -> list[Any]:  # noqa: A002 - the name is Werkzeug's
        self.read.add(key)
        return super().getlist(key) if type is None else super().getlist(key, type)


class Request(flask.Request):
    parameter_storage_class = Asked


@dataclass(frozen=True)
class Ask:
    """A request, with what the portal will be told; `form` None sends no body."""

    method: str
    path: str
    endpoint: str = ""
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        said = "&".join(f"{name}={value}" for name, value in self.query)
        sent = f" {dict(self.form)}" if self.form else ""
        return f"{self.method} {self.path}{'?' if said else ''}{said}{sent}{dict(self.headers) or ''}"

    @property
    def texts(self) -> str:
        """Everything the request says."""
        return " ".join([self.path, *(v for pairs in (self.query, self.form or ()) for pair in pairs for v in pair)])


@dataclass(frozen=True)
class Answer:
    """What came back, whole, and which parameters were looked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    read: frozenset[str] = field(compare=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        return any(name == "Content-Type" and value.startswith("text/html") for name, value in self.headers)

    def without(self, *words: str) -> tuple[Any, ...]:
        """The answer, each of `words` forgotten."""
        either = re.compile("|".join(map(re.escape, words)))
        said = "\n".join(f"{name}: {value}" for name, value in self.headers)
        return self.status, either.sub("*", said), either.sub("*", self.text)


class World:
    """A seeded portal, with the secrets of `kinds`. `more` adds routes to it before it serves."""

    def __init__(
        self, url: str, folder: Path, kinds: Iterable[str] = (), *, more: Callable[[flask.Flask], None] | None = None
    ) -> None:
        self.settings = Settings(
            database_url=url, storage_url=f"file://{folder}", secret_key="a secret for the tests, and only them",
            login_rate=OFTEN, token_rate=OFTEN, token_refused_rate=OFTEN,
            dpo_name="Inès Caron", dpo_email="ines@valmer.example",
        )  # fmt: skip
        self.policy = policy.load(self.settings.policies_dir)
        self.handles: dict[str, str] = {}
        self.secrets: dict[str, Secret] = {}
        self.ids = self._fill(kinds)
        self.log = io.StringIO()
        with redirect_stderr(self.log):
            self.app = create_app(self.settings)
            self.app.jinja_env.bytecode_cache = Compiled()
        self.app.request_class = Request
        if more:
            more(self.app)
        if url.startswith("sqlite"):
            # Nothing here has to survive a power cut.
            event.listen(self.app.extensions["engine"], "connect", in_haste)
        self._bare = db.engine(url, guarded=False)
        self._tables = MetaData()
        self._tables.reflect(self._bare)
        self._clients: dict[str, Any] = {}

    def close(self) -> None:
        self.app.extensions["engine"].dispose()
        self._bare.dispose()

    def _fill(self, kinds: Iterable[str]) -> dict[str, str]:
        engine = db.engine(self.settings.database_url)
        with db.writing(db.sessions(engine)) as session:
            files = Files(self.settings.storage_url, at_most=10**6)
            ground = seed.Ground(system(session, Task.SEED, self.policy), files)
            chance.turn("seed")
            ids = seed.plant(ground)
            self.tokens = ground.tokens
            for login in people.LOGINS:
                person = people.person(session, login)
                self.handles[login], _ = sessions.open_for(
                    session, person, ground.house.moment, issuer="tests", auth_time=ground.house.moment
                )
            for kind in sorted(kinds):
                chance.turn(kind)
                self.secrets[kind] = hidden.KINDS[kind](ground)
            chance.turn("review")
            ids |= seed.review(ground)
        engine.dispose()
        return ids

    # --- who may know -----------------------------------------------------------------------------------------------
    def unknown_to(self, login: str) -> frozenset[str]:
        """The kinds of secrets here that the policy does not let `login` know of."""
        return frozenset(kind for kind, secret in self.secrets.items() if not self.knows(login, secret.public_id))

    def knows(self, login: str, public_id: str, *permissions: Permission) -> bool:
        if login == ANONYMOUS:
            return False
        with self.app.extensions["sessions"]() as session:
            access = Access(people.actor(session, login.removeprefix(PROGRAM)), session, self.policy)
            stmt = access.select(Asset, *(permissions or KNOWING)).where(Asset.public_id == public_id)
            return session.scalar(stmt) is not None

    def asset(self, session: Any, public_id: str) -> Asset:
        """The thing itself, for the house."""
        house = system(session, Task.SEED, self.policy)
        found: Asset = session.scalars(
            house.select(Asset, Permission.CARD_SEE).where(Asset.public_id == public_id)
        ).one()
        return found

    def may(self, login: str, permission: Permission) -> bool:
        if login == ANONYMOUS:
            return False
        with self.app.extensions["sessions"]() as session:
            return Access(people.actor(session, login.removeprefix(PROGRAM)), session, self.policy).may(permission)

    # --- asking -----------------------------------------------------------------------------------------------------
    def ask(self, login: str, ask: Ask, turn: int) -> Answer:
        """The answer to `login`, chance being that of `turn`."""
        client = self._client(login)
        headers = list(ask.headers)
        if login.startswith(PROGRAM):
            headers.append(("Authorization", f"Bearer {self.tokens[login.removeprefix(PROGRAM)]}"))
        chance.turn(turn)
        Asked.read.clear()
        response = client.open(
            ask.path, base_url=self.settings.portal_url, method=ask.method, query_string=list(ask.query),
            headers=[("Accept-Encoding", "identity"), *headers],
            data=None if ask.form is None else {name: sent(name, value) for name, value in ask.form},
        )  # fmt: skip
        found = Answer(
            response.status_code, tuple(sorted(response.headers.items())), response.get_data(), frozenset(Asked.read)
        )
        response.close()
        return found

    def token(self) -> str:
        """A CSRF token that every session here accepts."""
        with self.app.test_request_context(base_url=self.settings.portal_url):
            flask.session["csrf_token"] = CSRF
            from flask_wtf.csrf import generate_csrf

            return str(generate_csrf())

    def _client(self, login: str) -> Any:
        if login not in self._clients:
            client = self._clients[login] = self.app.test_client()
            with client.session_transaction(base_url=self.settings.portal_url) as cookie:
                cookie["csrf_token"] = CSRF
                if login != ANONYMOUS and not login.startswith(PROGRAM):
                    cookie["_user_id"], cookie["_fresh"] = self.handles[login], True
        return self._clients[login]

    # --- beside the answers -----------------------------------------------------------------------------------------
    def rows(self, *, but: Iterable[str] = JOURNAL) -> Mapping[str, list[tuple[Any, ...]]]:
        """The whole database, by table."""
        with self._bare.connect() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in self._tables.sorted_tables
                if table.name not in but and not re.match(r"asset_search_|alembic", table.name)
            }

    def listen(self) -> str:
        """What the portal's log said."""
        return self.log.getvalue()


def sent(name: str, value: str) -> Any:
    """What goes in the form: a file is a file."""
    return (io.BytesIO(value.encode()), "essai.csv") if name == "file" else value


def fresh_logs() -> dict[Any, Any]:
    """Loggers of the portal's modules, unbound: one already used keeps writing where it first did."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("dataspace") and hasattr(module, "log"):
            found[module] = structlog.get_logger()
    return found
