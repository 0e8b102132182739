"""Draw the demo's dashboards in Superset, and tell the portal how Superset calls them."""

from collections.abc import Callable
from pathlib import Path

import requests

from dataspace import db
from dataspace.auth import Task, policy, system
from dataspace.config import Settings
from dataspace.dashboards import conformity, services
from dataspace.dashboards.boards import Warehouse
from dataspace.dashboards.conformity import Terms
from dataspace.dashboards.provision import Account, Provisioned, provision
from dataspace.dashboards.superset_state import SupersetState
from dataspace.demo.warehouse import TABLES
from dataspace.demo.world import World


def draw(settings: Settings, world: World, warehouse: Path, admin: Account, say: Callable[[str], None]) -> None:
    """Bring Superset and the portal's cards to what the world describes; done twice, nothing changes."""
    world.write_warehouse(warehouse)
    with requests.Session() as http:
        http.trust_env = False  # Superset is on the loopback, whatever proxy the machine has.
        drawn = provision(
            http,
            settings.bi_url,
            admin=admin,
            service=Account(settings.bi_username, settings.bi_password.get_secret_value()),
            warehouse=Warehouse("Entrepôt de la démonstration", f"sqlite:///{warehouse}"),
            tables=TABLES,
            boards=[card.board for card in world.boards],
            portal_origin=settings.portal_url,
        )
        _remember(settings, drawn)
        _compare(settings, SupersetState(http, settings.bi_url, admin), admin.username)
    say(f"tableaux de bord : {len(drawn.boards)} prêts, {len(drawn.changes)} changements dans Superset")


def _compare(settings: Settings, bi: SupersetState, admin: str) -> None:
    """What « Conformité du BI » shows: as `dataspace rights verify` finds it."""
    engine = db.engine(settings.database_url)
    rules = policy.of(settings)
    service = Account(settings.bi_username, settings.bi_password.get_secret_value())
    try:
        maker = db.sessions(engine)
        with maker() as session:
            house = system(session, Task.PROVISION, rules)
            report = conformity.verify(house, bi, Terms(service, admin, settings.portal_url))
        with db.writing(maker) as session:
            conformity.keep(system(session, Task.PROVISION, rules), report)
    finally:
        engine.dispose()


def _remember(settings: Settings, drawn: Provisioned) -> None:
    engine = db.engine(settings.database_url)
    try:
        with db.writing(db.sessions(engine)) as session:
            house = system(session, Task.PROVISION, policy.load(settings.policies_dir))
            for slug, board in drawn.boards.items():
                services.connect(house, slug, board.external_id)
    finally:
        engine.dispose()
