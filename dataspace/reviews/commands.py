"""`dataspace reviews`: what a timer runs every day, and the proof that a record is the one that was written."""

import sys

import click

from dataspace import db
from dataspace.auth import Task, policy, system
from dataspace.config import Settings
from dataspace.reviews import closing, proof
from dataspace.reviews.services import Terms


@click.group("reviews", help="Les revues des accès.")
def reviews_group() -> None:
    """Commands on reviews."""


@reviews_group.command(
    "close", help="Rappeler, faire tomber ou remonter ce qui est échu, clore. Se relance sans risque."
)
def close() -> None:
    """Settle what is due, by batches, then remind and close."""
    settings = Settings()
    terms, rules = Terms.of(settings), policy.load(settings.policies_dir)
    engine = db.engine(settings.database_url)
    maker = db.sessions(engine)
    settled = 0
    try:
        while True:
            with db.writing(maker) as session:
                some = closing.settle(system(session, Task.REVIEW, rules), terms)
            settled += some
            if not some:
                break
        with db.writing(maker) as session:
            closed = closing.finish(system(session, Task.REVIEW, rules), terms)
    finally:
        engine.dispose()
    click.echo(f"Lignes échues traitées : {settled}. Revues closes : {closed}.")


@reviews_group.command(
    "verify", help="Vérifier que le relevé de la revue NUMBER est celui dont l’empreinte est au journal."
)
@click.argument("number", type=int)
def verify(number: int) -> None:
    """Exit 1 when the record, its sum and the journal do not agree."""
    settings = Settings()
    engine = db.engine(settings.database_url)
    try:
        with db.sessions(engine)() as session:
            fault = proof.verify(session, number)
    finally:
        engine.dispose()
    if fault is not None:
        click.echo(f"Revue n° {number} : {fault}")
        sys.exit(1)
    click.echo(f"Revue n° {number} : le relevé est celui dont l’empreinte est au journal.")
