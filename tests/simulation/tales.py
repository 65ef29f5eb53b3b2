"""Which kind of story a seed tells: of ten seven are of open networks, two of closed ones and devices, one of firms."""

from tests.simulation.firms import Firms
from tests.simulation.households import Households
from tests.simulation.story import Ending, Story


def play(seed: int, *, quiet: bool = True) -> Ending:
    """Play the story of a seed. Raises Broken if anything that must hold does not."""
    kind = Households if seed % 5 == 0 else Firms if seed % 10 == 7 else Story
    return kind(seed, quiet=quiet).play()
