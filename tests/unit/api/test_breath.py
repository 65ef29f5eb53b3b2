import pytest
from trio.testing import assert_checkpoints, assert_no_checkpoints

import meshnode.api.breath as breath_module
from meshnode.api.breath import Breath
from tests.support.patience import DEADLINE


async def test_others_have_their_turn_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breath_module, "LONGEST_SECONDS", 0.0)
    breath = Breath()
    for _ in range(2):
        with assert_checkpoints():
            await breath.take()


async def test_what_is_soon_done_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breath_module, "LONGEST_SECONDS", DEADLINE)
    breath = Breath()
    with assert_no_checkpoints():
        await breath.take()
