"""What somebody wants signed, and what is ready to be stored: the command line needs these, and no event.

Defining all the events takes a good part of the time in which `log` is done.
"""

from typing import NamedTuple

from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.log import Run

LONGEST_TITLE = 500
LONGEST_TEXT = 20_000
"""Characters; a private part has 64 KiB, and four bytes are the most a character takes."""


class Draft(NamedTuple):
    """A record to be: what its author decides. The core adds key, seq, prev, deps, auth, time, salt and signature.

    `scope` is empty for the first version of an agreement, which begins its own. `private` is the detached part without
    its salt. `deps` are ids to name besides those the core finds. `at` (ms UTC) overrides the clock, for imports that
    restate when something was claimed. `agent` is for whom it is signed: the owner if empty. `order` is a resolution
    that it rests on. `auth` the core fills in (mandates.py).
    """

    scope: ScopeId
    type: str
    facts: dict[str, Value]
    private: dict[str, Value] | None = None
    deps: tuple[RecordId, ...] = ()
    at: int | None = None
    agent: bytes = b""
    order: bytes = b""
    auth: tuple[bytes, ...] = ()


class SignedRecords(NamedTuple):
    """Runs and private parts that are ready: from a bundle, or signed by a network's one-time genesis key."""

    runs: tuple[Run, ...] = ()
    privates: tuple[tuple[RecordId, bytes], ...] = ()
