"""Reading the journal: a reason is asked, journaled itself, and the reading closes after a while.

By person, the reason is asked for that person: the line names her, and she will read it (« Mon activité »).
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import flask
from flask.typing import ResponseReturnValue

from dataspace import audit, db
from dataspace.admin import journal_lines as shown_as
from dataspace.admin.forms import JournalFilterForm, JournalReasonForm
from dataspace.audit import history, sinks
from dataspace.audit import queries as journal
from dataspace.audit.retention import MONTH
from dataspace.auth import Access, Permission, queries
from dataspace.auth.models import Person
from dataspace.web import context, french, sheets
from dataspace.web.routing import Blueprint

OPEN_FOR = timedelta(minutes=15)
PAGE = 50
NAMESAKES = 20
OLDEST = 2000  # year
BEYOND = 1 << 31  # no line has such a number
PARIS = ZoneInfo("Europe/Paris")
_FILTERS = ("q", "who", "event", "unit", "since", "until")


def mount(blueprint: Blueprint) -> None:
    """Add the journal's routes to the administration."""
    blueprint.get("/journal", requires=Permission.JOURNAL_READ, proven=True)(read_journal)
    blueprint.post("/journal", requires=Permission.JOURNAL_READ, proven=True)(open_journal)
    blueprint.get("/journal.csv", requires=Permission.JOURNAL_READ, proven=True)(export_journal)


def read_journal() -> ResponseReturnValue:
    """The lines, newest first, while the declared reason holds for whom one reads; else the question."""
    form, named = _form(), _named()
    if len(named) > 1:
        return _choose(named)
    opened = _opened(named)
    if opened is None:
        return _ask(JournalReasonForm(), named)
    lines = journal.search(context.access(), _sought(form, named), before=_before(), limit=PAGE + 1)
    context.journal_now(audit.Act.JOURNAL_READ, reason=opened["reason"], filters=_filters())
    return _page(lines, form, opened)


