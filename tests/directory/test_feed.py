"""A file of human resources: looked at first, all or nothing, undone; the rest of the directory does not move."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from dataspace.audit import queries as journal
from dataspace.auth.models import Identity, Person
from dataspace.cli import main
from dataspace.directory.models import DirectoryImport
from tests import people

Run = Callable[..., Result]
HEAD = "login;prenom;nom;courriel;poste;unite;groupes\n"
PAULE = "paule;Paule;Ferrand;paule@valmer.example;Hydrologue;eau-potable;dir-eau|imprimantes\n"


@pytest.fixture
def run(settings, monkeypatch, tmp_path: Path) -> Run:
    """`run("import", HEAD + PAULE)`: the command on the test's database."""
    monkeypatch.setenv("DATASPACE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATASPACE_SECRET_KEY", "a secret for the tests, and only them")

    def command(what: str, text: str = "", *more: str, code: int = 0) -> Result:
        path = tmp_path / "rh.csv"
        path.write_text(text)
        argument = [str(path)] if what == "import" else [text] if text else []
        done = CliRunner().invoke(main, ["directory", what, *argument, *more])
        assert done.exit_code == code, done.output
        return done

    return command


def last(sessions) -> str:
    with sessions() as session:
        return session.scalars(select(DirectoryImport.public_id).order_by(DirectoryImport.id.desc())).first()


def fact(sessions, login: str, name: str):
    with sessions() as session:
        return getattr(people.person(session, login), name)


def test_a_dry_run_says_each_line_and_writes_nothing(run, gives, sessions):
    gives("dir-eau", "eau")
    said = run("import", HEAD + PAULE, "--dry-run").output.replace("\u00a0", " ")
    assert "ligne 2 : paule, nouvelle" in said
    assert "affectée à Service Eau potable" in said
    assert "reçoit agent, Direction du Cycle" in said
    with sessions() as session:
        assert session.scalars(select(Person).where(Person.login == "paule")).all() == []


def test_she_is_there_before_she_ever_signs_in_and_undoing_puts_her_aside(run, gives, held, works, sessions, site):
    gives("dir-eau", "eau")
    run("import", HEAD + PAULE)
    assert held("paule", "import") == ["agent eau"]
    assert held("paule") == []
    assert works("paule", "import") == ["eau-potable"]
    assert site.as_("paule").get("/").title.startswith("Bonjour")
    number = last(sessions)
    assert number in run("imports").output
    run("undo", number)
    assert held("paule", "import") == []
    assert works("paule", "import") == []
    assert fact(sessions, "paule", "is_active") is False
    assert "déjà annulée" in run("undo", number, code=1).output
    run("undo", "0" * 18, code=1)
    run("import", HEAD + PAULE)
    assert fact(sessions, "paule", "is_active") is True
    assert held("paule", "import") == ["agent eau"]
    with sessions() as session:
        assert journal.verify(session) is None


def test_only_what_came_from_a_file_is_touched(run, gives, hears, held, works, make, sessions):
    gives("dir-eau", "eau")
    gives("numerique", "numerique")
    hears("remi", groups=["numerique"])
    make.grant("remi", "agent", "finances", source="import")
    before = held("remi"), held("remi", "manual"), works("remi", "sso")
    run("import", "login;poste;unite;groupes\nremi;Autre poste;eau;dir-eau\n")
    assert fact(sessions, "remi", "post") == "Statisticien et référent de données", "written by somebody else"
    assert held("remi", "import") == ["agent eau", "agent finances"]
    assert works("remi", "import") == ["eau"]
    run("import", "login;unite;groupes\nremi;;\n")
    assert held("remi", "import") == ["agent finances"], "an empty cell ends what a file gave, and only that"
    assert works("remi", "import") == []
    run("import", "login;groupes\nremi;dir-eau\n")
    run("import", "login;poste\nremi;Autre poste\n")
    assert held("remi", "import") == ["agent eau", "agent finances"], "an absent column says nothing"
    assert (held("remi"), held("remi", "manual"), works("remi", "sso")) == before
    hears("remi", groups=[])
    assert held("remi", "import") == ["agent eau", "agent finances"], "nor does signing in touch it"


def test_undoing_puts_back_the_move_and_leaves_what_changed_since(run, works, sessions):
    run("import", HEAD + PAULE)
    run("import", "login;poste;unite\npaule;Directrice;finances\n")
    assert works("paule", "import") == ["finances"]
    with sessions() as session, session.begin():
        people.person(session, "paule").post = "Corrigé à la main"
        session.add(Identity(person_id=people.person(session, "paule").id, issuer="x", subject="paule"))
    assert "1 éléments" in run("undo", last(sessions)).output
    assert works("paule", "import") == ["eau-potable"]
    assert fact(sessions, "paule", "post") == "Corrigé à la main"
    assert fact(sessions, "paule", "is_active") is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + PAULE + "x;;;pas-une-adresse;;nulle-part;\n" + PAULE, ["ligne 3", "pas une adresse", "ligne 4"]),
        ("nom\nx\n", ["pas de colonne"]),
        ("login;salaire\nx;1\n", ["Colonnes inconnues"]),
        (HEAD + "x;y\n", ["cellules"]),
    ],
)
def test_faults_are_said_by_line_and_nothing_is_written(run, sessions, text, said):
    output = run("import", text, code=1).output
    for words in said:
        assert words in output.replace("\u00a0", " ").replace("n’est pas une", "pas une")
    with sessions() as session:
        assert session.scalars(select(DirectoryImport)).all() == []
        assert session.scalars(select(Person).where(Person.login == "paule")).all() == []


def test_a_line_changed_on_screen_moves_what_a_file_gave_too(run, gives, held, site):
    row = gives("dir-eau", "eau")
    run("import", HEAD + PAULE)
    sent = {"reason": "Fin du groupe", "version": "1", "save": "1"}
    site.as_("claire").post(f"/administration/annuaire/lignes/{row.public_id}/retirer", sent)
    assert held("paule", "import") == []
