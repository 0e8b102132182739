"""Settings: one frozen typed object, from the environment (`DATASPACE_*`) and an optional TOML file.

The defaults run on a laptop; nothing secret has a default.
"""

import os
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `name` (policies, migrations): beside the package in a checkout, inside it in a wheel."""
    checkout = PACKAGE.parent / name
    return checkout if (PACKAGE.parent / "pyproject.toml").exists() else PACKAGE / "shipped" / name


# As long as the database keeps.
Claim = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class EntryRule(BaseModel):
    """What is answered to somebody whose claim has this value and whom nothing maps: refused, or received by units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: Claim
    value: str
    answer: Literal["refuse", "wait"]
    units: tuple[str, ...] = ()
    why: str = ""


class Settings(BaseSettings):
    """How this installation runs. Units are in the names; durations are ISO 8601, or seconds in TOML.

    The descriptions are the page of reference (docs/reference/reglages.md): in French, for who installs.
    """

    model_config = SettingsConfigDict(
        env_prefix="DATASPACE_", frozen=True, extra="forbid", hide_input_in_errors=True
    )  # fmt: skip

    authority_name: str = Field("Métropole de Valmer", description="nom de la collectivité, en tête des pages")
    # The authority's accent, what is written on it, a soft ground of its hue; light, then dark (web/theme.py).
    accent: str = Field("#0b6e6e", description="couleur de la collectivité, en clair")
    on_accent: str = Field("#ffffff", description="ce qui s’écrit sur cette couleur")
    accent_soft: str = Field("#e5f0ee", description="un fond doux de la même teinte")
    accent_dark: str = Field("#66c6c0", description="couleur de la collectivité, en sombre")
    on_accent_dark: str = Field("#06201f", description="ce qui s’écrit sur cette couleur, en sombre")
    accent_soft_dark: str = Field("#17302f", description="un fond doux de la même teinte, en sombre")
    logo: Path | None = Field(None, description="fichier PNG du logo")
    dpo_name: str = Field("", description="délégué à la protection des données, nommé dans les pages")
    dpo_email: str = Field("", description="son adresse")
    support_name: str = Field(
        "", description="qui rattache les comptes aux directions, montré à qui n’a encore aucun accès"
    )
    support_email: str = Field("", description="son adresse")
    support_phone: str = Field("", description="son téléphone")

    database_url: str = Field("sqlite:///var/dataspace.sqlite", description="base SQLAlchemy, SQLite ou PostgreSQL")
    storage_url: str = Field("file://var/files", description="adresse fsspec des fichiers déposés")
    policies_dir: Path = Field(default_factory=lambda: shipped("policies"), description="dossier des règles d’accès")
    secret_key: SecretStr = Field(description="signe les cookies, 32 caractères au moins")
    portal_url: str = Field("http://127.0.0.1:5100", description="adresse du portail vue des navigateurs")
    other_hosts: tuple[str, ...] = Field(
        (), description="autres noms auxquels le portail répond, les autres reçoivent 400"
    )
    proxy_hops: int = Field(0, description="mandataires inverses de confiance devant le portail")
    demo: bool = Field(False, description="dit que les personnes et les données sont fictives")

    oidc_issuer: str = Field("", description="l’`issuer` du fournisseur d’identité, à la lettre")
    oidc_client_id: str = Field("", description="identifiant du portail chez lui")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="secret du portail chez lui")
    oidc_scopes: str = Field("openid profile email groups", description="portées demandées")
    oidc_groups_claim: str = Field("groups", description="revendication qui porte les groupes")
    oidc_login_claim: str = Field(
        "preferred_username", description="revendication qui porte l’identifiant de la personne (uid, upn…)"
    )
    oidc_algorithms: tuple[str, ...] = Field(
        ("RS256", "ES256", "PS256"), description="signatures acceptées du jeton d’identité"
    )
    oidc_auth_method: str = Field(
        "client_secret_basic",
        description="comment le portail s’authentifie, `client_secret_basic` ou `client_secret_post`",
    )
    oidc_keys_max_age: timedelta = Field(
        timedelta(minutes=10), description="durée pendant laquelle les clés du fournisseur sont gardées"
    )
    session_idle: timedelta = Field(
        timedelta(hours=2), description="une connexion se ferme après ce temps sans activité"
    )
    session_absolute: timedelta = Field(
        timedelta(hours=10), description="une connexion se ferme après ce temps, quoi qu’il arrive"
    )

    step_up_minutes: int = Field(
        15, description="âge, en minutes, de la connexion que demandent les actions sensibles\u202f; 0\u00a0: aucun"
    )
    step_up_acr: tuple[str, ...] = Field(
        (), description="niveaux de garantie (`acr`) que demandent les actions sensibles\u202f; vide\u00a0: tous"
    )
    taken_roles: tuple[str, ...] = Field(
        (), description='rôles qui dorment tant que leur titulaire ne les prend pas, par exemple `["admin", "dpo"]`'
    )
    taken_for: timedelta = Field(timedelta(minutes=15), description="durée pendant laquelle un rôle pris reste ouvert")

    bi_url: str = Field("", description="Superset vu du portail, vide si les tableaux de bord n’y sont pas")
    bi_public_url: str = Field("", description="Superset vu des navigateurs, s’il diffère")
    bi_username: str = Field("portal", description="compte de service du portail dans Superset")
    bi_password: SecretStr = Field(SecretStr(""), description="son mot de passe")
    bi_admin_username: str = Field(
        "", description="compte d’administration de Superset, pour `dataspace rights verify` seulement"
    )
    bi_admin_password: SecretStr = Field(SecretStr(""), description="son mot de passe")
    bi_token_ttl: timedelta = Field(timedelta(minutes=5), description="durée du jeton d’un tableau affiché")

    grant_days: int = Field(365, description="durée proposée d’un accès attribué à la main, en jours")
    grant_days_by_level: dict[str, int] = Field(
        {"confidential": 183},
        description="la même durée, en jours, quand l’accès porte sur un élément de cette sensibilité",
    )
    request_days: dict[str, int] = Field(
        {"open": 365, "internal": 365, "restricted": 365, "confidential": 183},
        description="durée proposée, et la plus longue, d’un accès sur demande, en jours, selon la sensibilité",
    )
    request_visa_days: int = Field(2, description="jours après lesquels une demande se passe de l’avis du responsable")
    request_advice_days: int = Field(5, description="jours après lesquels une demande se passe de l’avis du DPO")
    request_decision_days: int = Field(5, description="jours après lesquels la direction au-dessus est saisie aussi")
    widening_days: int = Field(
        14, description="jours laissés à une seconde personne pour confirmer l’ouverture d’un contenu confidentiel"
    )
    review_unused_days: int = Field(
        183, description="jours sans servir après lesquels un accès est dit « qui ne sert plus » dans une revue"
    )
    review_recent_days: int = Field(
        60, description="un accès qui a servi depuis moins de jours que cela ne tombe pas à l’échéance d’une revue"
    )
    review_extension_days: int = Field(
        30, description="jours de plus laissés, à l’échéance d’une revue, à ce qui remonte faute de réponse"
    )
    journal_least_months: int = Field(
        6, ge=6, description="durée pendant laquelle le journal est gardé au moins, en mois, jamais sous 6 (CNIL)"
    )
    journal_most_months: int = Field(
        12, description="durée après laquelle `dataspace audit purge` le retire, en mois\u202f; 12 au plus, sauf gel"
    )
    journal_legal_hold: str = Field(
        "", description="motif écrit d’un gel juridique, qui seul permet de garder le journal plus de 12 mois"
    )
    journal_notice_days: int = Field(
        0,
        ge=0,
        description="jours après lesquels une personne voit que son activité a été consultée (enquête en cours)",
    )
    journal_syslog: str = Field(
        "",
        description="serveur syslog (RFC 5424) qui reçoit aussi chaque ligne du journal\u00a0: `udp://hôte:514`, "
        "`tcp://hôte:601` ou `unix:///dev/log`",
    )
    journal_copy: Path | None = Field(None, description="fichier où chaque ligne du journal est aussi copiée")

    smtp_host: str = Field("", description="serveur de messagerie\u202f; vide\u00a0: les messages attendent")
    smtp_port: int = Field(25, description="port du serveur de messagerie")
    smtp_starttls: bool = Field(False, description="chiffrer la connexion au serveur de messagerie")
    smtp_username: str = Field("", description="compte sur le serveur de messagerie\u202f; vide\u00a0: aucun")
    smtp_password: SecretStr = Field(SecretStr(""), description="mot de passe de ce compte")
    mail_from: str = Field("portail@localhost", description="adresse d’où partent les messages")

    directory_claims: tuple[Claim, ...] = Field(
        (),
        description="revendications gardées en plus des groupes, que la table de l’annuaire peut nommer (department…)",
    )
    entry_rules: tuple[EntryRule, ...] = Field(
        (),
        description="qui est refusé (`refuse`), ou par quelles unités accueilli (`wait`), selon une revendication",
    )
    token_days: int = Field(90, description="durée proposée d’un jeton d’API, en jours")
    token_days_most: int = Field(365, description="durée la plus longue d’un jeton d’API, en jours")
    token_rate: str = Field("120 per minute", description="demandes d’un même jeton d’API, au plus")
    token_refused_rate: str = Field("30 per minute", description="jetons refusés venant d’une même adresse, au plus")
    share_days: int = Field(7, description="durée proposée d’un lien de partage, en jours")
    share_days_most: int = Field(30, description="durée la plus longue d’un lien de partage, en jours")
    session_recheck: timedelta = Field(
        timedelta(minutes=10),
        description="rythme auquel le portail redemande au fournisseur d’identité si le compte vit, 0 pour jamais",
    )

    ca_bundle: Path | None = Field(None, description="autorité de certification privée, pour les appels sortants")
    http_proxy: str = Field("", description="mandataire des appels sortants")
    login_rate: str = Field("60 per minute", description="connexions tentées, au plus")
    upload_max_bytes: int = Field(200 * 1024 * 1024, description="taille d’un fichier déposé, au plus, en octets")
    log_level: str = Field("INFO", description="niveau des messages du serveur")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("DATASPACE_SECRET_KEY doit avoir au moins 32 caractères")
        return value

    @model_validator(mode="after")
    def _journal_within_bounds(self) -> Self:
        if self.journal_most_months < self.journal_least_months:
            raise ValueError("DATASPACE_JOURNAL_MOST_MONTHS doit être au moins DATASPACE_JOURNAL_LEAST_MONTHS")
        if self.journal_most_months > 12 and len(self.journal_legal_hold.strip()) < 10:
            raise ValueError("au-delà de 12 mois, écrivez le motif du gel dans DATASPACE_JOURNAL_LEGAL_HOLD")
        return self

    @field_validator("journal_syslog")
    @classmethod
    def _known_sink(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (
            (parts.scheme in ("udp", "tcp") and parts.hostname and parts.port)
            or (parts.scheme == "unix" and parts.path)
        ):
            raise ValueError("DATASPACE_JOURNAL_SYSLOG s’écrit udp://hôte:port, tcp://hôte:port ou unix:///chemin")
        return value

    @cached_property
    def is_https(self) -> bool:
        return self.portal_url.startswith("https://")

    @property
    def bi_browser_url(self) -> str:
        return self.bi_public_url or self.bi_url

    @classmethod
    def settings_customise_sources(  # type: ignore[override]
        cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the TOML file named by DATASPACE_CONFIG."""
        found: list[Any] = [sources["init_settings"], sources["env_settings"]]
        if path := os.environ.get("DATASPACE_CONFIG"):
            found.append(TomlConfigSettingsSource(settings_cls, toml_file=path))
        return tuple(found)
