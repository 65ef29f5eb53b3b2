"""Distributions get their sums from what lies in their past, or are not signed."""

from typing import Any

import pytest

from meshnode.core.author import BEGINNING, End
from meshnode.core.drafts import Draft
from meshnode.core.summing import MOST_QUESTIONS, Question, Sums, Unsummed, answer, asking, with_sums
from meshproto.fold import sharing
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.limits import MAX_DEPS
from meshproto.records.record import Record
from scripts.vectors.deals import Deal
from tests.support.deals import folded, three


def asked(deal: Deal, income: Record, **more: Any) -> Draft:
    facts = {"agreement": deal.deal.id, "incomes": [income.id], "to": "2025-12-31", **more}
    return Draft(ScopeId(deal.deal.id), "distribution", facts, agent=deal.people["bob"].id)


def ask(deal: Deal, draft: Draft, memory: Any = None) -> Draft | Unsummed:
    heads = [each.id for each in deal.tale.records]
    return answer(asking(draft, heads, b""), memory or folded(deal))


def test_the_sums_are_those_that_every_node_finds() -> None:
    deal = three()
    income = deal.income(1_000_000)
    draft = asked(deal, income)
    found = ask(deal, draft)
    assert found == draft._replace(facts=deal.share("bob", income).facts)


def test_what_was_seen_is_signed_and_nothing_else() -> None:
    deal = three()
    income = deal.income(1_000_000)
    seen = ask(deal, asked(deal, income))
    assert isinstance(seen, Draft)
    expecting = asked(deal, income, result_digest=seen.facts["result_digest"])
    assert ask(deal, expecting) == seen
    deal.work("bob", 60, "alice")
    assert ask(deal, expecting) == Unsummed("moved")


def test_a_later_one_follows_the_one_before() -> None:
    deal = three()
    first = deal.share("bob", deal.income(1000))
    deal.work("bob", 60, "alice")
    income = deal.income(500)
    found = ask(deal, asked(deal, income, prev=first.id))
    assert found == asked(deal, income)._replace(facts=deal.share("bob", income, prev=first).facts)


def test_what_would_be_void_is_not_signed() -> None:
    deal = three()
    income = deal.income(1000)
    first = deal.share("bob", income)
    assert ask(deal, asked(deal, income, prev=first.id)) == Unsummed("void", "D-INCOME")


def test_a_refund_of_what_was_not_shared_has_no_sums() -> None:
    deal = three()
    income = deal.income(1000)
    back = deal.income(-400, refunds=income.id)
    assert ask(deal, asked(deal, back)) == Unsummed("void", "D-INCOME")


def test_what_is_no_distribution_before_is_not_restated() -> None:
    deal = three()
    first = deal.share("bob", deal.income(1000))
    other = deal.share("bob", deal.income(900), to="2025-12-30")
    wrong = asked(deal, first, prev=first.id, restates=other.id)
    wrong.facts["incomes"] = []
    assert ask(deal, wrong) == Unsummed("void", "D-CHAIN")


def test_more_than_may_enter_is_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = three()
    draft = asked(deal, deal.income(1000))
    memory = folded(deal)
    monkeypatch.setattr(sharing, "_MOST", ((0, 2),))
    assert ask(deal, draft, memory) == Unsummed("void", "X-QUOTA")


def test_what_is_not_folded_yet_is_waited_for() -> None:
    deal = three()
    before = folded(deal)
    income = deal.income(1000)
    assert ask(deal, asked(deal, income), before) == Unsummed("unfolded")


def test_sums_rest_on_what_is_valid_only() -> None:
    deal = three()
    income = deal.income(1000)
    person = deal.people["bob"].id
    for wrong in ({"agreement": income.id}, {"incomes": [person]}, {"prev": person}):
        assert ask(deal, asked(deal, income, **wrong)) == Unsummed("unfolded")


def test_what_is_signed_before_it_lies_in_its_past() -> None:
    deal = three()
    income = deal.income(1_000_000)
    draft = asked(deal, income)
    checkpoint = Draft(draft.scope, "checkpoint", {}, deps=tuple(each.id for each in deal.tale.records[:-1]))
    memory = folded(deal)
    found = with_sums([checkpoint, draft], BEGINNING, [deal.tale.records[-1].id], b"", Sums(memory))
    assert found == [checkpoint, ask(deal, draft)]
    end = End(1, income.id, (deal.tale.records[-2].id,))
    heads = [each.id for each in deal.tale.records]
    assert with_sums([draft], end, heads[-MAX_DEPS:], b"", Sums(memory)) == [ask(deal, draft)]


def test_a_distribution_is_signed_alone_and_the_rest_stays_as_it_is() -> None:
    deal = three()
    draft = asked(deal, deal.income(1000))
    work = Draft(draft.scope, "contribution", {})
    for drafts in ([draft, work], [work, draft], [draft, draft]):
        found = with_sums(drafts, BEGINNING, [], b"", Sums(folded(deal)))
        assert isinstance(found, Unsummed)
        assert found.why == "draft"
    assert with_sums([work, work], BEGINNING, [], b"", Sums(folded(deal))) == [work, work]


def test_why_it_is_not_signed_is_passed_on() -> None:
    deal = three()
    draft = asked(deal, deal.income(1000))
    assert with_sums([draft], BEGINNING, [RecordId(b"x" * 32)], b"", Sums(folded(deal))) == Unsummed("unfolded")


def test_where_sums_are_worked_out_elsewhere_they_are_asked_for_first() -> None:
    deal = three()
    income = deal.income(1_000_000)
    memory = folded(deal)
    sums, question = Sums(memory), asking(asked(deal, income), [each.id for each in deal.tale.records], b"")
    sums.elsewhere = True
    assert sums.of(question) == Unsummed("unsummed")
    [wanted] = sums.asked()
    assert (wanted, sums.asked()) == (question, [])
    sums.tell(wanted, answer(wanted, memory))
    assert sums.of(question) == answer(question, memory)
    assert sums.of(question._replace(known=question.known[1:])) == Unsummed("unsummed")


def test_what_is_not_folded_yet_is_asked_for_again() -> None:
    deal = three()
    question = asking(asked(deal, deal.income(1000)), [b"x" * 32], b"")
    sums = Sums(folded(deal))
    sums.elsewhere = True
    sums.tell(question, answer(question, folded(deal)))
    assert sums.of(question) == Unsummed("unsummed")


def test_only_the_last_questions_and_answers_are_kept() -> None:
    deal = three()
    draft = asked(deal, deal.income(1000))
    questions = [Question(draft, (bytes([each]),)) for each in range(MOST_QUESTIONS + 1)]
    sums = Sums(folded(deal))
    sums.elsewhere = True
    assert {sums.of(each) for each in questions} == {Unsummed("unsummed")}
    assert sums.asked() == questions[1:]
    for each in questions:
        sums.tell(each, draft)
    assert [sums.of(each) for each in questions] == [Unsummed("unsummed"), *[draft] * MOST_QUESTIONS]
