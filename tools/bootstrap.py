"""Prepare what a fresh machine lacks: `python3 tools/bootstrap.py portal|idp|bi|chromium|postgres ...`.

Standard library only, since nothing is installed yet. What is ready is left alone, at once. What cannot be had stops
everything with the one line to type; as root that line is typed for you.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
PORTAL = ROOT / ".venv"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# uv would fetch a Python from a site an intranet does not reach.
ENVIRONMENT = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "VIRTUAL_ENV": ""}


def say(sentence):
    print(f"  {sentence}", flush=True)


def stop(sentence, line):
    """Nothing more can be done without the person: tell her the one line."""
    sys.exit(f"\n{sentence}\nTapez :\n\n    {line}\n\npuis relancez la même commande.")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=ENVIRONMENT, check=False, **options)
    if done.returncode:
        sys.exit(f"Échec de : {' '.join(str(word) for word in command)}")


def apt(package, why):
    """Install a system package when root; else stop with the line to type."""
    line = f"apt-get install --yes --no-install-recommends {package}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(why, f"sudo {line}")
    say(f"{why} Installation de {package}…")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "--quiet=2"], env=quiet, check=False)
    if subprocess.run([*line.split(), "--quiet=2"], env=quiet, check=False, stdout=subprocess.DEVNULL).returncode:
        stop(f"{package} n’a pas pu être installé.", line)


def prepared(venv, *sources):
    """The stamp of a venv, and what it must say for these files."""
    content = b"".join(source.read_bytes() for source in sources)
    wanted = hashlib.sha256(content + sys.version.encode() + str(venv).encode()).hexdigest()
    stamp = venv / ".prepared"
    return stamp, wanted, stamp.exists() and stamp.read_text() == wanted


def portal():
    """The portal's own venv, exactly as uv.lock says."""
    if sys.version_info < OLDEST:
        stop(
            f"Python {OLDEST[0]}.{OLDEST[1]} ou plus récent est nécessaire ; celui-ci est le {sys.version.split()[0]}.",
            "make PYTHON=python3.12 …   (après sudo apt-get install --yes python3.12 python3.12-venv)",
        )
    stamp, wanted, ready = prepared(PORTAL, ROOT / "pyproject.toml", ROOT / "uv.lock")
    if ready:
        return
    started = time.monotonic()
    say("Installation du portail (.venv)…")
    if not (PORTAL / "bin" / "uv").exists():
        _first_venv()
    options = ("--frozen", "--all-groups", "--inexact", "--quiet", "--python", sys.executable)
    run(PORTAL / "bin" / "uv", "sync", *options)
    stamp.write_text(wanted)
    say(f"Portail installé en {time.monotonic() - started:.0f} s")


def _first_venv():
    try:
        import ensurepip  # noqa: F401  -- Debian ships python3 without it
    except ImportError:
        if shutil.which("uv"):
            run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, PORTAL)
            run("uv", "pip", "install", "--quiet", "--python", PORTAL / "bin" / "python", "uv>=0.9")
            return
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        packaged = Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve()
        apt("python3-venv" if packaged else f"python{version}-venv", "Python ne sait pas encore créer de venv.")
    run(sys.executable, "-m", "venv", "--clear", PORTAL)
    run(PORTAL / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.9")


def idp():
    """The identity provider's venv."""
    _beside("idp", "du fournisseur d’identité")


def bi():
    """Superset's venv."""
    _beside("bi", "de Superset")


def _beside(name, what):
    portal()
    venv, home = ROOT / f".venv-{name}", ROOT / "dataspace" / name
    stamp, wanted, ready = prepared(venv, home / "requirements.txt", home / "constraints.txt")
    if ready:
        return
    started = time.monotonic()
    say(f"Installation {what} (.venv-{name})…")
    uv = PORTAL / "bin" / "uv"
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv)
    files = ("-r", home / "requirements.txt", "-c", home / "constraints.txt")
    run(uv, "pip", "install", "--quiet", "--python", venv / "bin" / "python", *files)
    stamp.write_text(wanted)
    say(f"Installation {what} : {time.monotonic() - started:.0f} s")


def chromium():
    """A browser for the tests: the machine's, else Playwright's."""
    portal()
    if any(shutil.which(name) for name in CHROMIUMS) or _playwright_has_one():
        return
    why = "Les tests de navigateur ont besoin de Chromium."
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt("chromium", why)
        return
    say("Téléchargement du Chromium de Playwright…")
    tried = subprocess.run(
        [str(PORTAL / "bin" / "playwright"), "install", "chromium"], env=ENVIRONMENT, check=False, capture_output=True
    )
    if tried.returncode:
        apt("chromium", why)


def _playwright_has_one():
    program = (
        "from pathlib import Path; from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: raise SystemExit(not Path(p.chromium.executable_path).exists())"
    )
    return not subprocess.run([str(PORTAL / "bin" / "python"), "-c", program], check=False).returncode


def postgres():
    """Which PostgreSQL the tests will use."""
    portal()
    run(PORTAL / "bin" / "python", "-m", "tests.postgres")


STEPS = {step.__name__: step for step in (portal, idp, bi, chromium, postgres)}


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        STEPS[asked]()
