"""What the documentation lists is what the code has."""

from click.testing import CliRunner

from dataspace.auth.words import AssetKind, Protection, Sensitivity
from dataspace.cli import main
from dataspace.config import Settings
from tests.rules.code import texts


def test_every_setting_has_its_line_of_reference():
    page = texts()["docs/reference/reglages.md"]
    assert all(field.description for field in Settings.model_fields.values())
    assert page == CliRunner().invoke(main, ["settings", "reference"]).output
    assert page.count("| `DATASPACE_") == len(Settings.model_fields)


def test_the_glossary_says_every_level_protection_and_kind_as_the_screens_do():
    page = texts()["docs/glossaire.md"]
    for words in (Sensitivity, Protection, AssetKind):
        assert [word.label for word in words if word.label not in page] == []
