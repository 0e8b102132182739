"""Putting a file in a dataset: kept aside and read, then accepted by its depositor. Each: require, change, record."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO

from dataspace.auth import Access, Permission
from dataspace.auth.models.assets import public_id as new_public_id
from dataspace.catalog import delimited, services
from dataspace.catalog.files import Files, let_go
from dataspace.catalog.models import Dataset, Resource
from dataspace.errors import Invalid


@dataclass(frozen=True)
class Deposit:
    """A file that waits for its depositor to confirm how it is to be read."""

    key: str
    filename: str
    size: int
    sha256: str
    table: delimited.Table


def deposit(
    access: Access, dataset: Dataset, filename: str, stream: IO[bytes], *, files: Files, encoding: str = "",
    delimiter: str = "",
) -> Deposit:  # fmt: skip
    """Keep a file aside, read whole and found to be a table; nobody sees it until `accept`. Raises Invalid."""
    access.require(Permission.DATASET_EDIT, dataset.asset)
    stream, filename = delimited.plain(stream, filename)
    stored = files.write(stream, waiting=True)
    try:
        table = reread(files, stored.key, encoding=encoding, delimiter=delimiter)
    except Invalid:
        files.remove(stored.key)
        raise
    return Deposit(stored.key, _safe_name(filename), stored.size, stored.sha256, table)


def reread(files: Files, key: str, *, encoding: str, delimiter: str) -> delimited.Table:
    """The table of a waiting file, read another way. Raises Invalid when it does not hold so read."""
    with files.reading(key) as stored:
        return delimited.inspect(stored, encoding=encoding, delimiter=delimiter)


def accept(
    access: Access, dataset: Dataset, waiting: Deposit, *, files: Files, updated: datetime | None = None,
    public_id: str | None = None,
) -> Resource:  # fmt: skip
    """Make a waiting file a file of the dataset, in place of the one of the same name.

    The new file is written first; the waiting one and the old one go once the row is committed, else stay.
    """
    decision = access.require(Permission.DATASET_EDIT, dataset.asset)
    with files.reading(waiting.key) as stored:
        kept = files.write(stored)
    if kept.sha256 != waiting.sha256:
        files.remove(kept.key)
        files.remove(waiting.key)
        raise Invalid("Le fichier déposé a changé entre-temps.", "Déposez-le de nouveau.")
    resource = Resource(
        public_id=public_id or new_public_id(), filename=waiting.filename, media_type="text/csv",
        storage_key=kept.key, encoding=waiting.table.encoding, delimiter=waiting.table.delimiter, bytes=kept.size,
        rows=waiting.table.rows, sha256=kept.sha256, created=access.moment,
    )  # fmt: skip
    replaced = [other for other in dataset.resources if other.filename == resource.filename]
    dataset.resources = [*(other for other in dataset.resources if other not in replaced), resource]
    let_go(access.session, files, waiting.key, *(other.storage_key for other in replaced))
    services.write_columns(dataset, _learned(dataset, waiting.table))
    dataset.asset.updated = updated or access.moment
    services.record_change(
        access,
        dataset,
        decision,
        file=resource.filename,
        bytes=kept.size,
        rows=resource.rows,
    )
    return resource


def add_file(
    access: Access, dataset: Dataset, filename: str, stream: IO[bytes], *, files: Files, encoding: str = "",
    delimiter: str = "", updated: datetime | None = None, public_id: str | None = None,
) -> Resource:  # fmt: skip
    """Deposit a CSV and accept it as it was read: for commands and the demo. `stream` must be seekable."""
    waiting = deposit(
        access,
        dataset,
        filename,
        stream,
        files=files,
        encoding=encoding,
        delimiter=delimiter,
    )
    return accept(access, dataset, waiting, files=files, updated=updated, public_id=public_id)


def _learned(dataset: Dataset, table: delimited.Table) -> list[services.Column]:
    """The columns of the file, with what was already said of those it had."""
    known = {column.name: column for column in dataset.columns}
    return [
        services.Column(
            name,
            known[name].label,
            known[name].type,
            known[name].unit,
            known[name].description,
        )
        if name in known
        else services.Column(name, type=kind)
        for name, kind in table.columns
    ]


def _safe_name(filename: str) -> str:
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(char for char in name if char.isprintable())[-200:].strip(" .") or "fichier.csv"
