"""Guarded routes: each says what it requires, or the module does not import (STYLE 1)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import flask
from flask.sansio.app import App
from flask.typing import ResponseReturnValue

from dataspace.auth import Permission
from dataspace.web import context


class Public:
    """Marks the few routes that answer without a person: sign-in, health, static files, accessibility."""

    def __repr__(self) -> str:
        return "PUBLIC"


PUBLIC: Final = Public()
Requirement = Permission | Public
View = Callable[..., ResponseReturnValue]


class Blueprint(flask.Blueprint):
    """A blueprint whose routes must declare `requires=`; a view's work commits before a byte leaves."""

    def get(self, rule: str, *, requires: Requirement, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self._guarded(rule, "GET", requires, options)

    def post(self, rule: str, *, requires: Requirement, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self._guarded(rule, "POST", requires, options)

    # `proven=True`: whoever has the right must also have proved lately who she is (auth/proving.py).

    def route(self, rule: str, **options: Any) -> Any:
        raise TypeError("use .get(..., requires=) or .post(..., requires=)")

    def _guarded(
        self, rule: str, method: str, requires: Requirement, options: dict[str, Any]
    ) -> Callable[[View], View]:
        if not isinstance(requires, Permission | Public):
            raise TypeError(f"{rule}: requires= must be a Permission or PUBLIC")

        is_proven = options.pop("proven", False)

        def register(view: View) -> View:
            endpoint = options.pop("endpoint", view.__name__)

            @wraps(view)
            def run(**values: Any) -> ResponseReturnValue:
                response = flask.make_response(view(**values))
                context.finish()
                return response

            self.record(lambda state: declare(state.app, f"{state.name_prefix or ''}{self.name}.{endpoint}", requires))
            if is_proven:
                self.record(lambda state: _proven(state.app, f"{state.name_prefix or ''}{self.name}.{endpoint}"))
            self.add_url_rule(rule, endpoint, run, methods=[method], **options)
            return view

        return register


def declare(app: App, endpoint: str, requires: Requirement) -> None:
    """Say what `endpoint` requires; an endpoint that declared nothing answers 403."""
    app.extensions.setdefault("requires", {})[endpoint] = requires


def _proven(app: App, endpoint: str) -> None:
    app.extensions.setdefault("proven", set()).add(endpoint)


def is_proven(app: flask.Flask, endpoint: str) -> bool:
    """Does `endpoint` ask for a recent proof of who is there?"""
    return endpoint in app.extensions.get("proven", ())


def requirement(app: flask.Flask, endpoint: str) -> Requirement | None:
    """What `endpoint` declared."""
    found: Requirement | None = app.extensions.get("requires", {}).get(endpoint)
    return found
