"""What is confidential or protected opens further when a second person confirms, and never before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.auth import closing
from dataspace.auth.closing import Level, TwoNeeded
from dataspace.auth.models import Grant
from dataspace.auth.queries import asset_known
from dataspace.auth.words import Permission, Protection, Sensitivity
from dataspace.catalog import queries as catalog
from dataspace.catalog import services
from dataspace.mail.models import Mail
from dataspace.widening.models import Widening
from tests.organisation.conftest import sent

FORM, HOME = "form#niveau", "/administration/ouvertures"
TYPED = {"sensitivity": "internal", "protection": "none", "reason": "publié au conseil du 8 décembre"}


@pytest.fixture
def leaks(make):
    return make.dataset("Fuites", unit="eau", sensitivity="confidential", card="internal", ground="L311-6-1")


def level_page(asset):
    return f"/administration/elements/{asset.public_id}/niveau"


def propose(site, asset, login="agnes", status=303, **typed):
    seen = site.as_(login).get(level_page(asset)).submit(TYPED | typed, form=FORM, button="Voir", status=200)
    assert "se décide à deux" in seen.main
    return seen.visitor.post(level_page(asset), sent(seen, FORM, save="1"), status=status)


def proposal(sessions):
    with sessions() as session:
        return f"{HOME}/{session.scalars(select(Widening).order_by(Widening.id.desc())).first().public_id}"


def reads(site, login, asset):
    return "Sur demande" not in site.as_(login).get(f"/donnees/{asset.public_id}").main


def test_agnes_proposes_the_president_confirms_and_awa_reads(site, leaks, sessions):
    page = propose(site, leaks).follow()
    assert "Agnès Montel propose d’ouvrir davantage" in page.main
    assert not reads(site, "awa", leaks), "not yet"
    with sessions() as session:
        mail = session.scalars(select(Mail)).all()
    assert [one.subject for one in mail] == ["Une ouverture à confirmer\u00a0: {titre}"]
    assert "Fuites" not in mail[0].body, "the title is only written when it leaves, for who may know of it"
    assert "Fuites" in site.as_("jerome").get(HOME).main
    seen = site.as_("jerome").get(proposal(sessions))
    assert "Awa Diallo" in seen.words(".diff li strong")
    seen.submit(form="#confirmer")
    assert reads(site, "awa", leaks)
    with sessions() as session:
        acts = session.scalars(select(Event).order_by(Event.seq)).all()
    assert [line.act for line in acts][-2:] == ["asset-changed", "widening-decided"]
    assert acts[-1].facts["proposed_by"] == "agnes"
    site.as_("jerome").post(proposal(sessions) + "/confirmer", status=409)


def test_who_comes_to_know_of_a_hidden_card_is_told_too(site, make):
    hidden = make.dataset("Forages", unit="eau", sensitivity="confidential", card="confidential", ground="L311-6-1")
    typed = {"card_sensitivity": "internal", "reason": "qu’on sache la demander"}
    seen = site.as_("agnes").get(level_page(hidden)).submit(typed, form=FORM, button="Voir", status=200)
    assert "personnes connaîtront la fiche" in seen.main and "0 personne" not in seen.main
    assert "Awa Diallo" in seen.words(".diff li strong") and "Jérôme Lacaze" not in seen.words(".diff li strong")


def test_agnes_sees_the_same_list_and_does_not_confirm_her_own(site, leaks, sessions):
    propose(site, leaks)
    page = site.as_("agnes").get(proposal(sessions))
    assert "Awa Diallo" in page.words(".diff li strong") and not page.select("#confirmer")
    site.as_("agnes").post(proposal(sessions) + "/confirmer", status=403)
    site.as_("agnes").post(proposal(sessions) + "/refuser", {"reason": "x"}, status=403)
    assert not reads(site, "awa", leaks)


def test_a_colleague_who_may_open_confirms_too(site, make, leaks, sessions):
    make.grant("remi", "director", "eau")
    propose(site, leaks)
    site.as_("remi").post(proposal(sessions) + "/confirmer")
    assert reads(site, "awa", leaks)


def test_it_is_nobody_elses(site, leaks, sessions):
    propose(site, leaks)
    url = proposal(sessions)
    others = {"lucie": 403, "claire": 403, "luc": 404, "paul": 403}
    for login, status in others.items():
        site.as_(login).get(url, status=status)
        for act in ("confirmer", "refuser", "retirer"):
            site.as_(login).post(f"{url}/{act}", {"reason": "x"}, status=status)
    assert not reads(site, "awa", leaks)


def test_refused_with_a_reason_or_withdrawn(site, leaks, sessions):
    propose(site, leaks)
    page = site.as_("jerome").get(proposal(sessions))
    form = f'form[action="{proposal(sessions)}/refuser"]'
    page.submit({"reason": ""}, form=form, status=422)
    page.submit({"reason": "trop tôt"}, form=form)
    assert "trop tôt" in site.as_("agnes").get(HOME).main
    propose(site, leaks)
    site.as_("jerome").post(proposal(sessions) + "/retirer", status=403)
    site.as_("agnes").post(proposal(sessions) + "/retirer")
    site.as_("jerome").post(proposal(sessions) + "/confirmer", status=409)
    assert not reads(site, "awa", leaks)


def test_one_at_a_time(site, make, leaks):
    make.grant("remi", "director", "eau")
    propose(site, leaks)
    page = propose(site, leaks, "remi", status=409)
    assert "attend déjà sa confirmation" in page.main


def test_after_fourteen_days_it_is_over_when_it_is_read(site, leaks, sessions, clock):
    propose(site, leaks)
    clock.shift(timedelta(days=14))
    # Sessions of people do not last that long.
    site.as_("jerome").sign_in("jerome").get(proposal(sessions))
    assert "Délai passé" in site.as_("jerome").get(proposal(sessions)).main
    site.as_("jerome").post(proposal(sessions) + "/confirmer", status=409)
    site.as_("agnes").sign_in("agnes")
    propose(site, leaks)
    site.as_("jerome").post(proposal(sessions) + "/confirmer")


def test_it_falls_when_the_thing_is_no_longer_what_it_was(site, make, leaks, sessions, access):
    propose(site, leaks)
    with make.writing() as session:
        from dataspace.auth import Task, system

        house = system(session, Task.SEED, make.policy)
        services.edit(house, catalog.by_id(house, leaks.public_id)[0], protection=Protection.HEALTH)
    page = site.as_("jerome").post(proposal(sessions) + "/confirmer", status=409)
    assert "a changé depuis la proposition" in page.main


def test_it_falls_with_the_right_of_who_proposed(site, make, leaks, sessions):
    grant = make.grant("remi", "director", "eau")
    propose(site, leaks, "remi")
    with make.writing() as session:
        row = session.get(Grant, grant.id)
        row.revoked_at = row.starts
    page = site.as_("agnes").post(proposal(sessions) + "/confirmer", status=409)
    assert "n’en a plus le droit" in page.main
    assert not reads(site, "awa", leaks)


def test_no_other_door_opens_it_alone(access, make, leaks):
    """The services themselves refuse, and so does the card of who both directs and edits."""
    make.grant("agnes", "steward", "eau", with_services=True)
    agnes = access("agnes")
    asset = asset_known(agnes, leaks.public_id, Permission.RIGHTS_SEE)
    wanted = Level(Sensitivity.INTERNAL, Sensitivity.INTERNAL, Protection.NONE)
    for by in (None, agnes.author_id):
        with pytest.raises(TwoNeeded):
            closing.change(agnes, asset, wanted, reason="seule", version=asset.version, proposed_by=by)
    with pytest.raises(TwoNeeded):
        services.edit(agnes, catalog.by_id(agnes, leaks.public_id)[0], sensitivity=Sensitivity.INTERNAL)


def test_handed_to_another_directorate_it_takes_two_as_well(site, make, leaks, sessions, access):
    """The president answers for both; Agnès, who holds it today, confirms that it goes to Solidarité."""
    jerome = access("jerome")
    solidarite = next(node for node in jerome.facts.tree.nodes.values() if node.code == "solidarite")
    seen = propose(site, leaks, "jerome", unit=str(solidarite.id), sensitivity="confidential", protection="none",
                   reason="la mission change de direction")  # fmt: skip
    assert seen.follow().title
    shown = site.as_("agnes").get(proposal(sessions))
    assert "Qui en répond" in shown.main and "Direction de la Solidarité" in shown.main
    assert "Luc Moreau" in shown.words(".diff li strong")
    assert not reads(site, "luc", leaks), "not yet"
    shown.submit(form="#confirmer")
    assert reads(site, "luc", leaks)
    with sessions() as session:
        line = session.scalars(select(Event).where(Event.act == "asset-changed")).one()
    assert (line.facts["before"]["unit"], line.facts["after"]["unit"]) == ("eau", "solidarite")


def test_it_falls_when_who_proposed_answers_there_no_more(site, make, leaks, sessions, access):
    """Agnès had been given Solidarité for a while: once that is over, nobody confirms what she handed to it."""
    lent = make.grant("agnes", "director", "solidarite")
    solidarite = next(node for node in access("agnes").facts.tree.nodes.values() if node.code == "solidarite")
    propose(site, leaks, unit=str(solidarite.id), sensitivity="confidential", reason="la mission change de direction")
    with make.writing() as session:
        session.get_one(Grant, lent.id).revoked_at = lent.starts
    site.as_("jerome").get(proposal(sessions)).submit(form="#confirmer", status=409)
    assert not reads(site, "luc", leaks)


def test_agnes_hands_nothing_over_where_she_has_no_say(site, leaks):
    assert site.as_("agnes").get(level_page(leaks)).words(f"{FORM} [name=unit] option") == [
        "Direction du Cycle de l’eau", "Service Eau potable",
    ]  # fmt: skip


WANTED = (
    ({"sensitivity": "restricted"}, "internal", False),
    ({"sensitivity": "confidential"}, "restricted", True),
    ({"sensitivity": "restricted", "protection": "health"}, "restricted", True),
    ({"sensitivity": "confidential", "card": "confidential"}, "confidential", True),
    ({"sensitivity": "confidential", "state": "draft"}, "internal", False),
)


def test_what_needs_two(make):
    for facts, wanted, is_for_two in WANTED:
        asset = make.asset("Fuites", unit="eau", **{"card": "internal"} | facts)
        level = Level(Sensitivity[wanted.upper()], Sensitivity.INTERNAL, Protection.NONE)
        assert closing.needs_two(asset, level) is is_for_two, facts
