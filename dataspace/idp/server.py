"""Start the embedded identity provider, seeded with people, and change it while it runs."""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from joserfc.jwk import RSAKey

from dataspace.child import LOOPBACK, Child, Listening, Refusal, gunicorn, kept

INSIDE = Path(__file__).with_name("inside")
CLIENT_ID = "dataspace"
# The paths of the portal that the provider may send a browser back to.
RETURN_PATH = "/connexion/retour"
AFTER_LOGOUT_PATH = "/deconnexion"


class IdpServer(Listening):
    """A Canaille of our own on the loopback, with its database, keys and client secret under `home`.

    `people` are plain objects: login, password, given_name, family_name, email, phone, groups.
    """

    def __init__(
        self,
        venv: Path,
        home: Path,
        port: int,
        portal_origin: str,
        people: Sequence[Mapping[str, Any]],
        *,
        return_path: str = RETURN_PATH,
        after_logout_path: str = AFTER_LOGOUT_PATH,
        log: Path | None = None,
    ) -> None:
        self._venv = venv.resolve()
        self._home = home.resolve()
        self._origin = portal_origin
        self._people = [dict(person) for person in people]
        self._return_path = return_path
        self._after_logout_path = after_logout_path
        self.issuer = f"http://{LOOPBACK}:{port}"
        self.client_id = CLIENT_ID
        child = Child(
            "fournisseur d’identité",
            gunicorn(self._venv, port, f"--pythonpath={INSIDE}", "provider:provider()"),
            log=log or self._home / "idp.log",
            environment=self._environment,
            directory=self._home,
        )
        super().__init__(
            child, port, called="le fournisseur d’identité", variable="IDP_PORT",
            answers_at=f"{self.issuer}/.well-known/openid-configuration", patience=60,
        )  # fmt: skip

    @property
    def client_secret(self) -> str:
        """What the portal proves itself with; made once, kept in `home`."""
        return kept(self._home / "client-secret")

    def prepare(self, progress: Callable[[str], None] = lambda line: None) -> None:
        """Write the settings and bring accounts, groups and client to what was asked; nothing to do is fast."""
        if not (self._venv / "bin" / "gunicorn").exists():
            raise Refusal("Le fournisseur d’identité n’est pas installé. Tapez : make idp")
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write_settings()
        orders: list[dict[str, Any]] = [
            {"order": "accounts", "people": self._people},
            {
                "order": "client",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "name": "Espace de données",
                "redirect_uris": [self._origin + self._return_path],
                "post_logout_redirect_uris": [self._origin + self._after_logout_path],
            },
        ]
        code = b"".join(path.read_bytes() for path in sorted(INSIDE.glob("*.py")))
        wanted = hashlib.sha256(json.dumps(orders, sort_keys=True).encode() + code).hexdigest()
        stamp = self._home / "seeded"
        if (self._home / "canaille.sqlite").exists() and stamp.exists() and stamp.read_text() == wanted:
            progress("fournisseur d’identité : comptes déjà inscrits")
            return
        progress(f"fournisseur d’identité : {len(self._people)} comptes à inscrire")
        self._carry_out(*orders)
        stamp.write_text(wanted)

    # What tests do to a provider that runs.

    def lock(self, login: str) -> None:
        """This person cannot sign in, nor renew a token, from now on."""
        self._carry_out({"order": "lock", "login": login})

    def unlock(self, login: str) -> None:
        """Undo `lock`."""
        self._carry_out({"order": "unlock", "login": login})

    def set_groups(self, login: str, names: Sequence[str]) -> None:
        """The groups of this person become exactly these, at her next sign-in."""
        self._carry_out({"order": "groups", "login": login, "names": list(names)})

    def allow(self, portal_origin: str) -> None:
        """One more portal uses the same client (each test worker has its own port)."""
        self._carry_out(
            {
                "order": "allow",
                "client_id": self.client_id,
                "redirect_uri": portal_origin + self._return_path,
                "post_logout_redirect_uri": portal_origin + self._after_logout_path,
            }
        )

    def rotate_key(self, *, forget: bool = False) -> str:
        """Sign with a new key, whose kid is returned; `forget` stops publishing the old ones."""
        keys = self._keys()
        new = _new_key()
        old = [] if forget else [*keys["active"], *keys["inactive"]]
        self._write_secret("keys.json", json.dumps({"active": [new], "inactive": old}))
        self._write_settings()
        self._child.signal(signal.SIGHUP)
        # For a moment the retiring worker still answers beside the new one: wait until only the new key is heard.
        deadline, heard = time.monotonic() + 30, 0
        while self._child.pid and heard < 5 and time.monotonic() < deadline:
            heard = heard + 1 if self._publishes(new["kid"]) else 0
            time.sleep(0.1)
        return new["kid"]

    def _publishes(self, kid: str) -> bool:
        with contextlib.suppress(requests.RequestException):
            published = requests.get(f"{self.issuer}/oauth/jwks.json", timeout=5).json()["keys"]
            return kid in {key["kid"] for key in published}
        return False

    def _carry_out(self, *orders: dict[str, Any]) -> None:
        with (self._home / "orders.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            done = subprocess.run(
                [self._venv / "bin" / "python", INSIDE / "orders.py"],
                input=json.dumps(orders),
                env={**os.environ, **self._environment},
                cwd=self._home,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        if done.returncode:
            raise Refusal(f"Le fournisseur d’identité n’a pas suivi {orders[0]['order']} : {done.stderr[-2000:]}")

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "DATASPACE_IDP_SETTINGS": str(self._home / "settings.json"),
            # Plain http, for this process alone and because it only ever listens on the loopback.
            "AUTHLIB_INSECURE_TRANSPORT": "1",
            # Empty is off: a container often forbids compiled modules, which doubles the time of every order.
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def _write_settings(self) -> None:
        keys = self._keys()
        settings = {
            "SECRET_KEY": kept(self._home / "secret-key"),
            "SERVER_NAME": f"{LOOPBACK}:{self._port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {
                "NAME": "Métropole de Valmer",
                "LANGUAGE": "fr",
                "TIMEZONE": "Europe/Paris",
                "SMTP": None,
                "ENABLE_PASSWORD_RECOVERY": False,
                # People read their account and change their password: with Canaille's own defaults
                # they would create groups, hence rights, for themselves.
                "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc", "edit_self"], "WRITE": ["password"]}},
            },
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{self._home / 'canaille.sqlite'}"},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": keys["active"],
                "INACTIVE_JWKS": keys["inactive"],
                # Canaille would say the displayed name, by which the portal could not know whom it prepared.
                "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.user_name }}"},
                "TRUSTED_DOMAINS": [LOOPBACK],
            },
        }
        self._write_secret("settings.json", json.dumps(settings, indent=1))

    def _keys(self) -> dict[str, list[dict[str, str]]]:
        keys = json.loads(kept(self._home / "keys.json", lambda: json.dumps({"active": [_new_key()], "inactive": []})))
        return {"active": keys["active"], "inactive": keys["inactive"]}

    def _write_secret(self, name: str, text: str) -> None:
        """Readable by us alone, whole or not at all."""
        part = self._home / f"{name}.part"
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(self._home / name)


def _new_key() -> dict[str, str]:
    key = RSAKey.generate_key(2048, auto_kid=True)
    return {name: str(value) for name, value in key.as_dict(private=True).items()}
