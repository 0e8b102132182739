"""« Conformité du BI »: the last comparison of Superset with what the portal declares."""

import flask

from dataspace.auth import Permission
from dataspace.dashboards import conformity
from dataspace.dashboards.conformity import Danger
from dataspace.web import context
from dataspace.web.routing import Blueprint


def mount(blueprint: Blueprint) -> None:
    """Add the page to the administration."""
    blueprint.get("/conformite-bi", requires=Permission.BI_VERIFY)(bi_conformity)


def bi_conformity() -> str:
    """What differs, what it costs, and what to do about it."""
    found = conformity.last(context.access())
    check, findings = found if found is not None else (None, [])
    ranked = sorted(findings, key=lambda one: one.danger is not Danger.OPEN)
    return flask.render_template(
        "admin/conformity.html", check=check, findings=ranked,
        dangers=sum(one.danger is Danger.OPEN for one in findings),
        has_ours=any(one.is_ours for one in findings), has_theirs=any(not one.is_ours for one in findings),
    )  # fmt: skip
