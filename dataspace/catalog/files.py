"""Where deposited files live: any fsspec filesystem, each file under a random key that tells nothing."""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

import fsspec
import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from dataspace import db
from dataspace.errors import Invalid, Unavailable

_CHUNK = 1 << 20
_WAITING = "depots"
_WAITS_FOR = timedelta(days=1)
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}$")
_LEAVING = "files"
log = structlog.get_logger()


@dataclass(frozen=True)
class Stored:
    """A file once written: its key, size in octets and SHA-256."""

    key: str
    size: int
    sha256: str


class Files:
    """The files of the catalogue at `url` (file://, s3://, memory://)."""

    def __init__(self, url: str, *, at_most: int) -> None:
        self._filesystem, self._root = fsspec.core.url_to_fs(url)
        self.at_most = at_most

    def write(self, stream: IO[bytes], *, waiting: bool = False) -> Stored:
        """Keep `stream` under a new key, whole or not at all. Raises Invalid past `at_most` octets."""
        folder = _WAITING if waiting else secrets.token_hex(1)
        key = f"{folder}/{secrets.token_hex(16)}"
        digest, size = hashlib.sha256(), 0
        try:
            self._filesystem.makedirs(f"{self._root}/{folder}", exist_ok=True)
            with self._filesystem.open(self._path(key), "wb") as target:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > self.at_most:
                        raise Invalid(f"Le fichier dépasse {self.at_most // 1_000_000} Mo une fois décompressé.")
                    digest.update(chunk)
                    target.write(chunk)
        except BaseException as error:
            self.remove(key)
            if isinstance(error, OSError) and not isinstance(error, EOFError):
                raise Unavailable("Le fichier n’a pas pu être rangé.") from error
            raise
        return Stored(key, size, digest.hexdigest())

    @contextmanager
    def reading(self, key: str) -> Iterator[IO[bytes]]:
        """The file of `key`, to be read. Raises Unavailable when it cannot be had."""
        try:
            stream: Any = self._filesystem.open(self._path(key), "rb")
        except OSError as error:
            raise Unavailable("Le fichier ne peut pas être lu pour l’instant.") from error
        with stream:
            yield stream

    def remove(self, key: str) -> None:
        """Let go of a file; nothing happens when it is not there."""
        if self._filesystem.exists(self._path(key)):
            self._filesystem.rm_file(self._path(key))

    def sweep(self, moment: datetime | None = None) -> int:
        """Remove the deposits that nobody confirmed within a day; returns how many."""
        folder, limit = f"{self._root}/{_WAITING}", (moment or db.now()) - _WAITS_FOR
        if not self._filesystem.exists(folder):
            return 0
        old = [path for path in self._filesystem.ls(folder, detail=False) if self._filesystem.modified(path) < limit]
        for path in old:
            self._filesystem.rm_file(path)
        return len(old)

    def collect(self, named: Collection[str], moment: datetime | None = None) -> int:
        """Remove the files older than a day that are not `named`; returns how many.

        Raises Invalid, and removes nothing, when none of the files is named: they are another database's.
        """
        limit = (moment or db.now()) - _WAITS_FOR
        paths: list[str] = self._filesystem.find(self._root) if self._filesystem.exists(self._root) else []
        found = {match[0]: path for path in paths if (match := _KEY.search(path))}
        if found and not any(key in named for key in found):
            raise Invalid("Cette base ne connaît aucun des fichiers rangés.", "Vérifiez DATASPACE_DATABASE_URL.")
        left = [path for key, path in found.items() if key not in named and self._filesystem.modified(path) < limit]
        for path in left:
            self._filesystem.rm_file(path)
        return len(left)

    def _path(self, key: str) -> str:
        folder, _, name = key.partition("/")
        if not folder.isalnum() or not name.isalnum():
            raise Unavailable
        return f"{self._root}/{folder}/{name}"


def let_go(session: Session, files: Files, *keys: str) -> None:
    """Remove these files once `session` has committed; they stay when it has not."""
    session.info.setdefault(_LEAVING, []).extend((files, key) for key in keys)


@event.listens_for(db.GuardedSession, "after_commit")
def _remove(session: Session) -> None:
    for files, key in session.info.pop(_LEAVING, ()):
        try:
            files.remove(key)
        except OSError:
            # What was decided stands; `dataspace files sweep` comes back for it.
            log.exception("file not removed", key=key)


@event.listens_for(db.GuardedSession, "after_rollback")
def _keep(session: Session) -> None:
    session.info.pop(_LEAVING, None)
