"""Rounds that are worked out again are those that were shared, whatever was told before."""

import pytest

from meshproto.fold import retelling
from meshproto.fold.chains import Telling
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory, Memory
from meshproto.fold.retelling import Retelling
from meshproto.fold.sharing import lines_of, result_digest, tell_up_to
from scripts.vectors.deals import Deal
from scripts.vectors.shares import tales


def folded(deal: Deal) -> DictMemory:
    memory = DictMemory()
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    return memory


def worked() -> Deal:
    deal = Deal("two who share by hours", "carol")
    deal.work("bob", 2400, "carol")
    return deal


@pytest.mark.parametrize("tale", tales(), ids=lambda tale: tale.description)
def test_in_any_order_all_rounds_are_told_as_they_were_shared(tale: object) -> None:
    deal = Deal("", signed=False)
    deal.tale = tale  # type: ignore[assignment]  # any tale will do
    memory, told = folded(deal), Retelling()
    shared = {each.id: each.facts for each in deal.tale.records if memory.get("entered", each.id) is not None}
    for key in (*shared, *reversed(shared)):
        settled = told.of(key, memory).settled
        assert (lines_of(settled), result_digest(settled)) == (shared[key]["lines"], shared[key]["result_digest"])


def test_the_chains_told_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bytes] = []

    def noted(key: bytes, telling: Telling, memory: Memory) -> None:
        told.append(key)
        tell_up_to(key, telling, memory)

    monkeypatch.setattr(retelling, "MAX_WORKS", 1)
    monkeypatch.setattr(retelling, "tell_up_to", noted)
    deals, again = [worked(), worked()], Retelling()
    for deal in deals:
        deal.work("alice", 60, "bob")
    keys = [deal.share("bob", deal.income(amount)).id for deal, amount in zip(deals, (1000, 2000), strict=True)]
    for place in (0, 0, 1, 0):
        assert again.of(keys[place], folded(deals[place])).settled.lines
    assert told == [keys[0], keys[1], keys[0]]


def test_a_later_round_goes_on_from_where_an_earlier_one_ended() -> None:
    deal, told = worked(), Retelling()
    first = deal.share("bob", deal.income(1000))
    before = told.of(first.id, folded(deal))
    deal.work("alice", 60, "bob")
    second = deal.share("bob", deal.income(500), prev=first)
    assert told.of(second.id, folded(deal)).book is before.book
