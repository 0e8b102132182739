"""The policy, readable: each role, what it may do, how high and how far, with the line of policy.csv that says so."""

from typing import Any

import flask

from dataspace.auth import Permission
from dataspace.auth.policy import Policy
from dataspace.auth.words import Reach, Role, Sensitivity
from dataspace.web import context
from dataspace.web.routing import Blueprint

_FAR = {
    Reach.ASSET: "le seul élément donné", Reach.UNIT: "l’unité, et ses services si l’accès le dit",
    Reach.AUTHORITY: "toute la collectivité",
}  # fmt: skip


def mount(blueprint: Blueprint) -> None:
    """Add the rules to the administration."""
    blueprint.get("/regles", requires=Permission.RIGHTS_SEE)(policies)


def policies() -> str:
    """Role by role, from the policy that is in force."""
    policy = context.policy()
    roles = [_role(policy, role) for role in Role]
    return flask.render_template(
        "admin/policies.html", roles=[role for role in roles if role["rows"] or role["gives"]],
        digest=policy.digest[:12], lines=len(policy.lines),
    )  # fmt: skip


def _role(policy: Policy, role: Role) -> dict[str, Any]:
    rows = [_row(policy, role, permission) for permission in Permission]
    gives = [one for given in Role if (one := _given(policy, role, given)) is not None]
    return {"code": role.value, "label": role.label.capitalize(), "rows": [row for row in rows if row], "gives": gives}


def _row(policy: Policy, role: Role, permission: Permission) -> dict[str, Any] | None:
    """How high for each reach; a further reach that goes as high says it for the nearer ones."""
    cells = []
    for reach in Reach:
        level = policy.level(role, permission, reach)
        line = policy.line_for(role, permission, reach, level) if level is not None else None
        cells.append({"level": level.code if level is not None else None, "line": line.number if line else None,
                      "text": line.text if line else ""})  # fmt: skip
    if all(cell["level"] is None for cell in cells):
        return None
    return {
        "what": permission.label, "code": permission.value, "cells": cells,
        "lines": sorted({cell["line"] for cell in cells if cell["line"]}), "is_leveled": permission.about != "place",
    }  # fmt: skip


def _given(policy: Policy, role: Role, given: Role) -> dict[str, Any] | None:
    found = [(reach, level) for reach in Reach if (level := policy.assigns(role, given, reach)) is not None]
    if not found:
        return None
    reach, level = max(found, key=lambda one: list(Reach).index(one[0]))
    line = next((line for line in policy.lines if _says(line.text, role, given)), None)
    return {"role": given.label, "level": Sensitivity(level).code, "reach": _FAR[reach],
            "line": line.number if line else None}  # fmt: skip


def _says(text: str, role: Role, given: Role) -> bool:
    return [word.strip() for word in text.split(",")][:3] == ["p2", role.value, given.value]
