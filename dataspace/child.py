"""A local server run beside the portal: started in its own process group, watched, stopped with all it spawned."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_urlsafe

import requests

LOOPBACK = "127.0.0.1"
MARK = "DATASPACE_CHILD"


class Refusal(RuntimeError):
    """Something the person at the terminal must change first; the sentence is for her."""


class PortTaken(Refusal):
    """Another program listens where one of ours must."""

    def __init__(self, port: int, name: str, variable: str) -> None:
        super().__init__(
            f"Le port {port}, prévu pour {name}, est déjà pris. "
            f"Arrêtez ce qui l’occupe ou choisissez-en un autre : {variable}={port + 100} make run"
        )


class DidNotStart(Refusal):
    """A server died, or stayed silent, while we waited for its first answer."""

    def __init__(self, child: "Child", why: str) -> None:
        super().__init__(f"{child.name} : {why}. Son journal : {child.log}")


class Child:
    """One server process and the processes it starts."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(word) for word in command]
        self._environment = dict(environment or {})
        self._directory = directory
        self._user = user
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, its words appended to the log; what a killed run left behind is stopped first."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.stop()
        environment = {**os.environ, **self._environment, MARK: str(self._pid_file)}
        # A container often says not to keep compiled modules: Superset then loses ten seconds at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self._directory,
                user=self._user,
                group=self._user and pwd.getpwnam(self._user).pw_gid,
                extra_groups=[] if self._user else None,
                # Ctrl-C at the terminal reaches us only: we stop the others in order.
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._process.pid))

    @property
    def pid(self) -> int | None:
        """The running server, ours or one that another of our processes started with the same log."""
        if self._process is not None:
            return self._process.pid
        try:
            pid = int(self._pid_file.read_text())
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if f"{MARK}={self._pid_file}".encode() in environment else None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait_for(self, url: str, seconds: float) -> None:
        """Return when `url` answers below 500; raise `DidNotStart` when it dies or stays silent."""
        deadline = time.monotonic() + seconds
        with requests.Session() as http:
            http.trust_env = False  # A proxy of the machine has no business on the loopback.
            while time.monotonic() < deadline:
                if not self.is_alive:
                    raise DidNotStart(self, "le serveur s’est arrêté pendant son démarrage")
                with contextlib.suppress(requests.RequestException):
                    if http.get(url, timeout=5, allow_redirects=False).status_code < 500:
                        return
                time.sleep(0.1)
        raise DidNotStart(self, f"pas de réponse après {seconds:.0f} s")

    def signal(self, number: signal.Signals) -> None:
        """Tell the server itself something (not the processes it started)."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, number)

    def stop(self, grace: float = 8.0) -> None:
        """End the whole group, ours or a leftover: asked first, killed after `grace` seconds."""
        pid = self.pid
        if pid is None:
            return
        _end_group(pid, self._stop_signal)
        deadline = time.monotonic() + grace
        while self._runs() and time.monotonic() < deadline:
            time.sleep(0.05)
        _end_group(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(5)
            self._process = None
        self._pid_file.unlink(missing_ok=True)

    def _runs(self) -> bool:
        return self.is_alive if self._process is not None else self.pid is not None

    @property
    def _pid_file(self) -> Path:
        return self.log.with_suffix(".pid").resolve()


class Listening:
    """A server of the portal's own on one port of the loopback: gunicorn of its venv, one worker, eight threads."""

    def __init__(
        self, child: Child, port: int, *, called: str, variable: str, answers_at: str, patience: float
    ) -> None:  # fmt: skip
        """`called` and `variable` name its port to who must change it; it answers at the address `answers_at`."""
        self._child = child
        self._port = port
        self._called, self._variable = called, variable
        self._answers_at, self._patience = answers_at, patience

    @property
    def log(self) -> Path:
        """What the process says."""
        return self._child.log

    @property
    def is_alive(self) -> bool:
        """The process we started still runs."""
        return self._child.is_alive

    def start(self) -> None:
        """Start the process, without waiting for its first answer."""
        self._child.stop()  # What a killed run left behind is not a taken port.
        if not is_free(self._port):
            raise PortTaken(self._port, self._called, self._variable)
        self._child.start()

    def wait(self, seconds: float = 0) -> None:
        """Return when it answers; raise `DidNotStart` when it stopped or stays silent."""
        self._child.wait_for(self._answers_at, seconds or self._patience)

    def stop(self) -> None:
        """End it and what it spawned; stopping twice is harmless."""
        self._child.stop()


def gunicorn(venv: Path, port: int, *more: str) -> list[str | Path]:
    """The command of such a server."""
    return [
        venv / "bin" / "gunicorn",
        "--worker-class=gthread",
        "--workers=1",
        "--threads=8",
        # Browsers keep connections open: a stop must not wait for them.
        "--graceful-timeout=3",
        "--no-control-socket",
        f"--bind={LOOPBACK}:{port}",
        *more,
    ]


def _end_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def kept(path: Path, make: Callable[[], str] = lambda: token_urlsafe(48)) -> str:
    """The secret of this file, made the first time it is asked for, readable by us alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(make())
    return path.read_text(encoding="utf-8")


def is_free(port: int) -> bool:
    """Nobody listens on this port of the loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
