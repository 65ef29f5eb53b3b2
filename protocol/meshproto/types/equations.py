"""The value equation in an agreement: what a version may say about how income is shared (08-equations)."""

from collections.abc import Collection
from typing import Any

from meshproto.equation.preview.equations import read_steps
from meshproto.equation.preview.limits import MAX_STEPS
from meshproto.equation.preview.places import CURRENCY, Place
from meshproto.equation.terms import Step, Tiers
from meshproto.records.encoding import Value
from meshproto.records.ids import EXT
from meshproto.records.reasons import Reason, Refused

EVERYONE = "*"
_BY_AGENT = ("pay", "parts", "rate", "owed", "cap")
"""Where pairs stand whose first is an agent."""


def check_equation(equation: Value, agents: Collection[bytes]) -> None:
    """Raises Refused with an I-* reason, or Q-KEY, and the path for what is no equation among these agents."""
    steps = read_equation(equation)
    if sum(1 + _inside(each) for each in steps) > MAX_STEPS:
        raise Refused(Reason.I_LIST, "steps")
    _check_names(equation, "", agents)


def read_equation(equation: Any) -> tuple[Step, ...]:
    """The steps of an equation; ids are called by their lower-case hex."""
    fields = Place(_in_words(equation)).fields("cur", "steps")
    fields.needed("cur", lambda cur: cur.matching(CURRENCY))
    return fields.needed("steps", read_steps)


def _inside(step: Step) -> int:
    """How many steps stand in the brackets of one."""
    return sum(len(each.steps) for each in step.brackets) if isinstance(step, Tiers) else 0


def _in_words(value: Any) -> Any:
    """The same value with hex in place of bytes."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_in_words(each) for each in value]
    return {key: _in_words(each) for key, each in value.items()} if isinstance(value, dict) else value


def _check_names(value: Any, path: str, agents: Collection[bytes]) -> None:
    """Refuse names that are written out, and ids of others, in an equation that is right otherwise."""
    if isinstance(value, list):
        for place, each in enumerate(value):
            _check_names(each, f"{path}[{place}]", agents)
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        here = f"{path}.{key}" if path else key
        if key in _BY_AGENT:
            for place, (agent, _) in enumerate(each):
                if agent != EVERYONE:
                    _check_agent(agent, f"{here}[{place}][0]", agents)
        elif key == "agent":
            _check_agent(each, here, agents)
        elif key == "project":
            for place, project in enumerate(each):
                if not isinstance(project, bytes) or len(project) != 33 or project[:1] != EXT:
                    raise Refused(Reason.I_FIELD, f"{here}[{place}]")
        else:
            _check_names(each, here, agents)


def _check_agent(agent: object, path: str, agents: Collection[bytes]) -> None:
    if not isinstance(agent, bytes) or len(agent) != 32:
        raise Refused(Reason.I_FIELD, path)
    if agent not in agents:
        raise Refused(Reason.I_RULE, path)
