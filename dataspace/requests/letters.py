"""The mails of a request: to whom it falls, and to who asked. Put aside with the act they tell."""

from dataspace.auth import Access, standing_in, usages
from dataspace.auth.models import Asset, Grant, Person, Unit
from dataspace.auth.queries import people
from dataspace.auth.sentences import day
from dataspace.mail import outbox
from dataspace.mail.outbox import TITLE
from dataspace.requests import purposes, queries
from dataspace.requests.models import AccessRequest, Need, RequestState, Step
from dataspace.requests.queries import Desk

_WHAT = {
    Step.VISA: ("Votre avis sur une demande", "Votre avis est attendu comme responsable hiérarchique"),
    Step.ADVICE: ("Votre avis sur une demande", "Votre avis est attendu comme délégué à la protection des données"),
    Step.APPROVED: ("Une demande à décider", "Votre décision est attendue"),
}


def call(desk: Desk, request: AccessRequest) -> int:
    """Tell those whose turn it is, once each for each turn; how many mails were put aside."""
    now = desk.course(request, desk.known([request.asset_id]).get(request.asset_id))
    asker = people(desk.access.session, [request.person_id])[request.person_id]
    told = 0
    for step, rank in ((Step.VISA, now.visa), (Step.ADVICE, now.advice), (Step.APPROVED, now.asked)):
        for to in standing_in.deputies(desk.access, rank, desk.away):
            if to.id != request.person_id:
                told += _call(desk, request, asker, step, to)
    return told


def answer(desk: Desk, request: AccessRequest, asker: Person) -> None:
    """Tell who asked, and the adviser when there was one to be heard, what was decided."""
    event = request.last(Step.APPROVED) or request.last(Step.REFUSED)
    known = people(desk.access.session, [event.person_id if event else None])
    by = next(iter(known.values())).name if known else "la direction responsable"
    if request.state is RequestState.APPROVED:
        grant = queries.grants(desk.access, [request.grant_id])[request.grant_id or 0]
        until = f" jusqu’au {day(grant.ends)}" if grant.ends else ""
        does = "consulter et télécharger" if grant.role is Need.DOWNLOAD.role else "consulter"
        subject = f"Accès ouvert\u00a0: {TITLE}"
        said = f"{by} a accepté votre demande\u00a0: vous pouvez {does} {TITLE}{until}, dès maintenant."
        if grant.usage_id is not None:
            usage = purposes.titles(desk.access, [request])[grant.usage_id]
            said = (
                f"{by} a accepté votre demande\u00a0: les personnes de l’usage «\u00a0{usage}\u00a0» peuvent {does} "
                f"{TITLE}{until}, dès maintenant."
            )
    else:
        subject = f"Demande refusée\u00a0: {TITLE}"
        said = f"{by} a refusé votre demande d’accès à {TITLE}."
    note = f"\n\nMotif\u00a0: {event.note}" if event and event.note else ""
    _write(desk, asker, subject, said + note, request)
    if request.needs_advice:
        outcome = "acceptée" if request.state is RequestState.APPROVED else "refusée"
        advisers = desk.deciders.advisers(request.owner_unit_id, request.level)
        for to in standing_in.deputies(desk.access, advisers, desk.away):
            said = f"La demande de {asker.name} d’accéder à {TITLE} a été {outcome} par {by}.{note}"
            _write(desk, to, f"Demande {outcome}\u00a0: {TITLE}", said, request)


def longer(desk: Desk, to: Person, grant: Grant, scope: Unit | Asset) -> bool:
    """Tell who may move its end that more time is asked on a right; once for each end."""
    access = desk.access
    assert grant.ends is not None
    what = TITLE if isinstance(scope, Asset) else f"«\u00a0{scope.name}\u00a0»"
    body = (
        f"Bonjour {to.given_name or to.name},\n\n{access.actor.name} demande à garder le rôle de {grant.role.label} "
        f"sur {what}{for_whom(access, grant)} après le {day(grant.ends)}.\n\nPour changer la date de fin\u00a0: "
        f"{desk.terms.portal}/administration/acces/{grant.public_id}\n"
    )
    once = f"prolonger:{grant.public_id}:{grant.ends:%Y%m%d}:{to.id}"
    subject = f"{access.actor.name} demande à prolonger un accès"
    return outbox.put(
        access.session, to, subject, body, moment=access.moment, about=grant.asset_id, once=once
    )  # fmt: skip


def ends_soon(access: Access, to: Person, grant: Grant, days: int, portal: str) -> bool:
    """Tell who keeps it that an access ends in so many days, and where more time is asked; once for each."""
    assert grant.ends is not None
    what = TITLE if grant.asset_id is not None else "des données qui vous ont été ouvertes"
    whose = "Votre accès" if grant.person_id == to.id else f"L’accès{for_whom(access, grant)}"
    body = (
        f"Bonjour {to.given_name or to.name},\n\n{whose} à {what} se termine le {day(grant.ends)}.\n\n"
        f"S’il sert encore, demandez à le prolonger\u00a0: {portal}/demandes/acces/{grant.public_id}/prolonger\n"
        "Sinon, vous n’avez rien à faire.\n"
    )
    once = f"fin:{grant.public_id}:{grant.ends:%Y%m%d}:{days}:{to.id}"
    subject = f"{whose} à {what} se termine le {day(grant.ends)}"
    return outbox.put(access.session, to, subject, body, moment=access.moment, about=grant.asset_id, once=once)


def for_whom(access: Access, grant: Grant) -> str:
    """« , pour l’usage « Impayés » »: after a right that nobody holds by name; nothing otherwise."""
    if grant.usage_id is not None:
        return f", pour l’usage «\u00a0{usages.titles(access.session, [grant.usage_id])[grant.usage_id]}\u00a0»,"
    if grant.subject_unit_id is not None:
        return f", pour toute l’unité «\u00a0{access.facts.tree[grant.subject_unit_id].name}\u00a0»,"
    return f", pour le groupe {grant.group_name}," if grant.group_name else ""


def _call(desk: Desk, request: AccessRequest, asker: Person, step: Step, to: Person) -> bool:
    subject, expected = _WHAT[step]
    more = "prolonger son accès à" if request.extends_id else f"{request.need.label} "
    usage = purposes.titles(desk.access, [request]).get(request.usage_id or 0)
    inside = f", pour l’usage «\u00a0{usage}\u00a0»" if usage else ""
    body = (
        f"{asker.name}{f' ({asker.post})' if asker.post else ''} demande à {more.strip()} {TITLE}{inside}, "
        f"jusqu’au {day(request.until)}.\n\nÀ quoi cela servira\u00a0: {request.purpose}\n\n{expected}."
    )
    once = f"tour:{request.public_id}:{step.value}:{to.id}"
    return _write(desk, to, f"{subject}\u00a0: {asker.name}, {TITLE}", body, request, once=once)


def _write(
    desk: Desk, to: Person, subject: str, body: str, request: AccessRequest, *, once: str | None = None
) -> bool:  # fmt: skip
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{desk.terms.portal}/demandes/{request.public_id}\n"
    return outbox.put(
        desk.access.session, to, subject, text, moment=desk.access.moment, about=request.asset_id, once=once
    )
