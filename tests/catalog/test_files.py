"""Taking a file away: whole, cut to one's rows, or not at all."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from dataspace import db
from dataspace.audit import Event
from dataspace.auth.words import RowAttribute
from dataspace.catalog import rows
from dataspace.catalog.files import Files
from dataspace.catalog.queries import by_id
from dataspace.errors import Invalid, Refused
from tests.catalog.conftest import Filed
from tests.make import Make
from tests.people import BREZOLLES, CHARTRES, DREUX
from tests.site import Site

CUT = f"commune;foyers\n{BREZOLLES};12\n{CHARTRES};340\n{DREUX};87\n"


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


@pytest.fixture
def cut(make: Make, filed: Filed):
    """A dataset whose rows are cut by commune, and Marc of Brezolles who may read it."""
    asset = make.dataset("Foyers aidés", unit="insertion", columns=("commune", "foyers"), rows_cut_by="commune:area")
    return asset, filed(asset, CUT, "foyers.csv")


def test_a_file_leaves_as_it_was_deposited(site: Site, make: Make, filed: Filed) -> None:
    raw = "nom;effectif\r\nÉcole Jules-Verne;=1+1\r\n".encode("cp1252")
    asset = make.dataset("Écoles")
    page = site.as_("awa").get(f"/donnees/{asset.public_id}/fichiers/{filed(asset, raw).public_id}")
    assert page.body == raw
    assert page.headers["Content-Type"] == "text/csv; charset=cp1252"
    assert page.headers["Content-Disposition"] == "attachment; filename=jeu.csv"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_an_export_is_journaled_before_it_leaves(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Écoles")
    site.as_("awa").get(f"/donnees/{asset.public_id}/fichiers/{filed(asset, CUT).public_id}")
    with make.sessions() as session:
        [line] = session.scalars(select(Event).where(Event.act == "exported"))
    assert (line.subject_id, line.affectation, line.facts["file"]) == (asset.public_id, "solidarite", "jeu.csv")


def test_reading_is_not_taking_away(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Budget voté")
    resource = filed(asset, CUT)
    nadia = site.as_("nadia")
    page = nadia.get(f"/donnees/{asset.public_id}")
    assert "Oui, à l’écran." in page.main
    assert page.select(".take a") == []
    nadia.get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}", status=403)


def test_a_reader_has_the_rows_of_her_territory_only(site: Site, make: Make, cut) -> None:
    asset, resource = cut
    make.membership("awa", "insertion", areas=[BREZOLLES])
    make.membership("awa", "solidarite", areas=[BREZOLLES])
    awa = site.as_("awa")
    page = awa.get(f"/donnees/{asset.public_id}")
    assert [row.find("th").get_text() for row in page.select("tbody tr")] == [BREZOLLES]
    for hidden in ("340", "87", "3 lignes", "28085"):
        assert hidden not in page.main.replace("\u00a0", " ")
    said = awa.get(f"/donnees/{asset.public_id}/apercu.json").json
    assert said == {"colonnes": ["commune", "foyers"], "lignes": [[BREZOLLES, "12"]]}
    taken = awa.get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}")
    assert table(taken.text) == [["commune", "foyers"], [BREZOLLES, "12"]]
    assert "Content-Length" not in taken.headers or int(taken.headers["Content-Length"]) == len(taken.body)


def test_who_has_no_territory_has_no_row(site: Site, make: Make, cut) -> None:
    asset, resource = cut
    make.person("ida", unit="numerique")
    make.grant("ida", "contributor", "insertion")
    ida = site.as_("ida")
    assert "Aucune ligne ne vous revient" in ida.get(f"/donnees/{asset.public_id}").main
    assert table(ida.get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}").text) == [["commune", "foyers"]]


def test_a_rule_on_a_column_that_is_not_there_gives_nothing(access, make: Make, filed: Filed, files: Files) -> None:
    asset = make.dataset("Foyers", columns=("insee", "foyers"), rows_cut_by="insee:area")
    filed(asset, CUT)
    reader = access("awa")
    dataset, _ = by_id(reader, asset.public_id)
    shown = rows.preview(reader, dataset, files=files)
    assert (list(shown.rows), shown.total) == ([], None)


def test_rows_written_anew_hold_no_formula(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Notes", unit="insertion", rows_cut_by="service:unit")
    wicked = ["=cmd|'/c calc'!A1", "+33 1", "-2,5", "@SUM(A1)", "＝1+1", "12 %", "texte"]
    resource = filed(asset, "service;note\n" + "".join(f'insertion;"{cell}"\n' for cell in wicked))
    taken = site.as_("awa").get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}")
    assert [row[1] for row in table(taken.text)[1:]] == [
        "'=cmd|'/c calc'!A1", "+33 1", "-2,5", "'@SUM(A1)", "'＝1+1", "12 %", "texte",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        '"; filename=x.html',
        "a\r\nSet-Cookie: x=1.csv",
        "../../etc/cron.d/x",
        "C:\\Windows\\x.csv",
        "\u202egpj.csv",
        "é" * 300,
        "..",
        "",
    ],
)
def test_a_file_name_never_escapes(site: Site, make: Make, filed: Filed, name: str) -> None:
    asset = make.dataset("Noms")
    page = site.as_("awa").get(f"/donnees/{asset.public_id}/fichiers/{filed(asset, CUT, name).public_id}")
    disposition = page.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert "Set-Cookie" not in page.headers
    assert not any(
        sign in disposition.replace("filename*=UTF-8''", "") for sign in ("/", "\\Win", "\r", "\n", "\u202e")
    )


def test_an_unknown_file_is_not_there(site: Site, make: Make, filed: Filed) -> None:
    mine, other = make.dataset("Un"), make.dataset("Deux")
    filed(mine, CUT)
    foreign = filed(other, CUT)
    site.as_("awa").get(f"/donnees/{mine.public_id}/fichiers/{'0' * 18}", status=404)
    site.as_("awa").get(f"/donnees/{mine.public_id}/fichiers/{foreign.public_id}", status=404)


def test_without_the_right_the_rows_are_refused_to_code_too(access, make: Make, filed: Filed, files: Files) -> None:
    asset = make.dataset("Aides", unit="eau", sensitivity="restricted", card="internal")
    filed(asset, CUT)
    reader = access("awa")
    dataset, _ = by_id(reader, asset.public_id)
    for act in (
        lambda: rows.preview(reader, dataset, files=files),
        lambda: rows.export(reader, dataset, dataset.resources[0], files=files),
        lambda: rows.column_values(reader, dataset, ["foyers"], files=files),
    ):
        with pytest.raises(Refused):
            act()


def test_files_keep_within_their_limit_and_forget_old_deposits(tmp_path) -> None:
    files = Files(f"file://{tmp_path}", at_most=10)
    with pytest.raises(Invalid):
        files.write(io.BytesIO(b"x" * 11))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    files.write(io.BytesIO(b"x"), waiting=True)
    kept = files.write(io.BytesIO(b"y"))
    assert files.sweep(db.now()) == 0
    assert files.sweep(db.now() + timedelta(days=2)) == 1
    with files.reading(kept.key) as stream:
        assert stream.read() == b"y"


def test_units_cut_rows_too(site: Site, make: Make, filed: Filed) -> None:
    asset = make.dataset("Effectifs", rows_cut_by=f"service:{RowAttribute.UNIT}")
    resource = filed(asset, "service;agents\ninsertion;4\neau;9\n")
    taken = site.as_("awa").get(f"/donnees/{asset.public_id}/fichiers/{resource.public_id}")
    assert table(taken.text)[1:] == [["insertion", "4"]]
