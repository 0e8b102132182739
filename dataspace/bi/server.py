"""Start the Superset that travels with the portal, in its own venv, for a laptop or one small machine."""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from dataspace.child import LOOPBACK, Child, DidNotStart, Listening, PortTaken, Refusal, gunicorn, kept

HERE = Path(__file__).parent
ADMIN = "admin"
# A guest token lists the codes its reader may see and travels in one header: gunicorn's 8 kB hold 600 of them.
HEADER_BYTES = 32_768


@dataclass(frozen=True)
class Secrets:
    """What this Superset signs with, and its administrator's password."""

    secret_key: str = field(repr=False)
    guest_secret: str = field(repr=False)
    admin_password: str = field(repr=False)
    service_password: str = field(repr=False)

    @classmethod
    def kept_in(cls, home: Path) -> "Secrets":
        """Those of this home, made the first time."""
        return cls(**{name.name: kept(home / f"{name.name}.secret") for name in fields(cls)})


class BiServer(Listening):
    """One Superset on the loopback, with its own tables, caches and secrets under `home`."""

    def __init__(
        self,
        venv: Path,
        home: Path,
        port: int,
        portal_origin: str,
        *,
        secrets: Secrets | None = None,
        metadata_url: str = "",
        allow_sqlite: bool = True,
        log: Path | None = None,
    ) -> None:
        """`metadata_url`: SQLAlchemy address of Superset's own tables; empty: a SQLite file in `home`.

        `allow_sqlite`: figures may come from SQLite files, which Superset refuses by default.
        """
        self._venv = venv.resolve()
        self._home = home.resolve()
        self._metadata_url = metadata_url
        self.secrets = secrets or Secrets.kept_in(self._home)
        self.url = f"http://{LOOPBACK}:{port}"
        self.admin = ADMIN
        self._environment = {
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "SUPERSET_HOME": str(self._home),
            "SUPERSET_SECRET_KEY": self.secrets.secret_key,
            "SUPERSET_GUEST_SECRET": self.secrets.guest_secret,
            "SUPERSET_ALLOW_SQLITE": "1" if allow_sqlite else "0",
            "PORTAL_ORIGIN": portal_origin,
            **({"SUPERSET_METADATA": metadata_url} if metadata_url else {}),
        }
        child = Child(
            "Superset",
            gunicorn(self._venv, port, f"--limit-request-field_size={HEADER_BYTES}", "superset.app:create_app()"),
            log=log or self._home / "superset.log",
            environment=self._environment,
            directory=self._home,
        )
        super().__init__(
            child, port, called="les tableaux de bord", variable="BI_PORT", answers_at=f"{self.url}/health", patience=90
        )  # fmt: skip

    def prepare(self, progress: Callable[[str], None] = lambda line: None) -> None:
        """Make or upgrade Superset's own tables, rights and administrator; nothing to do is immediate."""
        python = self._venv / "bin" / "python"
        if not (self._venv / "bin" / "gunicorn").exists():
            raise Refusal("Superset n’est pas installé. Tapez : make bi")
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = self._home / "prepared"
        if stamp.exists() and stamp.read_text() == self._wanted():
            progress("Superset : déjà préparé")
            return
        if not stamp.exists() and not self._metadata_url:
            # A first preparation cut short left half of the tables: it cannot be resumed, and holds nothing yet.
            (self._home / "superset.db").unlink(missing_ok=True)
        environment = {**os.environ, **self._environment, "SUPERSET_ADMIN_PASSWORD": self.secrets.admin_password}
        _run([str(python), str(HERE / "first_start.py")], environment, self._home, self.log, progress)
        stamp.write_text(self._wanted())

    def _wanted(self) -> str:
        """Fingerprint of all that a preparation depends on."""
        content = b"".join((HERE / name).read_bytes() for name in ("constraints.txt", "first_start.py"))
        secret = f"{self.secrets.secret_key}{self.secrets.admin_password}{self._metadata_url}".encode()
        return hashlib.sha256(content + secret).hexdigest()


def _run(
    command: list[str],
    environment: Mapping[str, str],
    directory: Path,
    log: Path,
    progress: Callable[[str], None],
) -> None:
    """Run to the end, its steps told, the rest of its words in the log."""
    with (
        log.open("a") as words,
        subprocess.Popen(
            command,
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                if re.match(r"Superset : .*\d s$", line):
                    progress(line.strip())
                else:
                    words.write(line)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise Refusal(f"Superset n’a pas pu être préparé. Son journal : {log}")


__all__ = ["BiServer", "DidNotStart", "PortTaken", "Refusal", "Secrets"]
