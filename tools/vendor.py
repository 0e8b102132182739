"""Fetch from npm what our pages carry, as `dataspace/web/static/vendor/vendor.toml` says, and check every hash.

`python tools/vendor.py` refreshes the files; the hashes it prints at the end belong in vendor.toml.
`tests/rules/test_vendor.py` compares what is committed with them, without network.
"""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "dataspace" / "web" / "static" / "vendor"
SPRITE = "icons/icons.svg"


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fetch(name: str, version: str, sha256: str) -> tarfile.TarFile:
    """One package as npm serves it; stops when it is not the one we reviewed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, capture_output=True)
        (archive,) = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
    if digest(content) != sha256:
        sys.exit(f"{name}@{version}: the archive is {digest(content)}, vendor.toml says {sha256}")
    return tarfile.open(fileobj=io.BytesIO(content), mode="r:gz")


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """The content of one file of a package."""
    found = archive.extractfile(f"package/{path}")
    if found is None:
        sys.exit(f"{path} is not a file of this package")
    return found.read()


def sprite(archive: tarfile.TarFile, names: list[str]) -> bytes:
    """The chosen icons as symbols of one SVG file."""
    symbols = []
    for name in sorted(names):
        source = member(archive, f"icons/{name}.svg").decode()
        inside = re.sub(r"\s+", " ", source.partition(">")[2].rpartition("</svg>")[0]).strip()
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 16 16">{inside}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def main() -> None:
    """Write every file, then tell the hashes that vendor.toml must hold."""
    listing = tomllib.loads((VENDOR / "vendor.toml").read_text())
    written: dict[str, bytes] = {}
    for package in listing["package"]:
        with fetch(package["name"], package["version"], package["sha256"]) as archive:
            for file in package["files"]:
                content = member(archive, file["from"])
                # The maps are not carried: a reference to them would be a 404 in the browser's tools.
                written[file["to"]] = re.sub(rb"\n?(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$", b"\n", content)
            if "sprite" in package:
                written[SPRITE] = sprite(archive, package["sprite"])
    print("[sha256]")
    for path, content in sorted(written.items()):
        (VENDOR / path).parent.mkdir(exist_ok=True)
        (VENDOR / path).write_bytes(content)
        print(f'"{path}" = "{digest(content)}"')
    if listing.get("sha256") != {path: digest(content) for path, content in written.items()}:
        sys.exit("vendor.toml holds other hashes: review the difference, then paste the lines above at its end")


if __name__ == "__main__":
    main()
