"""Two readers written apart from each other, from the same text: they must answer every question alike.

A difference is printed as the question, one line that can be piped into both, and the two answers.
"""

import itertools
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest

from tests.support.mutants.amendments import amended
from tests.support.mutants.lines import mutated
from tests.support.mutants.previews import preview
from tests.support.mutants.questions import OFTEN, Questioner
from tests.support.mutants.stories import story
from tests.support.readers import JAVASCRIPT_READER, PYTHON_READER, ROOT, Comparison, Reader, ReaderEndedError

BATCH = 250
"""Questions handed over together: enough that waiting for each other costs nothing."""

QUESTIONS_PER_SECOND = 20_000 / 60
"""The least that is worth calling a campaign; a quiet machine does several times as many."""

LONG_CAMPAIGN = 300_000
PATIENCE = 5
"""A busy machine may take so many times as long to reach the least number."""

LEAST_STORIES = 5
"""A busy machine takes seconds to invent a story."""

LONG_EQUATIONS = 30_000
LONG_LINES = 100_000
LEAST_LINES = 4_000
LEAST_EQUATIONS = 1_000
LEAST_AMENDED = 10

ALWAYS_ANSWERS_YES = (
    sys.executable,
    "-c",
    "import sys\nfor _ in sys.stdin: print('{\"ok\":true}', flush=True)",
)


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "protocol")}


@pytest.mark.campaign("fuzz")
def test_both_readers_give_the_same_verdict_and_reason(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    seconds = campaign_seconds("fuzz/verdicts")
    least = LONG_CAMPAIGN if long_campaigns else round(seconds * QUESTIONS_PER_SECOND)
    seed = random.SystemRandom().getrandbits(32) if long_campaigns else 1
    begun = time.monotonic()
    with Reader(PYTHON_READER, environment) as one, Reader(JAVASCRIPT_READER, environment) as other:
        comparison = Comparison(one, other)
        for differences in batches(comparison, Questioner(seed)):
            assert not differences, f"seed {seed}, after {comparison.asked} questions:\n" + "\n".join(differences[:3])
            passed = time.monotonic() - begun
            if (comparison.asked >= least and (long_campaigns or passed > seconds)) or passed > seconds * PATIENCE:
                break
    seen = len(comparison.verdicts)
    tell(f"readers: {comparison.asked} questions in {passed:.0f} s, seed {seed}, {seen} verdicts")
    assert comparison.asked >= least
    assert {verdict.split()[0] for verdict in comparison.verdicts} == set(OFTEN)


@pytest.mark.campaign("fuzz")
def test_both_readers_say_the_same_of_who_may_act_for_whom(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    seeds, seconds = itertools.count(first_of(long_campaigns)), campaign_seconds("fuzz/authority")
    comparison = compare(environment, story, seeds, seconds, lambda played, _: played >= LEAST_STORIES)
    tell(f"readers: stories of authority, {comparison.asked} questions")


@pytest.mark.campaign("fuzz")
def test_both_readers_share_incomes_alike(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    least = LONG_EQUATIONS if long_campaigns else LEAST_EQUATIONS
    seeds = itertools.count(first_of(long_campaigns), BATCH)
    comparison = compare(
        environment,
        lambda seed: [preview(each) for each in range(seed, seed + BATCH)],
        seeds,
        campaign_seconds("fuzz/incomes"),
        lambda _, asked: asked >= least,
    )
    tell(f"readers: {comparison.asked} value equations, {comparison.verdicts}")


@pytest.mark.campaign("fuzz")
def test_both_readers_share_alike_before_and_after_an_amendment(
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    environment: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    seeds, seconds = itertools.count(first_of(long_campaigns)), campaign_seconds("fuzz/amendments")
    comparison = compare(
        environment, lambda seed: [amended(seed)], seeds, seconds, lambda _, asked: asked >= LEAST_AMENDED
    )
    tell(f"readers: {comparison.asked} amended agreements")


def test_both_readers_read_the_same_lines(environment: dict[str, str], long_campaigns: bool) -> None:
    first, count = first_of(long_campaigns), LONG_LINES if long_campaigns else LEAST_LINES
    with Reader(PYTHON_READER, environment) as one, Reader(JAVASCRIPT_READER, environment) as other:
        comparison = Comparison(one, other)
        for seed in range(first, first + count, BATCH):
            differences = comparison.ask([mutated(each) for each in range(seed, seed + BATCH)]).result()
            assert not differences, f"seed {seed}:\n" + "\n".join(differences[:3])
    told = {verdict.split()[-1] for verdict in comparison.verdicts}
    assert told >= {"ok", "N-KIND", "N-SUM", "N-VERSION", "N-SHAPE", "N-PLACE", "S-SIG"}


def first_of(long_campaigns: bool) -> int:
    """The first seed: another one each time in a long campaign."""
    return random.SystemRandom().getrandbits(32) if long_campaigns else 1


def compare(
    environment: dict[str, str],
    questions_of: Callable[[int], Sequence[Mapping[str, object]]],
    seeds: Iterable[int],
    seconds: float,
    is_enough: Callable[[int, int], bool],
) -> Comparison:
    """Ask both readers what each seed asks, for so long and until so many seeds and questions are enough."""
    begun = time.monotonic()
    with Reader(PYTHON_READER, environment) as one, Reader(JAVASCRIPT_READER, environment) as other:
        comparison = Comparison(one, other)
        for played, seed in enumerate(seeds, 1):
            differences = comparison.ask(questions_of(seed)).result()
            assert not differences, f"seed {seed}:\n" + "\n".join(differences[:3])
            if time.monotonic() - begun > seconds and is_enough(played, comparison.asked):
                break
    return comparison


def batches(comparison: Comparison, questioner: Questioner) -> Iterator[list[str]]:
    """The differences of one batch after the other; the next is made while the readers think."""
    thinking = comparison.ask([questioner.next() for _ in range(BATCH)])
    while True:
        following = [questioner.next() for _ in range(BATCH)]
        yield thinking.result()
        thinking = comparison.ask(following)


def test_a_reader_that_answers_otherwise_is_found_out(environment: dict[str, str]) -> None:
    with Reader(PYTHON_READER, environment) as one, Reader(ALWAYS_ANSWERS_YES, environment) as other:
        questions = [{"op": "value", "input": "00"}, {"op": "value", "input": "c0"}]
        (difference,) = Comparison(one, other).ask(questions).result()
    assert "c0" in difference
    assert "E-NIL" in difference


def test_a_reader_that_ends_is_found_out(environment: dict[str, str]) -> None:
    echo = (sys.executable, "-c", "print(input())")
    with Reader(echo, environment) as reader, pytest.raises(ReaderEndedError, match="second"):
        reader.answers([b"first", b"second"])


def test_the_same_seed_asks_the_same_questions() -> None:
    one, other = Questioner(7), Questioner(7)
    assert [one.next() for _ in range(200)] == [other.next() for _ in range(200)]
