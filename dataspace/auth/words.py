"""The vocabulary of rights: closed lists, each with its French word."""

from enum import IntEnum, StrEnum


class Sensitivity(IntEnum):
    """Ordered: what a level opens, every lower one opens too."""

    OPEN = 0
    INTERNAL = 1
    RESTRICTED = 2
    CONFIDENTIAL = 3

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        return ("ouvert", "interne", "accès limité", "confidentiel")[self]


class Protection(StrEnum):
    """The second axis: such content opens only to named people, on this one asset."""

    NONE = "none"
    PERSONAL = "personal"
    HEALTH = "health"
    SECRET = "secret"  # noqa: S105 - the name of a protection

    @property
    def label(self) -> str:
        return {
            "none": "aucune", "personal": "données personnelles", "health": "données de santé",
            "secret": "secret professionnel",
        }[self]  # fmt: skip


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class AssetKind(StrEnum):
    DATASET = "dataset"
    DASHBOARD = "dashboard"
    REPORT = "report"
    APPLICATION = "application"
    SERVICE = "service"
    API = "api"
    SEAT = "seat"

    @property
    def label(self) -> str:
        return {
            "dataset": "jeu de données", "dashboard": "tableau de bord", "report": "rapport",
            "application": "application métier", "service": "service", "api": "API", "seat": "référent",
        }[self]  # fmt: skip


class Role(StrEnum):
    AGENT = "agent"
    ELECTED = "elected"
    EXECUTIVE = "executive"
    DIRECTOR = "director"
    CONTRIBUTOR = "contributor"
    STEWARD = "steward"
    PARTNER = "partner"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"
    READER = "reader"

    @property
    def label(self) -> str:
        return {
            "agent": "agent", "elected": "élu", "executive": "exécutif", "director": "directeur",
            "contributor": "contributeur", "steward": "gestionnaire", "partner": "partenaire",
            "dpo": "délégué à la protection des données", "auditor": "auditeur", "admin": "administrateur fonctionnel",
            "reader": "lecteur",
        }[self]  # fmt: skip


class Permission(StrEnum):
    """What can be done. `about` tells which level of an asset it is tested against."""

    PORTAL_USE = "portal:use"
    CARD_SEE = "card:see"
    DRAFT_SEE = "draft:see"
    DATASET_READ = "dataset:read"
    DATASET_EXPORT = "dataset:export"
    DATASET_ROWS = "dataset:rows"
    DATASET_EDIT = "dataset:edit"
    DATASET_CREATE = "dataset:create"
    DATASET_PUBLISH = "dataset:publish"
    DASHBOARD_OPEN = "dashboard:open"
    SEAT_EDIT = "seat:edit"
    RIGHTS_SEE = "rights:see"
    RIGHTS_ASSIGN = "rights:assign"
    JOURNAL_READ = "journal:read"
    REQUEST_USE = "request:use"
    REQUEST_ADVISE = "request:advise"
    PERSON_IMPERSONATE = "person:impersonate"
    DENIAL_DECLARE = "denial:declare"
    ASSET_WIDEN = "asset:widen"
    DIRECTORY_MAP = "directory:map"
    UNIT_EDIT = "unit:edit"
    UNIT_STAFF = "unit:staff"
    TOKEN_USE = "token:use"  # noqa: S105 - the name of a permission
    SHARE_MAKE = "share:make"
    SHARE_END = "share:end"
    BI_VERIFY = "bi:verify"
    TOOL_ANSWER = "tool:answer"
    REVIEW_RUN = "review:run"
    USAGE_MANAGE = "usage:manage"
    REGISTER_READ = "register:read"
    PROOF_SEE = "proof:see"

    @property
    def label(self) -> str:
        """After « pouvoir »."""
        return {
            "portal:use": "utiliser le portail", "card:see": "voir des fiches", "draft:see": "voir des brouillons",
            "dataset:read": "lire des données", "dataset:export": "télécharger des données",
            "dataset:rows": "lire les lignes d’une unité ou d’un territoire", "dataset:edit": "modifier des données",
            "dataset:create": "déclarer des données", "dataset:publish": "publier des données",
            "dashboard:open": "ouvrir des tableaux de bord", "seat:edit": "tenir des référents à jour",
            "rights:see": "voir qui a accès à quoi", "rights:assign": "attribuer des accès",
            "journal:read": "lire le journal", "person:impersonate": "voir comme une autre personne",
            "denial:declare": "déclarer un conflit d’intérêts",
            "request:use": "demander un accès", "request:advise": "conseiller sur une demande",
            "asset:widen": "ouvrir davantage un contenu à accès limité ou confidentiel",
            "directory:map": "dire ce que donnent les groupes de l’annuaire",
            "unit:edit": "tenir l’organisation à jour", "unit:staff": "affecter des personnes à une unité",
            "token:use": "créer des jetons pour ses programmes",
            "share:make": "partager par un lien ce que l’on lit", "share:end": "retirer les liens des autres",
            "bi:verify": "lire la conformité du BI", "tool:answer": "répondre aux demandes d’outils",
            "review:run": "ouvrir une revue des accès",
            "usage:manage": "tenir des usages", "register:read": "lire le registre des usages",
            "proof:see": "lire les certificats d’étanchéité",
        }[self]  # fmt: skip

    @property
    def about(self) -> str:
        """`card`: the card's sensitivity; `content`: the content's, protection included; `place`: a unit only."""
        return _ABOUT.get(self, "place")


