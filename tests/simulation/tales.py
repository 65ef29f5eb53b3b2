"""Which kind of story a seed tells.

Of ten five are of open networks, two of closed ones and devices, two of agreements and one of firms.
"""

from tests.simulation.deals import Deals
from tests.simulation.firms import Firms
from tests.simulation.households import Households
from tests.simulation.story import Ending, Story

KINDS = (Households, Deals, Story, Story, Story, Households, Deals, Firms, Story, Story)


def play(seed: int, *, quiet: bool = True) -> Ending:
    """Play the story of a seed. Raises Broken if anything that must hold does not."""
    return KINDS[seed % len(KINDS)](seed, quiet=quiet).play()
