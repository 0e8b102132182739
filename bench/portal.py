"""The portal as it is served, asked without a network: a real session row, its cookie, the whole WSGI application."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import flask
import jinja2
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from dataspace import db
from dataspace.app import create_app
from dataspace.auth import Access, Actor, sessions
from dataspace.auth.models import Person
from dataspace.config import Settings
from dataspace.web.context import SignedIn

Answer = tuple[jinja2.Template, dict[str, Any]]


def portal(url: str, folder: Path) -> flask.Flask:
    """The application on the database at `url`, configured as an installation is."""
    return create_app(
        Settings(
            database_url=url, storage_url=f"file://{folder / 'files'}", secret_key="only for measuring, never deployed",
            oidc_issuer="http://127.0.0.1:1/idp", oidc_client_id="portal", oidc_client_secret="only for measuring",
            log_level="ERROR",
        )
    )  # fmt: skip


@dataclass
class Browser:
    """Somebody signed in, with the cookies that the portal gave her."""

    app: flask.Flask
    login: str
    handle: str
    cookie: str = ""

    @classmethod
    def sign_in(cls, app: flask.Flask, login: str) -> "Browser":
        """Open a session of hers, as the return from the identity provider does."""
        with db.writing(app.extensions["sessions"]) as session:
            handle, _ = sessions.open_for(
                session, _person(session, login), db.now(), issuer="bench", auth_time=db.now()
            )
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        browser = cls(app, login, handle)
        browser.cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': handle, '_fresh': True})}"
        return browser

    def environ(self, path: str) -> dict[str, Any]:
        """A request for `path`, as a WSGI server hands it over."""
        return dict(
            EnvironBuilder(
                path=path,
                base_url=self.app.extensions["settings"].portal_url,
                headers={"Cookie": self.cookie, "Accept": "text/html"},
            ).get_environ()
        )

    def get(self, environ: Mapping[str, Any]) -> bytes:
        """The page. Raises AssertionError unless it is one."""
        said: list[Any] = []
        body = self.app(
            {**environ, "wsgi.input": BytesIO()}, lambda status, headers, *_: said.extend((status, headers))
        )
        try:
            page = b"".join(body)
        finally:
            body.close()  # type: ignore[attr-defined]
        if said[0] != "200 OK":
            raise AssertionError(f"{environ['PATH_INFO']}: {said[0]}\n{page[:2000].decode()}")
        for name, value in said[1]:
            if name == "Set-Cookie" and value.startswith(f"{self.app.config['SESSION_COOKIE_NAME']}="):
                self.cookie = value.partition(";")[0]
        return page

    def answer(self, path: str) -> Answer:
        """The template and the context that a real request for `path` renders."""
        found: list[Answer] = []

        def keep(_app: flask.Flask, template: jinja2.Template, context: dict[str, Any]) -> None:
            found.append((template, context))

        with flask.template_rendered.connected_to(keep, self.app):
            self.get(self.environ(path))
        return found[-1]

    @contextmanager
    def asking(self, path: str) -> Iterator[None]:
        """Inside a request for `path`, signed in, before anything is done: where a captured context can be rendered."""
        with self.app.request_context(self.environ(path)):
            with self.access() as access:
                flask.g._login_user = SignedIn(self.handle, access.actor)  # noqa: SLF001
            yield

    @contextmanager
    def access(self) -> Iterator[Access]:
        """On her behalf, in a session of its own."""
        with self.app.extensions["sessions"]() as session:
            actor = Actor.of(_person(session, self.login), "bench")
            yield Access(actor, session, self.app.extensions["policy"])


def _person(session: Session, login: str) -> Person:
    return session.scalars(select(Person).where(Person.login == login)).one()
