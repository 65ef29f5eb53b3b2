"""What can go wrong when the node is asked.

ClientError
├── NodeNotRunning      nobody listens on the socket
├── DeadlineExceeded    the node did not answer in time; whether it did what was asked is not known
├── BadAnswer           what came back is not an answer of this API
│   └── CutOff          the node, or the connection, ended before the answer was whole
├── Problem             the node refused, and says why (RFC 9457)
└── Proposed            it was not done: the founders of an organisation were asked to decide on it, as was wished
"""

from collections.abc import Mapping


class ClientError(Exception):
    """The node could not be asked, or refused."""


class NodeNotRunning(ClientError):
    """Nobody listens on `socket`; `reason` is the system's word for it."""

    def __init__(self, socket: str, reason: str) -> None:
        super().__init__(socket, reason)
        self.socket = socket
        self.reason = reason

    def __str__(self) -> str:
        return f"no node listens on {self.socket} ({self.reason})"


class DeadlineExceeded(ClientError):
    """No whole answer within `seconds`; whether the node did what was asked is not known."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"no answer within {self.seconds:g} s"


class BadAnswer(ClientError):
    """What came back is not an answer of this API, or was cut off; `reason` says how."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the node's answer cannot be read: {self.reason}"


class CutOff(BadAnswer):
    """The node, or the connection, ended before the answer was whole; what was asked may have been done."""


class Proposed(ClientError):
    """What was asked needs a decision of founders, and was proposed to them; `decision` is as the API tells it."""

    def __init__(self, decision: object) -> None:
        super().__init__("proposed to the founders")
        self.decision = decision


class Problem(ClientError):
    """The node refused what was asked: the fields of an RFC 9457 problem with a stable `code`.

    `hint` is what to do about it, often a command; `exit` is the exit code a command line should end with.
    """

    def __init__(self, fields: Mapping[str, object], status: int) -> None:
        super().__init__(status, fields.get("code"))
        self.status = status
        self.fields = dict(fields)
        self.title = _text(fields.get("title"), f"the node answered {status}")
        self.code = _text(fields.get("code"), f"http-{status}")
        self.detail = _text(fields.get("detail"), "")
        self.hint = _text(fields.get("hint"), "")
        exit_code = fields.get("exit")
        self.exit = exit_code if isinstance(exit_code, int) else 1

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}" if self.detail else self.title


def _text(value: object, default: str) -> str:
    return value if isinstance(value, str) and value else default
