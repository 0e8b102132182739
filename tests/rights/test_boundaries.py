"""A partner, another authority, a unit nobody accepted: nothing given above reaches inside, nor is shared inside."""

from dataspace.auth import Permission
from dataspace.auth.models import Asset
from dataspace.auth.words import RowAttribute

SEE = Permission.CARD_SEE


def seen(access):
    return {asset.title for asset in access.session.scalars(access.select(Asset, SEE))}


def test_what_is_given_to_the_metropole_is_not_given_to_its_partners(make, access):
    make.grant(to_unit="valmer", role="agent", on="eau")
    make.asset("Fuites", unit="eau", sensitivity="restricted")
    make.person("emma", unit="transvalme")
    make.person("noe", unit="eau-potable")
    assert seen(access("emma")) == set()
    assert seen(access("noe")) == {"Fuites"}


def test_the_president_does_not_see_what_a_partner_or_another_controller_keeps(make, access):
    make.asset("Coûts de Transvalme", unit="transvalme", sensitivity="confidential")
    make.asset("Aide à domicile", unit="aide-domicile", sensitivity="internal")
    make.asset("Budget", unit="budget", sensitivity="confidential")
    assert seen(access("jerome")) == {"Budget"}


def test_rivals_do_not_see_each_other(make, access):
    make.asset("Grille tarifaire", unit="transvalme", sensitivity="internal", card="open")
    assert seen(access("paul")) == {"Grille tarifaire"}
    assert seen(access("zoe")) == set()


def test_a_unit_nobody_accepted_gives_its_parent_nothing(make, access):
    make.unit("faux-service", parent="solidarite", is_accepted=False)
    make.asset("Piège", unit="faux-service", sensitivity="open")
    make.membership("ghislain", "faux-service")
    make.grant(to_unit="solidarite", role="agent", on="solidarite")
    make.asset("Bénéficiaires", sensitivity="internal")
    assert seen(access("luc")) == {"Bénéficiaires"}
    assert seen(access("ghislain")) == set()


def test_a_partner_does_not_inherit_the_territory_of_the_metropole(access):
    assert access("paul").row_values(RowAttribute.AREA) == ()
    assert access("marc").row_values(RowAttribute.AREA) == ("28059",)
    assert access("awa").row_values(RowAttribute.AREA) == ("28059", "28085", "28134")
