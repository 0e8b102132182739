"""The settings as a page of the documentation: `dataspace settings reference > docs/reference/reglages.md`."""

from datetime import timedelta

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

from dataspace.config import Settings

_HEAD = """# Les réglages

Chacun se donne par une variable d’environnement, ou par son nom en minuscules, sans `DATASPACE_`, dans le fichier TOML
que désigne `DATASPACE_CONFIG`. Une durée s’écrit en ISO 8601 (`PT2H`), une liste en JSON. Cette page est écrite par
`dataspace settings reference`.

| variable | défaut | sens |
|---|---|---|
"""


def settings() -> str:
    """Every setting, its default and its meaning, as a Markdown table."""
    prefix = Settings.model_config["env_prefix"]
    rows = [
        f"| `{prefix}{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "obligatoire"
    if field.default_factory is not None:
        return "livré avec le portail"
    if isinstance(value, SecretStr) or value in (None, "", ()):
        return "vide"
    if isinstance(value, timedelta):
        return f"`{TypeAdapter(timedelta).dump_python(value, mode='json')}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`".replace("'", '"')
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
