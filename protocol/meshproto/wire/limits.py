"""Every limit of a conversation between two nodes, the same on all nodes; what a node may choose is not here."""

from meshproto.records.limits import MAX_RUN_BYTES

VERSION = 1
"""The version of the conversation this package speaks."""

MAX_FRAME = MAX_RUN_BYTES + 8 * 1024
"""Largest body of a frame in bytes: a full run and what frames its 512 headers."""

LENGTH_SIZE = 4
"""Bytes of a frame's length, big-endian."""

OPTIONAL_FROM = 128
"""First code of the messages that a reader ignores when it does not know them."""

MAX_CODE = 255
"""Largest code of a message."""

NONCE_SIZE = 32
"""Bytes of a nonce. Two sessions never share one."""

TAG_SIZE = 32
"""Bytes of a tag: HMAC-SHA256."""

NAME_SIZE = 8
"""Bytes of a tag that name a shared scope for the rest of the session. Unpredictable, so nobody makes two alike."""

FINGERPRINT_SIZE = 32
"""Bytes of a fingerprint: a whole SHA-256, so that nobody hides a log behind a collision."""

TAG_STEP = 8
"""Tags are filled up to a multiple of this, so that their number tells little."""

MAX_TAGS = 1_024
"""Most tags in `scopes`."""

MAX_VERSIONS = 16
"""Most versions in `hello`."""

MAX_FEATURES = 32
"""Most features in `hello`, each of at most 32 characters."""

MAX_WORD = 32
"""Longest name of a feature."""

MAX_ADDRESSES = 16
"""Most addresses of one node in one message."""

MAX_ADDRESS = 256
"""Longest address in characters."""

MAX_PEER_ID = 128
"""Longest peer id in characters."""

MAX_PEERS = 64
"""Most peers in `peers`."""

MAX_NIBBLES = 64
"""Deepest span: a whole log id."""

MAX_RANGES = 4_096
"""Most ranges, and most listings, in one `compare`."""

LIST_UP_TO = 16
"""A range of at most this many logs is listed instead of split."""

FAN = 16
"""How many parts a range is split into: one for each nibble."""

MAX_ITEMS = 8_192
"""Most items in one listing."""

MAX_TIPS = 64
"""Most tips of one log in an item. A node keeps 8 branches, and more that others' records name."""

MAX_RANK = 3
"""Ranks of logs: 0 a scope's genesis, 1 streams of agents, 2 founders, 3 the others."""

MAX_MARKS = 32
"""Most marks in the want of one log: doubling distances reach back 2^31 records."""

MAX_WANTS = 1_024
"""Most logs in one `want`."""

MAX_IDS = 1_024
"""Most ids in `want_privates`, `get` and the lists of `privates`."""

MAX_ANNOUNCED = 1_024
"""Most tips in one `have` or `held`."""

MAX_CREDIT = 64 * 1024 * 1024
"""Most credit that may be open at once."""

MAX_DETAIL = 200
"""Longest detail in `bye`."""

BULK_OVERHEAD = 64
"""What a bulk message, and each private part in it, costs beside its bytes: small ones are not free."""
