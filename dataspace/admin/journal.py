"""Reading the journal: a reason is asked, journaled itself, and the reading closes after a while."""

import csv
import io
import json
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import flask
from flask.typing import ResponseReturnValue

from dataspace import audit, db
from dataspace.admin.forms import JournalFilterForm, JournalReasonForm
from dataspace.audit import queries as journal
from dataspace.auth import Access, Permission, queries
from dataspace.auth.words import Role
from dataspace.web import context
from dataspace.web.routing import Blueprint

OPEN_FOR = timedelta(minutes=15)
PAGE = 50
EXPORTED = 100_000
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
NAMESAKES = 20
OLDEST = 2000  # year
BEYOND = 1 << 31  # no line has such a number
_REFUSED = (audit.Act.REFUSED, audit.Act.SIGN_IN_REFUSED, audit.Act.GUEST_TOKEN_REFUSED)


def mount(blueprint: Blueprint) -> None:
    """Add the journal's routes to the administration."""
    blueprint.get("/journal", requires=Permission.JOURNAL_READ, proven=True)(read_journal)
    blueprint.post("/journal", requires=Permission.JOURNAL_READ, proven=True)(open_journal)
    blueprint.get("/journal.csv", requires=Permission.JOURNAL_READ, proven=True)(export_journal)


def read_journal() -> ResponseReturnValue:
    """The lines, newest first, while the declared reason holds; else the question."""
    opened = _opened()
    if opened is None:
        return _ask(JournalReasonForm())
    form = JournalFilterForm(flask.request.args)
    lines = _found(form, before=flask.request.args.get("avant", type=int), limit=PAGE + 1)
    context.journal_now(audit.Act.JOURNAL_READ, reason=opened["reason"], filters=flask.request.args.to_dict())
    return _page(lines, form, opened)


def open_journal() -> ResponseReturnValue:
    """Note the reason, in the journal too, and open the reading for a quarter of an hour."""
    access = context.access()
    form = JournalReasonForm()
    if not form.validate_on_submit():
        return _ask(form), 422
    audit.record(access, audit.Act.JOURNAL_READ, reason=form.reason.data)
    flask.session["journal"] = {"reason": form.reason.data, "until": (access.moment + OPEN_FOR).isoformat(),
                                "by": access.actor.public_id}  # fmt: skip
    return flask.redirect(flask.url_for("admin.read_journal", **_filters()), code=303)


def export_journal() -> ResponseReturnValue:
    """The same lines as a table for a spreadsheet; the export is itself journaled, before it leaves."""
    opened = _opened()
    if opened is None:
        return flask.redirect(flask.url_for("admin.read_journal", **_filters()))
    lines = _found(JournalFilterForm(flask.request.args), before=None, limit=EXPORTED)
    filters = flask.request.args.to_dict()
    context.journal_now(audit.Act.JOURNAL_EXPORTED, reason=opened["reason"], filters=filters, lines=len(lines))
    response = flask.Response(_table(lines), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="journal.csv")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _filters() -> dict[str, Any]:
    """The filters of the address, and nothing else that an address may say: `url_for` has words of its own."""
    return {name: flask.request.args[name] for name in ("who", "event", "since") if name in flask.request.args}


def _opened() -> dict[str, str] | None:
    """The reason declared, while it holds for who declared it."""
    access, opened = context.access(), flask.session.get("journal")
    if not opened or opened.get("by") != access.actor.public_id:
        return None
    return opened if datetime.fromisoformat(opened["until"]) >= access.moment else None


def _found(form: JournalFilterForm, *, before: int | None, limit: int) -> list[audit.Event]:
    access = context.access()
    is_right, name = form.validate(), (form.who.data or "").strip()
    # Who has left the directory is still in the journal.
    who = queries.people_named(access.session, name, limit=NAMESAKES, with_gone=True) if is_right and name else None
    since = form.since.data if form.since.data and not form.since.errors and form.since.data.year >= OLDEST else None
    return journal.search(
        access, act=form.event.data or "", actor_ids=[one.id for one in who] if who is not None else None,
        before=before if before and before < BEYOND else None, limit=limit,
        since=datetime.combine(since, time(), ZoneInfo("Europe/Paris")).astimezone(UTC) if since else None,
    )  # fmt: skip


def _table(lines: list[audit.Event]) -> str:
    people = queries.people(context.access().session, [line.actor_id for line in lines])
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["ligne", "quand", "qui", "quoi", "sur", "au titre de", "détail", "empreinte"])
    for line in lines:
        who = people[line.actor_id].name if line.actor_id in people else "le portail"
        detail = json.dumps(line.facts, ensure_ascii=False, sort_keys=True)
        cells = [line.at.isoformat(), who, audit.Act(line.act).label, line.subject_title, line.affectation, detail]
        # What a spreadsheet would run is text.
        writer.writerow([line.seq, *(f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells), line.hash])
    return "\ufeff" + out.getvalue()


def _ask(form: JournalReasonForm) -> str:
    action = flask.url_for("admin.open_journal", **_filters())
    minutes = int(OPEN_FOR.total_seconds() // 60)
    return flask.render_template("admin/journal_reason.html", form=form, minutes=minutes, action=action)


def _page(lines: list[audit.Event], form: JournalFilterForm, opened: dict[str, str]) -> str:
    access = context.access()
    people = queries.people(access.session, [line.actor_id for line in lines])
    shown = lines[:PAGE]
    tail = journal.last(access)
    args = _filters()
    older = flask.url_for("admin.read_journal", **args, avant=shown[-1].seq) if len(lines) > PAGE else None
    return flask.render_template(
        "admin/journal.html", reason=opened["reason"], until=datetime.fromisoformat(opened["until"]), form=form,
        events=[
            {
                "when": line.at, "who": people[line.actor_id].name if line.actor_id in people else "le portail",
                "event": audit.Act(line.act).label, "what": _what(line), "unit": _unit(access, line.affectation),
                "outcome": "refused" if line.act in _REFUSED else "done",
            }
            for line in shown
        ],
        older_url=older,
        newest_url=flask.url_for("admin.read_journal", **args) if "avant" in flask.request.args else None,
        export_url=flask.url_for("admin.export_journal", **args),
        chain=f"Ligne {tail} à l’instant, {db.now().astimezone(ZoneInfo('Europe/Paris')):%H:%M}. "
        "La chaîne entière se vérifie sur le serveur : dataspace audit verify.",
        broken=False,
    )  # fmt: skip


# How the facts of a line are called on the screen; the others stay on the server.
_FACTS = {"role": "rôle", "reason": "motif", "route": "page", "as_name": "en voyant comme", "why": "pourquoi"}


def _what(line: audit.Event) -> str:
    told = [line.subject_title] if line.subject_title else []
    told += [
        f"{_FACTS[name]}\u00a0: {_said(name, value)}" for name, value in line.facts.items() if name in _FACTS and value
    ]
    return " · ".join(told)


def _said(name: str, value: object) -> str:
    return Role(value).label if name == "role" and value in {role.value for role in Role} else str(value)


def _unit(access: Access, code: str) -> str:
    node = access.facts.tree.by_code.get(code)
    return node.short_name if node else code
