"""The page of administration: what one may do there, by what one comes for."""

from collections.abc import Callable
from dataclasses import dataclass

import flask

from dataspace.auth import Access, Permission, endless
from dataspace.dashboards import conformity
from dataspace.organisation import queries as organisation
from dataspace.widening import queries as widenings

GIVE, UNDERSTAND, CHECK, KEEP = "Donner et retirer", "Comprendre", "Vérifier", "Tenir à jour"
GROUPS = (GIVE, UNDERSTAND, CHECK, KEEP)


@dataclass(frozen=True)
class Task:
    """Something to do, for who has the permission (None: whoever opens the page); `count` waits for her there."""

    group: str
    title: str
    note: str
    endpoint: str
    permission: Permission | None = None
    count: Callable[[Access], int] | None = None


def _drifts(access: Access) -> int:
    checked = conformity.last(access)
    return len(checked[1]) if checked is not None else 0


TASKS = (
    Task(
        GIVE,
        "Attribuer un accès",
        "À une personne, une unité ou un usage, sur une unité ou un élément, jusqu’à une date.",
        "admin.assign",
        Permission.RIGHTS_ASSIGN,
    ),
    Task(
        GIVE,
        "Règles permanentes",
        "Accepter d’avance une demande qui revient, et voir ce que chaque règle a ouvert.",
        "requests.standing_rules",
        Permission.RIGHTS_ASSIGN,
    ),
    Task(
        GIVE,
        "Ouvertures à confirmer",
        "Ce qui attend une seconde personne pour s’ouvrir.",
        "widening.index",
        Permission.ASSET_WIDEN,
        lambda access: len(widenings.to_confirm(access)),
    ),
    Task(
        GIVE,
        "Conflits d’intérêts",
        "Fermer un élément ou une thématique à une personne.",
        "admin.conflicts",
        Permission.DENIAL_DECLARE,
    ),
    Task(
        UNDERSTAND,
        "La matrice des accès",
        "Ce que chaque unité lit de chaque élément\u202f; qui attribue en change plusieurs à la fois.",
        "matrix.index",
    ),
    Task(
        UNDERSTAND,
        "Voir des accès",
        "Qui a accès à un jeu ou un tableau, ce qu’une personne a, et pourquoi.",
        "admin.find",
    ),
    Task(
        UNDERSTAND,
        "Demander pourquoi",
        "Le rôle, l’unité, la date et la ligne de règle, et ce qu’un rôle de plus changerait.",
        "admin.why",
    ),
    Task(
        UNDERSTAND,
        "Lire les règles",
        "Ce que chaque rôle peut faire, jusqu’à quel niveau et jusqu’où, ligne par ligne.",
        "admin.policies",
    ),
    Task(
        UNDERSTAND,
        "Voir comme",
        "Le portail tel qu’une personne de votre périmètre le voit, en lecture seule, avec un motif.",
        "admin.choose_view",
        Permission.PERSON_IMPERSONATE,
    ),
    Task(
        CHECK,
        "Accès sans fin",
        "Votre avis sur les accès sans date de fin.",
        "admin.endless_accesses",
        Permission.REQUEST_ADVISE,
        lambda access: len(endless.to_advise(access)),
    ),
    Task(
        CHECK,
        "Revues des accès",
        "Les seuls accès à risque, chacun à qui en décide\u202f; le relevé est daté, numéroté, prouvable.",
        "reviews.index",
    ),
    Task(
        CHECK,
        "Écarts des usages",
        "Qui lit hors des destinataires déclarés, ce qui dure trop, ce qui n’a pas été relu.",
        "usage_gaps.index",
        Permission.REGISTER_READ,
    ),
    Task(
        CHECK,
        "Étanchéité",
        "Les certificats de la vérification du portail par lui-même, et ce qui a fui s’il y a lieu.",
        "proof.index",
        Permission.PROOF_SEE,
    ),
    Task(
        CHECK,
        "Conformité du BI",
        "Ce que Superset contient, comparé à ce que le portail déclare.",
        "admin.bi_conformity",
        Permission.BI_VERIFY,
        _drifts,
    ),
    Task(
        CHECK,
        "Lire le journal",
        "Qui a lu, exporté ou changé quoi. Un motif est demandé, et inscrit.",
        "admin.read_journal",
        Permission.JOURNAL_READ,
    ),
    Task(
        KEEP,
        "Organisation",
        "Les unités que vous tenez, qui y travaille, qui en dépend.",
        "organisation.index",
        Permission.UNIT_EDIT,
        lambda access: len(organisation.waiting(access)),
    ),
    Task(
        KEEP,
        "Jetons",
        "Les programmes qui lisent au nom des personnes de votre périmètre.",
        "tokens.people",
        Permission.RIGHTS_ASSIGN,
    ),
)


def groups(access: Access) -> list[dict[str, object]]:
    """What one may do, group by group: title, and tasks (url, title, note, count or none)."""
    found: dict[str, list[dict[str, object]]] = {name: [] for name in GROUPS}
    for task in TASKS:
        if task.permission is None or access.may(task.permission):
            count = task.count(access) if task.count is not None else 0
            found[task.group].append(
                {"url": flask.url_for(task.endpoint), "title": task.title, "note": task.note, "count": count or None}
            )
    # What a domain announces by itself (`desks`) is kept up to date there.
    for desk in flask.current_app.extensions.get("desks", ()):
        found[KEEP] += desk(access)
    return [{"title": name, "tasks": tasks} for name, tasks in found.items() if tasks]
