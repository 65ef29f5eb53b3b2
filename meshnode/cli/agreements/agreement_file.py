"""Terms of an agreement from a file (JSON or TOML), and sums of money in them as people write them.

Wherever the API takes minor units, a file may say `500 EUR`; wherever it takes a rate, `8.00 EUR/h`; where it takes a
share, `5 %`. The rest stands as the API takes it.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, cast

from meshnode.cli.exits import Exit, Failure
from meshnode.words.money import UnclearMoney, parse_money
from meshnode.words.safe_text import clean

LARGEST = 1 << 20
"""Bytes of a file with terms; the longest agreement has a few thousand."""
DEEPEST = 24
MANUAL = "meshnode agreement new --help"
_MONEY = ("worth", "cap")
"""Terms that are sums with their currency."""
_AMOUNT = re.compile(r".*(\.amt|\.lifetime|brackets\[[0-9]+\]\.to)")
"""Where minor units of the currency of the equation stand."""
_PAIRS = ("pay", "rate")
"""Terms that are pairs of somebody and a sum, a share or a rate."""
_RATE = re.compile(r"(.+?)\s*/\s*(?:h|hour|hours|[A-Z0-9]{2,3})\s*")
_SHARE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,4}))?\s*%")


def read_file(name: str) -> dict[str, object]:
    """Read terms from a file; raises Failure with the place and the reason."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(name)} cannot be read ({error.strerror})") from error
    if len(raw) > LARGEST:
        raise Failure(Exit.VERIFICATION, f"{clean(name)} is too long: terms have at most 1 MiB", MANUAL)
    found = _parsed(name, raw)
    if not isinstance(found, dict):
        raise _refused(name, "", "terms are an object with names")
    return cast(dict[str, object], _converted(name, found, "", 0))


def share_of(text: str) -> list[int] | None:
    """`12.5 %` as a ratio in lowest terms; None if it is no share."""
    from fractions import Fraction

    found = _SHARE.fullmatch(text.strip())
    if found is None:
        return None
    ratio = Fraction(f"{found[1]}.{found[2] or 0}") / 100
    return [ratio.numerator, ratio.denominator]


def rate_of(text: str) -> list[int]:
    """`8.00 EUR/h` as minor units for one; raises UnclearMoney."""
    found = _RATE.fullmatch(text)
    amount, _ = parse_money(found[1] if found is not None else text)
    return [amount, 1]


def _parsed(name: str, raw: bytes) -> object:
    try:
        text = raw.decode("utf-8")
        if name.lower().endswith(".toml"):
            return tomllib.loads(text)
        return json.loads(text, parse_float=_no_float)
    except (ValueError, RecursionError) as error:
        kind = "TOML" if name.lower().endswith(".toml") else "JSON"
        raise Failure(Exit.VERIFICATION, f"{clean(name)} is no {kind}: {clean(str(error))}", MANUAL) from error


def _no_float(text: str) -> object:
    raise ValueError(f"{text[:20]} is not a whole number: write sums as text, such as '8.50 EUR'")


def _converted(name: str, value: Any, path: str, depth: int, key: str = "") -> object:
    """The same value with sums, shares and rates as the API takes them."""
    if depth > DEEPEST:
        raise _refused(name, path, "it is nested too deep")
    try:
        if isinstance(value, str) and key in _MONEY:
            return dict(zip(("amt", "cur"), parse_money(value), strict=True))
        if isinstance(value, str) and _AMOUNT.fullmatch(path):
            return parse_money(value)[0]
        if isinstance(value, str) and key in ("of_step", "quorum", "part"):
            return share_of(value) or value
        if isinstance(value, list) and key in _PAIRS:
            return [_pair(each, key) for each in value]
    except UnclearMoney as error:
        raise _refused(name, path, str(error)) from error
    if isinstance(value, float):
        raise _refused(name, path, "it is no whole number: write sums as text, such as '8.50 EUR'")
    if isinstance(value, dict):
        return {at: _converted(name, each, f"{path}.{at}" if path else at, depth + 1, at) for at, each in value.items()}
    if isinstance(value, list):
        return [_converted(name, each, f"{path}[{place}]", depth + 1) for place, each in enumerate(value)]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _pair(pair: Any, key: str) -> object:
    match pair:
        case [who, str(figure)]:
            share = share_of(figure)
            if share is not None:
                return [who, share]
            return [who, rate_of(figure) if key == "rate" else parse_money(figure)[0]]
        case _:
            return pair


def _refused(name: str, path: str, why: str) -> Failure:
    where = f" at {clean(path)}" if path else ""
    return Failure(Exit.VERIFICATION, f"{clean(name)} is refused{where}: {clean(why)}", MANUAL)
