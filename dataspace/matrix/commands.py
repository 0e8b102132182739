"""`dataspace policy compare`: a changed folder of rules, looked at before an authority installs it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from dataspace import db
from dataspace.auth import Permission, Task, comparing, policy, system
from dataspace.auth.comparing import Assignable, Difference
from dataspace.auth.words import Reach
from dataspace.config import Settings
from dataspace.web.french import number, plural

_FAR = {Reach.UNIT: "dans son unité", Reach.AUTHORITY: "dans toute la collectivité"}


@click.command("compare", help="Dire qui gagnerait et qui perdrait avec les règles de DOSSIER. Rien n’est changé.")
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path, exists=True, file_okay=False))
def compare(folder: Path) -> None:
    """By name and counted, from the database as it is now."""
    settings = Settings()
    other = policy.load(folder)
    engine = db.engine(settings.database_url)
    try:
        with db.sessions(engine)() as session:
            house = system(session, Task.POLICY, policy.load(settings.policies_dir))
            if other.digest == house.policy.digest:
                click.echo("Ces règles sont celles qui sont en vigueur.")
                return
            found = list(comparing.compare(house, other))
    finally:
        engine.dispose()
    for line in told(found):
        click.echo(line)


def told(found: list[Difference]) -> Iterator[str]:
    """The lines of the answer."""
    gaining, losing = [one for one in found if one.gains], [one for one in found if one.loses]
    yield (
        f"{plural(len(gaining), 'personne gagnerait', 'personnes gagneraient')}, "
        f"{plural(len(losing), 'personne perdrait', 'personnes perdraient')}. Rien n’est changé."
    )
    if gaining:
        yield from ("", "Gagneraient")
        yield from (_line(one, one.gained, one.gives, "+") for one in gaining)
    if losing:
        yield from ("", "Perdraient")
        yield from (_line(one, one.lost, one.gives_no_more, "\u2212") for one in losing)


def _line(one: Difference, counts: Mapping[Permission, int], gives: Iterable[Assignable], sign: str) -> str:
    said = [f"{permission.label} {sign}{number(n)}" for permission, n in counts.items()]
    said += [
        f"{sign} attribuer le rôle {role.label} jusqu’à «\u00a0{level.label}\u00a0» {_FAR[reach]}"
        for role, reach, level in sorted(gives, key=lambda each: (each[0].value, each[1].value))
    ]
    parts = "\u202f; ".join(said)
    return f"  {one.person.name} ({one.person.login})\u00a0: {parts}"
