"""Run by gunicorn in the provider's own venv: Canaille with the settings the portal's side wrote for it."""

import json
import os
from pathlib import Path
from typing import Any

from canaille import create_app
from flask import Flask
from werkzeug.security import gen_salt


def provider() -> Flask:
    """Canaille as `DATASPACE_IDP_SETTINGS` (a JSON file) says."""
    settings = json.loads(Path(os.environ["DATASPACE_IDP_SETTINGS"]).read_text(encoding="utf-8"))
    from canaille.oidc import provider as canaille_provider

    canaille_provider.generate_access_token = _opaque_access_token
    return create_app(config=settings)


def _opaque_access_token(client: Any, grant_type: str, user: Any, scope: str) -> str:
    """A random access token.

    Canaille 0.3.6 signs the same claims, dated to the second, without a jti: the second sign-in (or renewal) of one
    person within a second gives the same token, which its database refuses as a duplicate.
    """
    return gen_salt(48)
