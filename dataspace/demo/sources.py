"""The tables of the demo, read from the files that stand beside this module."""

import csv
import re
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent


def read_csv(name: str) -> list[dict[str, str]]:
    """The lines of one of the demo's tables, every value as text (INSEE codes keep their zeros)."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def slug(text: str) -> str:
    """Plain ASCII words joined by hyphens: `Élise` gives `elise`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
