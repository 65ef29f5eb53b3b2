"""One node under a microscope: its store is real, its disk flushes at once, its peers say what a test tells them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import TypeVar

from meshnode.core.author import BEGINNING, End, Pen, sign_drafts, sign_genesis
from meshnode.core.check import event_of
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Alarm, Answer, Close, Commit, Dial, Effect, Look, Outcome, Report, Send
from meshnode.core.events import (
    BreachIn,
    Committed,
    Event,
    JoinScope,
    NetworksStand,
    PeerDown,
    PeerUp,
    Started,
    Woken,
    Write,
)
from meshnode.core.folded import FoldInRam
from meshnode.core.node import Node
from meshnode.core.ports import Batch, Identity, LogHead, Moment
from meshnode.core.reports import News
from meshnode.core.rows import LocalRow
from meshnode.core.settings import CoreSettings
from meshnode.core.standing import circles_in, standing_of
from meshnode.store.store import open_store
from meshproto.fold.fold import Fold
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId, log_id
from meshproto.records.log import Run
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey
from meshproto.types import identity
from meshproto.types.recovery import recovery_digest
from meshproto.wire import session as words
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import decode, encode
from meshproto.wire.limits import NONCE_SIZE
from meshproto.wire.messages import Auth, Bye, Compare, Headers, Hello, Message, Part, Scopes

NOON = 1_800_000_000_000
MessageT = TypeVar("MessageT", bound=Message)
NewsT = TypeVar("NewsT", bound=News)


class Dice:
    """Seeded chance; `rolls` are given out first."""

    def __init__(self) -> None:
        self._random = Random(7)
        self.rolls: list[float] = []

    def random(self) -> float:
        """A number in [0, 1)."""
        return self.rolls.pop(0) if self.rolls else self._random.random()

    def token(self, size: int) -> bytes:
        """Bytes."""
        return self._random.randbytes(size)


class Writer:
    """A person who signs runs by hand, well or badly.

    `dice` salts the private parts, `recovery` may replace the key.
    """

    def __init__(self, name: str, *, recovery: SigningKey | None = None) -> None:
        self.name = name
        self.key = SigningKey.from_seed(sha256(f"key of {name}".encode()).digest())
        self.dice = Dice()
        nonce = sha256(f"nonce of {name}".encode()).digest()[:16]
        keys = None if recovery is None else ([recovery_digest(recovery.public)], 1)
        facts = identity.person(key=self.key.public, nonce=nonce, recovery=keys)
        scope, self.genesis = sign_genesis(Pen(b"", self.key, NOON, self.dice), facts)
        self.agent = AgentId(scope)
        self.ends: dict[bytes, End] = {self.agent: End(1, self.genesis.runs[0].records[0].id)}

    @property
    def stream(self) -> ScopeId:
        """The scope of the own stream."""
        return ScopeId(self.agent)

    def log(self, scope: bytes) -> LogId:
        """The log of this person in a scope."""
        return log_id(scope, self.key.public)

    def sign(self, *drafts: Draft, after: End | None = None, deps: Iterable[bytes] = ()) -> SignedRecords:
        """Sign drafts of one scope as the next records there, or after another end."""
        scope = drafts[0].scope
        end = after or self.ends.get(scope, BEGINNING)
        signed = sign_drafts(Pen(self.agent, self.key, NOON, self.dice), drafts, end, tuple(deps))
        last = signed.runs[-1].records[-1]
        if after is None:
            self.ends[scope] = End(last.seq, last.id)
        return signed

    def notes(
        self, scope: ScopeId, many: int = 1, *, text: str = "", after: End | None = None, **facts: Value
    ) -> SignedRecords:
        """Sign notes, records of a type nobody knows; `text` goes into a private part."""
        private: dict[str, Value] | None = {"text": text} if text else None
        drafts = [Draft(scope, "note", {"n": number, **facts}, private) for number in range(many)]
        return self.sign(*drafts, after=after)

    def accept(self, scope: ScopeId) -> SignedRecords:
        """Accept the genesis of a network."""
        return self.sign(Draft(scope, "countersign", identity.accept(scope)))

    def grant(self, scope: ScopeId, *deps: bytes) -> SignedRecords:
        """Join an open network."""
        return self.sign(Draft(scope, "grant", identity.join(self.agent)), deps=deps)


def network_of(
    *founders: Writer, is_open: bool = True, name: str = "net", **charter: int
) -> tuple[ScopeId, SignedRecords]:
    """The genesis of a network, signed with a key of its own."""
    seed = sha256(f"network {name}".encode()).digest()
    facts = identity.network(
        founders=[each.agent for each in founders],
        nonce=seed[:16],
        is_open=is_open,
        **charter,  # type: ignore[arg-type]  # numbers
    )
    return sign_genesis(Pen(b"", SigningKey.from_seed(seed), NOON, Dice()), facts)


class Rig:
    """A node and its disk. What it says is kept by connection; commits are flushed at once unless `held` is set."""

    def __init__(
        self,
        name: str = "alice",
        settings: CoreSettings | None = None,
        *,
        start: bool = True,
        folded: FoldInRam | None = None,
    ) -> None:
        self.me = Writer(name)
        self.folded = folded or FoldInRam()
        self.settings = settings or CoreSettings()
        self.store = open_store(None)
        self.ledger = self.store.reader()
        self.store.writer.commit(Batch(1, runs=self.me.genesis.runs, privates=self.me.genesis.privates))
        self.dice = Dice()
        self.ticks = 0
        self.held = False
        self.pending: list[Batch] = []
        self.peers: dict[int, Peer] = {}
        self.news: list[News] = []
        self.answers: dict[int, Outcome] = {}
        self.dials: list[tuple[str, str]] = []
        self.alarm: int | None = None
        self.looks = 0
        self.effects: list[Effect] = []
        self._tickets = 0
        self.node = self.reborn(start=start)

    def reborn(self, *, start: bool = True, copied: bool = False) -> Node:
        """Begin a life of the node on what the disk holds."""
        identity_ = Identity(self.me.agent, self.me.key)
        self.node = Node(self.settings, identity_, self.ledger, self.dice, self.folded)
        self.pending, self.alarm = [], None
        if start:
            self.feed(Started(copied, "me", ("/me",)))
        return self.node

    @property
    def moment(self) -> Moment:
        """What the clocks say."""
        return Moment(NOON + self.ticks, self.ticks)

    def feed(self, event: Event) -> list[Effect]:
        """Hand in an event, carry out what can be, and return the effects."""
        effects = self.node.handle(event, self.moment)
        self.effects = effects
        for effect in effects:
            self._carry_out(effect)
        if self.pending and not self.held:
            self.flush()
        return effects

    def flush(self) -> None:
        """Flush what waits for the disk."""
        batches, self.pending = self.pending, []
        self.store.writer.commit_all(batches)
        self.feed(Committed(batches[-1].number))

    def wait(self, ms: int) -> None:
        """Let time pass, ringing the alarm whenever it is due."""
        until = self.ticks + ms
        while self.alarm is not None and self.alarm <= until:
            self.ticks = max(self.ticks, self.alarm)
            self.alarm = None
            self.feed(Woken())
        self.ticks = until

    def ticket(self) -> int:
        """A number nobody had before."""
        self._tickets += 1
        return self._tickets

    def write(self, *drafts: Draft, ready: SignedRecords | None = None) -> Outcome | None:
        """Write as the owner; returns the answer if there is one yet."""
        ticket = self.ticket()
        self.feed(Write(ticket, drafts, ready or SignedRecords()))
        return self.answers.get(ticket)

    def put(self, *signed: SignedRecords) -> None:
        """Put records on the disk behind the node's back."""
        for each in signed:
            self.store.writer.commit(Batch(9, runs=each.runs, privates=each.privates))

    def feed_rows(self, *rows: LocalRow) -> None:
        """Put local rows on the disk behind the node's back."""
        self.store.writer.commit(Batch(9, local=rows))

    def head(self, log: bytes) -> LogHead:
        """A log that must be stored."""
        head = self.ledger.log(log)
        assert head is not None, log.hex()
        return head

    def stored(self, record: bytes) -> Record:
        """A record that must be stored."""
        found = self.ledger.record(record)
        assert found is not None, record.hex()
        return found

    def found(self, *, is_open: bool = True, name: str = "net", **charter: int) -> ScopeId:
        """Found a network here."""
        scope, genesis = network_of(self.me, is_open=is_open, name=name, **charter)
        self.write(Draft(scope, "countersign", identity.accept(scope)), ready=genesis)
        return scope

    def fold(self) -> None:
        """Fold all that is stored, and tell the node how networks stand by that."""
        memory, fold = self.folded, Fold(self.folded)
        for _, record in self.ledger.records_after(0, 100_000):
            fold.add(record)
        standings = (standing_of(each, self.me.agent, memory) for each in circles_in(memory))
        self.feed(NetworksStand(tuple(each for each in standings if each is not None)))

    def join(self, scope: ScopeId) -> int:
        """Begin to carry a network."""
        ticket = self.ticket()
        self.feed(JoinScope(ticket, scope))
        return ticket

    def meet(self, who: Writer, *scopes: ScopeId, outbound: bool = False) -> "Peer":
        """Open a connection to a peer that proves who it is and shows tags for these scopes."""
        peer = self.dialled(who, outbound=outbound)
        peer.greet()
        peer.show(*scopes)
        return peer

    def dialled(self, who: Writer, *, outbound: bool = False) -> "Peer":
        """Open a connection on which nothing has been said yet."""
        peer = Peer(self, who, len(self.peers) + 1, outbound)
        self.peers[peer.conn] = peer
        self.feed(PeerUp(peer.conn, peer.name, f"/{peer.name}", outbound, "me"))
        return peer

    def told(self, kind: type[NewsT]) -> list[NewsT]:
        """What was reported of one kind."""
        return [each for each in self.news if isinstance(each, kind)]

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(conn, message):
                assert decode(encode(message)) == message, "what a node says, others can read"
                self.peers[conn].hear(message)
            case Commit(batch):
                self.pending.append(batch)
            case Close(conn, _):
                self.peers[conn].closed = True
            case Dial(peer, address):
                self.dials.append((peer, address))
            case Alarm(at):
                self.alarm = at
            case Answer(ticket, outcome):
                self.answers[ticket] = outcome
            case Look():
                self.looks += 1
            case Report(news):
                self.news.append(news)


