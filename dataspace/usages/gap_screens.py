"""The DPO's screen of gaps: four questions, each line with its next step, and the same as a table to take away."""

import csv
import io
from typing import Any

import flask

from dataspace import audit
from dataspace.auth import Access, Permission, labels, rights, usages_known
from dataspace.usages import gaps, presenters
from dataspace.usages.gaps import Gap, Line
from dataspace.web import context, french
from dataspace.web.routing import Blueprint

blueprint = Blueprint("usage_gaps", __name__, url_prefix="/administration/usages", template_folder="templates")
_LAST_PAGE = 10_000
_HINTS = {
    Gap.OUTSIDE: "Ces personnes lisent un contenu protégé d’un usage sans entrer dans ses destinataires déclarés.",
    Gap.NOBODY: "Ces catégories sont déclarées, et personne qui en soit n’a d’accès.",
    Gap.OVERDUE: "Ces accès durent après la fin de leur usage ou sa conservation, ou ouvrent un contenu protégé sans "
    "dire pour quoi.",
    Gap.REVIEW: "Ces usages n’ont pas été relus à la date prévue.",
}
_NOTHING = {
    Gap.OUTSIDE: "Chaque personne qui lit un contenu protégé entre dans une catégorie déclarée.",
    Gap.NOBODY: "Chaque catégorie déclarée a quelqu’un.",
    Gap.OVERDUE: "Aucun accès ne dépasse ce qui est déclaré.",
    Gap.REVIEW: "Tous les usages ont été relus à leur date.",
}
# What a spreadsheet would run.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/ecarts", requires=Permission.REGISTER_READ)
def index() -> str:
    """The gaps of one kind, a page of them; how many there are of each."""
    here, asked = context.access(), _asked()
    page = min(max(flask.request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    counts = {gap: gaps.count(here, gap) for gap in Gap}
    skipped = (page - 1) * gaps.PAGE
    found = gaps.lines(here, asked, skipped=skipped, limit=gaps.PAGE)
    more = counts[asked] - skipped - len(found)
    return flask.render_template(
        "usages/gaps.html", gap=asked, hint=_HINTS[asked], nothing=_NOTHING[asked],
        kinds=[
            {"label": gap.label, "count": counts[gap], "url": flask.url_for("usage_gaps.index", sorte=gap.value),
             "current": gap is asked}
            for gap in Gap
        ],
        lines=[drawn(here, line, asked) for line in found], total=counts[asked],
        csv_url=flask.url_for("usage_gaps.export", sorte=asked.value) if counts[asked] else None,
        page={
            "first": skipped + 1, "last": skipped + len(found), "total": counts[asked],
            "previous_url": flask.url_for("usage_gaps.index", sorte=asked.value, page=page - 1) if page > 1 else None,
            "next_url": flask.url_for("usage_gaps.index", sorte=asked.value, page=page + 1) if more > 0 else None,
            "next_count": min(more, gaps.PAGE),
        },
    )  # fmt: skip


@blueprint.get("/ecarts.csv", requires=Permission.REGISTER_READ)
def export() -> flask.Response:
    """The same lines for a spreadsheet; the export is journaled before it leaves."""
    here, asked = context.access(), _asked()
    found = gaps.lines(here, asked, limit=gaps.EXPORTED)
    context.journal_now(audit.Act.GAPS_EXPORTED, gap=asked.value, lines=len(found))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["écart", "qui ou quoi", "sur", "usage", "détail", "que faire"])
    for line in found:
        said = drawn(here, line, asked)
        cells = [asked.label, said["who"], said["what"], said["usage"], said["note"], said["next"]]
        writer.writerow([f"'{cell}" if cell.startswith(_RUNS) else cell for cell in cells])
    response = flask.Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"ecarts-{asked.value}.csv")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def drawn(access: Access, line: Line, gap: Gap) -> dict[str, Any]:
    """A line: who, what, of which usage, in which way, and what to do about it."""
    usage = line.usage
    if usage is None and line.asset is not None and gap is Gap.OUTSIDE:
        # By a right of her own: a usage that this serves is where a category may be declared.
        usage = next(iter(usages_known.serving(access, line.asset)), None)
    usage_url = flask.url_for("usages.show", public_id=usage.public_id) if usage else None
    said: dict[str, Any] = {
        "who": line.person.name if line.person else "", "what": line.asset.title if line.asset else "",
        "what_url": presenters.address(line.asset) if line.asset else None,
        "usage": usage.title if usage else "", "usage_url": usage_url, "note": "", "next": "",
        "next_url": None,
    }  # fmt: skip
    if line.grant is not None:
        can = rights.can_revoke(access, line.grant)
        said["next"] = "Retirer cet accès" if can else "Voir cet accès et qui peut le retirer"
        said["next_url"] = flask.url_for("admin.show_grant", public_id=line.grant.public_id)
    if gap is Gap.OUTSIDE and line.person is not None and line.grant is not None:
        how = f"par l’usage «\u00a0{line.usage.title}\u00a0»" if line.usage else "par un accès à son nom"
        said["note"] = ", ".join(part for part in (line.person.post, how, _until(line)) if part)
    elif gap is Gap.NOBODY and line.recipient is not None:
        said |= {"who": presenters.recipient(access, line.recipient)["said"], "note": "personne n’a d’accès",
                 "next": "Ouvrir l’usage\u00a0: ajouter quelqu’un, ou ne plus déclarer la catégorie",
                 "next_url": usage_url}  # fmt: skip
    elif gap is Gap.OVERDUE and line.grant is not None:
        said |= {"who": _subject(access, line), "note": _why(access, line)}
    elif line.sheet is not None and line.usage is not None:
        said |= {"who": line.usage.title, "usage": access.facts.tree[line.usage.unit_id].name,
                 "note": f"à relire depuis le {french.long_date(line.sheet.review_date)}",
                 "next": "Relire l’usage et donner un avis", "next_url": usage_url, "usage_url": None}  # fmt: skip
    return said


def _why(access: Access, line: Line) -> str:
    if line.usage is not None and line.usage.ends <= access.moment:
        return f"l’usage est terminé depuis le {french.long_date(line.usage.ends)}, et n’ouvre plus rien"
    if line.sheet is not None and line.sheet.kept_until <= access.moment:
        return f"la conservation déclarée s’est terminée le {french.long_date(line.sheet.kept_until)}"
    return "aucune finalité n’est dite, sur un contenu protégé"


def _until(line: Line) -> str:
    return f"jusqu’au {french.long_date(line.grant.ends)}" if line.grant and line.grant.ends else ""


def _subject(access: Access, line: Line) -> str:
    grant = line.grant
    return labels.of_grants(access, [grant])[grant.public_id][0] if grant is not None else ""


def _asked() -> Gap:
    word = flask.request.args.get("sorte", "")
    return Gap(word) if word in {gap.value for gap in Gap} else Gap.OUTSIDE
