"""Requests in the words of the screen."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import flask
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Access
from dataspace.auth.models import Asset, Grant, Known, Person
from dataspace.auth.queries import people
from dataspace.auth.rights import deciding_level
from dataspace.auth.sentences import agree, day
from dataspace.auth.words import AssetKind, Protection, Sensitivity, State
from dataspace.requests import course, purposes, queries
from dataspace.requests.course import Terms
from dataspace.requests.forms import AskForm
from dataspace.requests.models import AccessRequest, Need, Opinion, RequestState, Step
from dataspace.requests.queries import Desk, Task
from dataspace.web import context, french

_MARKS = {
    RequestState.DRAFT: ("", "pencil"), RequestState.SUBMITTED: ("ask", "hourglass"),
    RequestState.APPROVED: ("good", "check-circle"), RequestState.REFUSED: ("bad", "x-octagon"),
    RequestState.WITHDRAWN: ("", "slash-circle"), RequestState.EXPIRED: ("", "clock-history"),
    RequestState.REVOKED: ("late", "slash-circle"),
}  # fmt: skip
_DONE = {
    Step.DRAFTED: "a préparé un brouillon", Step.SUBMITTED: "a envoyé la demande", Step.VISA: "a donné son avis",
    Step.ADVICE: "a donné l’avis de la protection des données", Step.APPROVED: "a accepté",
    Step.REFUSED: "a refusé", Step.WITHDRAWN: "a retiré la demande",
}  # fmt: skip
_TO_DO = {
    Step.VISA: "Votre avis de responsable", Step.ADVICE: "Votre avis de protection des données",
    Step.APPROVED: "Votre décision",
}  # fmt: skip
_LENGTHS = {365: "Un an au plus.", 183: "Six mois au plus."}
# Before the id of a usage, among the purposes of the form.
USAGE = "usage:"
_UNNAMED = "un élément hors de votre périmètre"


def desk(access: Access) -> Desk:
    """The desk of this page's reader."""
    return Desk(access, Terms.of(context.settings()))


def address(asset: Asset) -> str:
    """Where an asset is shown."""
    endpoint = "dashboards.show" if asset.kind is AssetKind.DASHBOARD else "catalog.show"
    return flask.url_for(endpoint, public_id=asset.public_id)


def asking(access: Access, asset: Known, form: AskForm | None = None) -> dict[str, Any]:
    """What the page of a thing on request adds: who decides, how it usually ends, the steps, the form.

    Nothing is offered when nobody could decide, or when it is not published.
    """
    nothing: dict[str, Any] = {"delay": None, "outcome": None, "form": None, "steps": None, "running": None}
    if asset.state is not State.PUBLISHED or asset.kind not in queries.ASKABLE or not access.facts.postings:
        return nothing
    here = desk(access)
    needs = queries.needs(access, asset)
    actor_id = access.actor.person_id
    line = course.line_of(actor_id, asset.unit_id, Need.CONSULT.role, deciding_level(asset), here.deciders)
    if not needs or not line:
        return nothing
    running = queries.open_of_mine(access, asset)
    habit = queries.habit(access, asset)
    decides = line[0][0]
    deputy = people(access.session, [here.away.get(decides.id)])
    said = {
        "decides": {
            "name": decides.name, "note": decides.post, "email": decides.email,
            "deputy": next((one.name for one in deputy.values()), None),
        },
        "delay": (french.plural(habit.days, "jour ouvré", "jours ouvrés"), f"médiane de {habit.decided} demandes")
        if habit else None,
        "outcome": (f"{french.plural(habit.accepted, 'acceptée', 'acceptées')} sur {habit.decided}", "depuis un an")
        if habit else None,
        "steps": _steps(here, asset, line), "running": None, "form": None,
        "ask_url": flask.url_for("requests.ask", public_id=asset.public_id),
    }  # fmt: skip
    if running is not None and running.state is RequestState.SUBMITTED and running.until > access.moment:
        url = flask.url_for("requests.show", public_id=running.public_id)
        return said | {"running": (url, f"envoyée {french.ago(running.submitted or running.created)}")}
    condition = queries.condition(access, asset)
    return said | {
        "form": form or ask_form(here, asset, None, running if running and running.submitted is None else None),
        "condition": condition.text if condition else None,
    }  # fmt: skip


