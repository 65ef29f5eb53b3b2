"""What the core asks of chance: a port of its own, so that a simulation decides every number by its seed."""

from typing import Protocol


class Chance(Protocol):
    """Where random bytes come from: the system in a node, a seed in a simulation."""

    def random(self) -> float:
        """A number in [0, 1)."""
        ...

    def token(self, size: int) -> bytes:
        """Unpredictable bytes."""
        ...
