"""What befalls people in every story, whatever it is of: faults of the world, lost lines, disks and power; and the end.

What is drawn comes from the story's own chance, so a seed decides it.
"""

from collections.abc import Callable, Sequence
from random import Random

from meshnode.core.events import TrustThisCopy
from meshnode.store.store import Store
from tests.simulation.scenes import copy_disk
from tests.simulation.watch import Broken, WatchedWorld
from tests.simulation.world import TICKETS, Faults, Host

CALM_AFTER = 600_000
"""Within this time (virtual ms) after the last fault all honest members hold the same: the longest pause between
dials and some rounds, over as many hops as there are nodes."""

FOLDS = (2, 50, 500)
"""How long a node may take to fold what came, in ms, where nodes fold."""


class Mishaps:
    """Befalls the machines of `people`, a list that the story may change."""

    def __init__(self, world: WatchedWorld, random: Random, people: Sequence[Host]) -> None:
        self._world = world
        self._random = random
        self._people = people
        self.backups: dict[str, Store] = {}
        self.restored: dict[str, None] = {}
        """Whose disk was lost, and who goes on with a copy."""

    def begin(self, folds: Sequence[int] = FOLDS) -> int:
        """Let the world fail; returns until when."""
        random, world = self._random, self._world
        world.faults = Faults(
            delay=(1, random.choice((5, 50, 400))),
            commit=(1, random.choice((2, 20, 200))),
            fold=(1, random.choice(folds)) if folds else Faults().fold,
            stall=random.choice((0, 0.01)),
            break_=random.choice((0, 0.002, 0.02)),
            dial_fails=random.choice((0, 0.3)),
            crash_before=random.choice((0, 0.02)),
            crash_after=random.choice((0, 0.02)),
        )
        world.tell(f"faults {world.faults}")
        return world.now + random.choice((20_000, 60_000))

    def cut(self, host: Host) -> None:
        """Cut one of somebody's lines."""
        for line in list(host.lines.values())[:1]:
            self._world.cut(line, "cut")

    def crash(self, host: Host) -> None:
        """Somebody pulls the plug."""
        host.crash("pulls the plug")

    def part(self, _: Host) -> None:
        """Part the people in two halves, or join them again."""
        if self._world.apart:
            self._world.part([])
        else:
            some = self._random.sample(self._people, len(self._people) // 2)
            self._world.part([some, [each for each in self._people if each not in some]])

    def back_up(self, host: Host) -> None:
        """Copy a disk; or lose it, and go on with the copy."""
        disk = self.backups.pop(host.name, None)
        if disk is None:
            self.backups[host.name] = copy_disk(host)
            return
        host.stop("loses its disk")
        # What it signed since and nobody it asks holds is lost: then it forks, and heals.
        self._world.forkers[host.name] = None
        self.restored[host.name] = None
        host.reopen(disk)
        host.start(copied=True)

    def end(self) -> None:
        """End all faults: everybody is up, in reach of the others, and takes what is on the disk for the latest."""
        self._world.faults = Faults()
        self._world.part([])
        for host in self._people:
            if host.node is None:
                host.start()
            host.hear(TrustThisCopy(next(TICKETS)))

    def calm(self, differences: Callable[[], list[str]]) -> int:
        """Wait until there are no differences any more; returns how long that took. Raises Broken if it takes long."""
        self._world.tell("the faults end")
        since = self._world.now
        if not self._world.run(since + CALM_AFTER, lambda: not differences()):
            raise Broken(f"not calm after {CALM_AFTER} ms: {differences()}")
        return self._world.now - since
