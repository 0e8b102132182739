"""`dataspace leaks`: what a timer runs every night against the portal that people use."""

import json
import secrets
import sys
from collections.abc import Callable

import click
import flask

from dataspace.proof.run import Proof, Wanted

_WALK_LASTS = 100  # minutes: the sessions of a walk are over by themselves a little later


def leaks_command(portal: Callable[[], flask.Flask]) -> click.Command:
    """The command, given what makes the portal: it asks it which addresses there are."""

    @click.command("leaks", help="Vérifier l’étanchéité du portail qui tourne, et en établir le certificat.")
    @click.option("--people", type=click.IntRange(1, 500), default=24, show_default=True, help="personnes, au plus")
    @click.option("--assets", type=click.IntRange(1, 500), default=30, show_default=True, help="éléments, au plus")
    @click.option("--seed", default="", help="graine du tirage\u202f; une autre à chaque fois sinon")
    @click.option(
        "--minutes", type=click.FloatRange(0.01, _WALK_LASTS), default=30, show_default=True, help="durée, au plus"
    )
    @click.option(
        "--rate", type=click.FloatRange(1, 1000), default=30, show_default=True, help="demandes par seconde, au plus"
    )
    @click.option("--json", "as_json", is_flag=True, help="le résultat en JSON, pour un programme")
    def leaks(people: int, assets: int, seed: str, minutes: float, rate: float, as_json: bool) -> None:
        """Exit 1 on a leak, 2 when the walk did not come to its end."""
        wanted = Wanted(people, assets, seed or secrets.token_hex(8), minutes, rate)
        app = portal()
        try:
            report, made = Proof(app, wanted, lambda line: click.echo(line, err=True)).run()
        finally:
            app.extensions["engine"].dispose()
        if as_json:
            told = {
                "people": made.people, "surfaces": made.surfaces, "requests": made.requests, "leaks": made.leaks,
                "gaps": len(report.gaps), "opened": report.opened, "refused": report.refused, "mails": report.mails,
                "assets": report.things, "complete": made.is_complete, "certificate": made.number,
                "sha256": made.sha256, "seed": made.seed, "policy": made.policy, "version": report.version,
                "seconds": round((made.ended - made.started).total_seconds(), 1),
                "kinds": dict(report.people),
                "found": [{"surface": one.surface, "kind": one.kind, "what": one.what} for one in report.leaks],
            }  # fmt: skip
            click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            for one in report.leaks:
                click.echo(f"FUITE {one.surface}, {one.kind}\u00a0: {one.what}")
            for one in report.gaps:
                click.echo(f"écart {one.surface}, {one.kind}\u00a0: {one.what}")
            end = f" Inachevée\u00a0: {report.cut_short or 'rien ne s’est ouvert'}." if not made.is_complete else ""
            click.echo(
                f"Certificat n°\u00a0{made.number}\u00a0: {made.leaks} fuite(s), {made.requests} demandes, "
                f"{made.people} personnes, {made.surfaces} surfaces.{end}"
            )
        if made.leaks or not made.is_complete:
            sys.exit(1 if made.leaks else 2)

    return leaks
