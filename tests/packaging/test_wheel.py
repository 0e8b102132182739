"""The built wheel runs away from the checkout: rules, migrations, templates and assets travel in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
TRY_IT = """
from dataspace.app import create_app
client = create_app().test_client()
for path in ("/sante", "/pret", "/aide", "/apparence.css", "/static/vendor/bootstrap/bootstrap.min.css"):
    answer = client.get(path, base_url="http://127.0.0.1:5100")
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
assert client.get("/", base_url="http://127.0.0.1:5100").status_code == 302
print("answers")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An empty venv, elsewhere, with only the wheel and what it needs, and a database at its newest migration."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    for command in (
        [UV, "build", "--wheel", "--quiet", "--out-dir", folder / "dist", ROOT],
        [UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"],
    ):
        subprocess.run(command, check=True, env=environment, cwd=folder)
    wheel = next((folder / "dist").glob("*.whl"))
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", folder / "venv/bin/python", wheel], check=True, env=environment
    )
    migrated = run(folder, "dataspace", "db", "upgrade")
    assert migrated.returncode == 0, migrated.stderr
    return folder


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATASPACE_", "PYTHON"))}
    settings = {
        "DATASPACE_SECRET_KEY": "x" * 40, "DATASPACE_DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite'}",
        "DATASPACE_STORAGE_URL": f"file://{folder / 'files'}",
    }  # fmt: skip
    binary = folder / "venv/bin" / command[0]
    return subprocess.run(
        [binary, *command[1:]], env=kept | settings | more, cwd=folder, text=True, capture_output=True, check=False
    )


@pytest.mark.prove
def test_the_wheel_migrates_answers_and_carries_its_rules(installed):
    answered = run(installed, "python", "-c", TRY_IT)
    assert answered.stdout.strip() == "answers", answered.stderr


@pytest.mark.prove
def test_an_authority_brings_its_own_rules_and_broken_ones_stop_the_start(installed):
    own = installed / "policies"
    own.mkdir()
    for name in ("model.conf", "policy.csv"):
        (own / name).write_text((ROOT / "policies" / name).read_text("utf-8"), "utf-8")
    assert run(installed, "python", "-c", TRY_IT, DATASPACE_POLICIES_DIR=str(own)).returncode == 0
    (own / "policy.csv").write_text("p, agent, tout:lire, open, unit\n", "utf-8")
    stopped = run(installed, "python", "-c", TRY_IT, DATASPACE_POLICIES_DIR=str(own))
    assert stopped.returncode != 0
    assert "BrokenPolicy" in stopped.stderr
