"""What was probably meant where a word of terms is none: keys and values of agreements and of their equations."""

from collections.abc import Mapping
from typing import Any

from meshnode.views.names import like
from meshproto.equation.preview.answer import NAMES
from meshproto.equation.terms import Claim
from meshproto.types import value
from meshproto.types.agreement import LIABILITIES, ROLES

STEPS = (*NAMES.values(), "tiers")
KEYS = (
    *("do", "match", "claim", "pay", "of", "parts", "weights", "mix", "factor", "cap", "part", "ballots", "unit"),
    *("rate", "quality", "done", "owed", "of_step", "amt", "lifetime", "brackets", "to", "steps", "agent", "cur"),
    *("kind", "class", "project", "stream", "comp", "period", "from"),
)
"""Every key that stands somewhere in an equation."""
VALUES: Mapping[str, tuple[str, ...]] = {
    "do": STEPS,
    "of": ("gross", "remaining"),
    "claim": tuple(each.value for each in Claim),
    "kind": value.KINDS,
    "stream": value.STREAMS,
    "comp": value.COMPENSATIONS,
    "parties": ROLES,
    "liability": LIABILITIES,
    "late": ("next", "catch_up", "exclude"),
    "income_confirm": ("none", "client", "party"),
    "by": ("parties", "client"),
    "approval": ("all", "arbiter"),
    "amendment": ("all",),
    "ownership": ("per_author", "joint", "named", "client"),
    "effective": ("on_creation", "on_payment", "on_date"),
    "prevails": ("doc", "data"),
    "good": ("keep", "once"),
    "bad": ("keep", "drop_unpaid"),
    "leaves": ("good", "bad"),
}
"""What may stand at a key of the terms, where that is one of a few words."""


def meant_key(path: str) -> str:
    """The key of an equation that is like the last one of a path, in words to go behind what is wrong; or nothing."""
    return like(path.rpartition(".")[2].partition("[")[0], KEYS)


def meant_value(path: str, facts: Mapping[str, Any]) -> str:
    """What stands at a path of the terms, and what may stand there instead, in words; nothing where that is open."""
    key = path.rpartition(".")[2].partition("[")[0]
    known, found = VALUES.get(key), _at(path, facts)
    if known is None or not isinstance(found, str):
        return ""
    return f", as {found[:60]!r} is none of {', '.join(known)}{like(found, known)}"


def _at(path: str, facts: Mapping[str, Any]) -> object:
    here: Any = facts
    for step in path.replace("[", ".[").split("."):
        try:
            here = here[int(step[1:-1])] if step.startswith("[") else here[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return here
