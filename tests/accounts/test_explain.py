"""A right said to the person it concerns: what, where, because of what, until when, in French that agrees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dataspace.auth import Access, Permission, explain
from dataspace.auth.models import Asset, Membership
from dataspace.auth.queries import people as known
from dataspace.auth.words import MembershipKind
from tests import people
from tests.make import Make

pytestmark = pytest.mark.usefixtures("that_monday")

Acting = Callable[..., Access]


def said(access: Access) -> list[str]:
    found = known(access.session, (held.granted_by_id for held in access.facts.held))
    return [str(sentence) for sentence in explain.in_full(access, access.facts.held, found)]


def read(access: Access, asset: Asset, permission: Permission = Permission.DATASET_READ) -> str:
    decision = access.decide(permission, asset)
    giver = decision.held.granted_by_id if decision.held else None
    return str(explain.decision(access, decision, asset, known(access.session, [giver])))


SAID = {
    "awa": "Vous lisez les données à accès limité de la Direction de la Solidarité et de ses services ainsi que les "
    "données internes de la Métropole de Valmer, parce que vous y êtes affectée comme agente. Sans date de fin.",
    "remi": "Vous lisez les données à accès limité de la Direction du Numérique et les préparez, sans "
    "les publier, parce que vous y êtes affecté comme contributeur. Sans date de fin.",
    "luc": "Vous lisez les données confidentielles de la Direction de la Solidarité et de ses services ainsi que les "
    "données internes de la Métropole de Valmer et attribuez des accès au sein de la Direction de la Solidarité et de "
    "ses services, parce que vous y êtes affecté comme directeur. Sans date de fin.",
    "nadia": "Vous lisez les données internes de la Métropole de Valmer, parce que l’annuaire vous connaît comme élue. "
    "Sans date de fin.",
    "claire": "Vous attribuez des accès au sein de la Métropole de Valmer et de ses services, parce que l’annuaire "
    "vous connaît comme administratrice fonctionnelle. Sans date de fin.",
    "odile": "Vous consultez le journal, avec un motif et voyez qui a accès à quoi, parce que l’annuaire vous connaît "
    "comme auditrice. Sans date de fin.",
    "ines": "Vous voyez toutes les fiches de la Métropole de Valmer sans en lire les contenus, consultez le journal, "
    "avec un motif et voyez qui a accès à quoi, parce que l’annuaire vous connaît comme déléguée à la protection des "
    "données. Sans date de fin.",
    "paul": "Vous lisez les données à accès limité de Transvalme, parce que l’annuaire vous connaît comme partenaire. "
    "Sans date de fin.",
}


@pytest.mark.parametrize("login", SAID)
def test_what_the_directory_gives(access: Acting, login: str) -> None:
    assert SAID[login] in said(access(login))


def test_what_somebody_gave_says_who_when_and_until(access: Acting, make: Make) -> None:
    asset = make.asset("Fibre : raccordements", unit="numerique", sensitivity="restricted")
    starts, ends = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2027, 3, 3, 9, tzinfo=UTC)
    make.grant("awa", "agent", asset, starts=starts, ends=ends, source="request", by="remi")
    (sentence,) = [line for line in said(access("awa")) if "Fibre" in line]
    assert sentence == (
        "Vous lisez « Fibre : raccordements » jusqu’au 3 mars 2027, parce que Rémi Faure a accepté votre demande le "
        "2 novembre 2026."
    )


def test_what_was_given_by_hand_says_its_reason(access: Acting, make: Make) -> None:
    make.grant(
        "awa", "steward", "eau", by="luc", starts=datetime(2026, 11, 1, 9, tzinfo=UTC), reason="Remplacement de Lucie."
    )
    (sentence,) = [line for line in said(access("awa")) if "Luc Moreau" in line]
    assert sentence.endswith(
        "parce que Luc Moreau vous l’a attribué le 1ᵉʳ novembre 2026 : remplacement de Lucie. Sans date de fin."
    )


def test_an_interim_is_said(access: Acting, make: Make) -> None:
    with make.writing() as session:
        posting = session.scalars(
            select(Membership).where(Membership.person_id == people.person(session, "luc").id)
        ).one()
        posting.kind = MembershipKind.INTERIM
    assert any("vous y assurez l’intérim, comme directeur" in line for line in said(access("luc")))


def test_without_a_gender_the_sentence_avoids_it(access: Acting, make: Make) -> None:
    with make.writing() as session:
        people.person(session, "awa").is_feminine = None
    assert any("parce que c’est votre affectation, comme agent" in line for line in said(access("awa")))


def test_a_grant_on_something_protected_to_a_group_opens_the_card_only(access: Acting, make: Make) -> None:
    asset = make.asset("Dossiers", sensitivity="restricted", protection="health")
    make.grant(to_unit="solidarite", role="agent", on=asset)
    assert any("voyez la fiche de « Dossiers » sans en lire le contenu" in line for line in said(access("awa")))


def test_the_same_thing_is_said_once(access: Acting, make: Make) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(2):
        make.grant("awa", "agent", "eau", by="luc", starts=start)
    assert len([line for line in said(access("awa")) if "Luc Moreau" in line]) == 1


def test_the_director_is_not_told_what_an_agent_reads_there(access: Acting) -> None:
    assert not any("comme agent." in line for line in said(access("luc")))
    assert any("comme agente." in line for line in said(access("claire")))


# --- decisions ------------------------------------------------------------------------------------------------------
def test_why_one_reads(access: Acting, make: Make) -> None:
    asset = make.asset("Aides versées", sensitivity="restricted")
    assert read(access("awa"), asset) == "Vous lisez « Aides versées », comme agente de la Direction de la Solidarité."


def test_why_one_does_not_read_the_other_directorate(access: Acting, make: Make) -> None:
    asset = make.asset("Fuites", unit="eau", sensitivity="restricted")
    assert read(access("awa"), asset) == (
        "Ce jeu de données de la Direction du Cycle de l’eau est à accès limité ; vous êtes à la Direction de la "
        "Solidarité."
    )


def test_protection_is_the_reason_even_for_the_director(access: Acting, make: Make) -> None:
    asset = make.asset("Dossiers", protection="secret", sensitivity="restricted")
    assert read(access("luc"), asset) == (
        "Ce jeu de données contient des informations couvertes par le secret professionnel : l’accès est donné à une "
        "personne nommée, selon sa mission, jamais par sa place dans l’organisation. La Direction de la Solidarité en "
        "décide."
    )


def test_a_conflict_of_interest_comes_first(access: Acting, make: Make) -> None:
    asset = make.asset("Marchés")
    make.denial("awa", asset=asset)
    assert read(access("awa"), asset) == (
        "Ce jeu de données vous est fermé : un conflit d’intérêts est déclaré pour vous."
    )


def test_feminine_things_agree(access: Acting, make: Make) -> None:
    asset = make.asset("Paie", unit="finances", kind="application", sensitivity="confidential", card="internal")
    assert read(access("awa"), asset).startswith("Cette application de la Direction des Finances est confidentielle")


def test_an_ended_grant_says_nothing(access: Acting, make: Make) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    make.grant("awa", "agent", "eau", by="luc", starts=past - timedelta(days=1), ends=past)
    assert not any("Luc Moreau" in line for line in said(access("awa")))
