"""A walk and its certificate in words: kinds of people, surfaces and sentences; no name and no title."""

from collections import Counter
from typing import Any

from dataspace.proof.models import Certificate
from dataspace.proof.report import Leak, Report
from dataspace.web import french

LIMITS = (
    "Des personnes et des éléments sont tirés au sort, avec la graine indiquée. Les listes se comparent en entier.",
    "Un tableau de bord que la règle ouvre n’est pas affiché, pour ne rien consommer. Le refus des autres est vérifié.",
    "Les temps de réponse ne sont pas comparés, et les droits posés dans les outils reliés au portail ne sont pas lus.",
)


def told(report: Report) -> dict[str, Any]:
    """What the certificate says, as plain values."""
    leaks, wrong = report.leaks_by_surface, Counter(gap.surface for gap in report.gaps)
    return {
        "kinds": [[kind, count] for kind, count in sorted(report.people.items())],
        "surfaces": [[name, count, leaks[name], wrong[name]] for name, count in sorted(report.asked.items())],
        "leaks": [_told(leak) for leak in report.leaks[:200]],
        "gaps": [_told(gap) for gap in report.gaps[:50]],
        "gaps_total": len(report.gaps),
        "things": report.things, "mails": report.mails, "opened": report.opened, "refused": report.refused,
        "spared": report.spared, "cut_short": report.cut_short, "version": report.version,
        "limits": list(LIMITS),
    }  # fmt: skip


def _told(leak: Leak) -> list[str]:
    return [leak.surface, leak.kind, leak.what, leak.thing]


def sheet(found: Certificate) -> dict[str, Any]:
    """What the page and the document wait for."""
    seconds = max(1, round((found.ended - found.started).total_seconds()))
    return {
        "number": found.number, "started": found.started, "ended": found.ended, "told": found.told,
        "people": found.people, "surfaces": found.surfaces, "requests": found.requests, "leaks": found.leaks,
        "is_clean": found.is_clean, "is_complete": found.is_complete, "sentence": sentence(found),
        "rules": found.policy, "seed": found.seed, "lasted": lasted(seconds),
    }  # fmt: skip


def sentence(found: Certificate) -> str:
    """The result, in one sentence."""
    drawn = french.plural(found.people, "personne tirée au sort", "personnes tirées au sort")
    asked = f"{french.plural(found.requests, 'demande')}, {drawn}"
    if found.leaks:
        return f"{french.plural(found.leaks, 'fuite')} sur {asked}."
    if not found.is_complete:
        return f"Aucune fuite rencontrée, mais la vérification n’est pas allée à son terme ({asked})."
    return f"Aucune fuite sur {asked}."


def lasted(seconds: int) -> str:
    """« 2 min 05 s »."""
    minutes, left = divmod(seconds, 60)
    return f"{minutes}\u00a0min\u00a0{left:02d}\u00a0s" if minutes else french.plural(left, "seconde")
