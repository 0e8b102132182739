"""Programs that hold a token, and the people who made it."""

import re

import pytest

from tests.catalog.conftest import filed, files  # noqa: F401 - fixtures of the catalogue
from tests.site import Page, Visitor

NEW = "/mes-acces/jetons/nouveau"
SECRET = re.compile(r"dsp_[0-9a-f]{56}")


class Program(Visitor):
    """Something without a browser, that sends its token and no cookie."""

    def __init__(self, app, secret, agent="python-requests/2.32"):
        super().__init__(app)
        self.secret, self.agent = secret, agent

    def get(self, path, *, status=200, **options):
        headers = {"Authorization": f"Bearer {self.secret}", "User-Agent": self.agent} | options.pop("headers", {})
        return self.open("GET", path, status=status, headers=headers, **options)


@pytest.fixture
def program(app, site):
    """`program("awa", lends="dataset:read")`: she makes a token, a program of hers takes it."""

    def of(login: str, *, name: str = "Script du lundi", agent: str = "python-requests/2.32", **typed) -> Program:
        return Program(app, secret_of(made(site, login, name=name, **typed)), agent)

    return of


def made(site, login, *, status=201, **typed) -> Page:
    values = {"name": "Script du lundi", "lends": "dataset:read"} | typed
    return site.as_(login).get(NEW).submit(values, form="form.ask", status=status)


def secret_of(page: Page) -> str:
    return page.words("#secret")[0]
