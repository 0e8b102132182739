"""Tables that leave for a spreadsheet, piece by piece; what a spreadsheet would run is text (facts/trust.md 49)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

import flask

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
BEGINNING = "\ufeff"


def written(rows: Iterable[Iterable[str]]) -> str:
    """Rows as a French spreadsheet reads them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return out.getvalue()


def streamed(name: str, pieces: Iterator[str]) -> flask.Response:
    """A file that leaves piece by piece."""
    response = flask.Response((piece.encode() for piece in pieces), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
