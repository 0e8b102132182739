"""What is sent is bounded before it is read, whoever sends it."""

import pytest


@pytest.mark.parametrize("path", ["/apparence", "/deconnexion", "/donnees/nulle-part/deposer"])
def test_a_form_that_is_typed_is_small(site, path):
    answer = site.nobody.client.post(path, data=b"a&" * 300_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "Fichier trop lourd" in answer.get_data(as_text=True)


def test_the_fields_beside_a_file_are_small_too(site):
    field = f'--cut\r\nContent-Disposition: form-data; name="note"\r\n\r\n{"x" * 600_000}\r\n--cut--\r\n'
    lucie = site.as_("lucie").sign_in("lucie")
    answer = lucie.client.post(
        "/donnees/nulle-part/deposer", data=field, content_type="multipart/form-data; boundary=cut"
    )
    assert answer.status_code == 413
