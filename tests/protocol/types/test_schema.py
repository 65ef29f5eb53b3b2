"""What facts may look like, and which of several faults is named."""

from typing import Any

import pytest

from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason, Refused
from meshproto.types.schema import day, measure

HOURS: dict[str, Value] = {"n": 1, "s": 0, "u": "HUR"}


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        ({**HOURS, "u": 5}, Reason.I_FIELD, "u"),
        ({**HOURS, "u": "hur"}, Reason.I_VALUE, "u"),
        ({**HOURS, "u": "HOURS"}, Reason.I_VALUE, "u"),
        ({**HOURS, "n": True}, Reason.I_FIELD, "n"),
        ({"n": 0, "u": 5}, Reason.I_VALUE, "n"),
        ({"n": 1, "u": 5}, Reason.I_FIELD, "s"),
    ],
)
def test_of_the_faults_of_a_measure_the_first_is_named(value: Any, reason: Reason, path: str) -> None:
    with pytest.raises(Refused) as refused:
        measure(1)(value)
    assert (refused.value.reason, refused.value.detail) == (reason, path)


def test_facts_that_a_type_does_not_name_are_left_alone() -> None:
    measure(1)({**HOURS, "later": None})


@pytest.mark.parametrize("text", ["2025-02-29", "20250228", "2025-02-28" * 1000])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        day(text)
    assert refused.value.reason is Reason.I_VALUE
