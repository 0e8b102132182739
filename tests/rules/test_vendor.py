"""What we carry from npm is what was reviewed, and no page asks another host for anything."""

import hashlib
import re
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "dataspace"
VENDOR = PACKAGE / "web" / "static" / "vendor"
LISTING = tomllib.loads((VENDOR / "vendor.toml").read_text())


def test_every_carried_file_has_the_reviewed_hash():
    carried = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.toml"
    }
    assert carried == LISTING["sha256"]


def test_every_icon_named_in_a_template_is_in_the_sprite():
    (icons,) = (set(package["sprite"]) for package in LISTING["package"] if "sprite" in package)
    named = {
        name
        for template in PACKAGE.rglob("templates/**/*.html")
        for name in re.findall(r"\bicon\(['\"]([\w-]+)['\"]", template.read_text())
    }
    assert named <= icons, f"add to sprite in vendor.toml, then make vendor: {sorted(named - icons)}"


def test_no_page_or_stylesheet_calls_another_host():
    ours = [*PACKAGE.rglob("templates/**/*.html"), *(PACKAGE / "web" / "static").glob("*.*")]
    calls = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//|url\([\"']?(?:https?:)?//|@import", re.IGNORECASE)
    assert not [path.name for path in ours if calls.search(path.read_text())]
