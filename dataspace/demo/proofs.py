"""The last two nights of the proof that nothing leaks, and one reading of the journal by name: all of it made up."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from dataspace.audit import Act, record
from dataspace.auth import Access, Actor
from dataspace.auth.words import Role
from dataspace.demo.written import Written
from dataspace.proof import document, presenters, services
from dataspace.proof.report import Report

_FICTION = "Certificat fictif, comme les personnes\u202f: la commande dataspace leaks en établit un vrai."
_KINDS = (
    Role.AGENT, Role.ELECTED, Role.EXECUTIVE, Role.DIRECTOR, Role.CONTRIBUTOR, Role.STEWARD, Role.PARTNER, Role.DPO,
    Role.AUDITOR, Role.ADMIN,
)  # fmt: skip
_SURFACES = {
    "/": 25, "/donnees/": 24, "/donnees/…": 1216, "/donnees/…/apercu.json": 402, "/donnees/…/fichiers/…": 388,
    "/donnees/ (titre exact)": 192, "/api/1/donnees (total et facettes)": 48, "/api/1/donnees/…": 735,
    "/recherche (titre exact)": 192, "/tableaux-de-bord/…": 310, "/tableaux-de-bord/…/jeton": 96, "/referents/…": 264,
    "/demandes/sur/…": 288, "/administration/elements/…": 150, "/mes-acces": 25, "/messages": 25, "pages d’erreur": 400,
    "courriels en attente": 6,
}  # fmt: skip


def write_proofs(written: Written) -> None:
    """Two certificates, and Inès reading Awa’s activity for a reason: Awa finds it on « Mon activité »."""
    for nights in (2, 1):
        started = datetime.combine(written.world.today - timedelta(nights), time(2, 30), UTC)
        report = Report(
            started, f"demo-{nights}", written.house.policy.digest, "démonstration",
            ended=started + timedelta(minutes=2, seconds=41 + nights),
            people=Counter({role.label: 2 for role in _KINDS} | {"personne sans accès": 1}),
            asked=Counter(_SURFACES), things=30, mails=6, opened=2154, refused=2388 + nights, spared=57,
        )  # fmt: skip
        told = presenters.told(report)
        told["limits"] = [_FICTION, *told["limits"]]
        services.file(written.house, report, told, lambda made: document.written(made, "Métropole de Valmer"))
    ines, house = written.people["ines"], written.house
    reading = Access(Actor.of(ines), house.session, house.policy)
    reason = "demande d’accès à ses données reçue le 12 novembre"
    record(reading, Act.PERSON_JOURNAL_READ, written.people["awa"], reason=reason, function=Role.DPO.label, minutes=15)
