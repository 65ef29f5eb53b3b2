"""What the next distribution would be, and what one leaves out of all that is known."""

from typing import Any

from meshnode.views.cuts import Drawn, draw_up, imagine, left_out, unacknowledged
from meshnode.views.dealings import (
    accepted_by,
    agreements,
    awaiting,
    dealing,
    dealings,
    last_shared,
    spent_in,
    terms_now,
    to_share,
)
from meshproto.equation.notices import Concern
from meshproto.fold.authority import Verdict
from meshproto.fold.memory import Memory
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import repair
from scripts.vectors.deals import Deal
from tests.support.deals import folded, ids, shared, three


def drawn(deal: Deal, *incomes: Record, memory: Memory | None = None, **more: Any) -> Drawn:
    facts = {"agreement": deal.deal.id, "incomes": sorted(each.id for each in incomes), "to": "2025-12-31", **more}
    found = draw_up(deal.deal.id, facts, memory or folded(deal))
    assert isinstance(found, Drawn), found
    return found


def test_what_is_drawn_up_is_what_every_node_will_find() -> None:
    deal = three()
    income = deal.income(1_000_000)
    found = drawn(deal, income)
    assert found.facts == deal.share("bob", income).facts
    assert found.notices == ()
    assert len(found.entered.contributions) == 3


def test_an_amount_that_is_only_imagined_is_shared_as_if_it_had_come() -> None:
    deal = three()
    first = shared(deal, 900)
    income = deal.income(1_000_000)
    after = {"agreement": deal.deal.id, "to": "2025-12-31", "prev": first.id}
    found, real = imagine(deal.deal.id, after, 1_000_000, folded(deal)), drawn(deal, income, prev=first.id)
    assert isinstance(found, Drawn)
    assert (found.facts["lines"], found.facts["carry"]) == (real.facts["lines"], real.facts["carry"])
    assert found.facts["incomes"] == []
    assert found.settled.round.pool == 1_000_000


def test_why_it_would_be_void_is_told_before_anything_is_signed() -> None:
    deal = three()
    income = deal.income(1000)
    first = shared(deal, 900)
    facts = {"agreement": deal.deal.id, "incomes": [income.id], "to": "2025-12-30", "prev": first.id}
    broken = draw_up(deal.deal.id, facts, folded(deal))
    assert isinstance(broken, Verdict)
    assert (broken.reason, broken.ids) == (Reason.D_CHAIN, (first.id,))


def test_a_refund_of_what_was_not_shared_would_be_void() -> None:
    deal = three()
    back = deal.income(-400, refunds=deal.income(1000).id)
    broken = draw_up(deal.deal.id, {"agreement": deal.deal.id, "incomes": [back.id], "to": "2025-12-31"}, folded(deal))
    assert isinstance(broken, Verdict)
    assert (broken.reason, broken.ids) == (Reason.D_INCOME, (back.id,))


def test_what_is_shared_again_enters_with_what_came_late() -> None:
    deal = three()
    first = shared(deal, 1_000_000)
    late = deal.work("carol", 600, "bob")
    again = drawn(deal, prev=first.id, restates=first.id)
    assert sum(line[1] for line in again.facts["lines"]) == 0
    assert again.entered.contributions == [late.id]
    made = deal.write("bob", "distribution", again.facts)
    assert left_out(deal.deal.id, made.id, folded(deal)).contributions == ()


def test_what_nobody_has_confirmed_is_noticed() -> None:
    deal = three()
    waiting = deal.work("bob", 60, state="claimed")
    gone = deal.work("bob", 90, state="claimed")
    deal.write("bob", "correction", repair.retract(gone.id))
    found = drawn(deal, deal.income(1000))
    assert [each.concern for each in found.notices] == [Concern.UNCONFIRMED]
    assert unacknowledged(deal.deal.id, terms_now(deal.deal.id, folded(deal)), folded(deal)) == [waiting.id]


def test_who_approves_is_told_what_the_cut_leaves_out() -> None:
    deal = three()
    made = deal.share("bob", deal.income(1000))
    assert not left_out(deal.deal.id, made.id, folded(deal)).anything
    late = deal.work("carol", 60, "bob")
    said = deal.tale.records[-1]
    less = deal.write("carol", "correction", repair.retract(late.id))
    found = left_out(deal.deal.id, made.id, folded(deal))
    assert found.anything
    assert found == ((late.id,), (said.id,), (less.id,))


def test_the_next_one_follows_the_last_in_force_and_shares_what_it_did_not() -> None:
    deal = three()
    scope = deal.deal.id
    first = shared(deal, 1000)
    proposed = deal.share("bob", deal.income(400), prev=first)
    memory = folded(deal)
    assert agreements(memory) == [scope]
    assert last_shared(scope, memory) == first.id
    assert to_share(scope, first.id, memory) == proposed.facts["incomes"]
    assert [each.record for each in awaiting(scope, first.id, memory)] == [proposed.id]
    assert spent_in(proposed.id, memory) == {*first.facts["incomes"], *proposed.facts["incomes"]}


def test_a_refund_is_shared_alone_once_nothing_else_waits() -> None:
    deal = three()
    income = deal.income(900)
    first = deal.share("bob", income)
    deal.all_accept(first)
    back, later = deal.income(-300, refunds=income.id), deal.income(50)
    scope, memory = deal.deal.id, folded(deal)
    assert to_share(scope, first.id, memory) == [later.id]
    second = deal.share("bob", later, prev=first)
    deal.all_accept(second)
    memory = folded(deal)
    assert last_shared(scope, memory) == second.id
    assert to_share(scope, second.id, memory) == [back.id]


def test_nothing_follows_nothing_and_what_contests_each_other_only_without_better() -> None:
    deal = three()
    assert last_shared(deal.deal.id, folded(deal)) == b""
    income = deal.income(1000)
    knows = [*deal.tale.records]
    rivals = [deal.share(name, income, knows=knows) for name in ("alice", "bob")]
    for each in rivals:
        deal.all_accept(each)
    assert last_shared(deal.deal.id, folded(deal)) == min(each.id for each in rivals)


def test_records_are_told_with_their_state_and_who_accepted_them() -> None:
    deal = three()
    made = deal.share("bob", deal.income(1000))
    accept = deal.accept("carol", made)
    memory = folded(deal)
    alice, bob, carol = ids(deal, "alice", "bob", "carol")
    [found] = dealings(deal.deal.id, "distribution", memory)
    assert (found.record, found.agent, found.state, found.reason) == (made.id, bob, "proposed", "T-MISSING")
    assert sorted(found.ids) == sorted([alice, bob])
    assert accepted_by(made.id, carol, memory) == [accept.id]
    assert dealing(alice, memory) is None
