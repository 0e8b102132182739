"""Is a real Superset what the portal declares? Told, put back, and never an author's work."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import select

from dataspace.audit import Event
from dataspace.bi.server import BiServer
from dataspace.cli import main
from dataspace.config import Settings
from dataspace.dashboards.models import BiCheck
from dataspace.dashboards.provision import Account, Provisioned, provision
from dataspace.dashboards.superset_rest import SupersetRest
from tests.conftest import settings_for
from tests.make import Make
from tests.shared import turn
from tests.site import Site
from tests.superset import valmer
from tests.superset.conftest import admin, bi, boards, folder, http
from tests.superset.server import PORTAL

__all__ = ["admin", "bi", "boards", "folder", "http"]
PAGE = "/administration/conformite-bi"
PEOPLE = "/api/v1/security/users/"


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    for name in ("database_url", "portal_url", "bi_url", "bi_username", "bi_admin_username"):
        monkeypatch.setenv(f"DATASPACE_{name.upper()}", getattr(settings, name))
    for name in ("secret_key", "bi_password", "bi_admin_password"):
        monkeypatch.setenv(f"DATASPACE_{name.upper()}", getattr(settings, name).get_secret_value())
    return CliRunner().invoke(main, ["rights", "verify", *words])


# Superset is one, whatever keeps the portal: what is made there is made once.
@pytest.mark.engines("sqlite")
class TestWithSuperset:
    pytestmark = pytest.mark.superset

    @pytest.fixture
    def settings(self, engine_url: str, tmp_path: Path, bi: BiServer) -> Settings:
        made, secret = settings_for(engine_url, tmp_path), type(settings_for(engine_url, tmp_path).bi_password)
        changes: dict[str, Any] = {
            "portal_url": PORTAL, "other_hosts": ("localhost",),
            "bi_url": bi.url, "bi_password": secret(bi.secrets.service_password),
            "bi_admin_username": bi.admin, "bi_admin_password": secret(bi.secrets.admin_password),
        }  # fmt: skip
        return made.model_copy(update=changes)

    @pytest.fixture
    def activity(
        self, bi: BiServer, http: requests.Session, folder: Path, boards: Provisioned, make: Make
    ) -> Iterator[str]:
        """The board of activity, as the portal and Superset both know it; put right again at the end."""

        def right() -> None:
            provision(
                http, bi.url, admin=Account(bi.admin, bi.secrets.admin_password),
                service=Account("portal", bi.secrets.service_password), warehouse=valmer.warehouse(folder),
                tables=valmer.TABLES, boards=valmer.BOARDS, portal_origin=PORTAL,
            )  # fmt: skip

        with turn(folder, "provision"):
            right()
            made = boards.boards["activite-des-directions"].external_id
            sources = [("activite", "direction", "unit"), ("communes", "", "")]
            make.dashboard("Activité", external_id=made, slug="activite-des-directions", sources=sources)
            yield made
            right()

    def test_what_was_changed_there_is_told_then_put_back_once(
        self, activity: str, admin: SupersetRest, settings: Settings, monkeypatch: pytest.MonkeyPatch, site: Site,
        sessions: Any,
    ) -> None:  # fmt: skip
        clean = run(settings, monkeypatch)
        assert (clean.exit_code, "Tout est conforme." in clean.output) == (0, True), clean.output

        path = f"/api/v1/dashboard/{activity}"
        here = f"/api/v1/dashboard/{admin.get(path)['result']['id']}"
        charts = admin.get(f"{here}/charts")["result"]
        admin.put(here, {"published": False})
        admin.post(f"{here}/embedded", {"allowed_domains": []})
        guests = next(row["id"] for row in admin.every("/api/v1/security/roles/") if row["name"] == "EmbedGuest")
        allowed = f"/api/v1/security/roles/{guests}/permissions"
        pairs = admin.every("/api/v1/security/permissions-resources/")
        named = {(row["permission"]["name"], row["view_menu"]["name"]): row["id"] for row in pairs}
        kept = [row["id"] for row in admin.get(f"{allowed}/")["result"]]
        admin.post(allowed, {"permission_view_menu_ids": [*kept, named["can_read", "Tag"]]})

        told = run(settings, monkeypatch, "--json")
        assert told.exit_code == 1
        report = json.loads(told.output)
        assert report["is_dangerous"]
        found = {(one["what"], one["found"]): one["danger"] for one in report["findings"]}
        assert found == {
            ("rôle EmbedGuest", "can_read Tag"): "open",
            ("tableau «\u00a0Activité\u00a0»", "brouillon"): "broken",
            ("intégration du tableau «\u00a0Activité\u00a0»", "tous les sites"): "open",
        }
        page = site.as_("claire").get(PAGE)
        assert "2 écarts ouvrent plus" in page.main
        assert "EmbedGuest" in page.main

        mended = run(settings, monkeypatch, "--repair")
        assert mended.exit_code == 0, mended.output
        assert mended.output.count("remis") == 3
        again = run(settings, monkeypatch, "--repair", "--json")
        assert json.loads(again.output)["repaired"] == []
        assert admin.get(f"{here}/charts")["result"] == charts, "an author's work is left alone"
        assert "Tout est conforme" in site.as_("ines").get(PAGE).main
        with sessions() as session:
            acts = session.scalars(select(Event.act).where(Event.act.like("bi-%")).order_by(Event.seq)).all()
        assert acts == ["bi-verified", "bi-verified", "bi-repaired", "bi-verified"]

    def test_who_draws_there_without_the_right_is_named_and_left_to_people(
        self, activity: str, admin: SupersetRest, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gamma = next(row["id"] for row in admin.every("/api/v1/security/roles/") if row["name"] == "Gamma")
        made = {}
        # Lucie is a steward; Awa may edit nothing; Personne is nobody's name.
        for name in ("lucie", "awa", "personne"):
            body = {"username": name, "first_name": name, "last_name": "Test", "email": f"{name}@ailleurs.example",
                    "active": True, "roles": [gamma], "password": "un mot de passe bien long"}  # fmt: skip
            made[name] = admin.post(PEOPLE, body)["id"]
        here = f"/api/v1/dashboard/{admin.get(f'/api/v1/dashboard/{activity}')['result']['id']}"
        admin.put(here, {"owners": [1, made["awa"]]})
        try:
            told = run(settings, monkeypatch, "--repair", "--json")
            assert told.exit_code == 1
            found = [(one["what"], one["is_ours"]) for one in json.loads(told.output)["findings"]]
            assert found == [
                ("compte awa", False), ("compte personne", False), ("tableau «\u00a0Activité\u00a0»", False),
            ]  # fmt: skip
        finally:
            admin.put(here, {"owners": [1]})
            for user_id in made.values():
                admin.put(f"{PEOPLE}{user_id}", {"active": False})


def test_superset_down_says_so_and_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, sessions: Any, site: Site
) -> None:
    down = settings.model_copy(update={"bi_admin_username": "admin"})
    said = run(down, monkeypatch, "--repair")
    assert said.exit_code == 2
    assert "Superset ne répond pas" in said.output
    assert "Rien n’a été changé" in said.output
    assert "erreur" in json.loads(run(down, monkeypatch, "--json").output)
    with sessions() as session:
        assert session.scalars(select(BiCheck)).all() == []
    assert "Aucune comparaison" in site.as_("claire").get(PAGE).main


def test_without_an_administrator_of_superset_nothing_is_compared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(settings, monkeypatch)
    assert (said.exit_code, "DATASPACE_BI_ADMIN_USERNAME" in said.output) == (2, True)


@pytest.mark.parametrize("login", ["awa", "luc", "lucie", "zoe", "nadia"])
def test_who_does_not_watch_does_not_read_it(site: Site, login: str) -> None:
    site.as_(login).get(PAGE, status=403)
