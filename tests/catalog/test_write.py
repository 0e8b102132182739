"""Declaring, depositing, publishing: by whom, and nothing half visible."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from dataspace import db
from dataspace.audit import Event
from dataspace.auth.models import Asset
from dataspace.auth.queries import theme_by_code
from dataspace.catalog import services
from dataspace.catalog.files import Files, Stored
from dataspace.catalog.queries import by_id
from dataspace.errors import Invalid, Refused
from tests.catalog.conftest import Filed
from tests.make import Make
from tests.site import Page, Site, Visitor, filled

pytestmark = pytest.mark.usefixtures("that_monday")

CSV = "date;débit\n2026-01-01;12,5\n2026-01-02;13\n"


def declared(lucie: Visitor, **facts: str) -> Page:
    return lucie.get("/donnees/nouveau").submit({"title": "Débits du réseau", "theme": _theme(lucie), **facts})


def _theme(visitor: Visitor) -> str:
    return str(visitor.get("/donnees/nouveau").select("#theme option")[0]["value"])


def sent(page: Page, content: str | bytes, name: str = "debits.csv", status: int = 303) -> Page:
    raw = content.encode() if isinstance(content, str) else content
    token = str(page.soup.select_one("main input[name=csrf_token]")["value"])
    body = {"csrf_token": token, "file": (io.BytesIO(raw), name)}
    return page.visitor.open("POST", page.path, status=status, data=body, content_type="multipart/form-data")


def test_lucie_declares_deposits_and_publishes(site: Site, make: Make) -> None:
    lucie, agnes = site.as_("lucie"), site.as_("agnes")
    deposit = declared(lucie).follow()
    assert deposit.title == "Déposer un fichier"
    check = sent(deposit, CSV.encode("cp1252")).follow()
    assert check.words("thead th") == ["date", "débit"]
    assert "Windows (cp1252)" in check.main
    draft = check.submit(form="main form[method=post]").follow()
    assert "Brouillon" in draft.main
    address = draft.path
    site.as_("awa").get(address, status=404)
    published = draft.submit(form="form[action$=publier]").follow()
    assert "Brouillon" not in published.main
    assert site.as_("awa").get(address).title == "Débits du réseau"
    assert "13" in agnes.get(address).words("tbody td")
    with make.sessions() as session:
        acts = list(session.scalars(select(Event.act).where(Event.subject_kind == "dataset").order_by(Event.seq)))
    assert acts == ["asset-created", "asset-changed", "asset-changed"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04xlsx", "classeur"), ("a;b\n1;2\n3\n", "Ligne 3"), ('a;b\n"1;2\n', "guillemet"), ("", "vide"),
        (b"a;b\n\0;1\n", "octet nul"), ("<html><script>alert(1)</script>", "page web"),
    ],
)  # fmt: skip
def test_what_is_not_a_table_changes_nothing(site: Site, make: Make, content: str | bytes, said: str) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    lucie = site.as_("lucie")
    refused = sent(lucie.get(f"/donnees/{asset.public_id}/deposer"), content, status=422)
    assert said in refused.main
    assert lucie.get(f"/donnees/{asset.public_id}").select(".take a") == []


def test_a_waiting_file_may_be_read_another_way(site: Site, make: Make) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    check = sent(site.as_("lucie").get(f"/donnees/{asset.public_id}/deposer"), "a,b;c\n1,2;3\n4,5;6\n").follow()
    other = check.submit({"separateur": ","}, form="form.bigfind")
    assert other.words("thead th") == ["a", "b;c"]
    wrong = site.as_("lucie").get(f"{check.path}?encodage=utf-16&separateur=;", status=422)
    assert "utf-16" not in wrong.main
    kept = other.submit(form="main form[method=post]").follow()
    assert kept.words("thead th") == ["a", "b;c"]


def test_a_deposit_is_its_depositors(site: Site, make: Make) -> None:
    mine, other = make.dataset("Débits", unit="eau-potable"), make.dataset("Fuites", unit="eau-potable")
    make.grant("agnes", "steward", "eau", with_services=True)
    check = sent(site.as_("lucie").get(f"/donnees/{mine.public_id}/deposer"), CSV).follow()
    site.as_("agnes").get(check.path, status=404)
    site.as_("lucie").get(check.path.replace(mine.public_id, other.public_id), status=404)
    site.as_("lucie").get(check.path[:-3] + "abc", status=404)


def test_a_new_file_takes_the_place_of_the_old_one(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    filed(asset, CSV, "debits.csv")
    filed(asset, CSV + "2026-01-03;14\n", "debits.csv")
    page = site.as_("lucie").get(f"/donnees/{asset.public_id}")
    assert len(page.select(".take a")) == 1
    assert "3 lignes" in page.main.replace("\u00a0", " ")


def test_above_internal_needs_a_ground_and_a_date(site: Site) -> None:
    lucie = site.as_("lucie")
    form = lucie.get("/donnees/nouveau")
    closed = {"title": "Secours", "theme": _theme(lucie), "sensitivity": "restricted", "card_sensitivity": "restricted"}
    refused = form.submit(closed, status=422)
    assert "Dites pourquoi" in refused.main
    assert "Dites quand" in refused.main
    past = form.submit({**closed, "ground": "L311-5-2d", "review_date": "2020-01-01"}, status=422)
    assert "passée" in past.main
    assert form.submit({**closed, "ground": "L311-5-2d", "review_date": "2031-01-01"}).status == 303


def test_a_card_is_never_more_secret_than_its_content(site: Site) -> None:
    lucie = site.as_("lucie")
    page = lucie.get("/donnees/nouveau").submit(
        {"title": "X", "theme": _theme(lucie), "sensitivity": "open", "card_sensitivity": "internal"}, status=422
    )
    assert "plus secrète" in page.main


def test_who_may_not_write_is_told_so(site: Site, make: Make) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    awa, remi = site.as_("awa"), site.as_("remi")
    assert "Déclarer un jeu" not in awa.get("/donnees/").main
    awa.get("/donnees/nouveau", status=403)
    for path in ("modifier", "deposer"):
        awa.get(f"/donnees/{asset.public_id}/{path}", status=403)
        remi.get(f"/donnees/{asset.public_id}/{path}", status=403)
    for path in ("modifier", "deposer", "publier", "archiver"):
        awa.post(f"/donnees/{asset.public_id}/{path}", status=403)
        remi.post(f"/donnees/{asset.public_id}/{path}", status=403)


def test_a_contributor_writes_but_does_not_publish_nor_open(access, make: Make) -> None:
    asset = make.dataset("Inventaire", unit="numerique", sensitivity="restricted", ground="L311-5-2d")
    remi = access("remi")
    card, _ = by_id(remi, asset.public_id)
    services.edit(remi, card, title="Inventaire des serveurs")
    with pytest.raises(Refused):
        services.archive(remi, card)
    with pytest.raises(Refused):
        services.edit(remi, card, sensitivity=asset.sensitivity.__class__.OPEN)


class Witnessed(Files):
    """Files kept while somebody else writes in the database."""

    sessions: Any

    def write(self, stream: Any, *, waiting: bool = False) -> Stored:
        if waiting:
            with db.writing(self.sessions):
                return super().write(stream, waiting=waiting)
        return super().write(stream)


def test_others_write_while_a_file_is_being_read(site: Site, make: Make, settings, sessions) -> None:
    page = declared(site.as_("lucie")).follow()
    kept = site.app.extensions["files"] = Witnessed(settings.storage_url, at_most=settings.upload_max_bytes)
    kept.sessions = sessions
    check = sent(page, CSV).follow()
    assert check.submit(form="main form[method=post]").follow().title == "Débits du réseau"


@pytest.mark.parametrize(
    ("name", "value"),
    [("ground", "secret-fiscal"), ("review_date", datetime(2099, 1, 1, tzinfo=UTC)), ("theme_id", "finances")],
)
def test_nor_why_a_published_content_is_closed_nor_under_which_theme(access, make: Make, name: str, value: Any) -> None:
    """A denial stands on a theme: whoever changes it changes who reads."""
    asset = make.dataset("Inventaire", unit="numerique", theme="eau", sensitivity="restricted", ground="L311-5-2d")
    remi = access("remi")
    card, _ = by_id(remi, asset.public_id)
    services.edit(remi, card, title="Inventaire", review_date=card.asset.review_date.replace(hour=18))
    if name == "theme_id":
        value = theme_by_code(remi.session, value).id
    with pytest.raises(Refused):
        services.edit(remi, card, **{name: value})


def test_what_is_published_does_not_go_where_one_only_contributes(access, make: Make) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    make.grant("lucie", "contributor", "finances")
    lucie = access("lucie")
    card, _ = by_id(lucie, asset.public_id)
    with pytest.raises(Refused):
        services.edit(lucie, card, unit_id=lucie.facts.tree.by_code["finances"].id)


def test_a_card_cannot_be_thrown_to_another_directorate(access, make: Make) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    lucie = access("lucie")
    card, _ = by_id(lucie, asset.public_id)
    finances = lucie.facts.tree.by_code["finances"].id
    with pytest.raises(Refused):
        services.edit(lucie, card, unit_id=finances)
    with pytest.raises(Refused):
        services.declare(lucie, title="X", unit_id=finances, theme_id=asset.theme_id)
    assert card.asset.unit_id == asset.unit_id


def test_a_foreign_unit_in_the_form_is_refused(site: Site, make: Make, access) -> None:
    finances = access("awa").facts.tree.by_code["finances"].id
    lucie = site.as_("lucie")
    values = {"title": "Ruse", "unit": str(finances), "theme": _theme(lucie), "sensitivity": "internal",
              "card_sensitivity": "internal", "protection": "none", "promised_rhythm": "once"}  # fmt: skip
    lucie.post("/donnees/nouveau", values, status=422)
    with make.sessions() as session:
        assert session.scalar(select(Event).where(Event.act == "asset-created")) is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x/y", "https://a@b/"]
)
def test_a_link_leads_to_the_web_only(access, make: Make, url: str) -> None:
    link = make.link("Univers", unit="eau-potable", system="Business Objects")
    lucie = access("lucie")
    card, _ = by_id(lucie, link.public_id)
    with pytest.raises(Invalid):
        services.edit(lucie, card, url=url)


def test_two_editors_never_overwrite_each_other(site: Site, make: Make, access) -> None:
    asset = make.dataset("Débits", unit="eau-potable")
    one, two = access("lucie"), access("lucie")
    first, _ = by_id(one, asset.public_id)
    second, _ = by_id(two, asset.public_id)
    two.session.commit()
    services.rename(one, first, title="Débits du réseau")
    one.session.commit()
    with pytest.raises(StaleDataError):
        services.rename(two, second, title="Débit")
    with make.sessions() as session:
        assert session.scalar(select(Event.subject_title).where(Event.act == "asset-changed")) == "Débits du réseau"


def test_what_is_renamed_is_found_by_its_new_name(site: Site, make: Make) -> None:
    asset: Asset = make.dataset("Débits", unit="eau-potable")
    lucie = site.as_("lucie")
    lucie.get(f"/donnees/{asset.public_id}/modifier").submit({"title": "Pressions"})
    assert lucie.get("/donnees/?q=pression").words(".dataset a.title") == ["Pressions"]
    assert lucie.get("/donnees/?q=débits").words(".dataset a.title") == []


def test_a_protected_draft_opens_to_whom_its_directorate_names(site: Site, make: Make) -> None:
    lucie, agnes = site.as_("lucie"), site.as_("agnes")
    assert "vous nomme ensuite" in lucie.get("/donnees/nouveau").main
    draft = declared(lucie, protection="personal").follow()
    whom = "Un contenu protégé ne s’ouvre qu’à des personnes nommées : demandez à Agnès Montel de vous nommer."
    assert whom in draft.main
    assert whom in lucie.get(f"{draft.path}/deposer", status=403).main

    page = agnes.get(agnes.get(draft.path).links()["Nommer une personne"])
    named = {"subject": "lucie", "role": "steward", "ends": "2027-06-30", "reason": "dépose les fichiers"}
    preview = page.submit(named, form="form#attribuer", button="Voir", status=200)
    assert "Lucie Martin" in preview.words(".diff li strong")
    agnes.post(page.path, {**filled(preview.select("form#attribuer")[0]), "save": "1"}).follow()

    sent(lucie.get(f"{draft.path}/deposer"), CSV).follow().submit(form="main form[method=post]").follow()
    lucie.get(draft.path).submit(form="form[action$=publier]").follow()
    assert "Sur demande" in agnes.get(draft.path).main, "naming is not reading"


def test_the_rights_on_a_draft_stay_with_who_sees_it(site: Site, make: Make) -> None:
    draft = make.dataset("Secours", unit="eau", state="draft", protection="personal")
    values = {"subject": "remi", "role": "contributor", "scope": draft.public_id, "ends": "2027-06-30", "reason": "x"}
    for login in ("claire", "luc"):
        page = site.as_(login).get("/administration/acces/attribuer")
        assert "inconnu" in page.submit(values, form="form#attribuer", button="Voir", status=422).main
