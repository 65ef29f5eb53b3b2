import pytest
import trio

import meshnode.api.breath as breath_module
from meshnode.api.breath import Breath
from tests.support.patience import DEADLINE


@pytest.mark.parametrize(("longest", "turns"), [(0.0, [2, 3, 4]), (DEADLINE, [1, 1, 1])])
async def test_others_have_their_turn_when_it_is_time(
    monkeypatch: pytest.MonkeyPatch, longest: float, turns: list[int]
) -> None:
    monkeypatch.setattr(breath_module, "LONGEST_SECONDS", longest)
    breath, rounds, seen = Breath(), 0, list[int]()

    async def count() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(count)
        await trio.lowlevel.checkpoint()
        while not rounds:
            await trio.lowlevel.checkpoint()
        rounds = 1
        for _ in range(3):
            await breath.take()
            seen.append(rounds)
        nursery.cancel_scope.cancel()
    assert seen == turns
