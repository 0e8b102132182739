"""Delegated administration: who directs or administers a branch handles his people and things, and never others."""

import pytest

from dataspace.auth import Permission, queries, rights
from dataspace.auth.rights import NotYours, Wanted
from dataspace.auth.words import Role
from tests import people
from tests.organisation.conftest import HOME, WHY


@pytest.fixture
def branch(make):
    """Marc administers Solidarité and its services, by hand; Luc directs it."""
    make.grant("marc", "admin", "solidarite", with_services=True, ends=make.tomorrow())


@pytest.fixture(params=["luc", "marc"])
def manager(request, branch):
    return request.param


OTHERS = ("eau", "eau-potable", "finances", "valmer", "dgs", "pole-solidarites", "petite-enfance", "brezolles", "ccas",
          "aide-domicile", "transvalme", "eauvive", "nulle-part")  # fmt: skip
PAGES = ("/modifier", "/deplacer", "/fermer", "/accepter", "/affecter", "/terminer?qui=awa&type=affectation")


def test_a_manager_does_not_reach_the_units_of_others(site, manager):
    visitor = site.as_(manager)
    never = visitor.client.get(f"{HOME}/unites/jamais").data
    for code in OTHERS:
        answer = visitor.client.get(f"{HOME}/unites/{code}")
        assert answer.status_code == 404, code
        assert calm(answer.data) == calm(never.replace(b"jamais", code.encode())), code
    # One that stands beside, one above, one of another controller: each page, each act.
    typed = {"name": "Prise", "parent": "solidarite", "reason": WHY, "version": "1", "save": "1", "person": "awa",
             "kind": "affectation", "starts": "2026-11-23", "csrf_token": visitor.token()}  # fmt: skip
    for code in ("eau", "pole-solidarites", "aide-domicile"):
        for page in PAGES:
            assert visitor.client.get(f"{HOME}/unites/{code}{page}").status_code in (403, 404), (code, page)
        for act in ("modifier", "deplacer", "fermer", "accepter", "refuser", "retirer", "affecter", "terminer"):
            answer = visitor.client.post(f"{HOME}/unites/{code}/{act}", data=typed)
            assert answer.status_code in (403, 404), (code, act)


def calm(body):
    """Without what changes at each page."""
    import re

    return re.sub(rb'(nonce|value)="[^"]*"', b"", body)


def test_a_manager_keeps_his_own_branch(site, manager, keeping):
    page = site.as_(manager).get(HOME)
    titles = page.words(".tree .title")
    assert titles == ["Direction de la Solidarité", "Action sociale Nord", "Service Insertion"]
    made = keeping.create(manager, "solidarite", "Mission Logement").location.rsplit("/", 1)[1]
    assert keeping.parent(made) == ("solidarite", True)
    site.as_(manager).get(keeping.url("insertion"))
    keeping.move(manager, made, "insertion")
    assert keeping.parent(made) == ("insertion", True)


def test_a_manager_does_not_take_his_own_unit_away_from_who_is_above(site, manager, keeping):
    site.as_(manager).get(keeping.url("solidarite", "deplacer"), status=403)
    site.as_(manager).post(
        keeping.url("solidarite", "deplacer"), {"parent": "eau", "reason": "x", "version": "1", "save": "1"}, status=403
    )
    site.as_(manager).get(keeping.url("solidarite", "fermer"), status=404)
    assert keeping.parent("solidarite") == ("pole-solidarites", True)


def test_a_foreign_parent_in_the_form_is_not_taken(site, manager, keeping):
    for parent in ("transvalme", "aide-domicile", "nulle-part"):
        page = site.as_(manager).get(keeping.url("insertion", "deplacer"))
        typed = {"parent": parent, "reason": WHY, "version": "1", "save": "1"}
        page.visitor.post(keeping.url("insertion", "deplacer"), typed, status=422)
    assert keeping.parent("insertion") == ("solidarite", True)


def wanted(access, make, role, scope, *, to="ghislain", with_services=False):
    session = access.session
    unit = queries.unit_by_code(session, scope)
    person = people.person(session, to)
    return Wanted(person, role, unit, with_services, access.moment, make.tomorrow(), "mission")


def test_a_manager_gives_nothing_in_the_units_of_others(access, make, manager):
    here = access(manager)
    for scope in ("eau", "finances", "valmer", "petite-enfance", "ccas", "transvalme"):
        for role in (Role.AGENT, Role.READER, Role.CONTRIBUTOR, Role.STEWARD, Role.ADMIN, Role.DIRECTOR):
            with pytest.raises(NotYours):
                rights.assign(here, wanted(here, make, role, scope))


def test_a_manager_gives_in_his_branch(access, make, manager):
    here = access(manager)
    made = rights.assign(here, wanted(here, make, Role.CONTRIBUTOR, "insertion"))
    rights.revoke(here, made, reason="fini")


def test_who_administers_a_branch_names_nobody_who_reaches_all_the_authority(access, make, branch):
    """An auditor of Solidarité reads the whole journal: only who administers all of Valmer names one."""
    marc, claire = access("marc"), access("claire")
    for role in (Role.DPO, Role.AUDITOR, Role.ELECTED, Role.AGENT):
        with pytest.raises(NotYours):
            rights.assign(marc, wanted(marc, make, role, "solidarite"))
        assert rights.may_assign(claire, role, queries.unit_by_code(claire.session, "solidarite"))


