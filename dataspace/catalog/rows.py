"""The rows of a dataset, as one reader may have them: preview and download, cut by the same rules (DESIGN 5).

A rule that cannot be applied (its column is not in the file) gives no row at all, never all of them. A hidden row shows
in no count either.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dataspace.auth import Access
from dataspace.catalog.delimited import Reading
from dataspace.catalog.files import Files
from dataspace.catalog.queries import exporting, reading
from dataspace.catalog.sheets import Sheet
from dataspace.errors import Refused

PREVIEWED = 50
CHARTED = 10_000  # rows that are read to draw a chart
_CHUNK = 1 << 16
_ROWS_AT_ONCE = 500
# What a spreadsheet would run (facts/trust.md 49); the full-width forms too.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d[\d\u202f\u00a0 ]*([.,]\d+)?([eE][+-]?\d+)?\s*%?")


@dataclass(frozen=True)
class Preview:
    """The first rows a reader may have. `total` is None when a rule cuts the rows: it would count the hidden ones."""

    resource: Any
    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int | None
    is_cut: bool


def preview(
    access: Access, dataset: Sheet, *, files: Files, limit: int = PREVIEWED, skipped: int = 0
) -> Preview | None:
    """The first rows of the first file; None when there is no file. Raises Refused unless the reader may read."""
    if not reading(access, dataset.asset).is_allowed:
        raise Refused
    if not dataset.resources:
        return None
    resource = dataset.resources[0]
    wanted = rows_of(access, dataset)
    with files.reading(resource.storage_key) as stored:
        table = Reading(stored, resource.encoding, resource.delimiter)
        rows = list(islice(_kept(table, wanted), skipped, skipped + limit))
        return Preview(resource, table.names, rows, None if wanted else resource.rows, bool(wanted))


def column_values(access: Access, dataset: Sheet, names: Sequence[str], *, files: Files) -> list[list[str]] | None:
    """The values of some columns of the first file, row by row; None past CHARTED rows. Refuses like `preview`."""
    if not reading(access, dataset.asset).is_allowed:
        raise Refused
    resource = dataset.resources[0]
    with files.reading(resource.storage_key) as stored:
        table = Reading(stored, resource.encoding, resource.delimiter)
        if not set(names) <= set(table.names):
            return None
        places = [table.names.index(name) for name in names]
        rows = _kept(table, rows_of(access, dataset))
        found = [[row[place] for place in places] for row in islice(rows, CHARTED + 1)]
    return found if len(found) <= CHARTED else None


@dataclass(frozen=True)
class Export:
    """A file on its way to a reader. `size` is None when it is written anew, row by row."""

    filename: str
    encoding: str
    size: int | None
    chunks: Iterator[bytes]


def export(access: Access, dataset: Sheet, resource: Any, *, files: Files) -> Export:
    """The file as it was deposited or, when rules cut the rows, written anew with the reader's rows only.

    Raises Refused unless the reader may take it away.
    """
    if not exporting(access, dataset.asset).is_allowed:
        raise Refused(
            "Ce fichier ne vous est pas ouvert.", "La fiche du jeu de données dit pourquoi, et à qui le demander."
        )
    wanted = rows_of(access, dataset)
    if not wanted:
        return Export(resource.filename, resource.encoding, resource.bytes, _as_deposited(files, resource.storage_key))
    read = (resource.storage_key, resource.encoding, resource.delimiter)
    return Export(resource.filename, "utf-8", None, _anew(files, *read, wanted))


def rows_of(access: Access, dataset: Sheet) -> dict[str, frozenset[str]]:
    """For each column that a rule names, the values whose rows the reader may have. An empty set is no row."""
    wanted = {rule.column: frozenset(access.row_values(rule.attribute)) for rule in dataset.row_rules}
    for column, values in access.row_cut(dataset.asset).items():
        wanted[column] = wanted.get(column, values) & values
    return wanted


def _kept(table: Reading, wanted: dict[str, frozenset[str]]) -> Iterator[list[str]]:
    if any(name not in table.names for name in wanted):
        return
    tests = [(table.names.index(name), allowed) for name, allowed in wanted.items()]
    for row in table.rows():
        if all(row[place].strip() in allowed for place, allowed in tests):
            yield row


# These two run while the answer leaves: the session, and what it knew of the resource, is gone by then.
def _as_deposited(files: Files, key: str) -> Iterator[bytes]:
    with files.reading(key) as stored:
        while chunk := stored.read(_CHUNK):
            yield chunk


def _anew(files: Files, key: str, encoding: str, delimiter: str, wanted: dict[str, frozenset[str]]) -> Iterator[bytes]:
    with files.reading(key) as stored:
        table = Reading(stored, encoding, delimiter)
        # The mark at the start tells spreadsheets that it is UTF-8.
        yield "\ufeff".encode() + _written([table.names], delimiter)
        rows = _kept(table, wanted)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            yield _written(some, delimiter)


def _written(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(
        [_harmless(cell) for cell in row] for row in rows
    )
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """`cell`, with an apostrophe before what a spreadsheet would take for a formula; numbers stay numbers."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
