"""Why an amount is what it is: explanations add up, and end at records that were signed."""

from fractions import Fraction
from typing import Any

import pytest

from meshnode.views.explained import Explained, explain_lines
from meshproto.fold.retelling import Retelling
from meshproto.records.record import Record
from meshproto.types import evaluation, repair
from meshproto.types.value import Measure
from scripts.vectors.deals import Deal
from scripts.vectors.shares import tales
from tests.support.deals import folded, ids, shared, three


def lines(deal: Deal, made: Record) -> dict[bytes, Explained]:
    return {each.agent: each for each in explain_lines(made.id, folded(deal))}


def adds_up(each: Explained) -> None:
    assert sum(cause.amount for cause in each.causes) == each.amt + each.held
    for cause in each.causes:
        parts = sum(-part.amount if part.undone else part.amount for part in cause.parts)
        assert parts + cause.rejected == cause.amount
        assert not cause.behind or sum(one.amount for one in cause.behind) == cause.amount


def test_every_amount_is_told_down_to_who_confirmed_what() -> None:
    deal = three()
    made = shared(deal, 1_000_000)
    told = lines(deal, made)
    assert [[each.agent, each.amt, each.held] for each in told.values()] == [line[:3] for line in made.facts["lines"]]
    [cause] = told[deal.people["bob"].id].causes
    assert (cause.path, cause.do, cause.distribution) == ("steps[0]", "pro_rata", made.id)
    [work] = cause.behind
    [word] = work.words
    assert (work.agent, word.by) == tuple(ids(deal, "bob", "carol"))
    [said] = word.records
    assert [each.type for each in deal.tale.records if each.id in (work.record, said)] == [
        "contribution",
        "attestation",
    ]


def test_ratings_are_told_of_steps_that_weigh_by_them_only() -> None:
    weights = [{"unit": "HUR", "quality": True}]
    steps = [{"do": "pro_rata", "weights": weights}]
    ratings = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
    cases: list[tuple[dict[str, Any], Fraction]] = [
        ({"value_equation": {"cur": "EUR", "steps": steps}}, Fraction(6, 5)),
        ({}, Fraction(1)),
    ]
    for more, quality in cases:
        deal = Deal("rated", ack={"min": 1, "by": "parties", "ratings": ratings}, **more)
        work = deal.work("bob", 60, state="claimed")
        deal.write("alice", "attestation", evaluation.attestation(work.id, rating=4))
        [line] = explain_lines(shared(deal, 1000).id, folded(deal))
        assert line.causes[0].behind[0].quality == quality


def test_only_what_was_asked_for_is_told() -> None:
    deal = three()
    made = shared(deal, 1000)
    [bob] = ids(deal, "bob")
    assert [each.agent for each in explain_lines(made.id, folded(deal), [bob])] == [bob]


def test_a_refund_names_the_distribution_whose_money_goes_back() -> None:
    deal = three()
    income = deal.income(900)
    first = deal.share("bob", income)
    back = deal.share("bob", deal.income(-300, refunds=income.id), prev=first)
    told = lines(deal, back)
    assert {cause.distribution for each in told.values() for cause in each.causes} == {first.id}
    for each in told.values():
        adds_up(each)


def test_corrections_and_the_word_that_was_taken_are_named() -> None:
    deal = three()
    work = next(each for each in deal.tale.records if each.type == "contribution")
    [said] = [each for each in deal.tale.records if each.type == "attestation" and each.facts["subject"] == work.id]
    less = deal.write("alice", "correction", repair.delta(work.id, qty=Measure(-600, 0, "MIN")))
    first = shared(deal, 1000)
    anew = deal.write("bob", "attestation", evaluation.attestation(work.id, rating=2, supersedes=[said.id]))
    more = deal.write("alice", "correction", repair.delta(work.id, qty=Measure(-60, 0, "MIN")))
    deal.work("alice", 1200, "bob")
    second = shared(deal, 1000, first)
    [alice] = ids(deal, "alice")
    behind = [one for cause in lines(deal, first)[alice].causes for one in cause.behind]
    assert [(one.record, one.corrections, one.words[0].records) for one in behind] == [
        (work.id, (less.id,), (said.id,))
    ]
    assert anew.id != more.id
    for each in lines(deal, second).values():
        adds_up(each)


@pytest.mark.parametrize("tale", tales(), ids=lambda tale: tale.description)
def test_in_all_tales_every_line_adds_up(tale: object) -> None:
    deal = Deal("", signed=False)
    deal.tale = tale  # type: ignore[assignment]  # any tale will do
    memory = folded(deal)
    for key, _ in [*memory.scan("entered", b"")]:
        for each in explain_lines(key, memory):
            adds_up(each)


@pytest.mark.parametrize("tale", tales(), ids=lambda tale: tale.description)
def test_what_was_told_before_explains_as_much_as_telling_anew(tale: object) -> None:
    deal = Deal("", signed=False)
    deal.tale = tale  # type: ignore[assignment]  # any tale will do
    memory, explainer = folded(deal), Retelling()
    keys = [key for key, _ in memory.scan("entered", b"")]
    for key in (*keys, *reversed(keys)):
        assert explain_lines(key, memory, retelling=explainer) == explain_lines(key, memory)
