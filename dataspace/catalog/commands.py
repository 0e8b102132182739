"""Commands of the catalogue: import a file, verify the counts, write the search index again, sweep the files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dataspace import audit, db
from dataspace.auth import HouseAccess, Task, counts, policy, queries, system
from dataspace.auth.words import Protection, Sensitivity, State
from dataspace.catalog import deposits, services
from dataspace.catalog.files import Files
from dataspace.catalog.grounds import GROUNDS
from dataspace.catalog.models import Rhythm
from dataspace.catalog.queries import every, stored_keys
from dataspace.config import Settings
from dataspace.dashboards import queries as dashboards
from dataspace.dashboards import services as boards
from dataspace.errors import Invalid
from dataspace.referents import queries as referents
from dataspace.referents import services as seats


@contextmanager
def _house(task: Task) -> Iterator[tuple[HouseAccess, Settings]]:
    settings = Settings()
    engine = db.engine(settings.database_url)
    try:
        with db.writing(db.sessions(engine)) as session:
            yield system(session, task, policy.load(settings.policies_dir)), settings
    finally:
        engine.dispose()


@click.command("import", help="Créer un jeu de données d’après un fichier CSV (ou CSV compressé .gz).")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", required=True, help="code de la direction responsable")
@click.option("--theme", required=True, help="code de la thématique")
@click.option("--title", required=True, help="titre du jeu de données")
@click.option("--summary", default="", help="une ligne de résumé")
@click.option(
    "--sensitivity", type=click.Choice([level.code for level in Sensitivity]), default="internal", show_default=True
)
@click.option("--card-sensitivity", type=click.Choice([level.code for level in Sensitivity]), default=None)
@click.option("--protection", type=click.Choice([one.value for one in Protection]), default="none", show_default=True)
@click.option(
    "--ground", type=click.Choice(list(GROUNDS)), default=None, help="motif de fermeture, au-dessus d’interne"
)
@click.option("--review", type=click.DateTime(["%Y-%m-%d"]), default=None, help="date de réexamen du motif")
@click.option("--rhythm", type=click.Choice([one.value for one in Rhythm]), default="once", show_default=True)
@click.option("--encoding", default="", help="utf-8, cp1252 ou utf-16 ; trouvé sinon")
@click.option("--delimiter", default="", help="séparateur ; trouvé sinon")
@click.option("--publish", is_flag=True, help="publier aussitôt ; sinon, brouillon")
def import_file(file: Path, unit: str, theme: str, title: str, **said: Any) -> None:
    """Declare a dataset with one file, all or nothing. Inscribed in the journal as an act of the house."""
    with _house(Task.IMPORT) as (access, settings), file.open("rb") as stream:
        owner, subject = queries.unit_by_code(access.session, unit), queries.theme_by_code(access.session, theme)
        if owner is None:
            raise Invalid(f"Aucune direction n’a le code « {unit} ».", "Rien n’a été importé.")
        if subject is None:
            raise Invalid(f"Aucune thématique n’a le code « {theme} ».", "Rien n’a été importé.")
        shown: datetime | None = said["review"]
        dataset = services.declare(
            access, title=title, summary=said["summary"], unit_id=owner.id, theme_id=subject.id,
            sensitivity=_level(said["sensitivity"]),
            card_sensitivity=_level(said["card_sensitivity"]) if said["card_sensitivity"] else None,
            protection=Protection(said["protection"]), ground=said["ground"] or "",
            review_date=shown.replace(tzinfo=UTC) if shown else None, promised_rhythm=Rhythm(said["rhythm"]),
            state=State.PUBLISHED if said["publish"] else State.DRAFT,
        )  # fmt: skip
        resource = deposits.add_file(
            access, dataset, file.name, stream,
            files=Files(settings.storage_url, at_most=settings.upload_max_bytes),
            encoding=said["encoding"], delimiter=said["delimiter"],
        )  # fmt: skip
        columns, public_id = len(dataset.columns), dataset.asset.public_id
    state = "publié" if said["publish"] else "en brouillon"
    click.echo(
        f"« {title} » {state} : {resource.rows} lignes, {columns} colonnes, "
        f"{resource.encoding}, séparateur {resource.delimiter!r}\n{settings.portal_url}/donnees/{public_id}"
    )


@click.group("counts", help="Les compteurs de la liste et des filtres.")
def counts_group() -> None:
    """Commands on the counts."""


@counts_group.command("verify", help="Recompter tout ; corriger et dire ce qui était faux.")
def verify_counts() -> None:
    """Count again; exits with 1 when something was wrong."""
    with _house(Task.COUNTS) as (access, _):
        wrong = counts.rebuild(access)
        if wrong:
            audit.record(access, audit.Act.HOUSE, fait=f"compteurs corrigés : {wrong}")
    if wrong:
        click.echo(f"{wrong} compteur(s) faux, corrigé(s).")
        raise SystemExit(1)
    click.echo("Compteurs justes.")


@click.group("index", help="L’index de recherche.")
def index_group() -> None:
    """Commands on the search index."""


@index_group.command("rebuild", help="Réécrire l’index de recherche d’après les fiches.")
def rebuild_index() -> None:
    """Write the words of every card, board and seat again."""
    with _house(Task.INDEX) as (access, _):
        total = 0
        for card in every(access):
            services.reindex(access, card)
            total += 1
        for board in dashboards.every(access):
            boards.index(access, board)
            total += 1
        for seat in referents.every(access):
            seats.index(access, seat)
            total += 1
    click.echo(f"{total} éléments indexés.")


@click.group("files", help="Les fichiers déposés.")
def files_group() -> None:
    """Commands on the files."""


@files_group.command("sweep", help="Retirer les fichiers de plus d’un jour qu’aucun jeu ne nomme.")
def sweep_files() -> None:
    """Remove deposits that nobody confirmed, and what a failure left behind. To be run once a day."""
    with _house(Task.FILES) as (access, settings):
        named = stored_keys(access)
    files = Files(settings.storage_url, at_most=settings.upload_max_bytes)
    total = files.sweep() + files.collect(named)
    click.echo(f"{total} fichier(s) retiré(s)." if total else "Aucun fichier à retirer.")


def _level(code: str) -> Sensitivity:
    return next(level for level in Sensitivity if level.code == code)


COMMANDS: tuple[click.Command, ...] = (import_file, counts_group, index_group, files_group)
