"""Finding people by name, the same on both engines."""

from dataspace.auth.queries import people_named


def test_accents_in_capitals_are_found_in_small_letters(make, sessions):
    make.person("evrard", "Élodie", "Évrard")
    with sessions() as session:
        assert [p.login for p in people_named(session, "élodie évr")] == ["evrard"]
        assert [p.login for p in people_named(session, "ÉLODIE")] == ["evrard"]
