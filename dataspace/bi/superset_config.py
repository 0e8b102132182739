"""Configuration of the Superset that travels with the portal, loaded by Superset itself in its own venv.

Everything a place changes comes from the environment (see `server.py`); secrets have no default.
"""

import os
from typing import Any
from uuid import UUID

from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager


def _secret(name: str) -> str:
    """A secret of at least 32 characters; a missing, short or well-known one stops the start."""
    value = os.environ.get(name, "")
    if len(value) < 32 or "change" in value.lower() or "secret_key" in value.lower():
        raise RuntimeError(f"{name} : un secret propre à cette installation est attendu, d’au moins 32 caractères")
    return value


HOME = os.environ["SUPERSET_HOME"]
PORTAL_ORIGIN = os.environ["PORTAL_ORIGIN"]

SECRET_KEY = _secret("SUPERSET_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = os.environ.get("SUPERSET_METADATA", f"sqlite:///{HOME}/superset.db?check_same_thread=false")
# Superset refuses SQLite as a source of figures by default; the demo's warehouse is one.
PREVENT_UNSAFE_DB_CONNECTIONS = os.environ.get("SUPERSET_ALLOW_SQLITE") != "1"

FEATURE_FLAGS = {
    "EMBEDDED_SUPERSET": True,
    "TAGGING_SYSTEM": True,
    # Rendered as one fixed user, they would show everyone the figures of all directorates.
    "THUMBNAILS": False,
    # Rules would be templates, and a directorate's name could become one.
    "ENABLE_TEMPLATE_PROCESSING": False,
}

# --- Guests: the readers the portal sends ---------------------------------------------------------------------------

GUEST_ROLE_NAME = "EmbedGuest"
GUEST_TOKEN_JWT_SECRET = _secret("SUPERSET_GUEST_SECRET")
GUEST_TOKEN_JWT_ALGO = "HS256"
GUEST_TOKEN_JWT_AUDIENCE = "dataspace-superset"
# A right withdrawn in the portal lives on in the browser for at most this long.
GUEST_TOKEN_JWT_EXP_SECONDS = 300


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def GUEST_TOKEN_VALIDATOR_HOOK(body: dict[str, Any]) -> bool:  # noqa: N802 -- the name Superset reads
    """Refuse a token without rules, a rule that names no dataset, a dashboard named otherwise than by UUID.

    A numeric id would open a dashboard that nobody chose to embed.
    """
    rules, resources = body.get("rls") or [], body.get("resources") or []
    return (
        bool(rules)
        and bool(resources)
        and all(rule.get("dataset") and rule.get("clause") for rule in rules)
        and all(_is_uuid(resource.get("id")) for resource in resources)
    )


class PortalSecurityManager(SupersetSecurityManager):
    """Superset's own security, closed by default for guests."""

    def raise_for_access(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a guest any dataset her token holds no rule for.

        Superset leaves it unfiltered: a chart added to a dashboard while a token lives would show every row.
        """
        super().raise_for_access(*args, **kwargs)
        if not self.is_guest_user():
            return
        asked = [
            kwargs.get("datasource"),
            *(getattr(kwargs.get(part), "datasource", None) for part in ("query_context", "viz")),
        ]
        for datasource in filter(None, asked):
            if not self.get_guest_rls_filters(datasource):
                raise SupersetSecurityException(
                    SupersetError(
                        error_type=SupersetErrorType.DATASOURCE_SECURITY_ACCESS_ERROR,
                        message="Aucune règle d’accès pour ce jeu de données.",
                        level=ErrorLevel.ERROR,
                    )
                )


CUSTOM_SECURITY_MANAGER = PortalSecurityManager
FAB_API_SWAGGER_UI = False

# --- The browser ----------------------------------------------------------------------------------------------------

# Cookies ignore ports: the portal has its own name.
SESSION_COOKIE_NAME = "superset_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PORTAL_ORIGIN.startswith("https://")
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        # The portal alone may frame it: this replaces X-Frame-Options, which cannot name an origin.
        "frame-ancestors": ["'self'", PORTAL_ORIGIN],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "frame_options": None,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
}
THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []
ENABLE_UI_THEME_ADMINISTRATION = False

# --- French ---------------------------------------------------------------------------------------------------------

BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}, "en": {"flag": "us", "name": "English"}}
CURRENCIES = ["EUR"]
D3_FORMAT = {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u00a0€"], "percent": "\u00a0%"}
D3_TIME_FORMAT = {
    "dateTime": "%d/%m/%Y %H:%M:%S",
    "date": "%d/%m/%Y",
    "time": "%H:%M:%S",
    "periods": ["AM", "PM"],
    "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
    "months": [
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ],
    "shortMonths": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}  # fmt: skip

# --- The portal's colours -------------------------------------------------------------------------------------------

EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "dataspace",
        "label": "Portail",
        "description": "Couleurs du portail, distinctes aussi pour un daltonien",
        "isDefault": True,
        # Mid-tones: 3 to 1 at least on the light page and on the dark one, for Superset has one palette for both.
        "colors": ["#1b8582", "#c8621d", "#5377c0", "#7f868d", "#a3549a", "#a8761a", "#4f8a4c", "#cf5a48"],
    }
]
_TOKENS = {
    "brandAppName": "Tableaux de bord",
    "brandLogoAlt": "Tableaux de bord",
    "brandLogoHref": "/",
    "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
    "borderRadius": 6,
    "fontFamily": "'Atkinson Hyperlegible Next', 'Atkinson Hyperlegible', system-ui, sans-serif",
    "fontFamilyCode": "ui-monospace, monospace",
    "fontUrls": [],
}
THEME_DEFAULT = {
    "algorithm": "default",
    "token": {
        **_TOKENS,
        "colorPrimary": "#0b6e6e",
        "colorLink": "#0b6e6e",
        "colorError": "#a5321f",
        "colorWarning": "#8a5a00",
        "colorSuccess": "#2f6b2f",
        "colorInfo": "#23579e",
        "colorTextBase": "#1c2126",
        "colorBgLayout": "#ffffff",
    },
}
THEME_DARK = {
    "algorithm": "dark",
    "token": {
        **_TOKENS,
        "colorPrimary": "#66c6c0",
        "colorLink": "#66c6c0",
        "colorError": "#f29582",
        "colorWarning": "#e2b05a",
        "colorSuccess": "#8ac782",
        "colorInfo": "#8db8f2",
        "colorTextBase": "#e9e6df",
        "colorBgBase": "#14181b",
        "colorBgLayout": "#14181b",
        "colorBgContainer": "#1b2024",
        "colorBgElevated": "#1b2024",
    },
}

# --- Caches: files, so that one machine needs no Redis --------------------------------------------------------------


def _files(name: str, seconds: int) -> dict[str, Any]:
    return {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": f"{HOME}/{name}", "CACHE_DEFAULT_TIMEOUT": seconds}


CACHE_CONFIG = _files("cache", 300)
# Figures are kept one minute, separately for each set of rules.
DATA_CACHE_CONFIG = _files("figures", 60)
FILTER_STATE_CACHE_CONFIG = _files("filters", 7 * 86_400)
EXPLORE_FORM_DATA_CACHE_CONFIG = _files("explore", 7 * 86_400)
