"""Signing: drafts become records of this node's own logs.

Pure: the place in the log, what to name, the time and the salts are arguments. The node uses it between commits; the
command line uses it on a stopped node (`sign_offline`).
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from meshnode.core.chance import Chance
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.ports import Batch, Identity, Ledger, Moment
from meshnode.core.rows import WaitEntry
from meshproto.records.encoding import EncodeError, Value
from meshproto.records.ids import NONE, RecordId, ScopeId, log_id
from meshproto.records.limits import MAX_AUTHOR_GAP_BYTES, MAX_DEPS, MAX_RUN_RECORDS, SALT_SIZE
from meshproto.records.log import Run
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, build_record, pack_private
from meshproto.records.signatures import SigningKey

HEADS_ASKED = 64
"""Heads looked at when choosing what to name: twice as many as fit, since some may not be named."""


class DraftRefused(Exception):
    """A draft makes no record: `index` says which of them, `why` what is wrong with it."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(index, why)
        self.index = index
        self.why = why

    def __str__(self) -> str:
        return f"draft {self.index}: {self.why}"


class End(NamedTuple):
    """Where a log ends; `others` are the tips of its other branches, which the next record joins."""

    seq: int
    id: RecordId
    others: tuple[RecordId, ...] = ()


BEGINNING = End(0, RecordId(NONE))
"""The end of a log that has no record yet."""


class Pen(NamedTuple):
    """Who signs, and when; `salt` is asked for every private part."""

    agent: bytes
    key: SigningKey
    wall: int
    chance: Chance


def end_of(tips: Iterable[tuple[int, RecordId]]) -> End:
    """Where the next record of a log goes on.

    The next record of a log with branches has as `prev` the tip with the highest seq (ties: smallest id) and names
    the other tips: it heals the fork.
    """
    order = sorted(tips, key=lambda tip: (-tip[0], tip[1]))
    if not order:
        return BEGINNING
    (seq, tip), *others = order
    return End(seq, tip, tuple(each for _, each in others))


def sign_drafts(pen: Pen, drafts: Sequence[Draft], end: End, deps: Sequence[bytes] = ()) -> SignedRecords:
    """Sign drafts of one scope as the next records of a log. `deps` are named by the first. Raises DraftRefused."""
    records: list[Record] = []
    privates: list[tuple[RecordId, bytes]] = []
    named = [*end.others, *deps]
    for index, draft in enumerate(drafts):
        record, raw = _make(pen, draft, end, named[: max(MAX_DEPS - len(draft.deps), 0)], index)
        records.append(record)
        if raw is not None:
            privates.append((record.id, raw))
        end, named = End(record.seq, record.id), []
    return SignedRecords(tuple(_runs(pen.key, records)), tuple(privates))


def sign_genesis(
    pen: Pen, facts: dict[str, Value], private: dict[str, Value] | None = None
) -> tuple[ScopeId, SignedRecords]:
    """Sign the genesis of an agent with `pen.key`; returns its id and the record. Raises DraftRefused."""
    draft = Draft(ScopeId(NONE), "agent", facts, private)
    nobody = Pen(NONE, pen.key, pen.wall, pen.chance)
    signed = sign_drafts(nobody, (draft,), BEGINNING)
    return signed.runs[0].records[0].home, signed


def sign_offline(
    ledger: Ledger, identity: Identity, drafts: Sequence[Draft], moment: Moment, chance: Chance, number: int = 1
) -> tuple[Batch, tuple[RecordId, ...]]:
    """Sign drafts of one scope on a stopped node: the batch to commit, and the ids. Raises DraftRefused.

    They are signed for the owner, by what they say in `auth`, else by the grant of this device if it needs one.
    """
    scope = drafts[0].scope
    own = (RecordId(identity.grant),) if identity.grant is not None else ()
    drafts = [draft if draft.auth else draft._replace(auth=own) for draft in drafts]
    log = log_id(scope, identity.key.public)
    end = end_of((tip.seq, tip.id) for tip in ledger.tips(log))
    unsound = {row.log for row in ledger.rows(WaitEntry)}

    def is_sound(record: RecordId) -> bool:
        place = ledger.place(record)
        return place is not None and place.log not in unsound

    heads = (head for head in ledger.fresh_heads(scope, end.id, HEADS_ASKED) if head != end.id)
    deps = choose_deps(ledger, scope, heads, is_sound, first=end == BEGINNING)
    pen = Pen(identity.agent, identity.key, moment.wall, chance)
    signed = sign_drafts(pen, drafts, end, deps)
    ids = tuple(record.id for run in signed.runs for record in run.records)
    return Batch(number, runs=signed.runs, privates=signed.privates), ids


