"""Licences: SPDX expressions such as `MIT` or `CC-BY-SA-4.0 OR (MIT AND LicenseRef-ours)`.

Only the form is checked. Which identifiers there are changes from year to year, and nodes of all ages must agree.
"""

import re
from typing import Final, cast

from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason, Refused
from meshproto.types.schema import text

MAX_LICENCE: Final = 64

_TEXT = text(MAX_LICENCE)
_NAME = r"(?!(?:AND|OR|WITH)(?![A-Za-z0-9.-]))[A-Za-z0-9.-]+"
_LICENCE = rf"(?:(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+|{_NAME}\+?)"
_GROUP = "~"
"""Stands for what was between parentheses; no licence has it in its name."""
_TERM = rf"(?:{_GROUP}|{_LICENCE}(?: WITH {_NAME})?)"
_FLAT = rf"{_TERM}(?: (?:AND|OR) {_TERM})*"
_WHOLE, _INNERMOST = re.compile(_FLAT), re.compile(rf"\({_FLAT}\)")


def licence(value: Value) -> None:
    """An SPDX expression: one space between words, none inside of a parenthesis."""
    _TEXT(value)
    if not is_expression(cast(str, value)):
        raise Refused(Reason.I_VALUE)


def is_expression(words: str) -> bool:
    """Whether a text has the form of an SPDX licence expression."""
    if _GROUP in words:
        return False
    while "(" in words:
        words, found = _INNERMOST.subn(_GROUP, words)
        if not found:
            return False
    return _WHOLE.fullmatch(words) is not None
