"""`dataspace directory`: people brought from a file of human resources, looked at first and undone if need be."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dataspace import db
from dataspace.auth import HouseAccess, Task, mapping, policy, queries, system
from dataspace.auth.words import Source
from dataspace.config import Settings
from dataspace.directory import feed, imports
from dataspace.directory.imports import Case


@click.group("directory", help="L’annuaire\u00a0: personnes reprises d’un fichier.")
def directory_group() -> None:
    """Commands on people brought from a file."""


@contextmanager
def _house() -> Iterator[tuple[HouseAccess, Settings]]:
    settings = Settings()
    engine = db.engine(settings.database_url)
    try:
        with db.writing(db.sessions(engine)) as session:
            yield system(session, Task.IMPORT, policy.load(settings.policies_dir)), settings
    finally:
        engine.dispose()


@directory_group.command("import", help="Reprendre les personnes d’un CSV\u00a0: tout, ou rien.")
@click.argument("path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="dire ligne par ligne ce qui changerait, sans rien écrire")
def bring(path: Path, *, dry_run: bool) -> None:
    """Apply a file of people, or tell what it would change; its faults by line, then nothing at all."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException("Ce fichier n’est pas en UTF-8\u00a0: rien n’a été repris.") from error
    with _house() as (house, settings):
        claims = {*settings.directory_claims, *(rule.claim for rule in settings.entry_rules)} - {"groups"}
        entries, faults = feed.read(text, house.facts.tree, claims)
        if faults:
            for fault in faults:
                click.echo(f"ligne {fault.number}\u00a0: {fault.what}", err=True)
            click.echo("Rien n’a été repris\u00a0: corrigez ces lignes.", err=True)
            house.session.rollback()
            sys.exit(1)
        if dry_run:
            _tell(house, imports.plan(house, entries))
            house.session.rollback()
            return
        made = imports.apply(house, entries, file_name=path.name, content=content)
        number = made.public_id
    click.echo(f"Reprise faite, numéro {number}. Pour l’annuler\u00a0: dataspace directory undo {number}")


@directory_group.command("undo", help="Annuler une reprise, là où rien d’autre n’a changé depuis.")
@click.argument("number", metavar="NUMÉRO")
def take_back(number: str) -> None:
    """Undo one import."""
    with _house() as (house, _):
        people, left = imports.undo(house, number)
    more = f" {left} éléments changés depuis par ailleurs sont laissés." if left else ""
    click.echo(f"Reprise annulée pour {people} personnes.{more}")


@directory_group.command("imports", help="Les reprises faites, la dernière d’abord.")
def tell_all() -> None:
    """List the imports."""
    with _house() as (house, _):
        for made in imports.all_of(house):
            undone = ", annulée" if made.undone_at else ""
            click.echo(f"{made.public_id}  {made.at:%d/%m/%Y %H:%M}  {made.file_name}{undone}")


def _tell(house: HouseAccess, cases: list[Case]) -> None:
    tree, table = house.facts.tree, mapping.lines(house.session)
    turns = {(turn.person.id): turn for turn in imports.rights_of(house, cases)}
    places = queries.units(house.session)
    names = {unit.id: unit.short_name for unit in places}
    for case in cases:
        said = [f"{name}\u00a0: «\u00a0{before}\u00a0» → «\u00a0{after}\u00a0»"
                for name, (before, after) in case.facts.items()]  # fmt: skip
        said += [f"{name} gardé, écrit par ailleurs" for name in case.kept]
        if case.joins is not None:
            said.append(f"affectée à {tree[case.joins].name}")
        said += [f"quitte {tree[row.unit_id].name}" for row in case.leaves]
        if case.person is None:
            given = mapping.gives(table, case.values[1], Source.IMPORT)
        else:
            turn = turns.get(case.person.id)
            given = list(turn.given) if turn else []
            said += [f"perd {line.role.label}, {names[line.unit_id]}" for line in (turn.ended if turn else ())]
        said += [f"reçoit {line.role.label}, {names[line.unit_id]}" for line in given]
        mark = "nouvelle" if case.is_new else "inchangée" if case.is_idle else "modifiée"
        click.echo(f"ligne {case.entry.number}\u00a0: {case.entry.login}, {mark}. {'; '.join(said)}".rstrip(". ") + ".")
    click.echo(f"{len(cases)} lignes lues\u00a0; rien n’est écrit (--dry-run).")
