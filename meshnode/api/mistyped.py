"""What was probably meant where a word or key of terms is none of those that may stand there."""

from collections.abc import Mapping
from typing import Any

from meshnode.views.names import like
from meshproto.records.reasons import Reason, Refused


def meant(wrong: Refused, facts: Mapping[str, Any]) -> str:
    """What may stand where something is wrong, or what is like it, in words that go behind; nothing where it is open.

    `facts` are those that were refused.
    """
    allowed = [*map(str, wrong.allowed)]
    if wrong.reason is Reason.Q_KEY:
        return like(wrong.detail.rpartition(".")[2], allowed)
    found = _at(wrong.detail, facts)
    if not allowed or not isinstance(found, str):
        return ""
    return f", as {found[:60]!r} is none of {', '.join(allowed)}{like(found, allowed)}"


def _at(path: str, facts: Mapping[str, Any]) -> object:
    here: Any = facts
    for step in path.replace("[", ".[").split("."):
        try:
            here = here[int(step[1:-1])] if step.startswith("[") else here[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return here
