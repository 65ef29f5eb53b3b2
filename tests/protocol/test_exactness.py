"""I3: no float in what two nodes compute alike: not in a canonical form, not in a file, not on the way to a cent."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.equation.preview.reading import read_preview
from meshproto.records.encoding import EncodeError, decode, encode
from meshproto.records.reasons import Reason, Refused
from tests.support.random_equations import a_file

pytestmark = pytest.mark.no_cover  # other tests take the branches of what is computed here, time and again

ROOT = Path(__file__).parents[2]
SEEDS = st.integers(0, 2**32)
MUTANTS = {
    "a quota is a float on the way": (
        "meshproto.equation.rounding",
        "divmod(total * weight, whole)",
        "divmod(int(total * weight / whole * whole), whole)",
    ),
    "a mean is a float on the way": (
        "meshproto.equation.confirming",
        "return sum(ratings, ZERO) / len(ratings)",
        "return Fraction(float(sum(ratings, ZERO)) / len(ratings))",
    ),
    "a power of ten is a float": ("meshproto.equation.measures", "measure.n, 10**measure.s", "measure.n * 1, int(1e0)"),
    "what is owed is added up in floats": (
        "meshproto.fold.ledger",
        'in_hand=income.facts["net"]["amt"]',
        'in_hand=float(income.facts["net"]["amt"])',
    ),
}


def exactly(files: int, *change: str) -> "subprocess.CompletedProcess[str]":
    """Share the incomes of files and fold stories in a process that watches every expression."""
    command = [sys.executable, "-m", "tests.support.exactly", str(files), *change]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_i3_no_expression_of_the_engine_or_the_fold_comes_to_a_float() -> None:
    done = exactly(100)
    assert (done.returncode, done.stdout) == (0, "exactly\n"), done.stderr[-2_000:]


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_i3_a_float_on_the_way_is_noticed(change: tuple[str, str, str]) -> None:
    done = exactly(30, *change)
    assert done.returncode == 1
    assert "InexactError: an expression came to " in done.stderr


def places_of_numbers(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all integers in a value of JSON."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [place for name, each in inner for place in places_of_numbers(each, (*at, name))]
    return [at] if isinstance(value, int) and not isinstance(value, bool) else []


@given(SEEDS, st.sampled_from((0.0, 0.5, 1e9, float("inf"), float("nan"))))
def test_i3_a_float_anywhere_in_a_file_is_refused_even_if_it_is_a_whole_number(seed: int, odd: float) -> None:
    chance = Random(seed)
    content = a_file(chance, special=True)
    *way, last = chance.choice(places_of_numbers(content))
    holder: Any = content
    for each in way:
        holder = holder[each]
    holder[last] = odd or float(holder[last])
    with pytest.raises(Refused) as refused:
        read_preview(json.dumps(content).encode())
    assert refused.value.reason in (Reason.Q_JSON, Reason.I_VALUE)


NESTED = st.recursive(
    st.integers(0, 9) | st.binary(max_size=3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
)


@given(NESTED, st.floats(), st.booleans())
def test_i3_nothing_with_a_float_in_it_has_a_canonical_form(value: Any, odd: float, is_in_a_map: bool) -> None:
    holder: Any = {"a": odd, "b": value} if is_in_a_map else [value, odd]
    with pytest.raises(EncodeError):
        encode(holder)
    with pytest.raises(Refused) as refused:
        decode(msgpack.packb(holder))
    assert refused.value.reason is Reason.E_FLOAT or encode_fails_too(value)


def encode_fails_too(value: Any) -> bool:
    """Whether what stands before the float is refused for a reason of its own."""
    try:
        return decode(msgpack.packb(value)) is None
    except Refused:
        return True
