"""The portal as people meet it: visitors open pages and send the forms that are on them; each page is inspected."""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import bs4
import flask
from werkzeug.test import TestResponse

from dataspace import db
from dataspace.auth import sessions as auth_sessions
from tests import people
from tests.inspect_page import inspect

# A public page that carries the forms of the frame: where a forged request takes its CSRF token.
FRAME = "/aide"
Values = Mapping[str, Any]


class Page:
    """An answer. `select` and `text` read its HTML; `json` its JSON; `submit` sends one of its forms."""

    def __init__(self, visitor: "Visitor", response: TestResponse) -> None:
        self.visitor = visitor
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.path = response.request.path
        self.body = response.get_data()
        self.is_html = response.mimetype == "text/html"
        self.soup = bs4.BeautifulSoup(self.body if self.is_html else b"", "html.parser")

    @property
    def json(self) -> Any:
        return self.response.get_json()

    @property
    def text(self) -> str:
        """What is read on the page, spaces folded; the raw text when it is not HTML."""
        if not self.is_html:
            return self.response.get_data(as_text=True)
        return " ".join(self.soup.get_text(" ").split())

    @property
    def main(self) -> str:
        """What is read in the page's own part."""
        found = self.soup.find("main")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def title(self) -> str:
        found = self.soup.find("h1")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def location(self) -> str:
        """Where a redirection leads, as a path of the portal."""
        parts = urlsplit(self.headers.get("Location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def select(self, css: str) -> list[bs4.Tag]:
        return list(self.soup.select(css))

    def words(self, css: str) -> list[str]:
        """The text of each element that `css` selects."""
        return [" ".join(tag.get_text(" ").split()) for tag in self.select(css)]

    def links(self) -> dict[str, str]:
        """The paths the page's own part leads to, by what is written on them."""
        return {" ".join(a.get_text(" ").split()): str(a["href"]) for a in self.select("main a[href]")}

    def follow(self, status: int = 200) -> "Page":
        """Go where the redirection leads."""
        assert self.location, f"{self.status} leads nowhere"
        return self.visitor.get(self.location, status=status)

    def submit(
        self, values: Values | None = None, *, form: str = "main form", button: str = "", status: int = 303
    ) -> "Page":
        """Send a form of the page as a browser does: what it already holds, then `values`.

        `form` selects it (the first found); `button` is what is written on the button pressed, when it matters.
        """
        tag = self.soup.select_one(form)
        assert tag is not None, f"no {form} on {self.path}"
        sent = filled(tag)
        names = {str(field["name"]) for field in tag.select("[name]")}
        for name, value in (values or {}).items():
            assert name in names, f"the form of {self.path} has no field {name}, only {sorted(names)}"
            sent[name] = value
        if button:
            pressed = next(b for b in tag.find_all("button") if button in " ".join(b.get_text(" ").split()))
            if pressed.get("name"):
                sent[str(pressed["name"])] = pressed.get("value", "")
        target = urljoin(self.response.request.full_path, str(tag.get("action") or ""))
        if str(tag.get("method", "get")).lower() == "get":
            return self.visitor.get(target, query=sent, status=status if status != 303 else 200)
        return self.visitor.open("POST", target, status=status, data=sent)


def filled(form: bs4.Tag) -> dict[str, Any]:
    """What a browser sends of `form` when nothing is touched."""
    sent: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if field.has_attr("disabled") or field.get("type") in ("submit", "button", "image", "reset", "file"):
            continue
        if field.name == "select":
            options = field.find_all("option")
            chosen = [o for o in options if o.has_attr("selected")] or (
                [] if field.has_attr("multiple") else options[:1]
            )
            found = [str(o.get("value", o.get_text())) for o in chosen]
            if found:
                sent[name] = found if field.has_attr("multiple") else found[0]
        elif field.get("type") in ("checkbox", "radio"):
            if field.has_attr("checked"):
                sent.setdefault(name, []).append(field.get("value", "on"))
        else:
            sent[name] = field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")
    return sent


class Visitor:
    """Somebody with a browser of her own."""

    def __init__(self, app: flask.Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self._token = ""

    def sign_in(self, login: str) -> Self:
        """Open a real session of hers, as the return from the identity provider does."""
        with db.writing(self.app.extensions["sessions"]) as session:
            handle, _ = auth_sessions.open_for(
                session, people.person(session, login), db.now(), issuer="tests", auth_time=db.now()
            )
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = handle
            cookie["_fresh"] = True
        return self

    def get(self, path: str, *, status: int = 200, query: Values | None = None, **options: Any) -> Page:
        return self.open("GET", path, status=status, query_string=query, **options)

    def post(self, path: str, values: Values | None = None, *, status: int = 303, **options: Any) -> Page:
        """Send `values` without opening any page first, as a forged request would, with a valid token."""
        data = {"csrf_token": self.token()} | dict(values or {})
        return self.open("POST", path, status=status, data=data, **options)

    def token(self) -> str:
        """A CSRF token of this visitor's session."""
        if not self._token:
            self.get(FRAME)
        return self._token

    def open(self, method: str, path: str, *, status: int, **options: Any) -> Page:
        """Ask, check the status, inspect the page."""
        page = Page(self, self.client.open(path, method=method, **options))
        is_shown = page.is_html and "Location" not in page.headers
        may_frame = {self.app.extensions["settings"].bi_browser_url}
        wrong = inspect(page.response, may_frame, soup=page.soup) if is_shown else []
        assert page.status == status, (
            f"{method} {path}: {page.status}, not {status}; « {page.title} » {page.main[:300]}"
        )
        assert not wrong, f"{method} {path}:\n" + "\n".join(wrong)
        if found := page.soup.select_one("input[name=csrf_token]"):
            self._token = str(found["value"])
        return page


class Site:
    """The portal and its visitors: `as_` keeps one browser for each person."""

    def __init__(self, app: flask.Flask) -> None:
        self.app = app
        self._visitors: dict[str, Visitor] = {}

    def as_(self, login: str) -> Visitor:
        if login not in self._visitors:
            self._visitors[login] = Visitor(self.app).sign_in(login)
        return self._visitors[login]

    @property
    def nobody(self) -> Visitor:
        """Somebody who has not signed in."""
        return self._visitors.setdefault("", Visitor(self.app))
