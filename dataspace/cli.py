"""Thin commands over services: `dataspace --help`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import flask

from dataspace import db, reference
from dataspace.audit import copy, retention, sinks
from dataspace.audit import queries as journal
from dataspace.auth import HouseAccess, Task, last_resort, leaving, policy, queries, system
from dataspace.auth.models import Person
from dataspace.catalog import commands as catalog
from dataspace.config import Settings
from dataspace.dashboards.commands import rights_group
from dataspace.directory.commands import directory_group
from dataspace.errors import DataspaceError
from dataspace.mail.commands import mail_group
from dataspace.matrix.commands import compare
from dataspace.proof.commands import leaks_command
from dataspace.requests.commands import reminders_group
from dataspace.reviews.commands import reviews_group


class French(click.Group):
    """Our errors are sentences, not traces."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DataspaceError as error:
            raise click.ClickException(f"{error.sentence} {error.next_step}") from error


@click.group(cls=French, help="L’espace de données interne, en ligne de commande.")
def main() -> None:
    """Entry point of the `dataspace` command."""


@main.group("db", help="La base de données.")
def database() -> None:
    """Commands on the database."""


@database.command("upgrade", help="Mettre la base à la dernière version.")
def upgrade() -> None:
    """Run the migrations."""
    db.upgrade(Settings().database_url)
    click.echo("Base à jour.")


@main.group("policy", help="Les règles d’accès (policies/).")
def rules() -> None:
    """Commands on the policy."""


@rules.command("matrix", help="Écrire policies/matrix.txt d’après policy.csv.")
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="dossier des règles")
def matrix(folder: Path | None) -> None:
    """Write the matrix of the policy."""
    folder = folder or Settings().policies_dir
    (folder / "matrix.txt").write_text(policy.matrix(policy.load(folder)), "utf-8")
    click.echo(f"{folder / 'matrix.txt'} écrit.")


@main.group("audit", help="Le journal.")
def audit_group() -> None:
    """Commands on the journal."""


@audit_group.command("verify", help="Vérifier la chaîne entière du journal.")
def verify() -> None:
    """Exit 1 and name the first bad line when the chain is broken, or differs from the copy."""
    settings = Settings()
    engine = db.engine(settings.database_url)
    with db.sessions(engine)() as session:
        fault = journal.verify(session)
        if settings.journal_copy is not None and settings.journal_copy.exists():
            other = copy.differing(session, settings.journal_copy)
            if other is not None:
                fault = fault or journal.Fault(other, "elle diffère de la copie")
    engine.dispose()
    if fault is not None:
        click.echo(f"Chaîne rompue à la ligne {fault.seq} : {fault.what}.")
        sys.exit(1)
    click.echo("Chaîne intacte.")


@audit_group.command("purge", help="Retirer les lignes anciennes ; la chaîne reste vérifiable. Inscrit au journal.")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), default=None, help="défaut : la durée de conservation")
@click.option("--reason", required=True, help="pourquoi ; conservé au journal")
def purge(before: datetime | None, reason: str) -> None:
    """Purge, leaving an anchor."""
    settings = Settings()
    bounds = retention.Bounds(settings.journal_least_months, settings.journal_most_months)
    engine = db.engine(settings.database_url)
    maker = db.sessions(engine)
    maker.configure(info=copy.places(settings.journal_copy, settings.journal_syslog))
    try:
        with db.writing(maker) as session:
            house = system(session, Task.RETENTION, policy.load(settings.policies_dir))
            since = before.replace(tzinfo=UTC) if before else None
            gone = retention.purge(house, before=since, bounds=bounds, reason=reason)
    finally:
        engine.dispose()
    click.echo(f"{gone} lignes retirées ; la chaîne se vérifie toujours." if gone else "Rien à retirer.")


