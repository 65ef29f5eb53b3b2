"""Members lie about money: whatever they sign, all nodes compute the same cents, and nothing agreed is ever undone."""

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from meshproto.fold.concerns import concern_of
from meshproto.records.record import Record
from tests.support.byzantine.checks import Followed, check
from tests.support.byzantine.companies import company
from tests.support.byzantine.elsewhere import fold_elsewhere, other_implementation, processes

LONG_CAMPAIGN = 1_000
LEAST = 30
"""Schedules that must be checked in the time CI has, on the slowest machine: within the first 24 everything of SEEN
comes up, and within the first 28 each mutant of the fold that schedules catch (test_mutants.py)."""
QUICK = 3
IN_JAVASCRIPT = 4
"""Of every so many schedules one is folded by the other implementation."""
SEEN = (
    *("effective", "contested", "proposed", "superseded", "carried", "confirmed", "vacant", "erased", "retracted"),
    *("D-INPUTS", "D-LINES", "D-SUM", "D-CHAIN", "D-INCOME", "R-RIVAL", "R-DECIDED", "C-REVOKED", "C-RESTS"),
    "K-CONFLICT",
)
"""What must come up in a campaign, or it shows nothing: asked of every one but a quick look."""


def sums_up(followed: Followed, records: list[Record]) -> bool:
    """Whether what each valid distribution shares and leaves is what came in and what was left before."""
    for each in records:
        standing = followed.fold.standing(each.id)
        if each.type != "distribution" or standing is None or standing.status.name not in ("YES", "CONTESTED"):
            continue
        facts = each.facts
        pool = sum(concern_of(followed.memory, income).facts["net"]["amt"] for income in facts["incomes"])
        before = concern_of(followed.memory, facts["prev"]).facts["carry"]["amt"] if "prev" in facts else 0
        if sum(payable + held for _, payable, held, _ in facts["lines"]) + facts["carry"]["amt"] != pool + before:
            return False
    return True


@pytest.mark.campaign("byzantine")
def test_whatever_is_signed_about_money_all_nodes_compute_the_same_cents(
    campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    seconds = campaign_seconds("byzantine/money")
    least = LONG_CAMPAIGN if long_campaigns else LEAST if seconds >= 10 else QUICK
    begun, seed, told = time.monotonic(), 0, Counter[str]()
    one, other = processes()
    with one, other, other_implementation() as javascript:
        while seed < least or (not long_campaigns and time.monotonic() - begun < seconds):
            records = company(seed)
            try:
                plain = check(records, random.Random(seed))
                readers = [one, other, *([javascript] if seed % IN_JAVASCRIPT == 0 else [])]
                fold_elsewhere(readers, records, plain, random.Random(seed))
                assert sums_up(plain, records)
            except AssertionError as wrong:
                raise AssertionError(f"replay: python -m tests.support.byzantine --money {seed}\n{wrong}") from wrong
            told.update(word for each in plain.told.values() for word in (each.reason or "", each.state, *each.flags))
            seed += 1
    tell(f"byzantine: {seed} schedules about money in {time.monotonic() - begun:.0f} s")
    assert seed < LEAST or [each for each in SEEN if not told[each]] == []


@pytest.mark.parametrize("seed", range(6))
def test_what_people_sign_about_money_stands_as_the_text_says(seed: int) -> None:
    records = company(seed)
    assert sums_up(check(records, random.Random(seed)), records)


def test_schedules_about_money_are_the_same_for_the_same_seed() -> None:
    assert company(3) == company(3)
    assert company(3) != company(4)
