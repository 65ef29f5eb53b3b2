"""`scripts/simulate --seed N` plays one story aloud; without a seed it plays seed after seed until told to stop."""

import argparse
import sys
import time
import traceback

from tests.simulation.tales import play
from tests.simulation.watch import Broken


def main() -> int:
    """Play stories and say how they ended; 1 if one was broken."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="the one story to play, aloud")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed of many (1)")
    parser.add_argument("--seconds", type=float, default=60, help="how long to play seed after seed (60)")
    parser.add_argument("--quiet", action="store_true", help="do not tell the story of --seed")
    options = parser.parse_args()
    if options.seed is not None:
        return _tell(options.seed, quiet=options.quiet)
    end, seed = time.monotonic() + options.seconds, options.first
    while time.monotonic() < end:
        if _tell(seed, quiet=True):
            return 1
        seed += 1
    print(f"{seed - options.first} stories from seed {options.first} on ended well")
    return 0


def _tell(seed: int, *, quiet: bool) -> int:
    try:
        ending = play(seed, quiet=quiet)
    except (Broken, AssertionError) as broken:
        traceback.print_exc()
        print(f"seed {seed} is broken: {broken}\nreplay: scripts/simulate --seed {seed}", file=sys.stderr)
        return 1
    print(f"seed {seed}: calm after {ending.calm} ms, {ending.steps} steps, digest {ending.digest[:16]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
