"""Reading CSV as people make it, and saying what is wrong, and where."""

import gzip
import io
from pathlib import Path

import pytest

from dataspace.catalog import delimited
from dataspace.catalog.delimited import Reading, inspect
from dataspace.errors import Invalid

COUNTRY = "commune{0}habitants{0}mesure\nÉpernon{0}5583{0}2026-01-01\nDreux{0}30664{0}2026-01-01\n"


def read(raw: bytes, **how: str) -> delimited.Table:
    return inspect(io.BytesIO(raw), **how)


def refusal(raw: bytes, **how: str) -> str:
    with pytest.raises(Invalid) as caught:
        read(raw, **how)
    return caught.value.sentence


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_way_of_writing_is_read(delimiter: str, codec: str) -> None:
    table = read(COUNTRY.format(delimiter).encode(codec))
    assert table.delimiter == delimiter
    assert table.encoding == {"utf-8-sig": "utf-8"}.get(codec, codec)
    assert (table.rows, [name for name, _ in table.columns]) == (2, ["commune", "habitants", "mesure"])
    assert [kind for _, kind in table.columns] == ["text", "integer", "date"]
    reading = Reading(io.BytesIO(COUNTRY.format(delimiter).encode(codec)), table.encoding, delimiter)
    assert next(reading.rows())[0] == "Épernon"


def test_what_looks_like_a_number_but_names_something_stays_text() -> None:
    table = read(
        b"insee;code_postal;siret;montant\n01053;01000;12345678900011;12,5\n28085;28000;98765432100011;1 200\n"
    )
    assert [kind for _, kind in table.columns] == ["text", "text", "text", "decimal"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22", "2026-11-22"),
        ("22/11/2026", "2026-11-22"),
        ("Nov 22, 2026 1:05 PM", "2026-11-22"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert delimited.parse_date(written).date().isoformat() == meant


@pytest.mark.parametrize("written", ["31/02/2026", "hier", "", "12", "2026-13-01", "x" * 1000])
def test_what_is_no_date_is_none(written: str) -> None:
    assert delimited.parse_date(written) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "vide"),
        (b"\n\n;;\n", "vide"),
        (b"PK\x03\x04rest", "classeur"),
        (b"\xd0\xcf\x11\xe0rest", "classeur"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "image"),
        (b"PAR1", "Parquet"),
        (b"<!DOCTYPE html><p>", "page web"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b"a;b\n1;2\n3;\x004\n", "Ligne 3 : un octet nul"),
        (b'a;b\n1;2\n3;"4\n5;6\n', "Ligne 3 : un guillemet ouvert"),
        (b'a;b\n1;"2"x;3\n', "Ligne 2 : un guillemet est mal"),
        (b"a;b\n1;2\n3;4;5\n", "Ligne 3 : 3 valeurs au lieu de 2"),
        (b"a;b;c\n1;2;3\n4;5\n", "Ligne 3 : 2 valeurs au lieu de 3"),
        (b"a;b;a\n1;2;3\n", "nommée deux fois"),
        (b"a;;c\n1;2;3\n", "Ligne 2 : une valeur dans la colonne 2"),
        (b";".join(b"c%d" % n for n in range(1_500)) + b"\n", "1500 colonnes"),
        (b"a;b\n1;" + b"x" * 2_000_000 + b"\n", "Ligne 2 : plus d’un million"),
    ],
)  # fmt: skip
def test_what_is_not_a_table_is_refused_with_its_line(raw: bytes, said: str) -> None:
    assert said in refusal(raw)


def test_a_million_columns_do_not_fill_the_memory() -> None:
    assert "million" in refusal(b";" * 3_000_000)


def test_an_encoding_that_does_not_fit_is_told(tmp_path: Path) -> None:
    assert "illisible en UTF-8" in refusal("é;b\n1;2\n".encode("cp1252"), encoding="utf-8")
    assert "Windows" in refusal(b"a;b\n\x81;2\n", encoding="cp1252")
    assert "pas proposé" in refusal(b"a;b\n", encoding="idna")


def test_a_title_above_the_table_and_empty_columns_are_set_aside() -> None:
    table = read("Période;2026;\n\n;jour;pluie;\n;2026-01-01;3,5;\n".encode())
    assert table.columns == (("jour", "date"), ("pluie", "decimal"))


def test_lone_carriage_returns_end_lines() -> None:
    assert read(b"a;b\r1;2\r3;4\r").rows == 2


def test_a_broken_gzip_is_told() -> None:
    whole = gzip.compress(b"a;b\n1;2\n" * 1000)
    stream, name = delimited.plain(io.BytesIO(whole), "jeu.csv.gz")
    assert (stream.read(4), name) == (b"a;b\n", "jeu.csv")
    broken, _ = delimited.plain(io.BytesIO(whole[:30]), "jeu.csv.gz")
    with pytest.raises(Invalid):
        broken.read(100_000)