def ask_form(here: Desk, asset: Known, typed: object, draft: AccessRequest | None = None) -> AskForm:
    """The form, filled with what is known of her and of her draft."""
    access = here.access
    form = AskForm(typed)
    form.need.choices = [SelectChoice(need.value, need.label.capitalize()) for need in queries.needs(access, asset)]
    tree = access.facts.tree
    places = {posting.unit_id: tree[posting.unit_id].name for posting in access.facts.postings}
    form.unit.choices = [SelectChoice(str(unit_id), name) for unit_id, name in places.items()]
    if usages := purposes.offered(access, asset):
        named = [SelectChoice(f"{USAGE}{one.public_id}", f"Pour l’usage «\u00a0{one.title}\u00a0»") for one in usages]
        form.topic.choices = [*form.topic.choices, *named]
        form.topic.description = "Demandé pour un usage, il est donné à l’usage, pas à vous seulement."
    longest = here.terms.longest[deciding_level(asset)]
    form.until.description = _LENGTHS.get(longest.days) or f"{french.plural(longest.days, 'jour')} au plus."
    if queries.condition(access, asset) is None:
        del form.accepts
    if typed is None:
        form.until.data = french.local_day(access.moment + longest)
        if draft is not None:
            form.topic.data, form.purpose.data, form.need.data = draft.topic.value, draft.purpose, draft.need.value
            form.until.data, form.unit.data = french.local_day(draft.until), str(draft.unit_id)
            usage = next((one.public_id for one in usages if one.id == draft.usage_id), None)
            form.topic.data = f"{USAGE}{usage}" if usage else form.topic.data
    return form


def messages(here: Desk, tasks: Sequence[Task], mine: Sequence[AccessRequest], done: Sequence[AccessRequest]) -> Any:
    """The inbox: what waits for her, her own requests, what she has answered."""
    access = here.access
    everything = [*(task.request for task in tasks), *mine, *done]
    known = here.known(request.asset_id for request in everything)
    named = people(access.session, (request.person_id for request in everything))
    grants = queries.grants(access, (request.grant_id for request in everything))
    usages = purposes.titles(access, everything)

    def row(request: AccessRequest) -> dict[str, Any]:
        return _row(access, request, known, named, grants, usages.get(request.usage_id or 0))

    return {
        "tasks": [
            row(task.request) | {"todo": _TO_DO[task.step], "until": task.until, "late": task.course.escalated > 0}
            for task in tasks
        ],
        "mine": [row(request) for request in mine],
        "done": [row(request) for request in done],
    }


def page(here: Desk, request: AccessRequest) -> dict[str, Any]:
    """A request, its line of time, and what its reader may do with it."""
    access = here.access
    asset = here.known([request.asset_id]).get(request.asset_id)
    ids = [request.person_id, *(e.person_id for e in request.events), *(e.on_behalf_id for e in request.events)]
    named = people(access.session, ids)
    grants = queries.grants(access, [request.grant_id])
    state = queries.state(request, grants.get(request.grant_id or 0), access.moment)
    task = here.task(request, asset) if state is RequestState.SUBMITTED else None
    tree, asker = access.facts.tree, named[request.person_id]
    is_mine = request.person_id == access.author_id
    kind, icon = _MARKS[state]
    return {
        "said": {
            "public_id": request.public_id, "title": f"«\u00a0{asset.title}\u00a0»" if asset else _UNNAMED,
            "version": request.version,
            "url": address(asset) if asset and (is_mine or asset.id in queries.assets(access, [asset.id])) else None,
            "sensitivity": asset.sensitivity.code if asset else None,
            "protection": asset.protection.value if asset else None,
            "who": asker.name, "post": asker.post, "topic": request.topic.label, "purpose": request.purpose,
            "need": request.need.label, "until": request.until, "unit": tree[request.unit_id].name,
            "conditions": request.conditions, "is_extension": request.extends_id is not None,
            "mark": (kind, icon, state.label.capitalize()),
        },
        "usage": usage(here, request, asset),
        "events": _events(request, named, grants.get(request.grant_id or 0), state),
        "waiting": _waiting(here, request, asset) if state is RequestState.SUBMITTED else [],
        "step": task.step.value if task else None, "is_mine": is_mine,
        "can_withdraw": is_mine and state in (RequestState.DRAFT, RequestState.SUBMITTED),
        "is_draft": state is RequestState.DRAFT,
        "opinions": _opinions(request, named),
    }  # fmt: skip


def usage(here: Desk, request: AccessRequest, asset: Asset | None) -> dict[str, Any] | None:
    """The usage that a request is made for, with its legal basis; `can_have` when what is accepted may go to it."""
    found = purposes.served(here.access, request, asset)
    if found is None:
        return None
    basis = f"{found.basis[0].upper()}{found.basis[1:]} ({found.article})"
    return {
        "title": found.usage.title, "purpose": found.usage.purpose, "ends": found.usage.ends,
        "basis": f"{basis}\u202f; santé\u00a0: {found.ground}" if found.ground else basis,
        "url": flask.url_for("usages.show", public_id=found.usage.public_id) if found.is_known else None,
        "asks": found.asks, "is_ones_own": found.is_ones_own, "can_have": found.asks and not found.is_ones_own,
    }  # fmt: skip


