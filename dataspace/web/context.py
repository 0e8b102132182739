"""What one request carries: its database session, its actor, its access."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, cast

import flask
import flask_login
from sqlalchemy.orm import Session, sessionmaker

from dataspace import audit, db
from dataspace.auth import Access, Actor, Policy, queries, using
from dataspace.auth import sessions as auth_sessions
from dataspace.auth.facts import Held
from dataspace.auth.models import Known, Person
from dataspace.auth.proving import Asked, Proof
from dataspace.auth.tokens import TokenAccess
from dataspace.auth.viewing import LASTS, ViewedAs, may_view
from dataspace.auth.walking import Walked
from dataspace.auth.words import Sensitivity
from dataspace.config import Settings
from dataspace.errors import Refused

SAFE = ("GET", "HEAD", "OPTIONS")
_VIEW = "view-as"


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """The person behind this request, as Flask-Login carries her: known by her session's handle.

    `notice` is what changed for her while she was away, when it has not been said yet; `proof`, how she signed in;
    `is_walk`, that it is the house that looks at what she sees.
    """

    def __init__(
        self, handle: str, actor: Actor, notice: str = "", proof: Proof | None = None, *, is_walk: bool = False
    ) -> None:
        self.id = handle
        self.actor = actor
        self.notice = notice
        self.proof = proof
        self.is_walk = is_walk


def settings() -> Settings:
    return cast(Settings, flask.current_app.extensions["settings"])


def maker() -> sessionmaker[Any]:
    """Makes sessions outside the request's own transaction (journal lines that must be written first)."""
    return cast("sessionmaker[Any]", flask.current_app.extensions["sessions"])


def policy() -> Policy:
    return cast(Policy, flask.current_app.extensions["policy"])


def session() -> Session:
    """The request's session: a reader for safe methods, a writer from the start for the others."""
    if "session" not in flask.g:
        flask.g.session = maker()()
        if flask.request.method in SAFE:
            db.begin_reading(flask.g.session)
        else:
            db.begin_writing(flask.g.session)
    return cast(Session, flask.g.session)


def access() -> Access:
    """On whose behalf this request reads and writes. Raises Refused when nobody is signed in."""
    if "access" not in flask.g:
        if "token" in flask.g:
            settle(flask.g.token.actor.person_id)
            flask.g.access = flask.g.token
            return cast(Access, flask.g.access)
        actor = current_actor()
        if actor is None:
            raise Refused
        if is_walk():
            flask.g.access = Walked(actor, session(), policy())
            return cast(Access, flask.g.access)
        settle(actor.person_id)
        own = Access(actor, session(), policy())
        own.proof = flask_login.current_user.proof
        flask.g.access = _as_chosen(own)
    return cast(Access, flask.g.access)


def settle(person_id: int) -> bool:
    """Have what is due among the rights of this person take effect before they are read; was there something?"""
    found = False
    for due in flask.current_app.extensions.get("before-rights", ()):
        found = due(person_id) or found
    return found


def before_rights(app: flask.Flask, due: Callable[[int], bool]) -> None:
    """Have `due` called with a person's id before her rights are read: what is due takes effect; did something?"""
    app.extensions.setdefault("before-rights", []).append(due)


def read_anew() -> None:
    """Let go of what a safe request has read so far, so that it sees what has just been written beside it."""
    session().rollback()


def viewing() -> ViewedAs | None:
    """The access of who looks as somebody else, while she does."""
    if current_actor() is None:
        return None
    found = access()
    return found if isinstance(found, ViewedAs) else None


def view_as(person: Person) -> None:
    """From the next page on, and for a while, look as `person`."""
    here = access()
    until = (here.moment + LASTS).isoformat()
    flask.session[_VIEW] = {"person": person.public_id, "session": here.actor.session, "until": until}


def view_as_oneself() -> None:
    flask.session.pop(_VIEW, None)


def viewing_until() -> datetime:
    """When looking as somebody else stops by itself."""
    return datetime.fromisoformat(flask.session[_VIEW]["until"])


def _as_chosen(own: Access) -> Access:
    """`own`, or what she chose to look as: asked anew on each request, so that a right withdrawn closes it at once."""
    chosen = flask.session.get(_VIEW)
    if not chosen or chosen["session"] != own.actor.session or datetime.fromisoformat(chosen["until"]) < own.moment:
        return own
    person = queries.person_by_public_id(own.session, chosen["person"])
    return ViewedAs(own, person) if person is not None and may_view(own, person) else own


def by_token(access: TokenAccess) -> None:
    """This request is a program's: whatever cookie comes along is not looked at."""
    flask.g.token = access


