"""Links: opened in their reader's own name, never more than their author reads, dead at once when she loses it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dataspace import db
from dataspace.audit import Event
from dataspace.auth import Permission, Task, sharing, system
from dataspace.auth.models import Asset, Grant, Share
from dataspace.auth.words import Protection, Sensitivity
from dataspace.dashboards import queries as dashboards
from dataspace.dashboards import services as boards
from dataspace.dashboards.models import Dashboard
from dataspace.mail.models import Mail
from dataspace.themes.services import name_municipalities
from tests.people import BREZOLLES, CHARTRES, DREUX
from tests.shares.conftest import WHY

CUT = f"commune;foyers\n{BREZOLLES};12\n{CHARTRES};340\n{DREUX};87\n"
MINE = "/mes-acces/partages"


@pytest.fixture
def homes(make, filed):
    """Foyers, limited to Solidarité: Luc, its director, shares it; Lucie, engineer of the water, does not read it."""
    asset = make.dataset("Foyers", unit="solidarite", sensitivity="restricted", columns=("commune", "foyers"))
    filed(asset, CUT)
    return asset


@pytest.fixture
def canteens(make, filed):
    asset = make.dataset("Cantines", unit="solidarite", columns=("commune", "foyers"))
    filed(asset, CUT)
    return asset


@pytest.fixture
def communes(make):
    """The portal knows the names of two communes."""
    with make.writing() as session:
        name_municipalities(system(session, Task.SEED, make.policy), {BREZOLLES: "Brezolles", DREUX: "Dreux"})


def lines(sessions, act):
    with sessions() as session:
        return session.scalars(select(Event).where(Event.act == act).order_by(Event.seq)).all()


def change(make, asset, **facts):
    with make.writing() as session:
        house = system(session, Task.SEED, make.policy)
        found = session.scalars(house.select(Asset, Permission.CARD_SEE).where(Asset.id == asset.id)).one()
        for name, value in facts.items():
            setattr(found, name, value)


# --- opening --------------------------------------------------------------------------------------------------------
def test_lucie_reads_what_luc_shares_with_her_and_nothing_else_changes(site, homes, share, sessions):
    lucie = site.as_("lucie")
    before = lucie.get("/donnees/").main
    link = share("luc", homes, people="Lucie Martin")
    page = lucie.get(link)
    assert page.title == "Foyers"
    assert page.words(".notice strong")[0].startswith("Partagé par Luc M. jusqu’au")
    assert WHY in page.main and "340" in page.main
    assert not page.select("a[href*=fichiers]")
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "Sur demande" in lucie.get(f"/donnees/{homes.public_id}").main
    assert lucie.get("/donnees/").main == before
    [made] = lines(sessions, "share-made")
    [opened] = lines(sessions, "share-opened")
    [read] = lines(sessions, "opened")
    assert opened.subject_id == made.facts["share"] == read.facts["share"]
    assert opened.actor_id == read.actor_id != made.actor_id
    assert read.subject_id == homes.public_id


def test_luc_counts_the_openings_of_his_link_and_takes_it_back(site, homes, share):
    link = share("luc", homes, people="lucie")
    for _ in range(2):
        site.as_("lucie").get(link)
    page = site.as_("luc").get(MINE)
    assert "Lucie Martin" in page.main and "2 fois" in page.main
    page.submit(form="td form")
    site.as_("lucie").get(link, status=404)
    assert "Aucun lien en cours" in site.as_("luc").get(MINE).main


def test_a_link_for_every_colleague_is_not_for_partners(site, canteens, share):
    link = share("awa", canteens, to="all")
    assert site.as_("agnes").get(link).title == "Cantines"
    for stranger in ("paul", "zoe", "marc"):
        site.as_(stranger).get(link, status=404)
    assert site.nobody.get(link, status=302).location.startswith("/connexion?next=")


def test_what_is_open_may_be_given_to_a_partner_too(site, make, filed, share):
    asset = make.dataset("Fontaines", sensitivity="open")
    filed(asset, CUT)
    assert "Cantines" not in site.as_("paul").get(share("awa", asset, to="all")).main


def test_only_some_rows(site, canteens, share, communes):
    link = share("awa", canteens, people="agnes", column="commune", values=f"{BREZOLLES}\n{DREUX}")
    page = site.as_("agnes").get(link)
    assert "lignes : commune : Brezolles, Dreux" in page.main
    assert "12" in page.main and "87" in page.main and "340" not in page.main
    assert "3 lignes" not in page.main


def test_the_rows_are_those_of_who_shares_and_no_others(site, make, filed, share):
    asset = make.dataset("Foyers aidés", unit="solidarite", columns=("commune", "foyers"), rows_cut_by="commune:area")
    filed(asset, CUT)
    make.membership("awa", "insertion", areas=[DREUX])
    refused = share("awa", asset, people="luc", column="commune", values=CHARTRES, status=422)
    assert "on ne partage que ce que l’on lit" in refused.main
    page = site.as_("luc").get(share("awa", asset, people="luc"))
    assert "87" in page.main and "340" not in page.main


def test_a_board_opens_by_a_link_with_its_own_ticket(site, make, share):
    board = make.dashboard("Suivi du RSA", unit="solidarite", sensitivity="restricted", external_id="uuid")
    link = share("luc", board, people="lucie")
    page = site.as_("lucie").get(link)
    assert "Partagé par Luc M." in page.main
    assert site.as_("lucie").post(f"{link}/jeton", status=503).json["etat"] == "absent"
    site.as_("awa").post(f"{link}/jeton", status=404)
    assert "Sur demande" in site.as_("lucie").get(f"/tableaux-de-bord/{board.public_id}").main


def test_a_board_too_may_be_lent_for_some_rows_only(site, make, share, access, sessions, communes):
    sources = [("rsa", "insee", "area"), ("rsa_mois", "insee", "area")]
    board = make.dashboard(
        "Suivi du RSA", unit="solidarite", sensitivity="restricted", external_id="u", sources=sources
    )
    form = site.as_("luc").get(f"/partages/sur/{board.public_id}")
    assert "insee (codes INSEE des communes)" in form.words("select[name=column] option")
    refused = share("luc", board, people="lucie", column="insee", values="75056", status=422)
    assert "on ne partage que ce que l’on lit" in refused.main
    link = share("luc", board, people="lucie", column="insee", values=f"{BREZOLLES}\n{DREUX}")
    assert "lignes : insee : Brezolles, Dreux" in site.as_("lucie").get(link).main
    shared = sharing.opened(access("lucie"), link.rpartition("/")[2])
    found = dashboards.by_id(shared, board.public_id)
    assert [rule.values for rule in boards.row_rules(shared, found)] == [(BREZOLLES, DREUX)] * 2
    # A source that every reader sees whole cannot be cut: nothing is shown rather than all of it.
    with db.writing(sessions) as session:
        house = system(session, Task.SEED, access("luc").policy)
        loosened = house.session.scalars(
            house.select(Dashboard, *dashboards.SEEN).options(selectinload(Dashboard.sources))
        )
        loosened.one().sources[1].attribute = None
    later = sharing.opened(access("lucie"), link.rpartition("/")[2])
    with pytest.raises(boards.NoRows):
        boards.row_rules(later, dashboards.by_id(later, board.public_id))
    assert site.as_("lucie").get(link).select('.embed[data-state="lignes"]')


def test_a_board_seen_whole_by_everybody_has_no_rows_to_choose(site, make):
    board = make.dashboard("Suivi du budget", unit="solidarite", sources=[("budget", "", ""), ("rsa", "insee", "area")])
    assert not site.as_("luc").get(f"/partages/sur/{board.public_id}").select("select[name=column]")


# --- dead -----------------------------------------------------------------------------------------------------------
def test_dead_unknown_or_somebody_elses_is_one_answer(clock, site, homes, share, make):
    from tests.leaks import chance

    foreign = share("luc", homes, people="lucie")
    ended = share("luc", homes, people="remi", ends="2026-11-24")
    revoked = share("luc", homes, people="remi")
    site.as_("luc").get(MINE).submit(form="tr:last-child td form")
    clock.shift(timedelta(days=2))
    unknown = f"/partages/{'x' * 43}"
    remi, answers = site.as_("remi").sign_in("remi"), set()
    remi.token()
    for path in (foreign, ended, revoked, unknown, "/partages/x"):
        with chance.foreseen():
            chance.turn("same")
            page = remi.get(path, status=404)
        heads = sorted((name, value) for name, value in page.headers if name not in ("Set-Cookie", "Content-Length"))
        answers.add((page.body.replace(path.encode(), b"*"), str(heads)))
    assert len(answers) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"sensitivity": Sensitivity.CONFIDENTIAL, "card_sensitivity": Sensitivity.INTERNAL},
        {"protection": Protection.HEALTH},
        {"state": "draft"},
    ],
    ids=["raised", "protected", "draft"],
)
def test_what_becomes_more_closed_is_not_opened_by_old_links(site, make, homes, share, facts):
    link = share("luc", homes, people="lucie")
    site.as_("lucie").get(link)
    change(make, homes, **facts)
    site.as_("lucie").get(link, status=404)
    if "state" not in facts:
        assert "Éteint" in site.as_("luc").get(MINE).main


def test_an_internal_link_for_all_dies_when_its_content_is_restricted(site, make, canteens, share):
    link = share("awa", canteens, to="all")
    change(make, canteens, sensitivity=Sensitivity.RESTRICTED, ground="L311-6", review_date=db.now())
    site.as_("agnes").get(link, status=404)


def test_luc_loses_the_right_and_his_link_opens_nothing(site, make, homes, share):
    link = share("luc", homes, people="lucie")
    with make.writing() as session:
        for grant in session.scalars(select(Grant)):
            if grant.person_id == session.scalars(select(Share)).one().author_id:
                grant.ends = db.now()
    site.as_("lucie").get(link, status=404)


def test_a_denial_closes_a_link_to_its_reader(site, make, homes, share):
    link = share("luc", homes, people="lucie")
    make.denial("lucie", asset=homes)
    site.as_("lucie").get(link, status=404)


# --- who may --------------------------------------------------------------------------------------------------------
def test_an_agent_shares_the_internal_a_director_the_restricted(site, homes, canteens):
    assert site.as_("awa").get(f"/donnees/{homes.public_id}").links()["Partager un lien"]
    closed = site.as_("awa").get(f"/partages/sur/{homes.public_id}", status=403)
    assert "votre rôle partage par un lien jusqu’à « interne »" in closed.main
    assert f"/donnees/{homes.public_id}" in closed.words("#fiche")[0]
    site.as_("awa").post(f"/partages/sur/{homes.public_id}", {"people": "lucie"}, status=403)
    for login in ("nadia", "paul"):
        assert "Partager un lien" not in site.as_(login).get("/").main
        site.as_(login).get(f"/partages/sur/{canteens.public_id}", status=403)


def test_what_is_protected_never_leaves_by_a_link(site, make, sessions):
    asset = make.dataset("Signalements", sensitivity="restricted", protection="personal")
    make.grant("luc", "agent", asset)
    closed = site.as_("luc").get(f"/partages/sur/{asset.public_id}", status=403)
    assert "Ce contenu est protégé (données personnelles)" in closed.main and "demander l’accès" in closed.main
    site.as_("luc").post(f"/partages/sur/{asset.public_id}", {"people": "lucie"}, status=403)
    assert lines(sessions, "share-made") == []


def test_what_one_does_not_read_or_know_of_is_not_shared(site, make):
    known = make.dataset("Compteurs", unit="eau", sensitivity="restricted", card="internal")
    secret = make.dataset("Fuites 2026", unit="eau", card="confidential")
    seat = make.seat("Référent")
    site.as_("awa").get(f"/partages/sur/{known.public_id}", status=403)
    for one in (secret.public_id, seat.public_id, "0" * 18):
        site.as_("awa").get(f"/partages/sur/{one}", status=404)
        site.as_("awa").post(f"/partages/sur/{one}", {"people": "lucie"}, status=404)


@pytest.mark.parametrize(
    "typed",
    [
        {"people": ""}, {"people": "Personne d’ici"}, {"people": "luc"}, {"people": "paul"}, {"people": "marc"},
        {"purpose": " "}, {"ends": "2020-01-01"}, {"ends": "2199-01-01"}, {"column": "foyers"},
        {"column": "montant", "values": "1"},
    ],
)  # fmt: skip
def test_a_link_badly_asked_for_is_not_made_and_nothing_typed_is_lost(site, homes, share, sessions, typed):
    page = share("luc", homes, status=422, **({"people": "lucie"} | typed))
    assert page.select("[role=alert]")
    if "purpose" not in typed:
        assert page.select("input[name=purpose]")[0]["value"] == WHY
    assert lines(sessions, "share-made") == []


def test_restricted_content_is_always_for_named_people(site, homes, share):
    page = site.as_("luc").get(f"/partages/sur/{homes.public_id}")
    assert not page.select("input[type=radio][name=to]")
    site.as_("luc").post(
        f"/partages/sur/{homes.public_id}", {"to": "all", "purpose": WHY, "ends": "2026-12-01"}, status=422
    )


def test_who_answers_for_a_thing_sees_its_links_and_ends_them(site, homes, canteens, share, sessions):
    link = share("awa", canteens, people="lucie")
    asset = f"/administration/elements/{canteens.public_id}/partages"
    page = site.as_("luc").get(asset)
    assert "Awa Diallo" in page.main and "Lucie Martin" in page.main and "fois" not in page.main
    assert link not in str(page.body)
    assert site.as_("luc").get(f"/administration/elements/{canteens.public_id}").links()["Liens de partage"] == asset
    page.submit({"reason": " "}, form="td form", status=422)
    for stranger in ("agnes", "lucie"):
        site.as_(stranger).get(asset, status=404)
        site.as_(stranger).post(page.select("td form")[0]["action"], {"reason": "pour voir"}, status=404)
    site.as_("awa").get(asset, status=403)
    page.submit({"reason": "La réunion est passée"}, form="td form")
    site.as_("lucie").get(link, status=404)
    with sessions() as session:
        assert "La réunion est passée" in session.scalars(select(Mail)).one().body
    site.as_("awa").get(MINE)


def test_a_link_of_somebody_else_is_not_taken_back(site, canteens, share, sessions):
    share("awa", canteens, people="lucie")
    with sessions() as session:
        share_id = session.scalars(select(Share.public_id)).one()
    for one in (share_id, "0" * 18):
        site.as_("luc").post(f"{MINE}/{one}/retirer", status=404)