# What is in neither is about a place.
_ABOUT = {
    **dict.fromkeys(
        (
            Permission.CARD_SEE, Permission.DRAFT_SEE, Permission.RIGHTS_SEE, Permission.SEAT_EDIT,
            Permission.REQUEST_ADVISE, Permission.SHARE_END,
        ),
        "card",
    ),
    **dict.fromkeys(
        (
            Permission.DATASET_READ, Permission.DATASET_EXPORT, Permission.DATASET_EDIT, Permission.DATASET_PUBLISH,
            Permission.DASHBOARD_OPEN, Permission.SHARE_MAKE,
        ),
        "content",
    ),
}  # fmt: skip


class Reach(StrEnum):
    """How far a line of the policy goes from where the grant stands; each covers the ones before it."""

    ASSET = "asset"
    UNIT = "unit"
    AUTHORITY = "authority"


class UnitKind(StrEnum):
    AUTHORITY = "authority"
    POLE = "pole"
    DIRECTORATE = "directorate"
    SERVICE = "service"
    COMMUNE = "commune"
    PARTNER = "partner"
    SPACE = "space"

    @property
    def label(self) -> str:
        return {
            "authority": "collectivité", "pole": "pôle", "directorate": "direction", "service": "service",
            "commune": "commune", "partner": "partenaire", "space": "espace",
        }[self]  # fmt: skip


class PersonKind(StrEnum):
    AGENT = "agent"
    ELECTED = "elected"
    PARTNER = "partner"

    @property
    def label(self) -> str:
        return {"agent": "agent", "elected": "élu", "partner": "partenaire"}[self]


class MembershipKind(StrEnum):
    POSTING = "affectation"
    INTERIM = "interim"
    MANDATE = "mandate"
    DELEGATION = "delegation"
    COMMISSION = "commission"
    GROUP = "group"

    @property
    def label(self) -> str:
        return {
            "affectation": "affectation", "interim": "intérim", "mandate": "mandat", "delegation": "délégation",
            "commission": "commission", "group": "groupe",
        }[self]  # fmt: skip

    @property
    def is_inside(self) -> bool:
        """Does it make one of the unit's own people? A delegation oversees a unit from outside (PRODUCT P7)."""
        return self is not MembershipKind.DELEGATION


INSIDE = tuple(kind for kind in MembershipKind if kind.is_inside)


class Source(StrEnum):
    SSO = "sso"
    MANUAL = "manual"
    REQUEST = "request"
    IMPORT = "import"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return {
            "sso": "annuaire", "manual": "à la main", "request": "demande", "import": "reprise", "system": "serveur",
        }[self]  # fmt: skip


class RowAttribute(StrEnum):
    """What of the reader cuts the rows: the units or the territories (INSEE codes) worked for."""

    UNIT = "unit"
    AREA = "area"


class Task(StrEnum):
    """The few acts of the house itself, done without a person."""

    SEED = "seed"
    SIGN_IN = "sign-in"
    DIRECTORY_SYNC = "directory-sync"
    COUNTS = "counts"
    INDEX = "index"
    FILES = "files"
    LAST_RESORT = "last-resort"
    PROVISION = "provision"
    RETENTION = "retention"
    IMPORT = "import"
    POLICY = "policy"
    LEAVING = "leaving"
    REVIEW = "review"
    REMINDERS = "reminders"
    LEAK_WALK = "leak-walk"
