"""Writing who there is: places, themes, people, and the rights they hold."""

from dataspace.auth import directory
from dataspace.auth.models import Denial, Grant, GroupMapping, Membership, Person, Theme, Unit
from dataspace.auth.words import MembershipKind, PersonKind, Role, Source, UnitKind
from dataspace.demo.written import Written, address, end_of, start_of
from dataspace.themes import services as themes


def write_places(written: Written) -> None:
    """Communes, units (each accepted by its parent) and themes."""
    world, session = written.world, written.session
    for unit in world.units:
        written.units[unit.code] = Unit(
            code=unit.code,
            name=unit.name,
            short_name=unit.short_name,
            kind=UnitKind(unit.kind),
            parent_id=written.units[unit.parent].id if unit.parent else None,
            is_accepted=True,
            areas=list(unit.areas),
        )
        session.add(written.units[unit.code])
        session.flush()
    for theme in world.themes:
        written.themes[theme.code] = Theme(
            code=theme.code,
            label=theme.label,
            parent_id=written.themes[theme.parent].id if theme.parent else None,
            eu_code=theme.eu_theme,
        )
        session.add(written.themes[theme.code])
        session.flush()
    themes.name_municipalities(written.house, {commune.insee: commune.name for commune in world.communes})


def write_people(written: Written) -> None:
    """People and where they work or sit, as an import of the directory would have said."""
    session = written.session
    for person in written.world.people:
        written.people[person.login] = Person(
            public_id=address("person", person.login),
            login=person.login,
            given_name=person.given_name,
            family_name=person.family_name,
            email=person.email,
            phone=person.phone,
            post=person.title,
            kind=PersonKind(person.kind),
            is_feminine=person.gender == "f",
        )
        session.add(written.people[person.login])
    session.flush()
    session.add_all(
        Membership(
            person_id=written.people[person.login].id,
            unit_id=written.units[held.unit].id,
            kind=MembershipKind(held.kind),
            quota=held.quota,
            areas=list(held.areas),
            title=held.label,
            source=Source.SSO,
            starts=start_of(held.starts),
            ends=end_of(held.ends),
        )
        for person in written.world.people
        for held in person.memberships
    )
    session.flush()


def apply_directory(written: Written) -> None:
    """What groups give, then to each person hers: pages about people are true before they ever sign in."""
    written.session.add_all(
        GroupMapping(
            public_id=address("mapping", f"{mapping.group}/{mapping.unit}/{mapping.role}"),
            value=mapping.group,
            unit_id=written.units[mapping.unit].id,
            role=Role(mapping.role),
            with_services=mapping.with_services,
        )
        for mapping in written.world.mappings
    )
    written.session.flush()
    for person in written.world.people:
        directory.sync(written.house, written.people[person.login], {"groups": list(person.groups)})


def write_rights(written: Written) -> None:
    """Rights that do not come from the directory, and conflicts of interest."""
    written.session.add_all(
        Grant(
            public_id=address("grant", f"{grant.subject}/{grant.role}/{grant.unit or grant.asset}"),
            person_id=written.people[grant.subject].id if grant.subject_kind == "person" else None,
            subject_unit_id=written.units[grant.subject].id if grant.subject_kind == "unit" else None,
            group_name=grant.subject if grant.subject_kind == "group" else None,
            role=Role(grant.role),
            unit_id=written.units[grant.unit].id if grant.unit else None,
            with_services=grant.with_services,
            asset_id=written.assets[grant.asset].id if grant.asset else None,
            source=Source(grant.source),
            reason=grant.reason,
            granted_by_id=written.people[grant.granted_by].id,
            granted_at=start_of(grant.starts),
            starts=start_of(grant.starts),
            ends=end_of(grant.ends),
        )
        for grant in written.world.grants
    )
    written.session.add_all(
        Denial(
            public_id=address("denial", f"{denial.person}/{denial.theme or denial.asset}"),
            person_id=written.people[denial.person].id,
            theme_id=written.themes[denial.theme].id if denial.theme else None,
            asset_id=written.assets[denial.asset].id if denial.asset else None,
            reason=denial.reason,
            starts=start_of(denial.starts),
            ends=end_of(denial.ends),
        )
        for denial in written.world.denials
    )
    written.session.flush()
