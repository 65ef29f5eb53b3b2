"""The bounds of the runtime: every queue, wait and slice of work has its name and its reason here."""

from dataclasses import dataclass

MIB = 1 << 20

INBOX_BYTES = 8 * MIB
"""What all peers together may have waiting for the core; a run is at most 1 MiB, so several peers at full speed."""
INBOX_BYTES_PER_PEER = 4 * MIB
"""What one peer may have waiting: enough to decode the next runs while earlier ones commit."""
INBOX_EVENTS_PER_PEER = 256
"""Small events of one peer that may wait, so that a flood of tiny messages does not crowd out others."""
EVENT_WEIGHT = 512
"""Bytes an event weighs besides the records in it."""
DECODED_WEIGHT = 6
"""How many times as much memory as on the wire a message takes that is made of many small things, measured."""

GROUP_RECORDS = 1024
"""Records after which a transaction takes no further batch: the next may be read meanwhile."""
STAGE_RECORDS = 64
"""Records above which a group is written in the writer's thread: fewer are sooner done than handed over."""
GROUP_BATCHES = 512
"""Batches in one transaction at most."""
TIDY_SECONDS = 0.2
"""After so long without a batch the writer does what can wait: ordering its index, copying the WAL."""
WRITER_BACKLOG = 32
"""Batches on their way to the disk above which the core is fed nothing more from peers.

Half of what the core takes before it says that it is busy (`CoreSettings.in_flight_max`), so that a sync never keeps
the owner from writing.
"""

INLINE_BYTES = 32_768
"""Messages up to this size are checked as they come: well under a millisecond. Larger ones take turns."""

STRANGERS_BYTES = 4 * MIB
"""What all peers that share no network with this node may together leave unfinished or unread, or have waiting."""
STRANGERS_READ = 16 * 1024
"""How much is taken at a time from such a peer: what it said is held four times over while it is dealt with."""
OUTBOX_BYTES = 8 * MIB
"""What may wait to be sent to one peer. The core's credits keep it far lower; above it the peer is too slow."""
SEND_BYTES = 262_144
"""How much is gathered into one write: small writes are ruinous over the secured channel."""
SEND_SECONDS = 30.0
"""How long one write to a peer may wait for its window."""
CLOSE_SECONDS = 3.0
"""How long saying goodbye to a peer may take."""
MAX_DIALS = 16
"""Dials under way at once."""

LOOP_SLICE_SECONDS = 0.010
"""After so much work in a row the driver lets other tasks run."""
ASKED_SECONDS = 0.5
"""After so long without a request to the API, what takes long need not go in short rounds any more."""
ASKED_BREATH_SECONDS = 0.002
"""How long a sync rests then before it checks a large message, and before it decides about it: several rounds of the
loop, in which requests are heard. With one rest for both, searches and writes took a third longer beside a sync."""
ASKED_MOST_SECONDS = 0.02
"""How long it waits at most, each time, for those that are being answered: a run is 500 records, so it takes more than
10,000 a second in."""
ASKED_GROUP_RECORDS = 256
"""Records after which a transaction takes no further batch then: a write waits for its own and for the one before."""
ASKED_BACKLOG = 1
"""Batches on their way to the disk at which the core is fed nothing more from peers then: writes come after them. With
four, half of the writes of a sync came after a second transaction and a third (p99 47 ms; with one, 33)."""
PROJECT_QUIET_SECONDS = 0.2
"""Views are brought up to date once the node was not busy for this long, so that they do not compete with a sync."""
PROJECT_LAG_SECONDS = 2.0
"""… but they never lag further behind than this while records keep arriving."""
PROJECT_SHARE = 8.0
"""While records stream in, the projector rests so many times as long as it worked: a sync goes first."""
PROJECT_SLICE = 200
"""Records the projector takes at a time, some 30 ms of work: it can give way only in between."""
PROJECT_SLICES = 10
"""Most such slices in one transaction of views.db, while far behind and alone: each page on which the rows of a few
records fall is written once for all of them."""
PROJECT_BUSY_SLICE = 20
"""The same while the node is busy: writing the rows of a slice cannot be interrupted."""
PROJECT_BREATH_SECONDS = 0.0002
"""While the node is busy the projector lies down for so long between two records, about as long as one takes."""
SCRUB_SHARE = 20.0
"""After views.db was rewritten because of an erasure, it is not rewritten for so many times as long as that took:
whoever erases often, and has others erase, makes his texts wait for each other, and nobody's disk busy."""
SCRUB_AGAIN_SECONDS = 0.5
"""When to try again what a reader of the views was in the way of."""
LOOK_SHARE = 1.0
"""While everything stored is looked through, it rests so many times as long as it worked: nobody waits for it."""
RETRY_SECONDS = 10.0
"""After so long what a full or read-only disk had prevented is tried again."""
SWITCH_SECONDS = 0.0001
"""How long a thread may keep the interpreter while another waits. Python's 5 ms would be felt as latency: it is taken
back ten times or more for an answer, after each question to the database."""
GARBAGE_AFTER = 5_000, 4, 25
"""Objects made and not freed after which Python looks for cycles among them; how many such looks until it looks through
those that outlived one, and how many of these until it looks through all. Each look holds the loop up for about a
microsecond an object: 5 ms, then 20 ms; 20,000 and 10 took 30 and 50 ms beside everything else in a round."""
STALL_SECONDS = 0.1
"""A pause of the event loop beyond this is counted."""
PING_SECONDS = 10.0
"""How long a ping waits; a peer that is silent for five is dropped."""
STOP_SECONDS = 10.0
"""How long an orderly stop may take before what is left is cancelled. Nothing acknowledged depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSettings:
    """What the owner may change about the runtime."""

    timer_cap_ms: int = 12 * 3_600_000
    """The most a timer left running counts."""
    default_network: str = ""
    """Name or id of the network that work goes into when nothing else is said; empty: the notebook."""
    private_parts: str = "all"
    """Whose private parts are kept, to be told."""
    networks: str = "followed"
    """Which networks are exchanged, to be told."""
    sync_interval: int = 30_000
    """Milliseconds between two comparisons with a peer."""
    retention_days: int = 0
    """After how many days private parts of others are let go, to be told."""
    backup_days: int = 30
    """After how many days without a backup one is reminded; 0: never."""
