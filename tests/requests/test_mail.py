"""Mails: written with the act, sent to a real SMTP server, naming what their reader may know of when they leave."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from dataspace import db
from dataspace.auth.models import Person
from dataspace.child import LOOPBACK, free_port
from dataspace.errors import Unavailable
from dataspace.mail import outbox, sender
from dataspace.mail.models import Mail
from tests import people


class Letterbox:
    """A mail server's own end: keeps what it accepts, refuses whom it is told to."""

    def __init__(self):
        self.letters, self.refused = [], set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if address in self.refused:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, login):
        return [letter for letter in self.letters if letter["To"] == f"{login}@valmer.example"]


@pytest.fixture
def letterbox():
    return Letterbox()


@pytest.fixture
def post(letterbox, settings, sessions, the_policy):
    """Send what waits to a real server of this test's own; `post(port=1)` to one that does not listen."""
    controller = Controller(letterbox, hostname=LOOPBACK, port=free_port())
    controller.start()
    facts = {"smtp_host": LOOPBACK, "smtp_port": controller.port, "mail_from": "portail@valmer.example"}
    here = settings.model_copy(update=facts)

    def run(*, port=None):
        return sender.send_due(sessions, the_policy, here.model_copy(update={"smtp_port": port}) if port else here)

    yield run
    controller.stop()


def test_each_is_told_in_turn_and_awa_of_the_answer(asking, water, post, letterbox):
    path = asking("awa", water)
    assert post().left == 1
    (visa,) = letterbox.to("luc")
    assert "Awa Diallo" in visa["Subject"]
    assert "« Compteurs par quartier »" in visa["Subject"].replace("\u00a0", " ")
    assert path in visa.get_content()
    asking.advise("luc", path)
    assert post().left == 1
    assert len(letterbox.to("agnes")) == 1
    asking.accept("agnes", path)
    assert post().left == 1
    (answer,) = letterbox.to("awa")
    assert "Agnès Montel a accepté votre demande" in answer.get_content()
    assert post().left == 0, "nothing leaves twice"


def test_a_mail_is_written_with_the_act_or_not_at_all(asking, water, sessions):
    asking("awa", water, until="2020-01-01", status=422)
    with sessions() as session:
        assert session.scalars(select(Mail)).all() == []


def test_what_its_reader_may_no_longer_know_of_is_not_named(asking, make, water, post, letterbox):
    path = asking("awa", water)
    asking.advise("luc", path)
    asking.accept("agnes", path)
    make.denial("awa", asset=water)
    post()
    (answer,) = letterbox.to("awa")
    assert "Compteurs" not in answer["Subject"] + answer.get_content()
    assert "un élément du portail" in answer.get_content()


def test_who_may_not_know_of_a_thing_is_written_to_without_its_name(make, post, letterbox):
    asset = make.dataset("Compteurs secrets", unit="eau", sensitivity="confidential")
    with make.writing() as session:
        to = people.person(session, "luc")
        outbox.put(session, to, f"À propos de {outbox.TITLE}", f"Voyez {outbox.TITLE}.", moment=db.now(), about=asset)
    post()
    (letter,) = letterbox.to("luc")
    assert "Compteurs" not in letter["Subject"] + letter.get_content()


def test_a_refused_mail_is_tried_again_later_and_the_others_leave(make, post, letterbox, sessions, clock):
    letterbox.refused.add("luc@valmer.example")
    with make.writing() as session:
        for login in ("luc", "agnes"):
            outbox.put(session, people.person(session, login), "Bonjour", "Un mot.", moment=db.now())
    sent = post()
    assert (sent.left, sent.waiting) == (1, 1)
    assert post().left == post().waiting == 0, "not before its time"
    with sessions() as session:
        mail = session.scalars(select(Mail).where(Mail.sent.is_(None))).one()
    assert (mail.attempts, mail.last_error) == (1, "SMTPRecipientsRefused")
    letterbox.refused.clear()
    clock.shift(timedelta(minutes=3))
    assert post().left == 1
    assert len(letterbox.to("luc")) == 1


def test_a_server_that_does_not_answer_loses_nothing(make, post, sessions):
    with make.writing() as session:
        outbox.put(session, people.person(session, "luc"), "Bonjour", "Un mot.", moment=db.now())
    with pytest.raises(Unavailable):
        post(port=1)
    assert post().left == 1


def test_without_a_server_nothing_is_sent(settings, sessions, the_policy):
    with pytest.raises(Unavailable, match="messagerie"):
        sender.send_due(sessions, the_policy, settings)


def test_somebody_who_left_is_written_to_no_more(make, post, letterbox, sessions):
    with make.writing() as session:
        luc = session.scalars(select(Person).where(Person.login == "luc")).one()
        outbox.put(session, luc, "Bonjour", "Un mot.", moment=db.now())
        luc.is_active = False
    post()
    assert letterbox.letters == []


def test_what_is_told_once_is_told_once(make, sessions):
    with make.writing() as session:
        luc = people.person(session, "luc")
        assert outbox.put(session, luc, "a", "b", moment=db.now(), once="x")
        assert not outbox.put(session, luc, "a", "b", moment=db.now(), once="x")


def test_a_line_break_in_a_title_adds_no_header(make, asking, post, letterbox):
    asset = make.dataset("Compteurs\r\nBcc: zoe@valmer.example", unit="eau", sensitivity="restricted", card="internal")
    asking("awa", asset)
    post()
    (letter,) = letterbox.letters
    assert letter["Bcc"] is None