def _row(
    access: Access, request: AccessRequest, known: dict[int, Asset], named: dict[int, Person],
    grants: dict[int, Grant], usage: str | None,
) -> dict[str, Any]:  # fmt: skip
    asset = known.get(request.asset_id)
    grant = grants.get(request.grant_id or 0)
    state = queries.state(request, grant, access.moment)
    kind, icon = _MARKS[state]
    ends = grant.ends if grant is not None and grant.ends else request.until
    what = "prolonger" if request.extends_id else request.need.label
    inside = f", pour l’usage «\u00a0{usage}\u00a0»" if usage else ""
    return {
        "url": flask.url_for("requests.show", public_id=request.public_id),
        "title": asset.title if asset else _UNNAMED[0].upper() + _UNNAMED[1:], "who": named[request.person_id].name,
        "note": f"{what}, jusqu’au {french.said_date(ends)}{inside}",
        "mark": (kind, icon, state.label.capitalize()),
        "when": request.decided_at or request.submitted or request.created,
    }  # fmt: skip


def _steps(here: Desk, asset: Known, line: Sequence[Sequence[Person]]) -> list[tuple[str, str, bool]]:
    access, terms = here.access, here.terms
    actor_id = access.actor.person_id
    found = [("Vous demandez", "maintenant, en deux minutes", True)]
    superiors = course.superiors_of(actor_id, access.facts.postings[0].unit_id, here.deciders)
    if superiors and not {p.id for p in superiors} & {p.id for p in line[0]}:
        limit = f"{french.plural(terms.visa.days, 'jour')} au plus\u202f; sans réponse, la demande continue"
        found.append((f"{superiors[0].name} donne son avis", limit, False))
    advisers = [p for p in here.deciders.advisers(asset.unit_id, deciding_level(asset)) if p.id != actor_id]
    is_closed = asset.protection is not Protection.NONE or asset.sensitivity is Sensitivity.CONFIDENTIAL
    if advisers and is_closed:
        limit = f"{french.plural(terms.advice.days, 'jour')} au plus\u202f; protection des données, sans décider"
        found.append((f"{advisers[0].name} donne son avis", limit, False))
    deputy = people(access.session, [here.away.get(line[0][0].id)])
    absent = f"en son absence, {next(iter(deputy.values())).name}" if deputy else ""
    found.append((f"{line[0][0].name} décide", absent or line[0][0].post, False))
    told = f"Vous êtes {agree('prévenu', bool(access.actor.is_feminine))}, et l’accès s’ouvre aussitôt"
    return [*found, (told, "sa date de fin vous est rappelée", False)]


def _events(
    request: AccessRequest, named: dict[int, Person], grant: Grant | None, state: RequestState
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [_event(event, named) for event in request.events]
    if grant is not None and request.usage_id is not None:
        to = "à l’usage" if grant.usage_id is not None else "à la personne seulement"
        found[-1]["what"] = f"{found[-1]['what'].removesuffix('.')}, {to}."
    if grant is not None and state is RequestState.REVOKED:
        found.append({"when": grant.revoked_at, "what": "L’accès a été retiré.", "note": ""})
    elif grant is not None and state is RequestState.EXPIRED:
        found.append({"when": grant.ends, "what": "L’accès s’est terminé.", "note": ""})
    elif state is RequestState.EXPIRED:
        found.append({"when": request.until, "what": "La date demandée est passée sans réponse.", "note": ""})
    return found


def _event(event: Any, named: dict[int, Person]) -> dict[str, Any]:
    who = named[event.person_id].name if event.person_id in named else "Le portail"
    instead = f", à la place de {named[event.on_behalf_id].name}" if event.on_behalf_id in named else ""
    opinion = f"\u00a0: {event.opinion.label}" if event.opinion else ""
    return {"when": event.at, "what": f"{who} {_DONE[event.step]}{instead}{opinion}.", "note": event.note}


def _opinions(request: AccessRequest, named: dict[int, Person]) -> list[dict[str, Any]]:
    given = [event for event in request.events if event.opinion is not None]
    return [_event(event, named) | {"favourable": event.opinion is Opinion.FAVOURABLE} for event in given]


def _waiting(here: Desk, request: AccessRequest, asset: Asset | None) -> list[tuple[str, str]]:
    """Who is to answer now, and until when."""
    now = here.course(request, asset)
    found = []
    for rank, until, what in ((now.visa, now.visa_until, "un avis"), (now.advice, now.advice_until, "un avis")):
        if rank and until:
            late = "sans réponse, la demande continue"
            found.append((_names(rank), f"{what}, au plus tard le {_until(until)}\u202f; {late}"))
    if now.asked:
        until = now.decision_from + here.terms.decision * (now.escalated + 1)
        later = ". Le délai est passé\u202f: la demande est aussi remontée" if now.escalated else ""
        found.append((_names(now.asked), f"la décision, au plus tard le {_until(until)}{later}"))
    elif not found and now.line:
        found.append((_names(now.line[0]), "la décision"))
    return found


def _names(rank: Iterable[Person]) -> str:
    names = list(dict.fromkeys(person.name for person in rank))
    shown = names[:3]
    return " ou ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _until(moment: datetime) -> str:
    return f"{day(moment)} à {french.clock(moment)}"
