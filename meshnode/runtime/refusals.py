"""Why a request of the owner cannot be done: one exception with a stable code.

Whoever shows a refusal to people prints `detail` (what happened) and `hint` (what to do next, usually a command).
What the codes become over HTTP, and with which exit code the command line ends, stands in `api/problems.py`.
"""

from enum import StrEnum


class Code(StrEnum):
    """The stable codes. They are part of the API: never renamed, only added."""

    BAD_REQUEST = "bad-request"
    """The request does not say what it must, or says something impossible."""
    NOT_FOUND = "not-found"
    UNKNOWN_PROJECT = "unknown-project"
    UNKNOWN_NETWORK = "unknown-network"
    UNKNOWN_PEER = "unknown-peer"
    NO_TIMER = "no-timer"
    AMBIGUOUS = "ambiguous-id"
    """An abbreviated id or name fits several things."""
    EXISTS = "exists"
    CONFLICT = "conflict"
    KEY_REUSED = "idempotency-key-reused"
    """The same Idempotency-Key came with another request."""
    NOT_AUTHENTICATED = "not-authenticated"
    """The request does not show who asks, or shows it by what does not count any more."""
    OUT_OF_SCOPE = "out-of-scope"
    """Whoever asks was not given the right to do this."""
    NOT_AUTHORISED = "not-authorised"
    NEEDS_DECISION = "needs-decision"
    """The founders decide on this before it is signed: it can be proposed to them."""
    NOT_YOURS = "not-yours"
    """Only its author may do this to a record."""
    UNREACHABLE = "unreachable"
    VERIFICATION_FAILED = "verification-failed"
    COPIED_HOME = "copied-home"
    """This home may be an old copy; signing now could fork the author."""
    OUTCOME_UNKNOWN = "outcome-unknown"
    """The disk failed while the request was being flushed: the same key settles it after a restart."""
    STOPPING = "stopping"
    BUSY = "busy"
    """A bounded queue is full; nothing was done."""
    DEADLINE = "deadline"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    """What is stored cannot be read as it was written; the next start mends it."""
    FILE = "file"
    """A file named in the request cannot be read or written."""


class Refusal(Exception):
    """A request was refused, and nothing was done (except with `OUTCOME_UNKNOWN`)."""

    def __init__(self, code: Code, detail: str, hint: str = "") -> None:
        self.code, self.detail, self.hint = code, detail, hint
        super().__init__(f"{code}: {detail}")
