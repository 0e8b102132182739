"""`make run`: the whole demonstration on one machine, started in order, watched, stopped together.

What the environment already gives (`DATASPACE_*`) is kept: with `DATASPACE_OIDC_ISSUER` or `DATASPACE_BI_URL` the
portal uses that identity provider or that Superset, and ours is not started.
"""

import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import IO, Any

from dataspace.bi.server import BiServer
from dataspace.child import LOOPBACK, Child, PortTaken, Refusal, is_free, kept
from dataspace.config import Settings
from dataspace.demo.terminal import Progress, accounts, table
from dataspace.demo.world import PASSWORD, World, build
from dataspace.idp.server import IdpServer
from dataspace.web.french import today

CHECKOUT = Path(__file__).parents[2]
PORTS = {"PORT": 5100, "IDP_PORT": 5101, "BI_PORT": 5102}


class Demo:
    """The three servers and what they share."""

    def __init__(self, var: Path, venvs: Path) -> None:
        self._say = Progress()
        self._var = var.resolve()
        # The day of the first start: later ones find the same figures in Superset as in the portal.
        self._world: World = build(date.fromisoformat(kept(self._var / "day", lambda: today().isoformat())))
        port, idp_port, bi_port = (_port(name) for name in PORTS)
        self._ports = {"PORT": port}
        self.url = os.environ.get("DATASPACE_PORTAL_URL") or f"http://{LOOPBACK}:{port}"
        logs = self._var / "log"
        self._idp: IdpServer | None = None
        self._bi: BiServer | None = None
        self._bi_answered = threading.Event()
        self._ending = threading.Event()
        if not os.environ.get("DATASPACE_OIDC_ISSUER"):
            self._ports["IDP_PORT"] = idp_port
            self._idp = IdpServer(
                venvs / ".venv-idp", self._var / "idp", idp_port, self.url, _people(self._world), log=logs / "idp.log"
            )
        if not os.environ.get("DATASPACE_BI_URL"):
            self._ports["BI_PORT"] = bi_port
            self._bi = BiServer(venvs / ".venv-bi", self._var / "bi", bi_port, self.url, log=logs / "bi.log")
        self._environment = self._settings()
        self._portal = Child(
            "portail",
            [
                *(sys.executable, "-m", "gunicorn", "dataspace.app:create_app()"),
                *("--worker-class=gthread", "--workers=2", "--threads=4"),
                *(f"--bind={LOOPBACK}:{port}", "--graceful-timeout=3", "--no-control-socket"),
            ],
            log=logs / "portail.log",
            environment=self._environment,
        )

    def run(self) -> int:
        """Start everything, then watch until Ctrl-C; the status to leave with."""
        with _alone(self._var):
            self._check_ports()
            try:
                self._start()
                threading.Thread(target=self._go_on, daemon=True).start()
                return self._watch()
            except KeyboardInterrupt:
                return 0
            except Refusal as refusal:
                self._say.plain(f"\n{refusal}\n")
                return 1
            finally:
                self._stop()

    def _settings(self) -> dict[str, str]:
        """What the portal reads beside the environment, which wins."""
        settings = {
            "DATASPACE_DEMO": "true",
            "DATASPACE_DATABASE_URL": f"sqlite:///{self._var / 'dataspace.sqlite'}",
            "DATASPACE_STORAGE_URL": f"file://{self._var / 'files'}",
            "DATASPACE_SECRET_KEY": kept(self._var / "secret-key"),
            "DATASPACE_PORTAL_URL": self.url,
            **_contacts(self._world),
        }
        if self._idp:
            settings["DATASPACE_OIDC_ISSUER"] = self._idp.issuer
            settings["DATASPACE_OIDC_CLIENT_ID"] = self._idp.client_id
            settings["DATASPACE_OIDC_CLIENT_SECRET"] = self._idp.client_secret
        if self._bi:
            settings["DATASPACE_BI_URL"] = self._bi.url
            settings["DATASPACE_BI_PASSWORD"] = self._bi.secrets.service_password
        return {name: value for name, value in settings.items() if name not in os.environ}

    def _check_ports(self) -> None:
        for server in (self._portal, self._idp, self._bi):
            if server:
                server.stop()  # Left behind by a run that was killed.
        names = {"PORT": "le portail", "IDP_PORT": "le fournisseur d’identité", "BI_PORT": "les tableaux de bord"}
        for variable, port in self._ports.items():
            if not is_free(port):
                raise PortTaken(port, names[variable], variable)

    def _start(self) -> None:
        if self._idp:
            self._idp.prepare(self._say)
            self._idp.start()
        self._fill()
        self._say("portail : démarrage")
        self._portal.start()
        if self._idp:
            self._idp.wait()
        self._portal.wait_for(f"{self.url}/sante", 60)
        self._say("portail : il répond")
        self._tell()

    def _fill(self) -> None:
        """Bring the database to the newest revision, and the demonstration into it the first time."""
        from dataspace.db import upgrade
        from dataspace.demo.load import load

        settings = self._read_settings()
        self._say("base : mise à niveau")
        upgrade(settings.database_url)
        load(settings, self._world, self._say)

    def _read_settings(self) -> Settings:
        """The very settings the portal reads, for what the supervisor does in its place."""
        ours: dict[str, Any] = {
            name.removeprefix("DATASPACE_").lower(): text for name, text in self._environment.items()
        }
        return Settings(**ours)

    def _tell(self) -> None:
        people = accounts(self._world)
        settings = self._read_settings()
        where = {"portal": self.url, "idp": settings.oidc_issuer, "bi": settings.bi_url}
        told = self._var / "run" / "demo.json"
        told.parent.mkdir(parents=True, exist_ok=True)
        part = told.with_suffix(".part")
        part.write_text(json.dumps({**where, "accounts": people}, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(told)
        names = {"portal": "Portail", "idp": "Fournisseur d’identité", "bi": "Tableaux de bord"}
        self._say.plain(table([(names[part], address) for part, address in where.items()], people))

    def _go_on(self) -> None:
        """What takes longer than people should wait: the portal answers meanwhile."""
        self._bring_dashboards()
        from dataspace.demo.proofs import prove

        try:
            prove(self._read_settings(), self._environment, self._say)
        except Exception as error:  # noqa: BLE001 -- whatever happened to the proof, the portal goes on
            if not self._ending.is_set():
                self._say(f"étanchéité : {error}")

    def _bring_dashboards(self) -> None:
        """Superset takes a minute the first time: the portal answers meanwhile."""
        try:
            if self._bi is None:
                self._say("tableaux de bord : ceux de DATASPACE_BI_URL, où la démonstration n’écrit rien")
                return
            _install_bi()
            self._bi.prepare(self._say)
            self._bi.start()
            self._bi.wait(180)
            self._bi_answered.set()
            self._say("tableaux de bord : Superset répond")
            from dataspace.dashboards.provision import Account
            from dataspace.demo.dashboards import draw

            admin = Account(self._bi.admin, self._bi.secrets.admin_password)
            draw(self._read_settings(), self._world, self._var / "entrepot.sqlite", admin, self._say)
        except Exception as error:  # noqa: BLE001 -- whatever happened to the dashboards, the portal goes on
            if self._ending.is_set():
                return
            self._say(f"tableaux de bord : {error}. Le portail continue sans eux ; journaux : {self._var / 'log'}")

    def _watch(self) -> int:
        """Until a server the portal cannot do without dies."""
        said = False
        while True:
            time.sleep(0.5)
            for name, server in (("le portail", self._portal), ("le fournisseur d’identité", self._idp)):
                if server and not server.is_alive:
                    self._say(f"{name} s’est arrêté. Son journal : {server.log}")
                    return 1
            if self._bi and self._bi_answered.is_set() and not self._bi.is_alive and not said:
                said = True
                self._say(f"Superset s’est arrêté ; le portail continue. Son journal : {self._bi.log}")

    def _stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._ending.set()
        self._say("arrêt…")
        servers = [server for server in (self._portal, self._bi, self._idp) if server]
        with ThreadPoolExecutor() as together:
            list(together.map(lambda server: server.stop(), servers))
        _end_helpers()
        self._say("tout est arrêté")


def _contacts(world: World) -> dict[str, str]:
    """Whom the demonstration's pages name: the data-protection officer, and who attaches accounts to directorates."""
    dpo, admin = world.person("ines"), world.person("claire")
    return {
        "DATASPACE_DPO_NAME": f"{dpo.given_name} {dpo.family_name}",
        "DATASPACE_DPO_EMAIL": dpo.email,
        "DATASPACE_SUPPORT_NAME": f"{admin.given_name} {admin.family_name}",
        "DATASPACE_SUPPORT_EMAIL": admin.email,
        "DATASPACE_SUPPORT_PHONE": admin.phone,
    }


def _port(name: str) -> int:
    given = os.environ.get(name) or str(PORTS[name])
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refusal(f"{name}={given} n’est pas un port : choisissez un nombre entre 1024 et 65535.")
    return int(given)


def _people(world: World) -> list[dict[str, object]]:
    return [
        {
            "login": person.login,
            "password": PASSWORD,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "phone": person.phone,
            "groups": list(person.groups),
        }
        for person in world.people
    ]


def _install_bi() -> None:
    """In a checkout, make `.venv-bi` what it must be; an installed wheel has its own way."""
    bootstrap = CHECKOUT / "tools" / "bootstrap.py"
    if bootstrap.exists():
        subprocess.run([sys.executable, bootstrap, "bi"], check=True, start_new_session=True)


def _end_helpers() -> None:
    """End what was being installed or prepared: our own children that are not servers."""
    with contextlib.suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            for child in (task / "children").read_text().split():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(int(child), signal.SIGKILL)


@contextlib.contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One demonstration at a time in this folder."""
    (var / "run").mkdir(parents=True, exist_ok=True)
    lock: IO[str]
    with (var / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal("Une démonstration tourne déjà ici. Arrêtez-la d’abord (Ctrl-C dans son terminal).") from None
        yield


def main() -> int:
    """The command line; options are for tests."""
    parser = argparse.ArgumentParser(description="Démarre la démonstration")
    parser.add_argument("--var", type=Path, default=Path("var"), help="dossier des données et des journaux")
    parser.add_argument("--venvs", type=Path, default=CHECKOUT, help="dossier de .venv-idp et .venv-bi")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # As in `Child`, for what prepares the servers.
    try:
        return Demo(options.var, options.venvs).run()
    except Refusal as refusal:
        print(f"\n{refusal}\n", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
