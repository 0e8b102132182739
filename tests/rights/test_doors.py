"""The portal of the tests stands, with its cast."""

from tests import people


def test_the_portal_says_it_is_alive_and_ready(site):
    assert site.nobody.get("/sante").json == {"etat": "vivant"}
    assert site.nobody.get("/pret").json == {"etat": "prêt"}


def test_the_whole_cast_is_settled(sessions):
    with sessions() as session:
        assert [people.actor(session, login).login for login in people.LOGINS] == [*people.LOGINS]
