"""The second sinks of the journal beside the file: a syslog server (RFC 5424), after commit; and how late each is.

A sink that does not answer never holds the portal back, nor loses one of its lines: what it missed is noted once, said
on the journal's page, and sent again by `dataspace audit copy`. A line may then reach it twice: its number says so.
"""

import json
import logging
import logging.handlers
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from dataspace import db
from dataspace.audit.journal import plain
from dataspace.audit.models import Event, Head, SinkLag

SYSLOG = "journal-syslog"
FILE = "journal-copy"
_TIMEOUT = 2
# A server that did not answer is left alone that long: nobody waits for it at each act.
_PATIENCE = 20
_silent_until: dict[str, float] = {}
_opened: dict[str, "Syslog"] = {}
_APP, _MESSAGE = "dataspace", "journal"
log = structlog.get_logger()


class Syslog(logging.handlers.SysLogHandler):
    """The standard library's handler, speaking RFC 5424 and saying when it could not."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "unix":
            super().__init__(address=parts.path, facility=self.LOG_AUTHPRIV)
        else:
            kind = socket.SOCK_DGRAM if parts.scheme == "udp" else socket.SOCK_STREAM
            super().__init__((str(parts.hostname), int(parts.port or 514)), self.LOG_AUTHPRIV, kind)
        # A stream has no end of message of its own: lines are told apart by a newline (RFC 6587, 3.4.2).
        self.append_nul = False
        self._is_stream = parts.scheme == "tcp"
        if (opened := self._opened()) is not None:
            opened.settimeout(_TIMEOUT)

    def _opened(self) -> socket.socket | None:
        found: socket.socket | None = vars(self).get("socket")
        return found

    def createSocket(self) -> None:  # noqa: N802 - the name is the standard library's
        was = socket.getdefaulttimeout()
        socket.setdefaulttimeout(_TIMEOUT)
        try:
            super().createSocket()
        finally:
            socket.setdefaulttimeout(was)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        error = sys.exc_info()[1]
        if (opened := self._opened()) is not None and not self.unixsocket:
            # A connection cut would stay cut: the next line opens another.
            opened.close()
            vars(self)["socket"] = None
        raise error if isinstance(error, OSError) else OSError(str(error))

    def format(self, record: logging.LogRecord) -> str:
        return str(record.msg) + ("\n" if self._is_stream else "")

    def send(self, lines: Iterable[dict[str, Any]]) -> None:
        """Send these lines. Raises OSError when the server does not take them."""
        for line in lines:
            self.handle(logging.LogRecord("journal", logging.INFO, "", 0, written(line), None, None))


def written(line: dict[str, Any]) -> str:
    """The line after its priority, as RFC 5424 has it: version, when, where, who says, kind, and the line as JSON."""
    told = plain(line)
    body = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return f"1 {told['at']} {socket.gethostname() or '-'} {_APP} - {_MESSAGE} - \ufeff{body}"


def _syslog(url: str) -> Syslog:
    if url not in _opened:
        _opened[url] = Syslog(url)
    return _opened[url]


def hang_up() -> None:
    """Close every connection, and think no server silent: the next line opens another."""
    while _opened:
        _opened.popitem()[1].close()
    _silent_until.clear()


def spread(session: Session, lines: Sequence[dict[str, Any]]) -> None:
    """Send lines just committed to the syslog server of this session, if it has one."""
    url = session.info.get(SYSLOG)
    if not url:
        return
    try:
        if time.monotonic() < _silent_until.get(url, 0):
            missed(session, SYSLOG, int(lines[0]["seq"]), TimeoutError())
            return
        _syslog(url).send(lines)
    except OSError as error:
        _silent_until[url] = time.monotonic() + _PATIENCE
        missed(session, SYSLOG, int(lines[0]["seq"]), error)


def missed(session: Session, name: str, first: int, error: OSError) -> None:
    """Note, in a transaction of its own, that a sink has missed this line and those after."""
    try:
        with Session(session.get_bind()) as own:
            db.begin_writing(own)
            if own.scalar(select(SinkLag.first).where(SinkLag.name == name)) is None:
                own.add(SinkLag(name=name, first=first, since=db.now()))
                log.error("journal-sink", sink=name, first=first, kind=type(error).__name__)
            own.commit()
    except SQLAlchemyError:
        # The line is kept, which is what counts; `dataspace audit copy --from` takes a number.
        log.exception("journal-sink-lag", sink=name, first=first)


@dataclass(frozen=True)
class Late:
    """A sink that misses lines: how it is called, since when, how many."""

    name: str
    since: datetime
    lines: int


_NAMES = {SYSLOG: "syslog", FILE: "fichier"}


def lags(session: Session) -> list[Late]:
    """The sinks that are late."""
    head = session.scalar(select(Head.seq).where(Head.id == 1)) or 0
    rows = session.scalars(select(SinkLag).order_by(SinkLag.name))
    return [Late(_NAMES.get(row.name, row.name), row.since, head - row.first + 1) for row in rows]


def catch_up(maker: sessionmaker[Any], url: str, *, first: int | None = None) -> int:
    """Send to syslog every line from `first` (default: the first one missed); how many. Raises OSError."""
    with maker() as session:
        missing = first or session.scalar(select(SinkLag.first).where(SinkLag.name == SYSLOG))
        if missing is None:
            return 0
        sent = _send_from(session, Syslog(url), missing)
    with db.writing(maker) as session:
        session.execute(delete(SinkLag).where(SinkLag.name == SYSLOG, SinkLag.first <= missing))
        last = session.scalar(select(func.max(Event.seq))) or 0
    log.info("journal-caught-up", sink=SYSLOG, lines=sent, last=last)
    return sent


def _send_from(session: Session, sink: Syslog, first: int) -> int:
    sent = 0
    stmt = select(Event).where(Event.seq >= first).order_by(Event.seq).execution_options(yield_per=500)
    with session.scalars(stmt) as events:
        for event in events:
            sink.send([{c.key: getattr(event, c.key) for c in inspect(Event).column_attrs}])
            sent += 1
    sink.close()
    return sent