def choose_deps(
    ledger: Ledger, scope: bytes, heads: Iterable[RecordId], is_sound: Callable[[RecordId], bool], *, first: bool
) -> list[RecordId]:
    """Choose what a record names of the heads its author has not named yet: identity records first.

    The first record in a network names the founders' records before all else, for nothing there is valid without
    their accepts in its past. What is not sound is left out: it would spoil the log of whoever names it.
    """
    chosen: dict[RecordId, None] = {}
    facts = ledger.network(scope)
    if facts is None and not _is_read_by_others(ledger, scope):
        return []
    if first and facts is not None:
        roots = [root for root in map(ledger.root_of, facts.founders) if root is not None]
        for log in [log_id(scope, root) for root in roots]:
            ends = [tip.id for tip in ledger.tips(log) if is_sound(tip.id)]
            chosen.update(dict.fromkeys(ends or _accept_of(ledger, log)))
    later: list[RecordId] = []
    for head in heads:
        record = ledger.record(head) if is_sound(head) else None
        if record is not None:
            if record.home == scope:
                later.append(head)
            else:
                chosen[head] = None
    chosen.update(dict.fromkeys(later))
    return list(chosen)[:MAX_DEPS]


def _is_read_by_others(ledger: Ledger, scope: bytes) -> bool:
    """Whether a scope is an organisation or an agreement, in which several write."""
    genesis = ledger.record(scope)
    return genesis is not None and (genesis.type == "agreement" or genesis.facts.get("kind") == "organization")


def _accept_of(ledger: Ledger, log: bytes) -> list[RecordId]:
    """The first record of a founder's log, which is the accept: later ones may wait for records not here yet."""
    accept = ledger.id_at(log, 0, 1)
    return [] if accept is None else [accept]


def _make(pen: Pen, draft: Draft, end: End, named: Sequence[bytes], index: int) -> tuple[Record, bytes | None]:
    """Build the header and the private part of the record after `end`. Raises DraftRefused."""
    try:
        raw = None if draft.private is None else pack_private(draft.private, pen.chance.token(SALT_SIZE))
        record = build_record(
            scope=draft.scope,
            key=pen.key.public,
            seq=end.seq + 1,
            prev=end.id,
            deps=[*draft.deps, *named],
            at=pen.wall if draft.at is None else draft.at,
            type=draft.type,
            agent=draft.agent or pen.agent,
            auth=[*draft.auth],
            facts=draft.facts,
            private=None if raw is None else (sha256(raw).digest(), len(raw)),
        )
    except (EncodeError, Refused) as refusal:
        raise DraftRefused(index, str(refusal)) from None
    # One copy of what the records of a log share, instead of one in each.
    record.scope, record.key, record.prev = draft.scope, pen.key.public, end.id
    record.agent = draft.agent or pen.agent
    return record, raw


def _runs(key: SigningKey, records: Sequence[Record]) -> Iterable[Run]:
    """Cut records into runs as long as one signature may cover, and sign each."""
    start = size = 0
    for at, record in enumerate(records):
        size += len(record.raw)
        more = at + 1 < len(records)
        if not more or at + 1 - start == MAX_RUN_RECORDS or size + len(records[at + 1].raw) > MAX_AUTHOR_GAP_BYTES:
            yield Run(tuple(records[start : at + 1]), key.sign(record.id))
            start, size = at + 1, 0
