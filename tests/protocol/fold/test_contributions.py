"""What remains of a claim after its corrections."""

from hypothesis import given
from hypothesis import strategies as st

from meshproto.fold.contributions import Correction, corrections_of, quantity_after, value_after
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.types import repair
from meshproto.types.value import Measure, Money
from scripts.vectors.cases import NOON
from scripts.vectors.story import ALICE, FIRST, in_stream

MEASURES = st.builds(Measure, st.integers(-1000, 1000), st.integers(0, 6), st.sampled_from(["MIN", "HUR"]))


def delta(qty: Measure | None = None, value: Money | None = None) -> Correction:
    return Correction(b"id", "delta", qty, value, 0)


def test_deltas_of_another_scale_are_added_exactly() -> None:
    assert quantity_after(Measure(15, 1, "HUR"), [delta(Measure(-25, 2, "HUR"))]) == Measure(125, 2, "HUR")


def test_a_delta_in_another_unit_has_no_effect() -> None:
    assert quantity_after(Measure(2, 0, "HUR"), [delta(Measure(60, 0, "MIN"))]) == Measure(2, 0, "HUR")


def test_no_claim_falls_below_zero() -> None:
    assert quantity_after(Measure(1, 0, "HUR"), [delta(Measure(-2, 0, "HUR"))]) == Measure(0, 0, "HUR")
    assert value_after(Money(5, "EUR"), [delta(value=Money(-9, "EUR"))]) == Money(0, "EUR")


@given(MEASURES, st.lists(MEASURES, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_deltas_makes_no_difference(claim, deltas, chance) -> None:  # type: ignore[no-untyped-def]  # drawn
    found = [delta(each) for each in deltas]
    mixed = [*found]
    chance.shuffle(mixed)
    assert quantity_after(claim, found) == quantity_after(claim, mixed)


def test_values_are_added_in_their_currency() -> None:
    deltas = [delta(value=Money(5, "EUR")), delta(value=Money(7, "CHF")), delta(Measure(1, 0, "HUR"))]
    assert value_after(Money(10, "EUR"), deltas) == Money(15, "EUR")


def test_corrections_are_found_by_their_target() -> None:
    memory = DictMemory()
    less = in_stream(
        ALICE, FIRST, repair.delta(FIRST.id, qty=Measure(-1, 0, "MIN"), value=Money(2, "EUR")), "correction"
    )
    words = in_stream(ALICE, less, repair.replace(FIRST.id), "correction")
    fold = Fold(memory)
    for each in (ALICE, FIRST, less, words):
        fold.add(each)
    wanted = [
        Correction(less.id, "delta", Measure(-1, 0, "MIN"), Money(2, "EUR"), NOON),
        Correction(words.id, "replace", None, None, NOON),
    ]
    assert list(corrections_of(FIRST.id, memory)) == sorted(wanted)
