"""Every limit of the protocol on records and what they are made of.

Each is the same on all nodes: a record one node takes and another refuses would split a log.
"""

MAX_INT = 2**53 - 1
"""Largest magnitude of an integer. Every language with 64-bit floats holds it exactly."""

MAX_DEPTH = 16
"""Deepest nesting of arrays and maps, the outermost counting 1. Bounds recursion in every reader."""

MAX_HEADER = 68 * 1024
"""Largest header in bytes: full facts and 4 KiB for the other eleven fields (32 deps and 16 grants take 1.6 KiB)."""

MAX_FACTS = 64 * 1024
"""Largest encoded facts in bytes. What is larger belongs in the private part or in a blob."""

MAX_PRIVATE = 64 * 1024
"""Largest private part in bytes. Texts fit; files are blobs."""

MAX_DEPS = 32
"""Most ids in `deps`. More heads are joined by checkpoints."""

MAX_AUTH = 16
"""Most grants in `auth`: the longest chain of delegation."""

MAX_TYPE = 32
"""Longest name of a record type in bytes."""

MAX_RUN_RECORDS = 512
"""Most records one signature may cover: bounds what is lost with a torn run and what one record costs to prove."""

MAX_RUN_BYTES = 1024 * 1024
"""Most header bytes in one run, so that a run fits a frame and a proof of one record stays small."""

MAX_AUTHOR_GAP_BYTES = 512 * 1024
"""Header bytes after which an author signs. Half of a run: a run may begin inside a stretch and end with the next."""

MAX_BRANCHES = 8
"""Branches of one log that a node keeps of its own accord. More only when another key's stored record names them."""

SALT_SIZE = 16
"""Bytes of random salt in a private part, so that its digest tells nothing about short texts."""

MAX_LIST = 256
"""Most entries in a list in facts."""

MAX_EXT_REF = 64
"""Longest value in bytes of an `ext_ref`, such as a git commit."""

MAX_EXT_MORE = 199
"""Most further values beside an `ext_ref`: with it 200, the commits of a full day in 4 KiB of facts."""

MAX_STREAM_RECORDS = 1_000_000
"""Most records in one log of a person's own stream; in a network its charter says how many."""

MAX_STREAM_BYTES = 1024**3
"""Most header bytes in one log of a person's own stream; in a network its charter says how many."""

MAX_USES = 1000
"""Most agents one invitation may let in: a class, a village. Whoever wants more issues another."""

MAX_DEVICES_LIVE = 16
"""Most device grants of one agent that are not ended: bounds who can write in its name at a time."""

MAX_DEVICES = 256
"""Most device grants one agent may ever make: bounds the logs it can fill."""

MAX_RANK = 16
"""Most grants that stand above one within its scope: bounds what must be looked through to find who is upstream."""

MAX_ENDINGS = 16
"""Most revokes of one record, and most rotates of one root, that know of each other: bounds the acts each looks at."""

MAX_CAUSES = 16
"""Most ids told as the cause of a contest: enough to look into, however many there are."""
