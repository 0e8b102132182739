"""Looking for a card: words, facets that are true for each reader, what is on request, what is not there at all."""

import re

import pytest
from sqlalchemy import event

from dataspace.auth.words import Permission, Protection, Reach, Role, Sensitivity
from dataspace.catalog import queries, services
from dataspace.catalog.queries import Filters
from tests.catalog.conftest import Filed
from tests.make import Make
from tests.site import Page, Site


def titles(page: Page) -> list[str]:
    return page.words(".dataset a.title")


def facet(page: Page, name: str) -> dict[str, int]:
    """The values of a facet, with what is written beside each."""
    boxes = page.select(f"input[type=checkbox][name={name}]")
    return {str(box["value"]): int(box.find_parent("label").select_one(".n").get_text()) for box in boxes}


@pytest.mark.parametrize("typed", ["écoles", "ecoles", "École", "ECOLE", "écol", "cantine des écoles"])
def test_words_find_whatever_the_accents_and_the_number(site: Site, make: Make, typed: str) -> None:
    make.dataset("Cantines de l’école", summary="Repas servis")
    make.dataset("Fuites d’eau")
    assert titles(site.as_("awa").get("/donnees/", query={"q": typed})) == ["Cantines de l’école"]


def test_a_card_is_found_by_its_directorate_and_its_theme(site: Site, make: Make) -> None:
    make.dataset("Effectifs mensuels", unit="insertion", theme="insertion-rsa")
    assert titles(site.as_("luc").get("/donnees/?q=solidarité")) == ["Effectifs mensuels"]
    assert titles(site.as_("luc").get("/donnees/?q=rsa")) == ["Effectifs mensuels"]


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '"unterminated',
        "*",
        "NEAR(",
        "a NEAR/3 b",
        "col:x",
        "-",
        "AND OR NOT",
        "(((",
        "😀",
        "é" * 10_000,
        "\0*",
        "'; --",
    ],
)
def test_odd_words_find_nothing_and_break_nothing(site: Site, make: Make, typed: str) -> None:
    make.dataset("Cantines")
    page = site.as_("awa").get("/donnees/", query={"q": typed})
    assert titles(page) == []


@pytest.mark.parametrize(
    "address", ["page=-1", "page=0", "page=1e18", "page=NaN", "page=²", "sensibilite=x", "acces='--", "type=seat"]
)
def test_what_no_page_of_ours_asks_is_refused_calmly(site: Site, address: str) -> None:
    assert "SQL" not in site.as_("awa").get(f"/donnees/?{address}", status=422).main


def test_facets_are_true_for_each_reader(site: Site, make: Make) -> None:
    make.dataset("Ouvert", sensitivity="open", unit="eau")
    make.dataset("Limité de l’eau", sensitivity="restricted", card="internal", unit="eau")
    make.dataset("Limité de solidarité", sensitivity="restricted", card="internal", unit="insertion")
    make.dataset("Secret de l’eau", sensitivity="confidential", unit="eau")
    awa, agnes = site.as_("awa").get("/donnees/"), site.as_("agnes").get("/donnees/")
    assert len(titles(awa)) == 3
    assert len(titles(agnes)) == 4
    assert facet(awa, "direction") == {"eau": 2, "solidarite": 1}
    assert facet(agnes, "direction") == {"eau": 3, "solidarite": 1}
    assert facet(awa, "sensibilite") == {"open": 1, "restricted": 2}
    assert facet(agnes, "acces") == {"lisible": 3, "sur-demande": 1}
    assert "3 jeux de données" in awa.main.replace("\u00a0", " ")
    assert "dont 1 sur demande" in awa.main


def test_a_facet_is_counted_with_the_other_choices_but_not_its_own(site: Site, make: Make) -> None:
    make.dataset("Un", sensitivity="open", unit="eau")
    make.dataset("Deux", unit="eau")
    make.dataset("Trois", unit="finances")
    page = site.as_("awa").get("/donnees/?direction=eau")
    assert facet(page, "direction") == {"eau": 2, "finances": 1}
    assert facet(page, "sensibilite") == {"open": 1, "internal": 1}
    assert titles(site.as_("awa").get("/donnees/?direction=eau&sensibilite=open")) == ["Un"]


def test_what_is_on_request_is_told_from_what_opens(site: Site, make: Make) -> None:
    make.dataset("Lisible")
    make.dataset("À demander", sensitivity="confidential", card="internal", unit="eau")
    awa = site.as_("awa")
    assert titles(awa.get("/donnees/?acces=sur-demande")) == ["À demander"]
    assert titles(awa.get("/donnees/?acces=lisible")) == ["Lisible"]
    assert "Sur demande" in awa.get("/donnees/?acces=sur-demande").words(".dataset.asked")[0]


def test_a_hidden_card_is_in_no_count_no_facet_and_no_search(site: Site, make: Make) -> None:
    before = site.as_("zoe").get("/donnees/").body, site.as_("zoe").get("/donnees/?q=fuites").body
    make.dataset("Fuites 2026", unit="eau", sensitivity="confidential")
    make.dataset("Fuites, brouillon", unit="eau", state="draft")
    after = site.as_("zoe").get("/donnees/").body, site.as_("zoe").get("/donnees/?q=fuites").body
    assert [_still(body) for body in after] == [_still(body) for body in before]


def _still(body: bytes) -> bytes:
    """The page without what changes at each answer: nonce and CSRF token."""
    return re.sub(rb'(nonce|value)="[^"]{16,}"', b"", body)


