"""A card's page: open, on request, or as if it had never existed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth.words import Sensitivity
from dataspace.catalog.models import Rhythm
from tests.catalog.conftest import Filed
from tests.make import Make
from tests.site import Site

CSV = "mois;commune;foyers\n2026-01-01;28059;12\n2026-02-01;28085;15\n"


def acts(make: Make, act: str) -> list[Event]:
    with make.sessions() as session:
        return list(session.scalars(select(Event).where(Event.act == act)))


def test_awa_reads_a_card_and_what_it_holds(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset(
        "Repas servis", summary="Par jour", description="Compte les **plateaux**.", licence="Usage interne"
    )
    filed(asset, CSV, "repas.csv")
    page = site.as_("awa").get(f"/donnees/{asset.public_id}")
    assert page.title == "Repas servis"
    assert "Oui, et le télécharger." in page.main
    assert [cell.get_text() for cell in page.select("tbody tr")[0].find_all(["th", "td"])] == [
        "01/01/2026",
        "28059",
        "12",
    ]
    assert page.words(".prose strong") == ["plateaux"]
    assert "2 lignes en tout" in page.main.replace("\u00a0", " ")
    assert page.words(".take a")[0].startswith("CSV")
    assert "repas.csv" in page.main


def test_what_is_written_on_a_card_never_runs(site: Site, make: Make) -> None:
    wicked = "<script>alert(1)</script> [x](javascript:alert(1)) {{7*7}} <img src=x onerror=alert(1)>"
    asset = make.dataset(f"Titre {wicked}", summary=wicked, description=wicked)
    page = site.as_("awa").get(f"/donnees/{asset.public_id}")
    assert "{{7*7}}" in page.main
    assert not page.select("main script, main img, main a[href^=javascript]")


def test_a_card_on_request_says_why_and_whom_to_ask(site: Site, make: Make, filed: Filed) -> None:
    review = datetime(2027, 6, 1, tzinfo=UTC)
    asset = make.dataset(
        "Impayés d’énergie",
        unit="eau",
        sensitivity="restricted",
        card="internal",
        ground="L311-6-1",
        review_date=review,
    )
    resource = filed(asset, CSV)
    awa = site.as_("awa")
    page = awa.get(f"/donnees/{asset.public_id}")
    assert "Sur demande" in page.main
    assert "Agnès Montel" in page.main
    assert "L311-6" in page.main
    assert "2027" in page.main
    assert "28059" not in page.main
    awa.get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}", status=403)
    awa.get(f"/donnees/{asset.public_id}/apercu.json", status=403)
    assert awa.get(f"/api/1/donnees/{asset.public_id}").json["lisible"] is False


@pytest.mark.parametrize("path", ["", "/apercu.json", "/fichiers/0123456789abcdef01", "/modifier", "/deposer"])
@pytest.mark.parametrize("who", ["zoe", "awa", "lucie"])
def test_what_one_may_not_know_of_is_what_never_existed(site: Site, make: Make, path: str, who: str) -> None:
    secret = make.dataset("Marchés en préparation", unit="finances", sensitivity="confidential")
    draft = make.dataset("Brouillon", unit="finances", state="draft")
    visitor = site.as_(who)
    visitor.token()  # the cookie of her first page is set
    status = 404 if who == "lucie" or path in ("", "/apercu.json", "/fichiers/0123456789abcdef01") else 403
    answers = [
        visitor.get(f"/donnees/{one}{path}", status=status) for one in (secret.public_id, draft.public_id, "0" * 18)
    ]
    bodies = {
        _same(page.body, one) for page, one in zip(answers, (secret.public_id, draft.public_id, "0" * 18), strict=True)
    }
    assert len(bodies) == 1
    assert len({tuple(sorted(page.headers.keys())) for page in answers}) == 1


def _same(body: bytes, asked: str) -> bytes:
    """The page without what changes at each answer: its address, nonce and CSRF token."""
    return re.sub(rb'(nonce|value)="[^"]{16,}"', b"", body.replace(asked.encode(), b""))


def test_protected_content_opens_to_a_named_person_only(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Dossiers", unit="insertion", sensitivity="confidential", card="internal", protection="secret")
    filed(asset, CSV)
    assert "Sur demande" in site.as_("luc").get(f"/donnees/{asset.public_id}").main
    make.grant("awa", "agent", asset)
    page = site.as_("awa").get(f"/donnees/{asset.public_id}")
    assert "28059" in page.main
    assert page.select("figure") == []
    assert len(acts(make, "opened")) == 1


def test_opening_above_internal_is_journaled_once_an_hour(site: Site, make: Make, clock) -> None:
    asset = make.dataset("Aides", unit="insertion", sensitivity="restricted")
    make.dataset("Interne")
    awa = site.as_("awa")
    for _ in range(3):
        awa.get(f"/donnees/{asset.public_id}")
    assert len(acts(make, "opened")) == 1
    clock.shift(timedelta(hours=1))
    awa.get(f"/donnees/{asset.public_id}")
    assert [line.subject_id for line in acts(make, "opened")] == [asset.public_id] * 2


def test_a_link_shows_where_it_leads_to_who_may_read_it(site: Site, make: Make) -> None:
    link = make.link("Univers RH", url="https://bo.valmer.example/rh", system="Business Objects", unit="finances",
                     sensitivity="restricted", card="internal")  # fmt: skip
    opened = site.as_("viviane").get(f"/donnees/{link.public_id}")
    assert opened.links()["Ouvrir dans Business Objects"] == "https://bo.valmer.example/rh"
    assert b"bo.valmer.example" not in site.as_("awa").get(f"/donnees/{link.public_id}").body


def test_lateness_counts_from_the_promise(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Crèches", promised_rhythm=Rhythm.WEEKLY)
    filed(asset, CSV, updated=db.now() - timedelta(days=17))
    assert "En retard de 9 jours" in site.as_("awa").get(f"/donnees/{asset.public_id}").main.replace("\u00a0", " ")
    assert "En retard de 9 jours" in site.as_("awa").get("/donnees/").main.replace("\u00a0", " ")


def test_a_conflict_of_interest_closes_the_card(site: Site, make: Make) -> None:
    asset = make.dataset("Subventions")
    make.denial("awa", asset=asset)
    site.as_("awa").get(f"/donnees/{asset.public_id}", status=404)
    assert site.as_("awa").get("/donnees/").select(".dataset") == []


def test_an_obvious_series_is_drawn(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Passages", sensitivity=Sensitivity.OPEN)
    filed(asset, "mois;passages\n" + "".join(f"2026-{month:02}-01;{month * 10}\n" for month in range(1, 9)))
    assert site.as_("awa").get(f"/donnees/{asset.public_id}").words("figcaption h2") == ["passages par mois"]
