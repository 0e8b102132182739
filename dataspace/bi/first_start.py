"""Make Superset's own tables, rights and administrator. Runs in Superset's venv, as a script.

One interpreter for the three commands of Superset's manual (`db upgrade`, `fab create-admin`, `init`): importing
Superset costs more than the last two together. Every step may be run again on a home that already exists.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

ADMIN = "admin"


@contextmanager
def _step(sentence: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{sentence}…", flush=True)
    yield
    print(f"{sentence} : {time.monotonic() - started:.0f} s", flush=True)


def _administrator(security: object, password: str) -> None:
    user = security.find_user(username=ADMIN)
    if user is None:
        security.add_user(ADMIN, "Super", "Set", "admin@superset.invalid", security.find_role("Admin"), password)
    else:
        security.reset_password(user.id, password)


def main() -> None:
    password = os.environ["SUPERSET_ADMIN_PASSWORD"]
    with _step("Superset : chargement"):
        from flask_migrate import upgrade
        from superset.app import create_app

        app = create_app()
    with app.app_context():
        from superset import appbuilder, security_manager
        from superset.extensions import db

        with _step("Superset : création de ses tables"):
            upgrade()
        with _step("Superset : droits et rôles"):
            appbuilder.add_permissions(update_perms=True)
            security_manager.sync_role_definitions()
            db.session.commit()
        with _step("Superset : administrateur"):
            _administrator(security_manager, password)
            db.session.commit()


if __name__ == "__main__":
    main()
