"""The portal's proof that nothing leaks, made for real once it runs; and one reading of the journal by name."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

from dataspace import db
from dataspace.audit import Act, record
from dataspace.auth import Access, Actor
from dataspace.auth.words import Role
from dataspace.config import Settings
from dataspace.demo.written import Written
from dataspace.proof import queries

# Enough to read a certificate, little enough for a laptop: some twenty seconds, beside everything else.
_WALK = ("leaks", "--people", "8", "--assets", "8", "--minutes", "3", "--rate", "60")


def write_reading(written: Written) -> None:
    """Inès read Awa’s activity for a reason: Awa finds it on « Mon activité »."""
    ines, house = written.people["ines"], written.house
    reading = Access(Actor.of(ines), house.session, house.policy)
    reason = "demande d’accès à ses données reçue le 12 novembre"
    record(reading, Act.PERSON_JOURNAL_READ, written.people["awa"], reason=reason, function=Role.DPO.label, minutes=15)


def prove(settings: Settings, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Have `dataspace leaks` walk the portal that has just started, unless it once did; it files its certificate."""
    engine = db.engine(settings.database_url)
    try:
        with db.sessions(engine)() as session:
            if queries.last_number(session):
                return
    finally:
        engine.dispose()
    said = subprocess.run(
        [sys.executable, "-c", "from dataspace.cli import main; main()", *_WALK],
        env={**os.environ, **environment}, text=True, capture_output=True, check=False, start_new_session=True,
    )  # fmt: skip
    told = said.stdout.strip().splitlines() or said.stderr.strip().splitlines() or ["rien n’a été dit"]
    say(f"étanchéité : {told[-1]}")