def open_journal() -> ResponseReturnValue:
    """Note the reason, in the journal too, and open the reading for a quarter of an hour."""
    access, named = context.access(), _named()
    form = JournalReasonForm()
    if not form.validate_on_submit():
        return _ask(form, named), 422
    reason, person = form.reason.data, named[0] if len(named) == 1 else None
    if person is not None:
        facts = {"reason": reason, "function": shown_as.function(access), "minutes": int(OPEN_FOR.seconds // 60)}
        audit.record(access, audit.Act.PERSON_JOURNAL_READ, person, **facts)
    else:
        audit.record(access, audit.Act.JOURNAL_READ, reason=reason)
    flask.session["journal"] = {
        "reason": reason, "until": (access.moment + OPEN_FOR).isoformat(), "by": access.actor.public_id,
        "person": person.public_id if person else "",
    }  # fmt: skip
    return flask.redirect(flask.url_for("admin.read_journal", **_filters()), code=303)


def export_journal() -> ResponseReturnValue:
    """The same lines as a table for a spreadsheet; the export is itself journaled, before it leaves."""
    access, named = context.access(), _named()
    opened = _opened(named)
    if opened is None or len(named) > 1:
        return flask.redirect(flask.url_for("admin.read_journal", **_filters()))
    sought = _sought(_form(), named)
    number = journal.counted(access, sought, at_most=shown_as.EXPORTED)
    upto = journal.last(access) + 1
    context.journal_now(audit.Act.JOURNAL_EXPORTED, reason=opened["reason"], filters=_filters(), lines=number)
    return sheets.streamed("journal.csv", shown_as.table(context.reopening(), sought, before=upto))


# --- what the address says --------------------------------------------------------------------------------------------
def _filters() -> dict[str, Any]:
    """The filters of the address, and nothing else that an address may say: `url_for` has words of its own."""
    return {name: flask.request.args[name] for name in _FILTERS if flask.request.args.get(name)}


def _form() -> JournalFilterForm:
    form = JournalFilterForm(flask.request.args)
    form.unit.choices = shown_as.units(context.access())
    return form


def _named() -> list[Person]:
    """Whom the filter names: by identifier, login or name; those who have left the directory too."""
    session, said = context.access().session, _printable(flask.request.args.get("who"))
    if not said:
        return []
    exact = queries.person_by_public_id(session, said) or queries.person_by_login(session, said)
    return [exact] if exact else list(queries.people_named(session, said, limit=NAMESAKES, with_gone=True))


def _printable(text: str | None) -> str:
    return "".join(char for char in text or "" if char.isprintable()).strip()[:200]


def _before() -> int | None:
    before = flask.request.args.get("avant", type=int)
    return before if before and 0 < before < BEYOND else None


def _sought(form: JournalFilterForm, named: list[Person]) -> journal.Sought:
    is_right, access = form.validate(), context.access()
    who = [person.id for person in named] if _printable(flask.request.args.get("who")) else None
    node = access.facts.tree.by_code.get(form.unit.data or "")
    units = [access.facts.tree[one].code for one in access.facts.tree.branch(node.id)] if node else None
    return journal.Sought(
        text=(form.q.data or "") if is_right or not form.q.errors else "",
        act=form.event.data or "" if not form.event.errors else "", units=units, actor_ids=who,
        since=_moment(form.since), until=_moment(form.until, days=1),
    )  # fmt: skip


def _moment(field: Any, *, days: int = 0) -> datetime | None:
    """The first moment of the day in the field, in Paris, so many days later."""
    day: date | None = field.data if not field.errors else None
    if day is None or not OLDEST <= day.year < 2200:
        return None
    return datetime.combine(day + timedelta(days=days), time(), PARIS).astimezone(UTC)


# --- the reason -------------------------------------------------------------------------------------------------------
def _opened(named: list[Person]) -> dict[str, str] | None:
    """The reason declared, while it holds for who declared it, and for whom it names."""
    access, opened = context.access(), flask.session.get("journal")
    if not opened or opened.get("by") != access.actor.public_id:
        return None
    if datetime.fromisoformat(opened["until"]) < access.moment:
        return None
    # Neither does a reason about one person open the rest, nor one about the whole a person.
    return opened if opened.get("person", "") == (named[0].public_id if len(named) == 1 else "") else None


def _ask(form: JournalReasonForm, named: list[Person]) -> str:
    action = flask.url_for("admin.open_journal", **_filters())
    minutes = int(OPEN_FOR.total_seconds() // 60)
    person = named[0].name if len(named) == 1 else None
    days = context.settings().journal_notice_days
    said = {"form": form, "minutes": minutes, "action": action, "person": person, "days": days}
    return flask.render_template("admin/journal_reason.html", **said)


def _choose(named: list[Person]) -> str:
    """Several people bear this name: which one?"""
    kept = _filters()
    choices = [
        {"name": one.name, "post": one.post, "gone": not one.is_active,
         "url": flask.url_for("admin.read_journal", **(kept | {"who": one.public_id}))}
        for one in named
    ]  # fmt: skip
    return flask.render_template("admin/journal_choose.html", choices=choices)


# --- the page ---------------------------------------------------------------------------------------------------------
def _page(lines: list[audit.Event], form: JournalFilterForm, opened: dict[str, str]) -> str:
    access, args = context.access(), _filters()
    shown = lines[:PAGE]
    older = flask.url_for("admin.read_journal", **args, avant=shown[-1].seq) if len(lines) > PAGE else None
    return flask.render_template(
        "admin/journal.html", reason=opened["reason"], until=datetime.fromisoformat(opened["until"]), form=form,
        events=shown_as.rows(access, shown), older_url=older,
        newest_url=flask.url_for("admin.read_journal", **args) if "avant" in flask.request.args else None,
        export_url=flask.url_for("admin.export_journal", **args), notes=_notes(access),
        looked_through=journal.LOOKED_THROUGH if form.q.data else None,
        chain=f"Ligne {journal.last(access)} à l’instant, {db.now().astimezone(PARIS):%H:%M}. "
        "La chaîne entière se vérifie sur le serveur\u00a0: dataspace audit verify.",
    )  # fmt: skip


def _notes(access: Access) -> list[str]:
    """What is late about the journal itself: a copy that does not receive, lines kept too long."""
    settings, found = context.settings(), history.oldest(access)
    notes = [
        f"La copie «\u00a0{late.name}\u00a0» a {french.plural(late.lines, 'ligne')} de retard, depuis le "
        f"{late.since.astimezone(PARIS):%d/%m/%Y, %H:%M}. Rien n’est perdu ici\u202f; dataspace audit copy les renvoie."
        for late in sinks.lags(access.session)
    ]
    if found is not None and access.moment - found > (settings.journal_most_months + 1) * MONTH:
        notes.append(
            f"Des lignes ont plus de {settings.journal_most_months} mois\u00a0: la purge n’a pas tourné "
            "(dataspace audit purge)."
        )
    if settings.journal_legal_hold:
        notes.append(f"Gel juridique, le journal est gardé plus longtemps\u00a0: {settings.journal_legal_hold}")
    return notes
