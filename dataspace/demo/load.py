"""The demonstration, written once into an empty database: all of it, or nothing."""

from collections.abc import Callable

from dataspace import audit, db
from dataspace.auth import Task, policy, queries, system
from dataspace.catalog.files import Files
from dataspace.config import Settings
from dataspace.demo import (
    arrivals,
    declare,
    governing,
    lent,
    organisation,
    proofs,
    requests,
    reviews,
    settle,
    tools,
    usages,
)
from dataspace.demo.world import ROOT, World
from dataspace.demo.written import Written


def load(settings: Settings, world: World, say: Callable[[str], None]) -> None:
    """Bring `world` into the migrated database and the storage of `settings`, unless it is there already.

    One transaction: whoever interrupts it finds an empty database, and the next start does it again.
    """
    engine = db.engine(settings.database_url)
    try:
        with db.writing(db.sessions(engine)) as session:
            if queries.unit_by_code(session, ROOT) is not None:
                say("démonstration : déjà en place")
                return
            written = Written(system(session, Task.SEED, policy.load(settings.policies_dir)), world)
            files = Files(settings.storage_url, at_most=settings.upload_max_bytes)
            for what, step in _STEPS:
                step(written, files)
                audit.record(written.house, audit.Act.HOUSE, fait=f"démonstration : {what}")
            say(
                f"démonstration : {len(world.people)} personnes, {len(world.units)} unités, "
                f"{len(world.datasets)} jeux de données, {len(world.boards)} tableaux de bord, "
                f"{len(world.seats)} référents"
            )
    finally:
        engine.dispose()


_STEPS: tuple[tuple[str, Callable[[Written, Files], None]], ...] = (
    ("communes, unités et thématiques", lambda written, _: settle.write_places(written)),
    ("personnes et affectations", lambda written, _: settle.write_people(written)),
    ("accès de l’annuaire", lambda written, _: settle.apply_directory(written)),
    ("jeux de données", declare.declare_datasets),
    ("liens", lambda written, _: declare.declare_links(written)),
    ("tableaux de bord", lambda written, _: declare.declare_boards(written)),
    ("référents", lambda written, _: declare.open_seats(written)),
    ("accès attribués et déports", lambda written, _: settle.write_rights(written)),
    ("usages", lambda written, _: usages.write_usages(written)),
    ("demandes d’accès", lambda written, _: requests.write_requests(written)),
    ("arrivées en attente", lambda written, _: arrivals.write_arrivals(written)),
    ("rattachements et ouvertures proposés", lambda written, _: organisation.write_organisation(written)),
    ("jetons et liens de partage", lambda written, _: lent.write_lent(written)),
    ("règles et conditions", lambda written, _: governing.write_governing(written)),
    ("outils demandés", lambda written, _: tools.write_tools(written)),
    ("derniers usages", lambda written, _: reviews.write_uses(written)),
    ("revues des accès", lambda written, _: reviews.write_reviews(written)),
    ("une lecture du journal", lambda written, _: proofs.write_reading(written)),
)
