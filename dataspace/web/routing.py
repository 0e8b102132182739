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


class SignedIn:
    """Marks what answers to whoever is signed in, even when nothing is given to her yet: the waiting room."""

    def __repr__(self) -> str:
        return "SIGNED_IN"


PUBLIC: Final = Public()
SIGNED_IN: Final = SignedIn()
Requirement = Permission | Public | SignedIn
View = Callable[..., ResponseReturnValue]
_PROVEN, _PASTED = "proven", "pasted"


class Blueprint(flask.Blueprint):
    """A blueprint whose routes must declare `requires=`; a view's work commits before a byte leaves."""

    def get(  # type: ignore[override]
        self, rule: str, *, requires: Requirement, programs: bool = False, **options: Any
    ) -> Callable[[View], View]:
        """`programs=True`: a token opens it too (auth/tokens.py). Every other route refuses tokens."""
        return self._guarded(rule, "GET", requires, options, programs=programs)

    def post(self, rule: str, *, requires: Requirement, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self._guarded(rule, "POST", requires, options)

    # `proven=True`: whoever has the right must also have proved lately who she is (auth/proving.py).
    # `pasted=True`: a whole table may be pasted in its form; every other form is short (gate.py).

    def route(self, rule: str, **options: Any) -> Any:
        raise TypeError("use .get(..., requires=) or .post(..., requires=)")

    def _guarded(
        self, rule: str, method: str, requires: Requirement, options: dict[str, Any], *, programs: bool = False
    ) -> Callable[[View], View]:
        if not isinstance(requires, Permission | Public | SignedIn):
            raise TypeError(f"{rule}: requires= must be a Permission, SIGNED_IN or PUBLIC")

        is_proven, is_pasted = options.pop("proven", False), options.pop("pasted", False)

        def register(view: View) -> View:
            endpoint = options.pop("endpoint", view.__name__)

            @wraps(view)
            def run(**values: Any) -> ResponseReturnValue:
                response = flask.make_response(view(**values))
                context.finish()
                return response

            def note(state: Any) -> None:
                named = f"{state.name_prefix or ''}{self.name}.{endpoint}"
                declare(state.app, named, requires, programs=programs)
                for mark, is_marked in ((_PROVEN, is_proven), (_PASTED, is_pasted)):
                    if is_marked:
                        state.app.extensions.setdefault(mark, set()).add(named)

            self.record(note)
            self.add_url_rule(rule, endpoint, run, methods=[method], **options)
            return view

        return register


def declare(app: App, endpoint: str, requires: Requirement, *, programs: bool = False) -> None:
    """Say what `endpoint` requires; an endpoint that declared nothing answers 403."""
    app.extensions.setdefault("requires", {})[endpoint] = requires
    if programs:
        app.extensions.setdefault("programs", set()).add(endpoint)


def is_proven(app: flask.Flask, endpoint: str) -> bool:
    """Does `endpoint` ask for a recent proof of who is there?"""
    return endpoint in app.extensions.get(_PROVEN, ())


def is_pasted(app: flask.Flask, endpoint: str | None) -> bool:
    """May a whole table be pasted in the form sent to `endpoint`?"""
    return endpoint in app.extensions.get(_PASTED, ())


def requirement(app: flask.Flask, endpoint: str) -> Requirement | None:
    """What `endpoint` declared."""
    found: Requirement | None = app.extensions.get("requires", {}).get(endpoint)
    return found


def takes_programs(app: flask.Flask, endpoint: str) -> bool:
    """Did `endpoint` say that a token opens it too?"""
    return endpoint in app.extensions.get("programs", ())
