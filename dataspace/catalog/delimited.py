"""Reading delimited text (CSV) as people really make it, and saying in French what cannot be read, and where.

Encoding: byte order mark, else strict UTF-8, else cp1252, the one of French office software (charset detectors call it
iso8859_14 or Windows-1250: facts/trust.md 42). Every limit is there because a file could otherwise fill the memory.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count, islice
from typing import IO, Any

from dataspace.errors import Invalid

DELIMITERS = {
    ";": "point-virgule",
    ",": "virgule",
    "\t": "tabulation",
    "|": "barre verticale",
}
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows (cp1252)", "utf-16": "UTF-16"}
MOST_COLUMNS = 1_000
LONGEST_LINE = 1_000_000  # characters
_TYPED_ROWS = 5_000  # rows whose values tell the type of a column
_SAMPLE = 60  # records that tell the delimiter
_CHUNK = 1 << 20

_NOT_TEXT = (
    (b"PK\x03\x04", "un classeur ou une archive (XLSX, ODS, ZIP)"),
    (b"\xd0\xcf\x11\xe0", "un ancien classeur ou document (XLS, DOC)"),
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"PAR1", "un fichier Parquet"),
    (b"SQLite format 3", "une base SQLite"),
    (b"7z\xbc\xaf", "une archive 7z"),
    (b"Rar!", "une archive RAR"),
    (b"BZh", "une archive bzip2"),
)
_ADVICE = "Enregistrez-le en CSV (UTF-8, séparateur point-virgule), puis déposez-le de nouveau : rien n’a été gardé."
_CODE = re.compile(
    r"(^|[_\W])(code|codes?_?\w*|\w*insee|siren|siret|cp|id|gid|uai|postal|postaux|codpostal|commune|annee|année|an)([_\W]|$)",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"[+\-\u2212]?(0|[1-9]\d{0,2}([\u202f\u00a0 ]\d{3})+|[1-9]\d*)")
_DECIMAL = re.compile(r"[+\-\u2212]?\d+([\u202f\u00a0 ]\d{3})*([.,]\d+)?([eE][+-]?\d+)?")
_MISSING = frozenset(("", "-", "na", "n/a", "nan", "nd", "n.d.", "null", "none", "s", "ns", "nc"))
_DATES = (
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%Y-%m",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
)


@dataclass(frozen=True)
class Table:
    """A delimited file that was read to its end: how to read it, its columns (name, type) and how many rows."""

    encoding: str
    delimiter: str
    columns: tuple[tuple[str, str], ...]
    rows: int


class _Gunzipped:
    """A gzip stream that says in French that it is broken."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = gzip.GzipFile(fileobj=stream)

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise Invalid("L’archive gzip est abîmée.", _ADVICE) from error


def plain(stream: IO[bytes], filename: str) -> tuple[Any, str]:
    """`stream` without its gzip wrapping, and `filename` without « .gz ». The stream must be seekable."""
    start = stream.read(2)
    stream.seek(0)
    if start != b"\x1f\x8b":
        return stream, filename
    return _Gunzipped(stream), filename.removesuffix(".gz") or filename


def inspect(stream: IO[bytes], *, encoding: str = "", delimiter: str = "") -> Table:
    """Read `stream` whole and describe it; what is not given is found. Raises Invalid, with the line at fault."""
    encoding = encoding or _encoding(stream)
    if not delimiter:
        stream.seek(0)
        delimiter = _delimiter(_text(stream, encoding))
    stream.seek(0)
    reading = Reading(stream, encoding, delimiter)
    kinds: list[set[str]] = [{"integer", "decimal", "date"} for _ in reading.names]
    is_empty = [True] * len(reading.names)
    total = 0
    for total, row in enumerate(reading.rows(), 1):
        if total <= _TYPED_ROWS:
            for place, value in enumerate(row):
                if value.strip().lower() not in _MISSING:
                    is_empty[place] = False
                    kinds[place] = {kind for kind in kinds[place] if _is(kind, value.strip())}
    found = zip(reading.names, kinds, is_empty, strict=True)
    return Table(
        encoding,
        delimiter,
        tuple((name, _type(name, kind, empty)) for name, kind, empty in found),
        total,
    )


class Reading:
    """An open delimited file: `names` of its columns, then `rows()`. Raises Invalid at the first line at fault."""

    def __init__(self, stream: IO[bytes], encoding: str, delimiter: str) -> None:
        self._records = _records(_text(stream, encoding), delimiter)
        head = list(islice(self._records, 10))
        if not any(_holds(record) for _, record in head):
            raise Invalid("Le fichier est vide.", _ADVICE)
        # Some software writes a title, then an empty line, then the table.
        for place, (_, record) in enumerate(head[:-1]):
            if not _holds(record) and 0 < place < len(head) - 1 and len(head[0][1]) < len(head[place + 1][1]):
                head = head[place + 1 :]
                break
        while head and not _holds(head[0][1]):
            head = head[1:]
        (self._line, header), *rest = head
        self._width = len(header)
        self._rest = rest
        stripped = [name.strip() for name in header]
        self._kept = [place for place, name in enumerate(stripped) if name]
        self.names = [stripped[place][:200] for place in self._kept]
        self._check_names()

    def _check_names(self) -> None:
        where = f"Ligne {self._line} : "
        if not self.names:
            raise Invalid(where + "aucune colonne n’a de nom.", _ADVICE)
        if self._width > MOST_COLUMNS:
            raise Invalid(
                where + f"{self._width} colonnes ; le portail en lit {MOST_COLUMNS} au plus.",
                _ADVICE,
            )
        twice = [name for name, times in Counter(self.names).items() if times > 1]
        if twice:
            raise Invalid(where + f"la colonne « {twice[0][:80]} » est nommée deux fois.", _ADVICE)

    def rows(self) -> Iterator[list[str]]:
        """The values of the named columns, record by record."""
        named = set(self._kept)
        unnamed = [place for place in range(self._width) if place not in named]
        for line, record in chain(self._rest, self._records):
            if len(record) != self._width:
                if not _holds(record):
                    continue
                found = f"{len(record)} valeur{'s' if len(record) > 1 else ''} au lieu de {self._width}"
                raise Invalid(
                    f"Ligne {line} : {found}.",
                    "Vérifiez le séparateur et les guillemets de cette ligne.",
                )
            for place in unnamed:
                if record[place].strip():
                    raise Invalid(
                        f"Ligne {line} : une valeur dans la colonne {place + 1}, qui n’a pas de nom.",
                        _ADVICE,
                    )
            yield [record[place] for place in self._kept]


