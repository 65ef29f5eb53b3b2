"""Every limit on a preview file. Together they bound what an answer costs: a second, and 200 MB."""

MAX_FILE = 1024 * 1024
"""Largest file in bytes: 5,000 contributions with an attestation each. A second reads about twice as much."""

MAX_DEPTH = 24
"""Deepest nesting of arrays and objects, the outermost counting 1. The deepest that has a meaning is 13."""

MAX_DIGITS = 16
"""Most digits of a number: those of 2^53−1, so that no number is too long to be read."""

MAX_NAME = 256
"""Longest name of a contribution, project, class or dispute, in bytes."""

MAX_AGENT = 64
"""Longest name of an agent in bytes: an id in hex."""

MAX_STEPS = 64
"""Most steps of an equation, those in brackets included."""

MAX_BRACKETS = 16
"""Most brackets of one `tiers`."""

MAX_WEIGHTS = 16
"""Most weights in one list."""

MAX_COMPONENTS = 8
"""Most components of a mix. Each multiplies the common denominator by its sum."""

MAX_RATES = 256
"""Most rates in all weights of one step: each may add 20 bits to the common denominator."""

MAX_PARTS = 1000
"""Most that author-chosen parts add up to, so that their common denominator is below 2^1440."""

MAX_ROUNDS = 256
"""Most rounds of a file."""

MAX_CONTRIBUTIONS = 5_000
"""Most contributions, and most corrections, of a file."""

MAX_ATTESTATIONS = 15_000
"""Most attestations of a file."""

MAX_WORK = 1_000_000
"""Most work, as 08-equations 10.3 counts it: each unit takes up to a microsecond, with the largest denominators."""