def test_lucie_finds_her_drafts_and_nobody_else_does(site: Site, make: Make) -> None:
    make.dataset("Fuites en préparation", unit="eau-potable", state="draft")
    assert titles(site.as_("lucie").get("/donnees/?etat=brouillon")) == ["Fuites en préparation"]
    assert titles(site.as_("lucie").get("/donnees/")) == []
    assert titles(site.as_("awa").get("/donnees/?etat=brouillon")) == []


def test_pages_follow_each_other_without_a_gap(site: Site, make: Make) -> None:
    for number in range(45):
        make.dataset(f"Jeu {number}")
    awa = site.as_("awa")
    seen = [title for page in (1, 2, 3) for title in titles(awa.get(f"/donnees/?page={page}"))]
    assert sorted(seen) == sorted(f"Jeu {number}" for number in range(45))
    assert "jeux suivants" in awa.get("/donnees/?page=2").main
    assert "suivants" not in awa.get("/donnees/?page=3").main


def test_the_api_says_the_same(site: Site, make: Make) -> None:
    make.dataset("Cantines")
    make.dataset("Secret", sensitivity="confidential", unit="eau")
    said = site.as_("awa").get("/api/1/donnees").json
    assert [one["title"] for one in said["jeux"]] == ["Cantines"]
    assert said["total"] == 1


def test_the_search_over_everything_groups_what_it_finds(site: Site, make: Make) -> None:
    make.dataset("Qualité de l’eau")
    make.dashboard("Eau : suivi des fuites")
    make.dataset("Secret de l’eau", unit="eau", sensitivity="confidential")
    page = site.as_("awa").get("/recherche?q=eau")
    assert {"Données", "Tableaux de bord"} <= set(page.words("h2"))
    assert "Secret" not in page.main
    assert "Rien ne répond" in site.as_("awa").get("/recherche?q=introuvable").main
    assert site.as_("awa").get("/recherche").status == 200


def test_a_page_costs_the_same_statements_whatever_there_is(access, make: Make) -> None:
    def statements(filters: Filters) -> int:
        reader, counted = access("awa"), []
        bind = reader.session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *_: counted.append(1))
        queries.page(reader, filters)
        return len(counted)

    make.dataset("Cantines")
    statements(Filters())  # the tree of units is read once
    few = [statements(Filters()), statements(Filters(text="cantine"))]
    for more in range(2):
        for number in range(30):
            make.dataset(f"Cantines {more}-{number}")
        # Counted anew, once, for the catalogue has changed. Matches that fill one page are not counted apart.
        assert [statements(Filters()), statements(Filters(text="cantine"))] == [few[0] + 1, few[1] + 1]
        assert [statements(Filters()), statements(Filters(text="cantine"))] == [few[0], few[1] + 1]
    # With the session of the reader (one), a page takes eight at most.
    assert max(few) + 1 <= 7


def test_the_search_over_everything_counts_all_the_boards_not_the_five_it_shows(site: Site, make: Make) -> None:
    for number in range(8):
        make.dashboard(f"Suivi des fuites {number}", unit="eau", sensitivity="internal", sources=[("t", "", "")])
    make.dashboard("Suivi des fuites cachées", unit="eau", sensitivity="confidential", sources=[("t", "", "")])
    page = site.as_("awa").get("/recherche", query={"q": "fuites"})
    assert "8 réponses" in page.main.replace("\u00a0", " ")


HIDDEN = [
    {"sensitivity": "restricted", "card": "internal"}, {"sensitivity": "restricted"},
    {"sensitivity": "internal", "card": "open"}, {"sensitivity": "internal", "protection": "health"},
    {"sensitivity": "internal", "state": "draft"},
]  # fmt: skip


@pytest.mark.parametrize("facts", HIDDEN)
@pytest.mark.parametrize("typed", ["ivg", "orthogénie", "planification"])
def test_what_only_the_content_shows_finds_nothing(access, make: Make, filed: Filed, facts, typed: str) -> None:
    """Else a word would tell what the page « sur demande » does not say."""
    said = {"description": "Centres d’orthogénie", "keywords": ["planification"]}
    asset = make.dataset("Soins suivis", unit="eau-potable", summary="Par commune", **said, **facts)
    filed(asset, "commune;ivg\n28059;1\n")
    for login in ("remi", "lucie", "ines"):
        for is_drafts in (False, True):
            assert queries.page(access(login), Filters(text=typed, is_drafts=is_drafts)).total == 0
    drafts = facts.get("state") == "draft"
    assert queries.page(access("lucie"), Filters(text="soins commune", is_drafts=drafts)).total == 1


def test_what_is_closed_is_no_longer_found_by_its_columns(access, make: Make, filed: Filed) -> None:
    asset = make.dataset("Soins suivis", unit="eau-potable")
    filed(asset, "commune;ivg\n28059;1\n")
    assert queries.page(access("remi"), Filters(text="ivg")).total == 1
    lucie = access("lucie")
    card, _ = queries.by_id(lucie, asset.public_id)
    services.edit(lucie, card, protection=Protection.HEALTH)
    lucie.session.commit()
    assert queries.page(access("remi"), Filters(text="ivg")).total == 0


def test_who_knows_of_what_is_internal_reads_it_and_the_index_counts_on_it(the_policy) -> None:
    """The delegate alone knows without reading; she has every register to look at anyway."""
    wrong = {
        (role, reach, level)
        for role in Role
        for reach in Reach
        for level in (Sensitivity.OPEN, Sensitivity.INTERNAL)
        if (known := the_policy.level(role, Permission.CARD_SEE, reach)) is not None and known >= level
        and ((read := the_policy.level(role, Permission.DATASET_READ, reach)) is None or read < level)
    }  # fmt: skip
    assert {role for role, _, _ in wrong} == {Role.DPO}
