"""The value equation in an agreement: what a version may say about how income is shared."""

from collections.abc import Collection

from meshproto.records.encoding import Value
from meshproto.types.schema import Field, array, mapping, matching

MAX_STEPS = 64

_STEP = mapping(Field("do", matching(r"[a-z_]{1,32}")))
_EQUATION = mapping(
    Field("cur", matching(r"[A-Z][A-Z0-9]{2,11}")), Field("steps", array(_STEP, least=1, most=MAX_STEPS))
)


def check_equation(equation: Value, agents: Collection[bytes]) -> None:
    """Raises Refused with an I-* reason and the path for what is no equation among these agents."""
    _EQUATION(equation)