def test_the_last_administrator_of_all_is_not_replaced_by_that_of_a_branch(access, make, branch):
    from sqlalchemy import select

    from dataspace.auth.models import Grant
    from dataspace.auth.rights import LastOne
    from dataspace.auth.words import Source

    with make.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.role == Role.ADMIN)):
            grant.source, grant.ends = Source.MANUAL, make.tomorrow()
    claire = access("claire")
    rows = claire.session.scalars(select(Grant).where(Grant.role == Role.ADMIN)).all()
    of = {row.person_id: row for row in rows}
    rights.revoke(claire, of[people.person(claire.session, "marc").id], reason="fini")
    rights.revoke(claire, of[people.person(claire.session, "bruno").id], reason="fini")
    with pytest.raises(LastOne):
        rights.revoke(claire, of[claire.actor.person_id], reason="fini")


def test_a_manager_does_not_touch_the_rights_of_others(site, make, manager):
    other = make.grant("ghislain", "reader", "eau", ends=make.tomorrow())
    visitor = site.as_(manager)
    visitor.get(f"/administration/acces/{other.public_id}", status=404)
    for act in ("retirer", "retablir", "fin"):
        typed = {"reason": "x", "ends": "2030-01-01", "version": "1"}
        visitor.post(f"/administration/acces/{other.public_id}/{act}", typed, status=404)


def test_a_manager_sees_as_his_own_people_only(site, make, manager):
    visitor = site.as_(manager)
    typed = {"person": "agnes", "reason": "vérifier un accès"}
    visitor.post("/administration/voir-comme", typed, status=403)
    visitor.post("/administration/voir-comme", typed | {"person": "awa"})
    visitor.post("/administration/voir-comme/fin")


def test_a_director_declares_conflicts_on_his_own_people_only(site, make):
    visitor = site.as_("luc")
    typed = {"theme": "eau", "starts": "2026-11-23", "reason": "conjoint"}
    visitor.post("/administration/conflits", typed | {"person": "lucie"}, status=403)
    visitor.post("/administration/conflits", typed | {"person": "awa"})


def test_a_manager_does_not_read_who_has_access_elsewhere(site, make, manager):
    water = make.dataset("Fuites", unit="eau", sensitivity="internal")
    mine = make.dataset("RSA", unit="insertion", sensitivity="internal")
    site.as_(manager).get(f"/administration/elements/{mine.public_id}")
    site.as_(manager).get(f"/administration/elements/{water.public_id}", status=404)
    site.as_("luc").get(f"/administration/elements/{water.public_id}/niveau", status=404)


def test_who_administers_a_branch_reads_nothing_more(access, make, branch):
    hidden = make.dataset("Signalements", unit="insertion", sensitivity="confidential", card="confidential")
    marc = access("marc")
    assert queries.asset_known(marc, hidden.public_id, Permission.RIGHTS_SEE, Permission.CARD_SEE) is None
    assert not marc.scope(Permission.RIGHTS_SEE).cells.keys() & {queries.unit_by_code(marc.session, "eau").id}


def test_who_keeps_no_unit_has_no_such_page(site):
    for login in ("awa", "ines", "odile", "jerome", "paul", "remi"):
        site.as_(login).get(HOME, status=403)
        site.as_(login).get(f"{HOME}/unites/solidarite", status=403)
        site.as_(login).post(f"{HOME}/unites/solidarite/modifier", {"name": "x"}, status=403)


def test_a_revoked_manager_keeps_nothing_at_the_next_page(site, make, sessions, keeping):
    grant = make.grant("remi", "director", "solidarite", with_services=True)
    site.as_("remi").get(keeping.url("insertion"))
    with make.writing() as session:
        from dataspace.auth.models import Grant

        row = session.get(Grant, grant.id)
        row.revoked_at = row.starts
    site.as_("remi").get(keeping.url("insertion"), status=403)


@pytest.mark.parametrize("permission", ["share:end", "tool:answer", "review:run", "proof:see", "rights:assign"])
def test_whoever_administers_a_branch_does_nothing_of_the_kind_elsewhere(make, access, permission):
    make.grant("marc", "admin", "eau", with_services=True)
    marc, claire = access("marc"), access("claire")
    elsewhere = marc.facts.tree.by_code["solidarite"].id
    assert marc.may_in(Permission(permission), marc.facts.tree.by_code["eau-potable"].id)
    assert not marc.may_in(Permission(permission), elsewhere)
    assert claire.may_in(Permission(permission), elsewhere)


@pytest.mark.parametrize(
    "permission", [Permission.RIGHTS_ASSIGN, Permission.SHARE_END, Permission.REVIEW_RUN, Permission.TOOL_ANSWER]
)
def test_who_administers_a_branch_does_nothing_in_another(access, branch, permission):
    marc, claire = access("marc"), access("claire")
    inside, outside = (queries.unit_by_code(marc.session, code).id for code in ("insertion", "eau"))
    assert marc.may_in(permission, inside) and not marc.may_in(permission, outside)
    assert claire.may_in(permission, inside) and claire.may_in(permission, outside)
