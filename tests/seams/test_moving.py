"""Moving a unit gives its people what was given to the units above: not alone, for who may not give it."""

import pytest

from tests.organisation.conftest import Keeping


@pytest.fixture
def keeping(site, sessions):
    return Keeping(site, sessions)


def test_claire_alone_opens_nothing_confidential_by_a_move(keeping, make, site):
    secret = make.dataset("Fuites", unit="eau", sensitivity="confidential", card="internal")
    make.grant(to_unit="pole-environnement", role="reader", on=secret)
    page = keeping.move("claire", "juridique", "pole-environnement").follow()
    assert "En attente sous" in page.main
    assert "Sur demande" in site.as_("ines").get(f"/donnees/{secret.public_id}").main
    keeping.accept("bruno", "juridique")
    assert keeping.parent("juridique") == ("pole-environnement", True)


def test_what_she_may_give_she_moves_at_once(keeping, make):
    plain = make.dataset("Débits", unit="eau", sensitivity="restricted", card="internal")
    make.grant(to_unit="pole-environnement", role="reader", on=plain)
    keeping.move("claire", "juridique", "pole-environnement")
    assert keeping.parent("juridique") == ("pole-environnement", True)