def is_code(name: str) -> bool:
    """Does the name of a column say that its numbers name things (communes, years), and count nothing?"""
    return _CODE.search(name) is not None


def parse_number(text: str) -> float | None:
    """The number written in `text` (French or English decimals), or None."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    return float(re.sub(r"[\u202f\u00a0 ]", "", text).replace(",", ".").replace("\u2212", "-"))


def parse_date(text: str) -> datetime | None:
    """The moment written in `text` (ISO, French, or English as software exports it), without its zone, or None."""
    text = text.strip()
    if not 7 <= len(text) <= 35 or not any(char.isdigit() for char in text):
        return None
    if text[:4].isdigit() and text[4:5] == "-" and len(text) > 7:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            return None
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=None)  # noqa: DTZ007 - a table has no zone
        except ValueError:
            continue
    return None


def _encoding(stream: IO[bytes]) -> str:
    stream.seek(0)
    start = stream.read(_CHUNK)
    if not start:
        raise Invalid("Le fichier est vide.", _ADVICE)
    for magic, what in _NOT_TEXT:
        if start.startswith(magic):
            raise Invalid(f"Ce fichier n’est pas un CSV : c’est {what}.", _ADVICE)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    opening = start.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if opening.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"{", b"[{")):
        kind = "du JSON" if opening[:1] in (b"{", b"[") else "une page web ou du XML"
        raise Invalid(f"Ce fichier n’est pas un CSV : c’est {kind}.", _ADVICE)
    decoder, is_utf8, line, chunk = (
        codecs.getincrementaldecoder("utf-8")(),
        True,
        1,
        start,
    )
    while chunk:
        if b"\0" in chunk:
            line += chunk[: chunk.index(b"\0")].count(b"\n")
            raise Invalid(f"Ligne {line} : un octet nul ; ce fichier n’est pas du texte.", _ADVICE)
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        line += chunk.count(b"\n")
        chunk = stream.read(_CHUNK)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return "utf-8" if is_utf8 else "cp1252"


def _text(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines of `stream`, one by one, none longer than LONGEST_LINE."""
    if encoding not in ENCODINGS:
        raise Invalid("Cet encodage n’est pas proposé.")
    text = io.TextIOWrapper(stream, "utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    try:
        for number in count(1):
            try:
                line = text.readline(LONGEST_LINE)
            except (UnicodeDecodeError, UnicodeError) as error:
                raise Invalid(
                    f"Vers la ligne {number} : un caractère illisible en {ENCODINGS[encoding]}.",
                    "Choisissez un autre encodage, ou enregistrez de nouveau le fichier en UTF-8.",
                ) from error
            if not line:
                return
            if len(line) >= LONGEST_LINE:
                raise Invalid(f"Ligne {number} : plus d’un million de caractères.", _ADVICE)
            if "\0" in line:
                raise Invalid(
                    f"Ligne {number} : un octet nul ; ce fichier n’est pas du texte.",
                    _ADVICE,
                )
            yield line
    finally:
        if not stream.closed:
            text.detach()  # the caller closes its own stream


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its first line."""
    if delimiter not in DELIMITERS:
        raise Invalid("Ce séparateur n’est pas proposé.")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field larger" in str(error):
                what = "un guillemet ouvert n’est jamais refermé"
            else:
                what = "un guillemet est mal placé (doublez les guillemets à l’intérieur d’une valeur)"
            raise Invalid(f"Ligne {line} : {what}.", _ADVICE) from error
        yield line, record
        line = reader.line_num + 1


def _delimiter(lines: Iterator[str]) -> str:
    """The delimiter that cuts the first records into the most columns, all alike."""
    sample = list(islice(lines, _SAMPLE))

    def score(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(record) for record in csv.reader(sample, delimiter=delimiter) if _holds(record)]
        except csv.Error:
            return (0, 0)
        if not widths:
            return (0, 0)
        width, times = Counter(widths).most_common(1)[0]
        return (times / len(widths), width) if width > 1 else (0, 0)

    best = max(DELIMITERS, key=score)
    return best if score(best) > (0, 0) else ";"


def _holds(record: Sequence[str]) -> bool:
    return any(value.strip() for value in record)


def _is(kind: str, value: str) -> bool:
    if kind == "integer":
        return bool(_INTEGER.fullmatch(value))
    if kind == "decimal":
        # « 01053 » is a code: reading it as a number would lose its zero.
        return bool(_DECIMAL.fullmatch(value)) and not re.match(r"[+-]?0\d", value)
    return parse_date(value) is not None


def _type(name: str, kinds: set[str], is_empty: bool) -> str:
    if is_empty or not kinds:
        return "text"
    if "date" in kinds:
        return "date"
    if is_code(name):
        return "text"
    return "integer" if "integer" in kinds else "decimal"
