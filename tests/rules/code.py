"""The repository's own text, as the laws of the house read it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file; `name` is its path from the root."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call, with the dotted name of what is called (`access.session.get`)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node

    def imports(self) -> Iterator[str]:
        """Every module imported, wherever in the file, names included (`dataspace.auth.system`)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def tracked() -> tuple[str, ...]:
    """The files of the repository, by path; those about to be added too."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return tuple(name for name in dict.fromkeys(names) if (ROOT / name).is_file())


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The Python files under `folders`, `dataspace` when none is said."""
    wanted = tuple(f"{folder}/" for folder in folders or ("dataspace",))
    return tuple(
        Module(name, (ROOT / name).read_text("utf-8"))
        for name in tracked()
        if name.endswith(".py") and name.startswith(wanted)
    )


@cache
def texts() -> dict[str, str]:
    """Every text file of ours: what others wrote (vendor) and binary files left out."""
    found = {}
    for name in tracked():
        if "/vendor/" in name or name == "uv.lock":
            continue
        try:
            found[name] = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found
