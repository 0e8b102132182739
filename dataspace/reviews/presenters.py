"""Reviews in the words of the screen."""

from collections.abc import Sequence
from typing import Any

import flask
from wtforms.fields.choices import SelectChoice

from dataspace.auth import Access, Permission
from dataspace.auth.models import Unit
from dataspace.auth.queries import people, working_in
from dataspace.auth.risks import Cause
from dataspace.auth.words import AssetKind
from dataspace.reviews import powers, queries, wording
from dataspace.reviews.answers import Confirmed
from dataspace.reviews.forms import OpenForm
from dataspace.reviews.models import OPEN, Outcome, ReviewCampaign
from dataspace.reviews.queries import Line
from dataspace.reviews.services import Sketch, Terms
from dataspace.web import context, french

_MARKS = {
    Outcome.PENDING: ("ask", "hourglass"), Outcome.KEPT: ("good", "check-circle"), Outcome.REMOVING: ("late", "trash"),
    Outcome.REMOVED: ("bad", "slash-circle"), Outcome.LAPSED: ("bad", "slash-circle"),
    Outcome.GONE: ("", "clock-history"), Outcome.LEFT: ("late", "flag"),
}  # fmt: skip

_NAMED = 5


def terms() -> Terms:
    return Terms.of(context.settings())


def index(access: Access) -> dict[str, Any]:
    """Reviews one answers or oversees, the open ones first."""
    found = [_campaign(access, one) for one in queries.campaigns(access)]
    return {
        "open": [one for one in found if not one["closed_at"]], "closed": [one for one in found if one["closed_at"]],
        "may_open": bool(access.may(Permission.REVIEW_RUN)),
    }  # fmt: skip


def tasks(access: Access) -> list[dict[str, object]]:
    """Reviews to answer, in one's own name or in somebody's place, among what waits for the reader in « Messages »."""
    lent = powers.lent_to(access)
    if not lent and not access.may(Permission.RIGHTS_SEE):
        return []
    away = " et ".join(power.access.actor.name for power in lent)
    place = f", dont à la place de {away}" if away else ""
    return [
        {
            "url": flask.url_for("reviews.answering", public_id=one.public_id), "who": f"Revue n°\u00a0{one.number}",
            "title": one.title, "note": french.plural(left, "accès à revoir", "accès à revoir") + place,
            "todo": "À revoir", "until": one.deadline, "late": one.deadline < access.moment,
        }
        for one in queries.open_ones(access.session)
        if (left := (progress := queries.mine(access, one)).total - progress.done)
    ]  # fmt: skip


def open_form(access: Access, typed: object) -> OpenForm:
    """The form, with the units whose whole branch one may review."""
    form = OpenForm(typed)
    form.unit.choices = [SelectChoice(unit.code, unit.name) for unit in queries.units_to_review(access)]
    return form


def sketched(unit: Unit, found: Sketch) -> dict[str, Any]:
    """What the review would hold, before it is opened."""
    return {
        "unit": unit.name, "total": found.total,
        "causes": [
            (wording.ICONS[cause], cause.label, found.by_cause[cause]) for cause in Cause if found.by_cause.get(cause)
        ],
    }  # fmt: skip


def page(access: Access, campaign: ReviewCampaign) -> dict[str, Any]:
    """A review: how far it is, and for who oversees it, by directorate and by outcome."""
    said: dict[str, Any] = {"said": _campaign(access, campaign), "outcomes": [], "hygiene": [], "escalated": 0}
    if not queries.oversees(access, campaign):
        return said
    counted = queries.outcomes(access, campaign)
    return said | {
        "outcomes": [
            (*_MARKS[outcome], outcome.label.capitalize(), n)
            for outcome in Outcome
            if (n := sum(total for (found, _), total in counted.items() if found is outcome))
        ],
        "escalated": sum(total for (outcome, rank), total in counted.items() if rank and outcome in OPEN),
        "hygiene": [
            {"name": one.name, "done": one.progress.done, "total": one.progress.total, "unused": one.unused}
            for one in queries.hygiene(access, campaign)
        ],
        "record": queries.record(access, campaign) is not None,
    }  # fmt: skip


def answering(access: Access, campaign: ReviewCampaign, wrong: dict[str, str] | None = None) -> dict[str, Any]:
    """The table of who answers: groups by the gravest cause, the riskiest line first."""
    lines = queries.to_answer(access, campaign)
    progress = queries.mine(access, campaign)
    rows = [_row(access, told, wrong or {}) for told in wording.tell(access, lines)]
    names = people(access.session, (one.line.answered_by_id for one in lines))
    for one, row in zip(lines, rows, strict=True):
        by = names.get(one.line.answered_by_id or 0)
        row["by"] = by.name if by is not None and by.id != access.author_id else None
    groups = [
        {
            "cause": cause.value,
            "title": wording.GROUPS[cause],
            "icon": wording.ICONS[cause],
            "rows": inside,
            "left": sum(1 for row in inside if row["outcome"] == Outcome.PENDING),
            "needs_reason": any(row["needs_reason"] for row in inside),
        }
        for cause in Cause
        if (inside := [row for row in rows if row["main"] is cause])
    ]
    return {
        "said": _campaign(access, campaign), "groups": groups, "progress": progress,
        "more": max(0, progress.total - len(rows)), "removing": len(queries.to_confirm(access, campaign)),
    }  # fmt: skip


