"""Every endpoint says what it requires, and what writes requires a right to write."""

import pytest

from dataspace.auth import Permission
from dataspace.web.routing import PUBLIC, SIGNED_IN, Blueprint, requirement

READING = {
    Permission.PORTAL_USE, Permission.CARD_SEE, Permission.DRAFT_SEE, Permission.DATASET_READ,
    Permission.DATASET_EXPORT, Permission.DATASET_ROWS, Permission.DASHBOARD_OPEN,
    Permission.RIGHTS_SEE, Permission.JOURNAL_READ, Permission.BI_VERIFY,
    Permission.RIGHTS_SEE, Permission.JOURNAL_READ, Permission.REGISTER_READ,
}  # fmt: skip
# POST under a right to read, or under none: why.
EXCEPTIONS = {
    "frame.choose_theme": "a cookie of the reader's own browser",
    "accounts.sign_out": "one may always leave",
    "accounts.provider_sign_out": "the provider says, with a signed token, that a session is over",
    "accounts.take_rights": "one's own rights, journaled; who holds nothing else has no other page",
    "accounts.return_rights": "one may always give them back",
    "accounts.close_session": "one's own sessions",
    "admin.stop_viewing": "one may always come back to oneself",
    "admin.open_journal": "the reason for reading is written, nothing else",
    "directory.ask_to_be_received": "who holds nothing yet asks a unit to receive her",
    "directory.withdraw": "one's own request to be received",
    "shares.ticket": "as dashboards.ticket, for who opens a board by a link",
    "dashboards.ticket": "a ticket is not kept by a cache, and its delivery is journaled",
}
ANSWER_TO_ANYONE = {
    "static", "health.alive", "health.ready", "frame.theme_css", "frame.logo", "frame.choose_theme", "frame.help_page",
    "frame.accessibility", "frame.privacy",
}  # fmt: skip


def test_every_endpoint_declares_what_it_requires(app):
    assert [rule.endpoint for rule in app.url_map.iter_rules() if requirement(app, rule.endpoint) is None] == []


def test_what_answers_to_anyone_is_counted(app):
    public = {rule.endpoint for rule in app.url_map.iter_rules() if requirement(app, rule.endpoint) is PUBLIC}
    mine = {name for name in public if not name.startswith("accounts.")}
    assert mine <= ANSWER_TO_ANYONE
    words = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in public - mine}
    assert all("connexion" in rule for rule in words), words


def test_what_writes_requires_a_right_to_write(app):
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods}
    weak = {
        name for name in writing if requirement(app, name) in READING or requirement(app, name) in (PUBLIC, SIGNED_IN)
    }
    assert weak - set(EXCEPTIONS) == set()
    assert set(EXCEPTIONS) - weak == set(), "no such weak endpoint any more"


def test_no_route_reads_and_writes(app):
    for rule in app.url_map.iter_rules():
        assert not {"GET", "POST"} <= (rule.methods or set()), rule.endpoint
        assert not {"PUT", "DELETE", "PATCH"} & (rule.methods or set()), rule.endpoint


def test_addresses_are_french_and_tell_nothing(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            assert rule.rule == rule.rule.lower()
            assert "_" not in rule.rule.split("<")[0]
            assert not {name for name in rule.arguments if name == "id"}, f"{rule.rule} shows an internal number"


@pytest.mark.parametrize("requires", [None, "card:see", True])
def test_a_route_without_a_requirement_is_not_made(requires):
    with pytest.raises(TypeError):
        Blueprint("x", __name__).get("/x", requires=requires)


def test_forgetting_it_is_an_error_too():
    blueprint = Blueprint("x", __name__)
    for way in (blueprint.get, blueprint.post):
        with pytest.raises(TypeError):
            way("/x")
    with pytest.raises(TypeError):
        blueprint.route("/x")


def test_an_endpoint_added_behind_the_back_answers_nobody(app, site):
    app.add_url_rule("/oubli", "oubli", lambda: "tout le monde")
    assert "tout le monde" not in site.nobody.get("/oubli", status=403).text
    assert "tout le monde" not in site.as_("jerome").get("/oubli", status=403).text