@audit_group.command("copy", help="Renvoyer aux copies (fichier, syslog) les lignes qu’elles n’ont pas reçues.")
@click.option("--from", "first", type=click.IntRange(1), default=None, help="pour syslog, depuis cette ligne")
def copy_again(first: int | None) -> None:
    """Catch up each sink; exit 1 when one of them still does not answer."""
    settings = Settings()
    engine = db.engine(settings.database_url)
    maker, failed = db.sessions(engine), False
    again: dict[str, Callable[[], int]] = {}
    if settings.journal_copy is not None:
        again["fichier"] = partial(copy.catch_up, maker, settings.journal_copy)
    if settings.journal_syslog:
        again["syslog"] = partial(sinks.catch_up, maker, settings.journal_syslog, first=first)
    for name, send in again.items():
        try:
            click.echo(f"{name}\u00a0: {send()} lignes renvoyées.")
        except OSError as error:
            failed = True
            click.echo(f"{name}\u00a0: ne répond pas ({error}). Les lignes restent au journal\u202f; réessayez.")
    engine.dispose()
    if failed:
        sys.exit(1)


@main.group("admin", help="Dernier recours, depuis le serveur.")
def admin_group() -> None:
    """Commands for when nobody can sign in as administrator."""


@admin_group.command("grant", help="Rendre LOGIN administrateur fonctionnel pour sept jours. Inscrit au journal.")
@click.argument("login")
@click.option("--reason", required=True, help="pourquoi ; conservé au journal")
@click.option("--unit", "unit_code", default=None, help="code de l’unité (défaut : la racine)")
def grant(login: str, reason: str, unit_code: str | None) -> None:
    """The audited last resort."""
    settings = Settings()
    with db.writing(db.sessions(db.engine(settings.database_url))) as session:
        house = system(session, Task.LAST_RESORT, policy.load(settings.policies_dir))
        person = queries.person_by_login(session, login)
        if person is None:
            raise click.ClickException(
                f"Personne ne s’appelle « {login} » dans le portail : elle doit s’y être connectée."
            )
        unit = queries.unit_by_code(session, unit_code) if unit_code else queries.root_unit(session)
        if unit is None:
            raise click.ClickException("Unité inconnue : donnez son code avec --unit.")
        made = last_resort.last_resort(house, person, unit, reason=reason)
        click.echo(f"{person.name} administre {unit.name} jusqu’au {made.ends:%d/%m/%Y}. C’est au journal.")


@main.group("person", help="Les comptes.")
def person_group() -> None:
    """Commands on accounts."""


@person_group.command("disable", help="Désactiver LOGIN : connexions, jetons et liens de partage s’éteignent.")
@click.argument("login")
@click.option("--reason", required=True, help="pourquoi ; conservé au journal")
def disable(login: str, reason: str) -> None:
    """Close an account, from the server."""
    with _on_person(login) as (house, person):
        ended = leaving.disable(house, person, reason=reason)
    closed = f"{ended.sessions} connexions, {ended.tokens} jetons, {ended.shares} liens"
    click.echo(f"Compte désactivé ; éteints avec lui : {closed}.")


@person_group.command("enable", help="Réactiver LOGIN ; ce qui s’est éteint ne revit pas.")
@click.argument("login")
@click.option("--reason", required=True, help="pourquoi ; conservé au journal")
def enable(login: str, reason: str) -> None:
    """Open an account again, from the server."""
    with _on_person(login) as (house, person):
        leaving.enable(house, person, reason=reason)
    click.echo("Compte réactivé.")


@contextmanager
def _on_person(login: str) -> Iterator[tuple[HouseAccess, Person]]:
    settings = Settings()
    engine = db.engine(settings.database_url)
    maker = db.sessions(engine)
    if settings.journal_copy is not None:
        maker.configure(info={copy.PLACE: settings.journal_copy})
    try:
        with db.writing(maker) as session:
            found = queries.person_by_login(session, login)
            if found is None:
                raise click.ClickException(f"Personne ne s’appelle « {login} » dans le portail.")
            yield system(session, Task.LEAVING, policy.load(settings.policies_dir)), found
    finally:
        engine.dispose()


@main.group("settings", help="Les réglages.")
def settings_group() -> None:
    """Commands on the settings."""


@settings_group.command("reference", help="Écrire la page de référence des réglages (Markdown).")
def settings_reference() -> None:
    """Print docs/reference/reglages.md."""
    click.echo(reference.settings(), nl=False)


def _portal() -> flask.Flask:
    from dataspace.app import create_app  # the whole portal, for the one command that needs it

    return create_app(Settings())


rules.add_command(compare)
for _command in (
    *catalog.COMMANDS, mail_group, reminders_group, directory_group, rights_group, reviews_group,
    leaks_command(_portal),
):  # fmt: skip
    main.add_command(_command)
