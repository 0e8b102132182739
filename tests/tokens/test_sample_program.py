"""The program of the guide runs as it is, against a portal that listens."""

import subprocess
import sys
import threading
from pathlib import Path

from werkzeug.serving import make_server

from dataspace.app import create_app
from tests.conftest import settings_for
from tests.people import BREZOLLES, CHARTRES
from tests.site import Site
from tests.tokens.conftest import made, secret_of

PROGRAM = Path(__file__).parents[2] / "docs/guides/lire_par_un_programme.py"


def test_the_sample_program_reads_all_the_rows(make, filed, engine_url, tmp_path):
    asset = make.dataset("Foyers", unit="solidarite")
    filed(asset, "commune;foyers\n" + f"{BREZOLLES};12\n" * 1200 + f"{CHARTRES};340\n")
    app = create_app(settings_for(engine_url, tmp_path).model_copy(update={"other_hosts": ("127.0.0.1",)}))
    secret = secret_of(made(Site(app), "awa"))
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:

        def run(token: str) -> "subprocess.CompletedProcess[str]":
            told = {"DATASPACE_URL": f"http://127.0.0.1:{server.port}", "DATASPACE_TOKEN": token}
            command = [sys.executable, str(PROGRAM), asset.public_id]
            return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)

        lines = run(secret).stdout.splitlines()
        assert (len(lines), lines[0], lines[-1]) == (1202, "commune,foyers", f"{CHARTRES},340")
        refused = run(secret[:-1] + ("0" if secret[-1] != "0" else "1"))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Ce jeton n’est pas, ou n’est plus, valable.")
    finally:
        server.shutdown()
        thread.join()
        app.extensions["engine"].dispose()
