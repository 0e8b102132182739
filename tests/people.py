"""The cast: who the stories of the tests are about, in a small métropole of Valmer (the demo's, much reduced)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dataspace.auth import Actor
from dataspace.auth.models import Grant, Membership, Person, Theme, Unit
from dataspace.auth.words import MembershipKind, PersonKind, Role, Source, UnitKind

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BREZOLLES, CHARTRES, DREUX = "28059", "28085", "28134"

# code, parent, kind, name, territory (INSEE codes)
UNITS = (
    ("valmer", "", UnitKind.AUTHORITY, "Métropole de Valmer", (BREZOLLES, CHARTRES, DREUX)),
    ("dgs", "valmer", UnitKind.DIRECTORATE, "Direction générale des services", ()),
    ("pole-solidarites", "dgs", UnitKind.POLE, "Pôle Solidarités et famille", ()),
    ("solidarite", "pole-solidarites", UnitKind.DIRECTORATE, "Direction de la Solidarité", ()),
    ("insertion", "solidarite", UnitKind.SERVICE, "Service Insertion", ()),
    ("action-sociale-nord", "solidarite", UnitKind.SERVICE, "Action sociale Nord", (BREZOLLES, DREUX)),
    ("petite-enfance", "pole-solidarites", UnitKind.DIRECTORATE, "Direction de la Petite enfance", ()),
    ("pole-environnement", "dgs", UnitKind.POLE, "Pôle Environnement et cadre de vie", ()),
    ("eau", "pole-environnement", UnitKind.DIRECTORATE, "Direction du Cycle de l’eau", ()),
    ("eau-potable", "eau", UnitKind.SERVICE, "Service Eau potable", ()),
    ("pole-ressources", "dgs", UnitKind.POLE, "Pôle Ressources", ()),
    ("finances", "pole-ressources", UnitKind.DIRECTORATE, "Direction des Finances", ()),
    ("budget", "finances", UnitKind.SERVICE, "Service Budget et exécution", ()),
    ("numerique", "pole-ressources", UnitKind.DIRECTORATE, "Direction du Numérique", ()),
    ("juridique", "pole-ressources", UnitKind.DIRECTORATE, "Direction des Affaires juridiques", ()),
    ("brezolles", "valmer", UnitKind.COMMUNE, "Commune de Brezolles", (BREZOLLES,)),
    ("ccas", "valmer", UnitKind.AUTHORITY, "Centre intercommunal d’action sociale", ()),
    ("aide-domicile", "ccas", UnitKind.SERVICE, "Service Aide à domicile", ()),
    ("transvalme", "valmer", UnitKind.PARTNER, "Transvalme", ()),
    ("eauvive", "valmer", UnitKind.PARTNER, "Eauvive", ()),
    ("forum", "valmer", UnitKind.SPACE, "Espace Données partagées", ()),
)

# code, parent, label
THEMES = (
    ("solidarites", "", "Solidarités et santé"),
    ("insertion-rsa", "solidarites", "RSA et insertion"),
    ("environnement", "", "Environnement et énergie"),
    ("eau", "environnement", "Eau"),
    ("action-publique", "", "Action publique et moyens"),
    ("finances", "action-publique", "Finances et budget"),
)


@dataclass(frozen=True)
class Character:
    """Somebody of the cast: where she works, and the roles (role, unit, with its services) the directory gives her."""

    login: str
    given_name: str
    family_name: str
    post: str
    unit: str
    roles: tuple[tuple[Role, str, bool], ...] = ()
    kind: PersonKind = PersonKind.AGENT
    seat: MembershipKind = MembershipKind.POSTING
    is_feminine: bool = True


CAST = (
    Character("awa", "Awa", "Diallo", "Chargée de mission insertion", "insertion", ((Role.AGENT, "solidarite", True),)),
    Character("luc", "Luc", "Moreau", "Directeur de la Solidarité", "solidarite",
              ((Role.AGENT, "solidarite", True), (Role.DIRECTOR, "solidarite", True)), is_feminine=False),
    Character("nadia", "Nadia", "Benhaddou", "Vice-présidente déléguée à l’insertion", "valmer",
              ((Role.ELECTED, "valmer", True),), PersonKind.ELECTED, MembershipKind.MANDATE),
    Character("jerome", "Jérôme", "Lacaze", "Président", "valmer",
              ((Role.EXECUTIVE, "valmer", True),), PersonKind.ELECTED, MembershipKind.MANDATE, is_feminine=False),
    Character("ines", "Inès", "Caron", "Déléguée à la protection des données", "juridique",
              ((Role.AGENT, "juridique", True), (Role.DPO, "valmer", True))),
    Character("remi", "Rémi", "Faure", "Statisticien et référent de données", "numerique",
              ((Role.AGENT, "numerique", True), (Role.CONTRIBUTOR, "numerique", True)), is_feminine=False),
    Character("agnes", "Agnès", "Montel", "Directrice du Cycle de l’eau", "eau",
              ((Role.AGENT, "eau", True), (Role.DIRECTOR, "eau", True))),
    Character("lucie", "Lucie", "Martin", "Ingénieure réseau d’eau potable", "eau-potable",
              ((Role.AGENT, "eau", True), (Role.STEWARD, "eau", True))),
    Character("viviane", "Viviane", "Estève", "Directrice des Finances", "finances",
              ((Role.AGENT, "finances", True), (Role.DIRECTOR, "finances", True))),
    Character("claire", "Claire", "Pasquier", "Administratrice fonctionnelle", "numerique",
              ((Role.AGENT, "numerique", True), (Role.ADMIN, "valmer", True))),
    Character("bruno", "Bruno", "Talbot", "Administrateur fonctionnel", "numerique",
              ((Role.ADMIN, "valmer", True),), is_feminine=False),
    Character("odile", "Odile", "Renard", "Auditrice interne", "dgs", ((Role.AUDITOR, "valmer", True),)),
    Character("marc", "Marc", "Thévenot", "Secrétaire de mairie", "brezolles",
              ((Role.AGENT, "brezolles", False),), is_feminine=False),
    Character("paul", "Paul", "Garnier", "Responsable des données, Transvalme", "transvalme",
              ((Role.PARTNER, "transvalme", True),), PersonKind.PARTNER, is_feminine=False),
    Character("zoe", "Zoé", "Lambert", "Cheffe de projet, Eauvive", "eauvive",
              ((Role.PARTNER, "eauvive", True),), PersonKind.PARTNER),
    Character("ghislain", "Ghislain", "Perrin", "", "", is_feminine=False),
)  # fmt: skip
LOGINS = tuple(character.login for character in CAST)


def settle(session: Session) -> None:
    """Write the units, the themes and the cast, with grants of source sso."""
    units: dict[str, Unit] = {}
    for code, parent, kind, name, areas in UNITS:
        units[code] = Unit(
            code=code, name=name, short_name=name.split(" de la ")[-1][:80], kind=kind, is_accepted=True,
            parent_id=units[parent].id if parent else None, areas=list(areas),
        )  # fmt: skip
        session.add(units[code])
        session.flush()
    themes: dict[str, Theme] = {}
    for code, parent, label in THEMES:
        themes[code] = Theme(code=code, label=label, parent_id=themes[parent].id if parent else None)
        session.add(themes[code])
        session.flush()
    for character in CAST:
        person = enroll(session, character)
        if character.unit:
            session.add(
                Membership(person_id=person.id, unit_id=units[character.unit].id, kind=character.seat, starts=LONG_AGO)
            )
        for role, unit, with_services in character.roles:
            session.add(
                Grant(
                    person_id=person.id,
                    role=role,
                    unit_id=units[unit].id,
                    with_services=with_services,
                    source=Source.SSO,
                    reason="annuaire",
                    granted_at=LONG_AGO,
                    starts=LONG_AGO,
                )
            )


def enroll(session: Session, character: Character) -> Person:
    """Write the person alone: being somebody gives nothing."""
    person = Person(
        public_id=f"personne-{character.login}"[:32], login=character.login, given_name=character.given_name,
        family_name=character.family_name, email=f"{character.login}@valmer.example", post=character.post,
        kind=character.kind, is_feminine=character.is_feminine,
    )  # fmt: skip
    session.add(person)
    session.flush()
    return person


def person(session: Session, login: str) -> Person:
    """Who signs in as `login`."""
    return session.scalars(select(Person).where(Person.login == login)).one()


def actor(session: Session, login: str, signed_in_as: str = "test") -> Actor:
    """That person, as an actor."""
    return Actor.of(person(session, login), signed_in_as)
