"""How a refusal looks over HTTP: RFC 9457 problem details with a stable code, a hint and an exit code."""

from typing import NamedTuple

import msgspec

from meshnode.runtime.refusals import Code, Refusal

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:meshnode:problem:"
"""`type` is a name, not an address: the node must explain itself without the web."""


class Shape(NamedTuple):
    """What a code becomes at the edge."""

    status: int
    title: str
    exit: int


FAILURE, USAGE, NOT_RUNNING, UNREACHABLE, VERIFICATION, NOT_AUTHORISED, CONFLICT, DEADLINE = (
    1,
    2,
    13,
    14,
    15,
    16,
    17,
    124,
)

SHAPES: dict[str, Shape] = {
    Code.BAD_REQUEST: Shape(400, "The request cannot be understood", USAGE),
    Code.NOT_FOUND: Shape(404, "There is no such thing", FAILURE),
    Code.UNKNOWN_PROJECT: Shape(404, "There is no such project", FAILURE),
    Code.UNKNOWN_NETWORK: Shape(404, "There is no such network here", FAILURE),
    Code.UNKNOWN_PEER: Shape(404, "There is no such peer", FAILURE),
    Code.NO_TIMER: Shape(404, "No timer is running", FAILURE),
    Code.AMBIGUOUS: Shape(409, "Several things are meant", USAGE),
    Code.EXISTS: Shape(409, "It exists already", CONFLICT),
    Code.CONFLICT: Shape(409, "It contradicts what exists", CONFLICT),
    Code.KEY_REUSED: Shape(422, "The idempotency key belongs to another request", CONFLICT),
    Code.NOT_AUTHENTICATED: Shape(401, "Who asks is not shown", NOT_AUTHORISED),
    Code.OUT_OF_SCOPE: Shape(403, "The token may not do this", NOT_AUTHORISED),
    Code.NOT_AUTHORISED: Shape(403, "Not authorised", NOT_AUTHORISED),
    Code.NEEDS_DECISION: Shape(403, "The founders decide on this", NOT_AUTHORISED),
    Code.NOT_YOURS: Shape(403, "This record is not yours to act on", NOT_AUTHORISED),
    Code.UNREACHABLE: Shape(502, "The peer or network cannot be reached", UNREACHABLE),
    Code.VERIFICATION_FAILED: Shape(422, "Verification failed", VERIFICATION),
    Code.COPIED_HOME: Shape(409, "This home may be an old copy", CONFLICT),
    Code.OUTCOME_UNKNOWN: Shape(500, "The outcome is unknown", FAILURE),
    Code.STOPPING: Shape(503, "The node is stopping", NOT_RUNNING),
    Code.BUSY: Shape(503, "The node is busy", FAILURE),
    Code.DEADLINE: Shape(504, "The deadline passed", DEADLINE),
    Code.TOO_LARGE: Shape(413, "The request is too large", USAGE),
    Code.UNREADABLE: Shape(500, "What is stored cannot be read", FAILURE),
    Code.FILE: Shape(422, "The file cannot be used", FAILURE),
    # These arise at the edge alone; the rest of the node never raises them.
    "no-route": Shape(404, "There is no such route", USAGE),
    "method-not-allowed": Shape(405, "The route does not do this", USAGE),
    "media-type": Shape(415, "Bodies are JSON", USAGE),
    "header-fields": Shape(431, "There are too many headers", USAGE),
    "misdirected": Shape(421, "The Host is not this node", NOT_AUTHORISED),
    "cross-origin": Shape(403, "The request comes from another origin", NOT_AUTHORISED),
    "not-same-user": Shape(403, "The socket belongs to another user", NOT_AUTHORISED),
    "internal": Shape(500, "The node failed", FAILURE),
}
"""Every code with its HTTP status, its title and the exit code of the command line."""


class Problem(msgspec.Struct):
    """The body of every answer that is not a success."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str
    exit: int


def problem(code: str, detail: str, hint: str = "") -> Problem:
    """The problem for one of the codes in `SHAPES`."""
    shape = SHAPES[code]
    return Problem(
        type=TYPE_PREFIX + code,
        title=shape.title,
        status=shape.status,
        code=code,
        detail=detail,
        hint=hint,
        exit=shape.exit,
    )


def problem_of(refusal: Refusal) -> Problem:
    """The problem that tells of a refusal."""
    return problem(refusal.code, refusal.detail, refusal.hint)
