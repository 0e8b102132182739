"""Home and my accesses: what is true for the person who opens them, and nothing of the others."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from dataspace import audit
from dataspace.accounts.devices import device
from dataspace.audit import Event
from tests.make import Make
from tests.site import Site, Visitor


def test_home_shows_what_concerns_her(site: Site, make: Make) -> None:
    make.dashboard("RSA : suivi mensuel", unit="solidarite", sensitivity="internal")
    make.dataset("Foyers allocataires", unit="solidarite", sensitivity="restricted")
    make.seat("RSA et insertion", unit="insertion", holder="luc")
    page = site.as_("awa").get("/")
    assert page.title == "Bonjour Awa"
    for name in ("RSA : suivi mensuel", "Foyers allocataires", "RSA et insertion", "Luc Moreau"):
        assert name in page.main
    assert "Direction de la Solidarité" in page.main
    assert "agente" in page.main


def test_home_of_a_partner_says_nothing_of_the_others(site: Site, make: Make) -> None:
    make.dashboard("RSA : suivi mensuel", unit="solidarite", sensitivity="internal")
    make.dataset("Foyers allocataires", unit="solidarite", sensitivity="internal")
    make.seat("RSA et insertion", unit="insertion", holder="luc")
    page = site.as_("paul").get("/")
    assert "RSA" not in page.main and "Foyers" not in page.main and "Luc" not in page.main
    assert "Pas encore de tableau pour votre structure" in page.main


def test_who_has_no_board_of_a_directorate_sees_those_that_open(site: Site, make: Make) -> None:
    make.dashboard("RSA : suivi mensuel", unit="solidarite", sensitivity="internal")
    page = site.as_("claire").get("/")
    assert "Les tableaux que vous ouvrez" in page.main
    assert "RSA : suivi mensuel" in page.main


def test_what_has_just_been_opened_is_told(site: Site, make: Make) -> None:
    asset = make.dataset("Fibre", unit="numerique", sensitivity="restricted")
    now = datetime.now(UTC)
    make.grant("awa", "agent", asset, starts=now - timedelta(days=2), ends=now + timedelta(days=200), by="remi")
    page = site.as_("awa").get("/")
    assert "Ce qui a changé pour vous" in page.main
    assert any("Accès à Fibre" in line for line in page.words(".changes li"))


def test_what_ends_soon_is_told_as_such(site: Site, make: Make) -> None:
    asset = make.dataset("Fibre", unit="numerique", sensitivity="restricted")
    now = datetime.now(UTC)
    make.grant("awa", "agent", asset, starts=now - timedelta(days=200), ends=now + timedelta(days=6), by="remi")
    assert "L’accès à Fibre se termine" in site.as_("awa").get("/").main


def test_my_accesses_in_sentences_then_in_a_table(site: Site, make: Make) -> None:
    asset = make.dataset("Fibre", unit="numerique", sensitivity="restricted")
    make.grant("awa", "agent", asset, by="remi", reason="Étude des impayés")
    page = site.as_("awa").get("/mes-acces")
    assert [cell for cell in page.words("tbody th") if "Fibre" in cell]
    assert "Étude des impayés" in page.main and "Rémi Faure" in page.main
    assert page.links()["Fibre"] == f"/donnees/{asset.public_id}"
    assert "Service Insertion" in page.main


def test_a_conflict_of_interest_hides_what_was_granted(site: Site, make: Make) -> None:
    asset = make.dataset("Marché secret", unit="finances", sensitivity="restricted")
    make.grant("awa", "agent", asset, by="luc")
    make.denial("awa", asset=asset, reason="Déport : lien familial")
    page = site.as_("awa").get("/mes-acces")
    assert "Marché secret" not in page.main
    assert "lien familial" in page.main


def test_a_theme_closed_to_her_is_named(site: Site, make: Make) -> None:
    make.denial("awa", theme="eau", reason="Déport")
    (sentence,) = [line for line in site.as_("awa").get("/mes-acces").words(".sentences li") if "fermé" in line]
    assert sentence.startswith("Tout ce qui relève de") and "Eau" in sentence


def test_a_session_left_open_elsewhere_is_closed_from_here(site: Site, make: Make) -> None:
    here, elsewhere = site.as_("awa"), Visitor(site.app).sign_in("awa")
    elsewhere.get("/mes-acces")
    page = here.get("/mes-acces").submit(form="form[action*='/sessions/']")
    assert "Connexion fermée" in page.follow().main
    elsewhere.get("/mes-acces", status=302)
    here.get("/mes-acces")
    with make.sessions() as session:
        assert session.scalars(select(Event.act).order_by(Event.seq.desc())).first() == audit.Act.SIGNED_OUT


def test_nobody_closes_the_session_of_another(site: Site) -> None:
    site.as_("luc").get("/mes-acces")
    Visitor(site.app).sign_in("luc")
    action = str(site.as_("luc").get("/mes-acces").select("form[action*='/sessions/']")[0]["action"])
    site.as_("awa").post(action, status=404)
    site.as_("awa").post("/mes-acces/sessions/inconnue/fermer", status=404)


def test_without_a_place_one_is_told_so_on_every_page(site: Site) -> None:
    for path in ("/", "/mes-acces"):
        page = site.as_("ghislain").get(path, status=403)
        assert page.title == "Votre compte n’ouvre encore rien ici"
        assert page.select("nav.words a") == []
    answer = site.as_("ghislain").client.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.get_json()["erreur"]


def test_the_pages_of_the_foot_answer_to_anybody(site: Site) -> None:
    for path, title in (
        ("/aide", "Aide"),
        ("/accessibilite", "Accessibilité"),
        ("/donnees-personnelles", "Données personnelles"),
    ):
        assert site.nobody.get(path).title.startswith(title)
    assert "Inès Caron" in site.nobody.get("/donnees-personnelles").main


def test_a_device_is_recognised_without_being_followed() -> None:
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
    )
    assert device(chrome) == "Chrome sur Windows"
    assert device(chrome + " Edg/130.0") == "Edge sur Windows"
    assert device("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko Firefox/130.0") == "Firefox sur Linux"
    assert device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/605") == "Safari sur iPhone"
    assert device("curl/8") == "Appareil inconnu"
