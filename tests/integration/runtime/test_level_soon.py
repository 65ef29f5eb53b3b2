"""Two nodes find out soon that they are level, also when what they lacked was pushed while they compared."""

from pathlib import Path

import trio

from meshnode.core.effects import Synced
from meshnode.core.events import SyncNow
from tests.support.meshes import Mesh
from tests.support.patience import DEADLINE

SELDOM = 3600
"""Seconds until the next round of a quiet node: far more than anybody waits here."""


async def test_a_sync_right_after_a_join_does_not_wait_for_the_next_round(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana", sync__interval=SELDOM) as ana:
        line = ana.line(await ana.founds())
        for name in ("ben", "carol", "dan", "eve"):
            async with mesh.node(name, sync__interval=SELDOM) as other:
                await other.joins(line)
                with trio.fail_after(DEADLINE):
                    outcome = await other.opened.node.ask(lambda ticket: SyncNow(ticket, None))
                assert isinstance(outcome, Synced)
                assert ana.opened.node.peer in outcome.level
