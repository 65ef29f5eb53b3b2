"""How long a request waits for the lists to show what is stored: for what was written here, not for a sync of others.

While records stream in, the views take them in after the sync, and whoever asks is shown what there is. That they do is
noticed by the first message that brings many of them, before it is stored; who waits already is let go on then.
"""

from collections.abc import Callable

import trio

from meshnode.runtime.node import RunningNode
from meshnode.runtime.projector import Projector

FRESH_SECONDS = 1.0
"""How long a list waits for the views to show what was just written; then it shows what there is."""
CERTAIN_SECONDS = 10.0
"""How long it is waited for them at most where what they show decides what is signed, or refused."""
FEW_BEHIND = 50
"""Records that the views may lack for a list to wait for them whoever wrote them: some 20 ms of work."""
STREAM_FRESH_SECONDS = 0.004
"""How long a list waits during a sync, and until it is shown, for the views to show what was written here."""
MOST_BEHIND = 5_000
"""Records behind which what was written here is waited for: about as many as are shown in FRESH_SECONDS."""


class Freshness:
    """Waits for the views."""

    def __init__(self, node: RunningNode, projector: Projector, shown: Callable[[], int]) -> None:
        """`shown` tells the last arrival that whoever reads the views sees."""
        self._node, self._projector, self._shown = node, projector, shown

    @property
    def lag(self) -> int:
        """How many records the views lack."""
        return max(0, self._node.arrival - self._shown())

    async def until_fresh(self, upto: int | None = None) -> None:
        """Wait until the views show what was written here up to an arrival (None: all), or for a moment all the same.

        Records of others are only waited for as long as there are few, and none stream in; nor is what was written
        here, behind so many of them that it would not show in time. Raises Refusal if the views are broken: what they
        show would stay as it is.
        """
        projector = self._projector
        if projector.is_current:
            return
        projector.must_be_whole()
        if self._is_calm() and self.lag <= FEW_BEHIND:
            await self._until_all()
            if self._is_calm():
                return
        own = self._node.written if upto is None else upto
        if projector.reached < own:
            await self._until_shown(own)

    async def until_certain(self) -> None:
        """Wait until the views show all that is stored, on a busy machine too. Raises Refusal."""
        with trio.move_on_after(CERTAIN_SECONDS):
            await self._projector.caught_up()

    def _is_calm(self) -> bool:
        """Whether no sync is under way, or waits to be shown."""
        return self._node.streaming.past(self._projector.reached)

    async def _until_all(self) -> None:
        """Wait for what is stored, whoever wrote it, unless records begin to stream in meanwhile."""
        with trio.move_on_after(FRESH_SECONDS) as scope, self._node.streaming.never(scope):
            await self._projector.caught_up()

    async def _until_shown(self, own: int) -> None:
        """Wait for what was written here, if it stands behind no more than can be shown in time."""
        if self._is_calm():
            most, seconds = MOST_BEHIND, FRESH_SECONDS
        else:
            most, seconds = FEW_BEHIND, STREAM_FRESH_SECONDS
        if own - self._projector.reached <= most:
            with trio.move_on_after(seconds):
                await self._projector.shows(own)
