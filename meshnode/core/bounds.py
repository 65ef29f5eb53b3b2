"""How much of others' private parts is held, and whether there is room for more.

One author has a bound, and all together have one. At the latter, who holds most makes room for who holds less, and
whoever is not followed for whoever is: so a flood stops at its author's bound and pushes out nobody but itself.
"""

from meshnode.core.ground import Ground
from meshnode.core.policy import Policy
from meshproto.records.ids import AgentId, RecordId

SLACK = 16
"""Of the total, one part in so many may be held beyond it until others have made room, and is freed below it."""

RECOUNT = 256
"""Parts taken in before it is looked again who holds most: looking costs as much as there are authors."""


class Bounds:
    """Counts the private parts of others, those on their way to the disk included."""

    def __init__(self, ground: Ground, policy: Policy) -> None:
        self._ground = ground
        self._policy = policy
        self._held: dict[AgentId, int] = {}
        self._promised: dict[AgentId, int] = {}
        self._promises = 0
        self._largest: AgentId | None = None
        self._takes = 0
        self.total = 0
        self.coming: dict[RecordId, tuple[AgentId, int]] = {}
        """Parts on their way to the disk."""

    def load(self) -> None:
        """Count what earlier lives left."""
        for agent, size in self._ground.ledger.part_bytes():
            if not self._policy.is_own(agent):
                self._held[agent] = self._held.get(agent, 0) + size
                self.total += size

    @property
    def is_over(self) -> bool:
        """Whether more is held of all together than may be."""
        return self.total > self._ground.settings.parts_of_others

    def above(self, size: float) -> list[tuple[AgentId, int]]:
        """The authors of whom so much is held, and how much."""
        return [(agent, held) for agent, held in self._held.items() if held >= size]

    @property
    def fullest(self) -> int:
        """The most that is held of one author."""
        return max(self._held.values(), default=0)

    def held(self, agent: AgentId) -> int:
        """How many bytes are held of an author."""
        return self._held.get(agent, 0)

    def lacks_room(self, agent: AgentId, size: int, *, promised: bool = False) -> str:
        """Which bound a part of this size would break, empty if none; with what was promised, if that is to count.

        "later": others make room for it.
        """
        settings = self._ground.settings
        if self._policy.is_own(agent):
            return ""
        held = self.held(agent) + (self._promised.get(agent, 0) if promised else 0)
        total = self.total + (self._promises if promised else 0)
        if held + size > settings.parts_per_author:
            return "author"
        if total + size <= settings.parts_of_others:
            return ""
        largest = None if promised else self.largest()
        if largest is None or not (agent in self._policy.followed or self.held(largest) > held + size):
            return "total"
        return "" if total + size <= settings.parts_of_others + settings.parts_of_others // SLACK else "later"

    def promise(self, agent: AgentId, size: int) -> None:
        """A part is to be asked for again: others of its author have less room."""
        if not self._policy.is_own(agent):
            self._promised[agent] = self._promised.get(agent, 0) + size
            self._promises += size

    def forget_promises(self) -> None:
        """What was promised has been asked for."""
        self._promised.clear()
        self._promises = 0

    def take(self, record: RecordId, agent: AgentId, size: int) -> None:
        """A part is on its way to the disk."""
        if self._policy.is_own(agent):
            return
        self.coming[record] = agent, size
        self._held[agent] = self.held(agent) + size
        self.total += size
        self._takes += 1
        if self._takes >= RECOUNT:
            self._largest, self._takes = None, 0

    def landed(self, record: RecordId) -> None:
        """A part is on the disk."""
        self.coming.pop(record, None)

    def let_go(self, agent: AgentId, size: int) -> None:
        """A part is let go."""
        if agent in self._held:
            self._held[agent] -= size
            self.total -= size
            if not self._held[agent]:
                del self._held[agent]
            self._largest = None

    def largest(self, besides: dict[AgentId, None] | None = None, *, followed: bool = False) -> AgentId | None:
        """Of whom most is held among those not followed; among all, if `followed`."""
        if besides or followed:
            return self._most(besides or {}, followed=followed)
        if self._largest is None or self._largest in self._policy.followed:
            self._largest = self._most({}, followed=False)
        return self._largest

    def overfull(self) -> list[AgentId]:
        """The authors of whom more is held than may be, since that was lowered."""
        return [agent for agent, size in self._held.items() if size > self._ground.settings.parts_per_author]

    def _most(self, besides: dict[AgentId, None], *, followed: bool) -> AgentId | None:
        found = [
            (size, agent)
            for agent, size in self._held.items()
            if agent not in besides and (followed or agent not in self._policy.followed)
        ]
        return max(found)[1] if found else None