def summary(access: Access, campaign: ReviewCampaign) -> dict[str, Any]:
    """Who loses what, by name, before it is confirmed; how many are kept and how many are left."""
    lines = queries.to_confirm(access, campaign)
    progress = queries.mine(access, campaign)
    return {
        "said": _campaign(access, campaign), "groups": _losing(access, lines), "n": len(lines),
        "left": progress.total - progress.done, "kept": queries.answered_by_me(access, campaign).get(Outcome.KEPT, 0),
    }  # fmt: skip


def confirmed(done: Confirmed) -> tuple[str, list[str]]:
    """What is said after the confirmation."""
    if not done.removed:
        return "Rien n’a été retiré.", list(done.refused)
    many = done.removed > 1
    words = (
        f"{french.plural(done.removed, 'accès retiré', 'accès retirés')} : {'ils ne valent' if many else 'il ne vaut'}"
    )
    return f"{words} plus dès la prochaine page.", list(done.refused)


def unused(access: Access) -> list[dict[str, Any]]:
    """For « Mes accès »: her own rights that a review takes for unused, to give back in one click."""
    found = queries.unused_of_mine(access)
    known = queries.titles_of_mine(access, [grant for grant, _ in found])
    tree = access.facts.tree
    return [
        {
            "scope": known.get(grant.asset_id or 0) or tree[grant.unit_id or 0].name,
            "deadline": deadline, "give_back_url": flask.url_for("requests.give_back", public_id=grant.public_id),
        }
        for grant, deadline in found
        if grant.unit_id in tree.nodes or grant.asset_id in known
    ]  # fmt: skip


def _campaign(access: Access, campaign: ReviewCampaign) -> dict[str, Any]:
    tree = access.facts.tree
    mine = queries.mine(access, campaign)
    sees = queries.oversees(access, campaign)
    progress = queries.overall(access, campaign) if sees else mine
    opener = people(access.session, [campaign.opened_by_id]).get(campaign.opened_by_id or 0)
    is_past = campaign.deadline <= access.moment
    return {
        "public_id": campaign.public_id, "number": campaign.number, "title": campaign.title,
        "unit": tree[campaign.unit_id].name if campaign.unit_id in tree.nodes else "Unité supprimée",
        "by": opener.name if opener else None, "opened_at": campaign.opened_at, "deadline": campaign.deadline,
        "closed_at": campaign.closed_at, "is_past": is_past, "progress": progress, "mine": mine, "oversees": sees,
        "left": mine.total - mine.done if campaign.closed_at is None else 0,
    }  # fmt: skip


def _row(access: Access, told: wording.Told, wrong: dict[str, str]) -> dict[str, Any]:
    line = told.line.line
    is_over = line.due <= access.moment or line.outcome not in (Outcome.PENDING, Outcome.KEPT, Outcome.REMOVING)
    return {
        "public_id": line.public_id, "version": line.version, "main": line.main, "outcome": line.outcome,
        "mark": (*_MARKS[line.outcome], line.outcome.label.capitalize()), "who": told.who, "place": told.place,
        "role": told.role, "what": told.what, "url": _url(told.line), "since": told.grant.starts,
        "ends": told.grant.ends, "causes": told.causes, "used": told.used,
        "answer": {Outcome.KEPT: "keep", Outcome.REMOVING: "remove"}.get(line.outcome, ""),
        "note": line.note, "needs_reason": line.needs_reason,
        "is_mine": line.answered_by_id in (None, access.author_id),
        "is_over": is_over, "escalated": line.rank > 0, "due": line.due, "wrong": wrong.get(line.public_id),
        "can_undo": line.outcome is Outcome.REMOVED and line.answered_by_id == access.author_id
        and line.due > access.moment,
    }  # fmt: skip


def _url(one: Line) -> str | None:
    if one.asset is None or one.asset.kind is AssetKind.SEAT:
        return None
    return flask.url_for("admin.asset_access", public_id=one.asset.public_id)


def _inside(access: Access, told: wording.Told) -> str:
    """Where she works; or, for a whole unit, the first of its people by name."""
    unit_id = told.grant.subject_unit_id
    if unit_id is None:
        return told.place
    names = [person.name for person in working_in(access, access.facts.tree.branch(unit_id), _NAMED + 1)]
    return ", ".join(names[:_NAMED]) + (" et d’autres" if len(names) > _NAMED else "") or told.place


def _losing(access: Access, lines: Sequence[Line]) -> list[dict[str, Any]]:
    if not lines:
        return []
    losing = [
        {"name": told.who, "note": _inside(access, told), "before": f"{told.role}, {told.what}",
         "after": "rien par cet accès", "remark": told.line.line.note or told.used}
        for told in wording.tell(access, lines)
    ]  # fmt: skip
    title = french.plural(len(losing), "accès se termine", "accès se terminent")
    return [{"kind": "minus", "title": title, "people": losing}]
