"""Run by gunicorn in the provider's own venv: Canaille with the settings the portal's side wrote for it."""

import json
import os
from pathlib import Path

from canaille import create_app
from flask import Flask


def provider() -> Flask:
    """Canaille as `DATASPACE_IDP_SETTINGS` (a JSON file) says."""
    settings = json.loads(Path(os.environ["DATASPACE_IDP_SETTINGS"]).read_text(encoding="utf-8"))
    return create_app(config=settings)
