"""The studio of the demonstration: whoever proposes to share money waits until everybody's work has come to all."""

from types import SimpleNamespace
from typing import Any, cast

import trio

from meshnode.app.demo.seat import Seat
from meshnode.app.demo.studio import NETWORK, Studio
from meshproto.records.ids import RecordId, to_text

DELAY = 3.0
"""Seconds until what one wrote has come to the others."""


class Town:
    """Nodes that get each other's records only after a while, and remember who proposed to share money, and when."""

    def __init__(self) -> None:
        self.written: list[float] = []
        self.proposed: list[float] = []

    def seat(self) -> Seat:
        """Somebody's seat at one of the nodes."""
        office = SimpleNamespace(lookups=SimpleNamespace(entry=self._entry))
        ask = SimpleNamespace(post=self._post)
        return cast(Seat, SimpleNamespace(opened=SimpleNamespace(office=office), ask=ask))

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, str]:
        await trio.lowlevel.checkpoint()
        if path.startswith("/distributions"):
            self.proposed.append(trio.current_time())
            return {"id": to_text(RecordId(bytes(32))), "digest": ""}
        self.written.append(trio.current_time())
        return {"id": to_text(RecordId(len(self.written).to_bytes(32, "big")))}

    def _entry(self, record: bytes) -> SimpleNamespace | None:
        number = int.from_bytes(record, "big")
        come = number == 0 or trio.current_time() >= self.written[number - 1] + DELAY
        return SimpleNamespace(status="yes") if come else None


async def test_money_is_shared_once_all_work_has_come_to_everybody(autojump_clock: trio.testing.MockClock) -> None:
    town = Town()
    studio = Studio({name: town.seat() for name in ("Ana", "Ben", "Cleo", "Acme")}, lambda ago: None, 4)
    await studio.agree(NETWORK, ["Ben", "Cleo"], "Acme")
    await studio.until(0)
    await studio.share(NETWORK, 0)
    assert min(town.proposed) >= max(town.written) + DELAY
    assert await studio.settle() == studio.entries > 0
