"""Who asks something of the node, and what they may: the one notion that the local API and the dashboard share.

On the Unix socket the system says that it is the owner. On TCP anybody on this machine can knock, so each request
must carry what shows who asks: a token, or the cookie of a session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

IN_SCOPE = "meshnode.caller"
"""Where a request's ASGI scope holds its `Caller`, or None while nobody showed who asks."""

TOKEN = "token:"
"""How the name of a caller begins who showed a token."""


class Area(StrEnum):
    """What a caller may do. Each route names one; they are part of the API: never renamed, only added."""

    READ = "read"
    """Look at everything except secrets: invitations, pairing lines, tokens, and where files of this machine stand."""
    WORK = "work"
    """Log, correct, share, thank and assess work; projects and timers."""
    MONEY = "money"
    """Sign agreements, incomes, distributions, payments and what they rest on."""
    ADMIN = "admin"
    """Everything about the node itself: networks, people, devices, files, erasure, tokens."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who showed who they are."""

    name: str
    """`owner`, `token:ID` or `session:ID`: for lines of the log, never a secret."""
    areas: frozenset[Area]
    ambient: bool = False
    """What shows it is sent by a browser of its own accord, so the request must show that a page of ours made it."""

    @property
    def is_owner(self) -> bool:
        """Whether this is the owner, at a terminal or at a page of the node, and no program with a token."""
        return not self.name.startswith(TOKEN)

    def may(self, area: Area) -> bool:
        """Whether they may do what stands in an area."""
        return area in self.areas


OWNER = Caller("owner", frozenset(Area))
"""Who connects to the Unix socket, of which the system says that it is the same user."""

NOBODY = Caller("nobody", frozenset())
"""Who asks for what everybody may see."""


class Credentials(Protocol):
    """One way of showing who asks."""

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        """Who asks, by a request's headers (names in lower case); None if they carry nothing of this kind that counts.

        Raises Refusal (NOT_AUTHENTICATED) where there is something to say about why it does not count any more.
        """
        ...