@dataclass(eq=False)
class Peer:
    """The other end of a connection, which says only what a test tells it to."""

    rig: Rig
    who: Writer
    conn: int
    outbound: bool
    heard: list[Message] = field(default_factory=list)
    closed: bool = False
    nonce: bytes = b""
    transcript: bytes = b""
    round: int = 0

    @property
    def name(self) -> str:
        """Its peer id."""
        return f"peer-{self.who.name}"

    @property
    def role(self) -> bytes:
        """Its role: it dialled unless the node did."""
        return words.ANSWERER if self.outbound else words.DIALLER

    def say(self, *messages: Message) -> list[Effect]:
        """Say something, through the bytes."""
        effects: list[Effect] = []
        for message in messages:
            effects += self.say_bytes(encode(message))
        return effects

    def say_bytes(self, body: bytes) -> list[Effect]:
        """Say a body, whatever it is."""
        try:
            event: Event = event_of(self.conn, decode(body))
        except Breached as breached:
            event = BreachIn(self.conn, breached.breach, breached.detail)
        return self.rig.feed(event)

    def push(self, signed: SignedRecords, part: Part = Part.PUSHED) -> None:
        """Send runs."""
        for run in signed.runs:
            self.say(headers_of(run, part))

    def level(self) -> None:
        """Say that nothing differs, whatever the node has compared last."""
        self.say(Compare(self.round, (), ()))

    def greet(self, *, listening: tuple[str, ...] = (), credit: int = 1 << 22) -> None:
        """Say hello and prove who it is."""
        self.nonce = sha256(f"{self.conn}".encode()).digest()[:NONCE_SIZE]
        theirs = self.last(Hello)
        self.say(Hello((1,), self.nonce, (), credit, listening))
        if self.outbound:
            self.transcript = words.transcript("me", self.name, theirs.nonce, self.nonce)
        else:
            self.transcript = words.transcript(self.name, "me", self.nonce, theirs.nonce)
        self.say(self.proof())

    def proof(self) -> Auth:
        """The proof of who it is."""
        signature = words.sign_hello(self.who.key, self.transcript, self.role, self.who.agent)
        return Auth(self.who.agent, self.who.key.public, signature)

    def show(self, *scopes: ScopeId) -> None:
        """Show tags for these scopes."""
        tags = [words.tag(scope, self.transcript, self.role) for scope in scopes]
        filler = [sha256(bytes([at])).digest() for at in range(-len(tags) % 8)]
        self.say(Scopes(tuple(sorted([*tags, *filler]))))

    def name_of(self, scope: ScopeId) -> bytes:
        """How a shared scope is named in this session."""
        return words.name_of(scope, self.transcript)

    def last(self, kind: type[MessageT]) -> MessageT:
        """The latest of what the node said of one kind."""
        return self.all(kind)[-1]

    def all(self, kind: type[MessageT]) -> list[MessageT]:
        """Everything the node said of one kind."""
        return [each for each in self.heard if isinstance(each, kind)]

    def take(self) -> list[Message]:
        """What the node said since this was asked last."""
        heard, self.heard = self.heard, []
        return heard

    @property
    def bye(self) -> str:
        """With which code the node ended the conversation; empty if it did not."""
        byes = self.all(Bye)
        return byes[-1].breach.value if byes else ""

    def hear(self, message: Message) -> None:
        """The node says something."""
        self.heard.append(message)
        if isinstance(message, Compare):
            self.round = message.round

    def leaves(self) -> None:
        """The connection ends."""
        self.rig.feed(PeerDown(self.conn, "gone"))


def headers_of(run: Run, part: Part = Part.PUSHED) -> Headers:
    """A run as a message."""
    return Headers(tuple(record.raw for record in run.records), run.signature, part)


def records_of(signed: SignedRecords) -> list[Record]:
    """All records in the order of signing."""
    return [record for run in signed.runs for record in run.records]


def ids_of(signed: SignedRecords) -> list[RecordId]:
    """The ids of all records."""
    return [record.id for record in records_of(signed)]
