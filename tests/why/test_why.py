"""« Pourquoi ? »: what is closed, over, empty or cut says why, and what to do next."""

from datetime import UTC, datetime, timedelta

import pytest

from dataspace import db
from dataspace.auth import Permission, why
from dataspace.auth.words import RowAttribute
from tests import people

AREAS = {people.BREZOLLES: "Brezolles", people.CHARTRES: "Chartres", people.DREUX: "Dreux"}


def said(access, asset, permission=Permission.DATASET_READ):
    return why.refused(access, access.decide(permission, asset), asset)


def plain(text):
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def test_awa_is_told_that_her_access_given_by_lucie_is_over(site, make, clock):
    dataset = make.dataset("Fuites 2026", unit="eau", sensitivity="restricted", card="internal")
    make.grant("awa", "agent", dataset, by="lucie", ends=datetime(2026, 3, 3, 22, tzinfo=UTC))
    page = site.as_("awa").get(f"/donnees/{dataset.public_id}")
    assert "Votre accès accordé par Lucie Martin a pris fin le 3 mars 2026." in page.main
    assert "Vous pouvez redemander cet accès à Agnès Montel, qui en décide." in page.main


def test_a_revoked_access_is_told_as_such_and_only_the_last_one(access, make):
    asset = make.asset("Fuites", unit="eau", sensitivity="restricted", card="internal")
    make.grant("awa", "agent", "eau", by="luc", ends=datetime(2026, 1, 10, tzinfo=UTC))
    make.grant("awa", "agent", asset, by="lucie", revoked=datetime(2026, 5, 2, 9, tzinfo=UTC))
    (before,) = said(access("awa"), asset).before
    assert "accordé par Lucie Martin" in plain(before) and "2 mai 2026" in plain(before)


def test_what_never_opened_it_is_not_told(access, make):
    asset = make.asset("Fuites", unit="eau", sensitivity="confidential", card="internal")
    over = datetime(2026, 1, 10, tzinfo=UTC)
    make.grant("awa", "agent", "eau", by="luc", ends=over)
    make.grant("awa", "agent", "finances", by="luc", ends=over)
    make.grant("remi", "agent", asset, by="luc", ends=over)
    assert said(access("awa"), asset).before == ()


def test_without_a_director_who_stands_above_decides(access, make):
    asset = make.asset("Contentieux", unit="juridique", sensitivity="restricted", card="internal")
    assert plain(said(access("awa"), asset).next_step) == "Vous pouvez demander l’accès à Jérôme Lacaze, qui en décide."


def test_a_closed_dashboard_says_the_decision_itself(site, make):
    board = make.dashboard("Pertes du réseau", unit="eau", sensitivity="restricted", card="internal")
    page = site.as_("awa").get(f"/tableaux-de-bord/{board.public_id}")
    assert "Ce tableau de bord de la Direction du Cycle de l’eau est à accès limité" in page.main
    assert "vous êtes à la Direction de la Solidarité" in page.main
    assert "Agnès Montel" in page.main


def test_rows_cut_are_counted_by_commune_and_explained(access, make):
    make.person("jeanne", "Jeanne", unit="action-sociale-nord")
    make.grant("jeanne", "agent", "action-sociale-nord")
    (sentence,) = why.rows(access("jeanne"), [RowAttribute.AREA], AREAS)
    assert plain(sentence) == (
        "Vous voyez 2 communes sur 3 (Brezolles, Dreux), parce que vous êtes à Action sociale Nord."
    )


def test_who_sees_every_commune_is_told_so(access):
    (sentence,) = why.rows(access("nadia"), [RowAttribute.AREA], AREAS)
    assert plain(sentence).startswith("Vous voyez les lignes de toutes les communes, parce que vous êtes à la Métro")


def test_who_sees_no_row_is_told_why(access):
    (sentence,) = why.rows(access("zoe"), [RowAttribute.AREA], AREAS)
    assert plain(sentence).startswith("Vous n’en voyez aucune ligne, parce que ces lignes se lisent par commune et que")


@pytest.mark.parametrize(
    ("login", "path", "words"),
    [
        ("bruno", "/donnees/", "voir des fiches, et votre rôle (administrateur fonctionnel) ne le donne pas"),
        ("awa", "/administration/", "de pouvoir voir qui a accès à quoi, et votre rôle (agente) ne le donne pas"),
    ],
)
def test_a_page_that_is_closed_altogether_names_the_role(site, login, path, words):
    assert words in site.as_(login).get(path, status=403).main


def test_an_empty_list_says_where_one_stands(site):
    page = site.as_("awa").get("/tableaux-de-bord/")
    assert "vous êtes à la Direction de la Solidarité, et vos rôles y vont jusqu’à « accès limité »" in page.main


def test_an_access_that_ends_tomorrow_is_not_over(access, make):
    asset = make.asset("Fuites", unit="eau", sensitivity="restricted", card="internal")
    make.grant("awa", "agent", asset, by="lucie", ends=db.now() + timedelta(days=1))
    assert why.ended(access("awa"), Permission.DATASET_READ, asset) == []
