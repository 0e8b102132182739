"""How closed something is: seen name by name before, decided by the responsible directorate, written in the journal."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.auth import closing
from dataspace.auth.closing import Level
from dataspace.auth.queries import asset_known
from dataspace.auth.words import Permission, Protection, Sensitivity
from dataspace.catalog import queries as catalog
from dataspace.catalog import services
from tests.organisation.conftest import sent

FORM = "form#niveau"


def page(asset):
    return f"/administration/elements/{asset.public_id}/niveau"


@pytest.fixture
def leaks(make):
    return make.dataset("Fuites", unit="eau", sensitivity="confidential", card="internal", ground="L311-6-1")


def test_agnes_sees_who_gains_before_she_opens_then_it_is_written(site, make, sessions):
    meters = make.dataset("Compteurs", unit="eau", sensitivity="restricted", card="internal", ground="L311-6-1")
    typed = {"sensitivity": "internal", "protection": "none", "reason": "publié au conseil du 8 décembre"}
    seen = site.as_("agnes").get(page(meters)).submit(typed, form=FORM, button="Voir", status=200)
    assert "Awa Diallo" in seen.words(".diff li strong") and "Agnès Montel" not in seen.words(".diff li strong")
    assert "Sur demande" in site.as_("awa").get(f"/donnees/{meters.public_id}").main, "not yet"
    site.as_("agnes").post(page(meters), sent(seen, FORM, save="1"))
    assert "Sur demande" not in site.as_("awa").get(f"/donnees/{meters.public_id}").main
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "asset-changed")).one()
    assert (line.facts["before"]["sensitivity"], line.facts["after"]["sensitivity"]) == ("restricted", "internal")


def test_closing_says_who_loses(site, make):
    dataset = make.dataset("Recettes", unit="eau")
    typed = {"sensitivity": "restricted", "ground": "L311-6-1", "review_date": "2030-01-01", "reason": "secret"}
    seen = site.as_("agnes").get(page(dataset)).submit(typed, form=FORM, button="Voir", status=200)
    assert "Awa Diallo" in seen.words(".diff li strong") and "Lucie Martin" not in seen.words(".diff li strong")


@pytest.mark.parametrize(
    ("login", "status"), [("lucie", 403), ("claire", 403), ("luc", 404), ("awa", 403), ("jerome", 200)]
)
def test_it_is_for_the_responsible_directorate(site, leaks, login, status):
    site.as_(login).get(page(leaks), status=status)


def test_lucie_who_edits_the_card_cannot_open_it_further_but_may_close_it(access, leaks):
    lucie = access("lucie")
    card, _ = catalog.by_id(lucie, leaks.public_id)
    with pytest.raises(closing.NotYoursToWiden):
        services.edit(lucie, card, sensitivity=Sensitivity.INTERNAL)
    services.edit(lucie, card, card_sensitivity=Sensitivity.CONFIDENTIAL)


@pytest.mark.parametrize(
    ("wanted", "is_wider"),
    [
        (Level(Sensitivity.RESTRICTED, Sensitivity.INTERNAL, Protection.NONE), True),
        (Level(Sensitivity.CONFIDENTIAL, Sensitivity.INTERNAL, Protection.HEALTH), False),
        (Level(Sensitivity.CONFIDENTIAL, Sensitivity.OPEN, Protection.NONE), False),
        (Level(Sensitivity.CONFIDENTIAL, Sensitivity.CONFIDENTIAL, Protection.NONE), False),
    ],
)
def test_what_widens(leaks, wanted, is_wider):
    assert closing.is_widening(leaks, wanted) is is_wider
    assert closing.is_widening(leaks, replace(closing.level_of(leaks), unit_id=leaks.unit_id + 1))


def test_two_at_once_the_second_is_told(site, make):
    leaks = make.dataset("Fuites", unit="eau", sensitivity="internal", card="internal")
    here, there = (site.as_(login).get(page(leaks)) for login in ("agnes", "jerome"))
    typed = {"sensitivity": "restricted", "reason": "réexamen", "ground": "L311-6-1", "review_date": "2030-01-01"}
    for form, status in ((here, 303), (there, 409)):
        form.visitor.post(page(leaks), sent(form, FORM, save="1") | typed, status=status)


def test_a_preview_writes_nothing(access, leaks):
    agnes = access("agnes")
    asset = asset_known(agnes, leaks.public_id, Permission.RIGHTS_SEE)
    found = closing.effect(agnes, asset, Level(Sensitivity.OPEN, Sensitivity.OPEN, Protection.NONE))
    assert found.gaining_total > 5 and found.losing_total == 0
    assert not agnes.session.new and not agnes.session.dirty
