"""Beside the pages: the mails that wait, and the pages of errors, tell nothing of what their reader may not know."""

import flask
import pytest

from dataspace import db
from dataspace.auth import Permission
from dataspace.auth.words import Role
from dataspace.mail import outbox, sender
from dataspace.web.routing import PUBLIC, Blueprint
from tests import people
from tests.leaks.hidden import KINDS
from tests.leaks.test_walk import PATIENT, QUICK, THOROUGH
from tests.leaks.world import Ask


def told(real, text):
    """The canaries of the secrets that are in `text`."""
    return [word for secret in real.secrets.values() for word in secret.words if word.casefold() in text.casefold()]


def test_a_mail_names_only_what_its_reader_may_know_of(world):
    real = world("real", KINDS)
    shown = 0
    with db.writing(real.app.extensions["sessions"]) as session:
        assets = {kind: real.asset(session, secret.public_id) for kind, secret in real.secrets.items()}
        for login in people.LOGINS:
            for kind, asset in assets.items():
                to = people.person(session, login)
                outbox.put(session, to, f"À propos de {outbox.TITLE}", outbox.TITLE, moment=db.now(), about=asset)
                mail, _ = outbox.waiting(session, limit=1)[0]
                message = sender.written(session, real.policy, mail, to, db.now(), "portail@valmer.example")
                found = told(real, f"{message['Subject']} {message.get_content()}")
                assert not found or kind not in real.unknown_to(login), (login, kind, found)
                shown += bool(found)
    assert shown, "nobody was told of anything: nothing would be proven"


def test_every_role_walks():
    walking = {*QUICK, *PATIENT, *THOROUGH}
    held = {role for character in people.CAST if character.login in walking for role, _, _ in character.roles}
    # The seed gives a reader her one dataset.
    assert held | {Role.READER} == set(Role)


def broken(app: flask.Flask) -> None:
    """Routes that fail with a secret in hand."""
    blueprint = Blueprint("broken", __name__, url_prefix="/panne")

    @blueprint.get("/500", requires=Permission.PORTAL_USE)
    def fails() -> str:
        raise RuntimeError("Zibelquart des placements")

    @blueprint.get("/base", requires=PUBLIC)
    def asks() -> str:
        from sqlalchemy import text

        with app.extensions["sessions"]() as session:
            session.execute(text("SELECT 'Zibelquart' FROM nulle_part"))
        return ""

    app.register_blueprint(blueprint)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_says_nothing_of_what_it_was_about(world, accept):
    real = world("real", ("dataset",), more=broken)
    headers = (("Accept", accept),)
    for path in ("/panne/500", "/panne/base"):
        answer = real.ask("awa", Ask("GET", path, headers=headers), 1)
        assert answer.status in (500, 503)
        assert not told(real, answer.text) and "nulle_part" not in answer.text


@pytest.mark.parametrize("login", ["zoe", "nadia", "remi"])
def test_what_is_too_heavy_or_too_often_is_refused_alike_on_what_is_hidden_and_on_nothing(world, login):
    real = world("real", ("dataset",))
    hidden, never = real.secrets["dataset"].public_id, "0" * 16 + "ae"
    real.app.config["MAX_CONTENT_LENGTH"] = 1_000
    heavy = (("csrf_token", real.token()), ("title", "x" * 5_000))
    answers = []
    for turn, public_id in enumerate((hidden, never)):
        path = f"/donnees/{public_id}/modifier"
        answers.append(real.ask(login, Ask("POST", path, form=heavy), 7).without(public_id))
        assert answers[turn][0] in (403, 413)
    assert answers[0] == answers[1]
