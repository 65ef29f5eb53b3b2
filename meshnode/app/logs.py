"""Sets up the log: node.log of bounded size, and stderr where somebody watches it or a service manager collects it.

A person at a terminal reads lines; whatever collects the output of a service reads one JSON object a line.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from meshnode.app.printable import printable
from meshnode.config.sections import Log

LOG_FILE = "node.log"
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_OTHERS = ("libp2p", "multiaddr", "async_service", "zeroconf", "hypercorn")
"""Loggers of libraries that tell on their own account what our lines tell better."""


def set_up_logging(settings: Log, state: Path, *, collected: bool = False) -> Path:
    """Write the log of this process into the folder `state` from now on; returns the file.

    With `collected` it goes to stderr, too: as text to a terminal, as JSON to anything else.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state / LOG_FILE
    kept = _PrivateFile(path, maxBytes=settings.max_mib << 20, backupCount=settings.keep, encoding="utf-8")
    kept.setFormatter(_Json() if settings.format == "json" else _OneLine(_LINE))
    handlers: list[logging.Handler] = [kept]
    if collected or sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
        handlers[-1].setFormatter(_OneLine(_LINE) if sys.stderr.isatty() else _Json())
    root = logging.getLogger()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("meshnode").setLevel(settings.level.upper())
    for name in _OTHERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return path


_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _PrivateFile(RotatingFileHandler):
    """A rotated file only its owner may read: it names the peers one deals with."""

    def _open(self):  # type: ignore[no-untyped-def]  # the type of the stream is logging's own affair
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT, 0o600))
        return super()._open()


class _OneLine(logging.Formatter):
    """Times in UTC, and nothing in a message that could forge a line or steer a terminal."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return _moment(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return printable(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """See logging; what another form made of a failure is not taken over."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - logging's name
        # What failed may quote anything. Moved in, no line of it passes for one of the log's own.
        return "\n".join(f"  {printable(line)}" for line in super().formatException(ei).split("\n"))


class _Json(logging.Formatter):
    """One object a line, in ASCII: what a message quotes can neither forge a line nor steer a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
