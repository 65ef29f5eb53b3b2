"""Quantities and days as they are signed."""

from datetime import UTC, date, datetime

from meshnode.runtime.refusals import Code, Refusal
from meshnode.views.projection import SECONDS
from meshproto.records.limits import MAX_INT
from meshproto.types.value import Measure

MOST_SECONDS = 10_000 * 3600
"""The longest single entry: more is a typing error, not work."""
FINEST = 6
"""Digits after the point that a quantity may have."""


def seconds(number: int) -> Measure:
    """A length of time, signed in seconds. Raises Refusal."""
    if not 0 < number <= MOST_SECONDS:
        raise Refusal(Code.BAD_REQUEST, f"a length of time lies between 1 second and {MOST_SECONDS // 3600} hours")
    return Measure(number, 0, "SEC")


def measure(n: int, s: int, u: str) -> Measure:
    """A quantity as somebody gave it. Raises Refusal."""
    if not 0 < n <= MAX_INT or not 0 <= s <= FINEST or not u.isascii() or not u.isalnum() or not 2 <= len(u) <= 3:
        raise Refusal(Code.BAD_REQUEST, f"{n}·10^-{s} {u} is no quantity", "units are UN/ECE Rec 20 codes, such as HUR")
    return Measure(n, s, u)


def in_unit_of(wanted: Measure, like: Measure) -> Measure:
    """`wanted` in the unit and scale of `like`, or a finer scale. Raises Refusal if it cannot be said exactly."""
    if wanted.u == like.u:
        return wanted
    if wanted.u not in SECONDS or like.u not in SECONDS:
        raise Refusal(Code.BAD_REQUEST, f"the entry is in {like.u}, the correction in {wanted.u}", "use the same unit")
    for scale in range(FINEST + 1):
        n, rest = divmod(wanted.n * SECONDS[wanted.u] * 10**scale, SECONDS[like.u] * 10**wanted.s)
        if not rest:
            return Measure(n, scale, like.u)
    raise Refusal(Code.BAD_REQUEST, f"{wanted.n} {wanted.u} cannot be said exactly in {like.u}", f"give it in {like.u}")


def difference(wanted: Measure, now: Measure) -> Measure:
    """What must be added to `now` to make `wanted`, both of one unit; may be negative."""
    scale = max(wanted.s, now.s)
    return Measure(wanted.n * 10 ** (scale - wanted.s) - now.n * 10 ** (scale - now.s), scale, now.u)


def day(text: str) -> str:
    """A day as records say it. Raises Refusal."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no day", "write 2026-03-09") from error


def local_day(milliseconds: int) -> str:
    """The day that this moment falls on where the node runs: people work in their own time zone."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone().date().isoformat()
