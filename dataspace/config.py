"""Settings: one frozen typed object, from the environment (`DATASPACE_*`) and an optional TOML file.

The defaults run on a laptop; nothing secret has a default.
"""

import os
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `name` (policies, migrations): beside the package in a checkout, inside it in a wheel."""
    checkout = PACKAGE.parent / name
    return checkout if (PACKAGE.parent / "pyproject.toml").exists() else PACKAGE / "shipped" / name


class Settings(BaseSettings):
    """How this installation runs. Units are in the names; durations are ISO 8601 or seconds."""

    model_config = SettingsConfigDict(env_prefix="DATASPACE_", frozen=True, extra="forbid")

    authority_name: str = "Métropole de Valmer"
    # The authority's accent, what is written on it, a soft ground of its hue; light, then dark (web/theme.py).
    accent: str = "#0b6e6e"
    on_accent: str = "#ffffff"
    accent_soft: str = "#e5f0ee"
    accent_dark: str = "#66c6c0"
    on_accent_dark: str = "#06201f"
    accent_soft_dark: str = "#17302f"
    logo: Path | None = Field(None, description="PNG file of the authority's logo")
    dpo_name: str = ""
    dpo_email: str = ""
    support_name: str = Field("", description="who attaches accounts to directorates: shown to whom nothing is open")
    support_email: str = ""
    support_phone: str = ""

    database_url: str = "sqlite:///var/dataspace.sqlite"
    storage_url: str = Field("file://var/files", description="fsspec URL where deposited files live")
    policies_dir: Path = Field(default_factory=lambda: shipped("policies"))
    secret_key: SecretStr = Field(description="signs the cookies; at least 32 characters")
    portal_url: str = Field("http://127.0.0.1:5100", description="address of the portal as browsers see it")
    other_hosts: tuple[str, ...] = Field((), description="other host names the portal answers to; the rest gets 400")
    proxy_hops: int = Field(0, description="trusted reverse proxies in front of the portal")
    demo: bool = False

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid profile email groups"
    oidc_groups_claim: str = "groups"
    oidc_login_claim: str = Field("preferred_username", description="claim that holds the person's login (uid, upn...)")
    oidc_algorithms: tuple[str, ...] = ("RS256", "ES256", "PS256")
    oidc_auth_method: str = "client_secret_basic"
    oidc_keys_max_age: timedelta = timedelta(minutes=10)
    session_idle: timedelta = timedelta(hours=2)
    session_absolute: timedelta = timedelta(hours=10)

    bi_url: str = Field("", description="Superset as the portal reaches it; empty: no dashboards")
    bi_public_url: str = Field("", description="Superset as browsers reach it; empty: same as bi_url")
    bi_username: str = "portal"
    bi_password: SecretStr = SecretStr("")
    bi_token_ttl: timedelta = timedelta(minutes=5)

    journal_least_months: int = Field(6, description="the journal is kept at least so long (CNIL: 6 to 12 months)")
    journal_most_months: int = Field(12, description="and no longer: what `dataspace audit purge` takes away")
    journal_copy: Path | None = Field(None, description="file where each line of the journal is also appended")

    grant_days: int = Field(365, description="how long an access assigned by hand lasts, unless said otherwise")

    ca_bundle: Path | None = Field(None, description="private certificate authority for the calls to other systems")
    http_proxy: str = Field("", description="proxy for the calls to other systems")
    login_rate: str = "60 per minute"
    upload_max_bytes: int = 200 * 1024 * 1024
    log_level: str = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("DATASPACE_SECRET_KEY doit avoir au moins 32 caractères")
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
