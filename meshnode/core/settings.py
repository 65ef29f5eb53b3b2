"""What this node may choose, with every bound of the core named. Times are in milliseconds, sizes in bytes."""

from dataclasses import dataclass
from typing import Literal

Keep = Literal["all", "followed", "own", "none"]


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """All settings of the core. The defaults suit a laptop or a small server."""

    live: bool = True
    """Push new records as they are committed. Without it anti-entropy alone spreads them."""

    keep_privates: Keep = "all"
    """Whose private parts to ask for and keep. Headers and facts are always kept."""

    share_scopes: Keep = "followed"
    """Which networks to exchange with others: all that are carried here, also those that were left as long as they are
    open; those joined or followed; those joined; none."""

    parts_per_author: int = 256 * 1024 * 1024
    """Private parts kept of one other author. A log of a usual network has room for 4 million short texts of it."""

    parts_of_others: int = 4 * 1024 * 1024 * 1024
    """Private parts kept of all others together; beyond, whoever is followed goes first."""

    retention_days: int = 0
    """How long private parts of others who are not followed are kept, by days of this node; 0: for ever."""

    relayed_bytes: int = 1024 * 1024 * 1024
    """Headers kept of one network that is followed and not joined. Members are bound by its charter alone."""

    unanswered_bytes: int = 64 * 1024 * 1024
    """Headers kept of one agreement in which nobody for whom the owner acts has signed anything."""

    keeping_step: int = 256
    """Private parts let go, or looked at, in one go: some 10 ms."""

    keeping_interval: int = 3_600_000
    """How often to look for private parts that have been here for too long."""

    # Conversation
    features: tuple[str, ...] = ()
    """Optional abilities told in hello."""

    hello_deadline: int = 10_000
    """How long a peer may take to prove who it is. A slow link needs two round trips."""

    answer_deadline: int = 30_000
    """How long a peer may owe an answer before it is closed as idle."""

    sync_interval: int = 30_000
    """How often to compare fingerprints with each peer; jittered by a quarter. 32 bytes per network."""

    answerer_waits: int = 1_000
    """How long whoever was dialled leaves it to the dialler to compare first: one comparison serves both."""

    sync_wait: int = 60_000
    """How long a sync asked for may take before it is answered with what was reached."""

    compare_bytes: int = 96 * 1024
    """Largest step of a reconciliation: a thousand logs, some 20 ms; the next round finds the rest."""

    scopes_max: int = 256
    """Networks one node takes part in; each costs an index."""

    agreements_told: int = 64
    """Agreements carried at once of which peers have told and nothing says yet that they concern anybody here."""

    strange_bytes: int = 256 * 1024 * 1024
    """Headers kept of agreements that concern nobody here, carried or dropped; one half only for people of circles
    that the owner is in, so that strangers who fill the other do not keep them from telling of theirs."""

    # Fill
    fill_logs: int = 256
    """Logs asked for at once from one peer. More keep the line full; fewer keep causes before effects."""

    fill_queue: int = 8_192
    """Logs remembered per peer to be asked for. The next round finds the rest."""

    run_records: int = 500
    """Records in one run served: enough to make one signature cheap."""

    run_bytes: int = 256 * 1024
    """Bytes in one run served, so that other messages are not held up for long."""

    serve_queue: int = 4_096
    """Logs, records and private parts one peer may have asked for and not been served yet."""

    serve_slice: int = 256 * 1024
    """Bytes served in one turn, to whomever, before anything else is dealt with: some 5 ms of reading."""

    credit: int = 4 * 1024 * 1024
    """Bulk bytes a peer may send ahead of our commits. 4 MiB fill a line of 50 ms at 80 MB/s."""

    credit_step: int = 256 * 1024
    """Credit is granted in steps of this size. Smaller ones cost messages."""

    in_flight_max: int = 64
    """Batches handed to the store and not yet committed; beyond, new writes are answered as busy."""

    # Waiting
    pool_bytes: int = 8 * 1024 * 1024
    """Runs that wait because their author is not known yet, or what they continue is not here."""

    pool_runs_per_peer: int = 64
    """Runs of one connection in the pool, so that one peer cannot push out the others'."""

    waits_max: int = 65_536
    """Records remembered because they name something that is not here."""

    waits_per_log: int = 1_024
    """The same for one log. Beyond it the log is held back until what it names has come."""

    get_batch: int = 64
    """Records asked for by id in one message."""

    get_interval: int = 1_000
    """How long to wait before asking for a missing record, and again: it usually comes by itself."""

    get_retries: int = 20
    """Missing records asked for at once, from each peer in turn."""

    privates_asked: int = 1_024
    """Private parts asked for and not answered, per peer."""

    privates_queue: int = 16_384
    """Private parts remembered as missing; the store knows the rest."""

    privates_interval: int = 30_000
    """How long before a missing private part is asked for again from the same peer."""

    # Live
    eager_max: int = 6
    """Peers per network that new records are pushed to; the others are told the tips."""

    graft_wait: int = 250
    """How long to wait for a record that was announced before pulling it."""

    announced_max: int = 4_096
    """Announced tips waited for at once."""

    push_bytes: int = 64 * 1024
    """Largest run pushed unasked. Larger ones are announced."""

    # Held by
    held_interval: int = 500
    """How long to gather what was stored before telling peers."""

    held_untold: int = 1_024
    """Tips gathered per peer; beyond, the next equal fingerprint says it all."""

    held_others: int = 16_384
    """Other authors' logs for which we remember who holds them."""

    held_agents: int = 64
    """Agents remembered as holding one log, and agents not believed any more."""

    spot_interval: int = 60_000
    """How often one claim of one peer is checked."""

    # Peers
    peers_connected: int = 32
    """Connections the node opens by itself."""

    peers_known: int = 1_024
    """Peers remembered; those longest unheard of go first."""

    addresses_per_peer: int = 8
    """Addresses remembered per peer; those longest without success go first."""

    peers_told: int = 16
    """Peers named in one exchange."""

    peers_interval: int = 300_000
    """How often peers of a network are told to each other."""

    backoff_first: int = 1_000
    """First pause after a failed dial; doubles, jittered by a quarter."""

    backoff_most: int = 300_000
    """Longest pause between dials."""

    penalty_first: int = 60_000
    """First pause after a peer broke the protocol; doubles with each breach."""

    penalty_most: int = 3_600_000
    """Longest such pause."""

    requests_per_minute: int = 6_000
    """Small messages one peer may send in a minute."""

    # Writing and storing
    drafts_max: int = 500
    """Drafts in one write: what is signed at once without holding up the node."""

    stranger_records: int = 10_000
    """Records kept of all non-members of one network together."""

    stranger_logs: int = 256
    """Logs kept of non-members of one network together."""

    idle_streams: int = 4_096
    """Streams kept of agents that stand in no network here."""