def current_actor() -> Actor | None:
    if "token" in flask.g:
        return cast(TokenAccess, flask.g.token).actor
    user = flask_login.current_user
    return user.actor if isinstance(user._get_current_object(), SignedIn) else None  # noqa: SLF001


def notice() -> str:
    """What is to be said once to who is signed in."""
    user = flask_login.current_user
    return user.notice if isinstance(user._get_current_object(), SignedIn) else ""  # noqa: SLF001


def is_walk() -> bool:
    """Is it the house that looks at what this person sees (`dataspace leaks`)?"""
    user = flask_login.current_user
    return isinstance(user._get_current_object(), SignedIn) and user.is_walk  # noqa: SLF001


def load_user(handle: str) -> SignedIn | None:
    """Flask-Login's user_loader: one indexed query; a session closed anywhere is closed here at once."""
    moment = db.now()
    if flask.request.method not in SAFE and not _is_alive_before_writing(handle, moment):
        return None
    found = auth_sessions.find(session(), handle, moment, limits())
    if found is None:
        return None
    row, actor = found
    if flask.request.method in SAFE and not _is_still_alive(row, actor):
        return None
    if auth_sessions.is_to_be_touched(row, moment):
        if flask.request.method in SAFE:
            with db.writing(maker()) as own:
                auth_sessions.touch(own, row.handle_hash, moment)
        else:
            auth_sessions.touch(session(), row.handle_hash, moment)
    proof = Proof(row.auth_time, row.acr, Asked.of(settings()))
    is_walk = row.issuer == auth_sessions.WALK
    return SignedIn(handle, actor, row.person_notice, proof, is_walk=is_walk)


def _is_alive_before_writing(handle: str, moment: datetime) -> bool:
    # Another system may be asked: never while this request holds the lock of writers.
    if not settings().session_recheck:
        return True
    with maker()() as own:
        found = auth_sessions.find(own, handle, moment, limits())
    return found is None or _is_still_alive(*found)


def _is_still_alive(row: auth_sessions.Opened, actor: Actor) -> bool:
    if row.issuer == auth_sessions.WALK:
        return True
    ask = flask.current_app.extensions.get("still_alive")
    return ask is None or bool(ask(row, actor))


def limits() -> auth_sessions.Limits:
    return auth_sessions.Limits(settings().session_idle, settings().session_absolute)


def journal_opening(asset: Known, held: Held | None, act: audit.Act = audit.Act.OPENED, **facts: Any) -> None:
    """Journal that content above internal is being shown: once per session, asset and hour, before it leaves."""
    access().stands_on(held)
    if asset.sensitivity < Sensitivity.RESTRICTED and not asset.is_protected:
        return
    hour = access().moment.strftime("%Y%m%d%H")
    as_whom = access().beside.get("as", "")
    once = f"{act}:{access().actor.session}{as_whom and '/'}{as_whom}:{asset.public_id}:{hour}"
    journal_now(act, asset, held=held, once=once, **facts)


def journal_now(
    act: audit.Act, thing: Any = None, *, held: Held | None = None, once: str | None = None, **facts: Any
) -> None:
    """Journal before answering: inside the transaction when the request writes, else in one of its own."""
    access().stands_on(held)
    line = audit.entry(access(), act, thing, held=held, once=once, **facts)
    if flask.request.method in SAFE:
        audit.separately(maker(), line)
    else:
        audit.record(access(), act, thing, held=held, **facts)


def let_others_write() -> None:
    """Give back the write lock before a long work outside the database. What is written after checks its right anew."""
    session().commit()


def write_again() -> None:
    """Take back the write lock after `let_others_write`: what was read in between may have changed."""
    session().commit()
    db.begin_writing(session())


def reopening() -> Callable[[], AbstractContextManager[Access]]:
    """How what is still leaving once the request is over reads on: same actor, same policy, rights read anew."""
    actor, make, rules = access().actor, maker(), policy()

    @contextmanager
    def reopened() -> Iterator[Access]:
        with make() as opened:
            yield Access(actor, opened, rules)

    return reopened


def finish() -> None:
    """End the request's transaction: commit what an unsafe method did, let go of what a safe one read."""
    if "session" in flask.g:
        if flask.request.method in SAFE:
            # Lets go of everything at once; a rollback would first go over all that was read.
            flask.g.session.close()
        else:
            flask.g.session.commit()
    _note_use()


def _note_use() -> None:
    """Keep the day for the grants that this request stood on, a program's too; who looks as somebody else uses none."""
    found: Access | None = flask.g.get("access")
    if found is not None and found.served and not isinstance(found, ViewedAs | Walked):
        using.note(maker(), found.served, found.moment)


def close(_error: BaseException | None = None) -> None:
    """Teardown: what was not committed is undone."""
    found = flask.g.pop("session", None)
    if found is not None:
        found.close()
