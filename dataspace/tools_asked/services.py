"""Asking for a tool, joining in, answering, and telling both sides."""

from dataclasses import dataclass
from datetime import datetime

from dataspace.audit import Act, record
from dataspace.auth import Access, Permission
from dataspace.auth.answering import nearest
from dataspace.auth.models import Person
from dataspace.auth.queries import people
from dataspace.errors import Conflict, Invalid, NotFound, Refused
from dataspace.mail import outbox
from dataspace.tools_asked import queries
from dataspace.tools_asked.models import ToolEvent, ToolRequest, ToolState, ToolSupport


class NotYoursToAnswer(Refused):
    sentence = "Cette demande d’outil relève d’une autre direction."
    next_step = "Sa page dit où elle en est."


@dataclass(frozen=True)
class Asked:
    """What a person fills in."""

    title: str
    purpose: str
    audience: str
    wanted_by: datetime | None
    is_shared: bool
    unit_id: int


def ask(access: Access, asked: Asked, *, portal: str) -> ToolRequest:
    """Ask for a tool; those in charge are told. Raises Invalid (empty, past date, a place that is not hers)."""
    access.require(Permission.REQUEST_USE)
    if not asked.title.strip() or not asked.purpose.strip():
        raise Invalid("Dites ce qu’il vous faut, et à quoi cela servira.")
    if asked.wanted_by is not None and asked.wanted_by <= access.moment:
        raise Invalid("La date voulue est déjà passée.")
    if asked.unit_id not in {posting.unit_id for posting in access.facts.postings}:
        raise Invalid("Demandez au titre d’une de vos affectations.")
    request = ToolRequest(
        person_id=access.author_id, unit_id=asked.unit_id, title=asked.title.strip()[:160],
        purpose=asked.purpose.strip()[:1000], audience=asked.audience.strip()[:200], wanted_by=asked.wanted_by,
        is_shared=asked.is_shared, state=ToolState.RECEIVED, created=access.moment, events=[],
    )  # fmt: skip
    access.session.add(request)
    _happen(access, request, ToolState.RECEIVED, "")
    access.session.flush()
    record(access, Act.TOOL_ASKED, request=request.public_id, title=request.title)
    _tell_those_in_charge(access, request, "Une demande d’outil vous attend", "demande un outil", portal)
    return request


def answer(
    access: Access, request: ToolRequest, *, state: ToolState, note: str, version: int, portal: str
) -> None:  # fmt: skip
    """Say where it stands; who asked and who joined in are told.

    Raises NotYoursToAnswer, Conflict (answered meanwhile, or over), Invalid (a refusal without a word).
    """
    if not queries.may_answer(access, request):
        raise NotYoursToAnswer
    if request.version != version:
        raise Conflict
    if request.state.is_over:
        raise Conflict(f"Cette demande est déjà {request.state.label}.", "Une nouvelle demande peut être faite.")
    if state is ToolState.RECEIVED or (state is request.state and not note.strip()):
        raise Invalid("Choisissez où en est la demande, ou écrivez un mot.")
    if state in (ToolState.REFUSED, ToolState.DELIVERED) and not note.strip():
        raise Invalid("Dites pourquoi, ou où se trouve l’outil\u202f: la personne qui demande le lira.")
    request.state = state
    _happen(access, request, state, note)
    record(access, Act.TOOL_ANSWERED, request=request.public_id, state=state.value, note=note.strip()[:400])
    joined = queries.supports(access, [request])[request.id]
    word = f"\u202f: {note.strip()}" if note.strip() else "."
    for to in people(access.session, {request.person_id, *joined} - {access.author_id or 0}).values():
        body = f"Votre demande d’outil est maintenant {state.label}{word}"
        _write(access, to, f"Demande d’outil\u00a0: {state.label}", body, request, portal)


def say(access: Access, request: ToolRequest, note: str, *, portal: str) -> None:
    """Add a word, from either side; the other is told."""
    is_hers = request.person_id == access.author_id
    if not is_hers and not queries.may_answer(access, request):
        raise NotYoursToAnswer
    if not note.strip():
        raise Invalid("Écrivez un mot.")
    _happen(access, request, None, note)
    record(access, Act.TOOL_ANSWERED, request=request.public_id, note=note.strip()[:400])
    if is_hers:
        _tell_those_in_charge(access, request, "Un mot sur une demande d’outil", "ajoute un mot à sa demande", portal)
    else:
        for to in people(access.session, [request.person_id]).values():
            _write(
                access, to, "Un mot sur votre demande d’outil", f"On vous écrit\u00a0: {note.strip()}", request, portal
            )


def join(access: Access, request: ToolRequest) -> None:
    """« Moi aussi »: once, on what a colleague shares."""
    if not request.is_shared or request.person_id == access.author_id:
        raise NotFound
    if request.state.is_over:
        raise Conflict(f"Cette demande est déjà {request.state.label}.", "Faites-en une autre s’il le faut.")
    if access.author_id not in queries.supports(access, [request])[request.id]:
        access.session.add(ToolSupport(request_id=request.id, person_id=access.author_id, at=access.moment))


def _happen(access: Access, request: ToolRequest, state: ToolState | None, note: str) -> None:
    request.events.append(
        ToolEvent(at=access.moment, person_id=access.author_id, state=state, note=note.strip()[:600])
    )  # fmt: skip


def _tell_those_in_charge(access: Access, request: ToolRequest, subject: str, does: str, portal: str) -> None:
    for to in nearest(access, Permission.TOOL_ANSWER, request.unit_id, but=access.author_id):
        _write(access, to, subject, f"{access.actor.name} {does}.", request, portal)


def _write(access: Access, to: Person, subject: str, body: str, request: ToolRequest, portal: str) -> None:
    # Its title is read on the page, by who may still know of it.
    text = f"Bonjour {to.given_name or to.name},\n\n{body}\n\n{portal}/outils-demandes/{request.public_id}\n"
    outbox.put(access.session, to, subject, text, moment=access.moment)
