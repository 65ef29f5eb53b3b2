"""A budget that refills with time."""


class Bucket:
    """Up to `burst` tokens, refilled by `rate` a second; the caller tells the time."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), now

    def draw(self, count: int, now: float) -> bool:
        """Take `count` tokens, or none if there are not enough; returns whether it did."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < count:
            return False
        self._tokens -= count
        return True
