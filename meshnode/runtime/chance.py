"""Chance as the system gives it."""

import secrets


class SystemChance:
    """Implements `meshnode.core.chance.Chance` with numbers nobody can predict."""

    def __init__(self) -> None:
        self._random = secrets.SystemRandom()

    def random(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()

    def token(self, size: int) -> bytes:
        """Unpredictable bytes."""
        return secrets.token_bytes(size)
