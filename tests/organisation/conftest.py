"""Keeping the organisation as people do, through the pages."""

import pytest
from sqlalchemy import select

from dataspace.auth.models import Unit

HOME = "/administration/organisation"
WHY = "réorganisation du 1er janvier"


class Keeping:
    """What the stories of the organisation do again and again."""

    def __init__(self, site, sessions):
        self.site, self.sessions = site, sessions

    def url(self, code, act=""):
        return f"{HOME}/unites/{code}" + (f"/{act}" if act else "")

    def look(self, login, code, under, status=200, **typed):
        """Who gains and who loses, were `code` put under `under`."""
        page = self.site.as_(login).get(self.url(code, "deplacer"))
        return page.submit({"parent": under, "reason": WHY} | typed, form="#deplacer", button="Voir", status=status)

    def move(self, login, code, under, status=303, **typed):
        seen = self.look(login, code, under)
        return seen.visitor.post(self.url(code, "deplacer"), sent(seen, "#deplacer", save="1", **typed), status=status)

    def create(self, login, under, name, status=303, typed=()):
        page = self.site.as_(login).get(f"{HOME}/nouvelle-unite?sous={under}")
        values = {"name": name, "parent": under, "reason": WHY} | dict(typed)
        return page.submit(values, form="#creer", status=status)

    def accept(self, login, code, status=303):
        return self.site.as_(login).get(self.url(code, "accepter")).submit(form="#accepter", status=status)

    def row(self, code):
        with self.sessions() as session:
            return session.scalars(select(Unit).where(Unit.code == code)).one()

    def parent(self, code):
        row = self.row(code)
        with self.sessions() as session:
            above = session.get(Unit, row.parent_id) if row.parent_id else None
            return (above.code if above else None, row.is_accepted)


def sent(page, form, **more):
    """What the form holds, with `more`."""
    from tests.site import filled

    return filled(page.soup.select_one(form)) | more


def gaining(page):
    return names(page, "plus")


def losing(page):
    return names(page, "minus")


def names(page, kind):
    """The people named under one of the headings of the panel."""
    heading = page.soup.select_one(f".diff h3.{kind}")
    return [" ".join(tag.get_text(" ").split()) for tag in heading.find_next("ul").select("strong")] if heading else []


@pytest.fixture
def keeping(site, sessions):
    return Keeping(site, sessions)
