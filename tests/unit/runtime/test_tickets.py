import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from meshnode.core.effects import Done, Outcome
from meshnode.core.events import Event, TrustThisCopy
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.tickets import MAX_OPEN, Tickets


async def test_each_request_gets_its_own_answer() -> None:
    asked: list[Event] = []
    tickets = Tickets(asked.append)
    outcomes: dict[int, Outcome] = {}

    async def ask(number: int) -> None:
        outcomes[number] = await tickets.ask(TrustThisCopy)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, 1)
        await wait_all_tasks_blocked()
        nursery.start_soon(ask, 2)
        await wait_all_tasks_blocked()
        assert asked == [TrustThisCopy(1), TrustThisCopy(2)]
        tickets.answer(2, Done())
        await wait_all_tasks_blocked()
        assert list(outcomes) == [2]
        tickets.answer(1, Done())


async def test_an_answer_nobody_waits_for_any_more_is_dropped() -> None:
    tickets = Tickets(lambda event: None)
    with trio.move_on_after(0):
        await tickets.ask(TrustThisCopy)
    tickets.answer(1, Done())


async def test_when_the_node_ends_every_request_ends_with_the_reason(nursery: trio.Nursery) -> None:
    tickets = Tickets(lambda event: None)
    codes: list[Code] = []

    async def ask() -> None:
        with pytest.raises(Refusal) as caught:
            await tickets.ask(TrustThisCopy)
        codes.append(caught.value.code)

    async with trio.open_nursery() as asking:
        asking.start_soon(ask)
        await wait_all_tasks_blocked()
        tickets.close(Refusal(Code.OUTCOME_UNKNOWN, "the disk failed"))
    await ask()
    assert codes == [Code.OUTCOME_UNKNOWN, Code.OUTCOME_UNKNOWN]


async def test_too_many_open_requests_are_refused_as_busy(nursery: trio.Nursery) -> None:
    tickets = Tickets(lambda event: None)
    for _ in range(MAX_OPEN):
        nursery.start_soon(tickets.ask, TrustThisCopy)
    await wait_all_tasks_blocked()
    with pytest.raises(Refusal) as caught:
        await tickets.ask(TrustThisCopy)
    assert caught.value.code is Code.BUSY
    nursery.cancel_scope.cancel()
