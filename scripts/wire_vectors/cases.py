"""The cases: bodies of messages, what binds words to a session, fingerprints, and whole rounds of reconciliation."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

import msgspec

from meshproto.records.encoding import Value, encode
from meshproto.records.ids import AgentId, Key, LogId, RecordId
from meshproto.records.signatures import SigningKey
from meshproto.wire import codec, index, reconcile, session
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import (
    Agreements,
    Auth,
    Bye,
    Compare,
    Credit,
    Door,
    DoorState,
    Get,
    Graft,
    Have,
    Headers,
    Held,
    Hello,
    Item,
    Knock,
    Listing,
    LogTip,
    LogWant,
    Mark,
    Message,
    Optional,
    Part,
    Peers,
    Privates,
    Proof,
    Prune,
    Range,
    Scopes,
    Spot,
    Unknown,
    Want,
    WantPrivates,
)

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"


def seed(name: str) -> bytes:
    """32 bytes that stand for a name."""
    return sha256(b"meshnode vectors: " + name.encode()).digest()


def record(name: str) -> RecordId:
    """An id."""
    return RecordId(seed(f"record {name}"))


def log(name: str) -> LogId:
    """The name of a log."""
    return LogId(seed(f"log {name}"))


NAME = seed("name")[:8]
WHOLE = index.WHOLE
ITEM = Item(log("a"), 3, (Mark(7, record("tip a")),))
FORKED = Item(log("b"), 1, tuple(sorted((Mark(3, record("left")), Mark(3, record("right"))))))
SPAN = index.span_of((0xA, 0xB, 0xC))

MESSAGES: dict[str, Message] = {
    "a hello that says as little as possible": Hello((1,), seed("nonce"), (), 0, ()),
    "a hello that says all": Hello((1, 2), seed("nonce"), ("blobs",), 4194304, ("/ip4/192.0.2.1/tcp/4401",)),
    "a proof": Auth(AgentId(record("agent")), Key(seed("key")), seed("one") + seed("two")),
    "a proof by nobody's node": Auth(AgentId(b""), Key(seed("key")), seed("one") + seed("two")),
    "no tags": Scopes(()),
    "eight tags": Scopes(tuple(sorted(seed(f"tag {at}") for at in range(8)))),
    "the end of a round": Compare(4, (), ()),
    "the opening of a round": Compare(2, (Range(NAME, WHOLE, seed("print")),), ()),
    "a range split into its parts": Compare(
        3, (Range(NAME, SPAN, b"".join(seed(f"print {at}") for at in range(16))),), ()
    ),
    "a listing that asks": Compare(3, (), (Listing(NAME, SPAN, True, (ITEM, FORKED)),)),
    "a listing that answers": Compare(3, (), (Listing(NAME, WHOLE, False, ()),)),
    "a want": Want((LogWant(log("a"), ()), LogWant(log("b"), (Mark(1, record("b 1")),))), True),
    "a run that is pushed": Headers((b"header",), seed("one") + seed("two"), Part.PUSHED),
    "a run that more follow": Headers((b"header", b"header"), seed("one") + seed("two"), Part.WANTED),
    "the last run": Headers((b"header",), seed("one") + seed("two"), Part.LAST),
    "nothing to serve": Unknown(log("a")),
    "a question for private parts": WantPrivates((record("a"),)),
    "private parts": Privates(((record("a"), b"part"),), (record("b"),), (record("c"),)),
    "tips told": Have((LogTip(log("a"), 7, record("tip a")),)),
    "a graft": Graft(NAME),
    "a prune": Prune(NAME),
    "a question for records": Get((record("a"), record("b"))),
    "tips held": Held((LogTip(log("a"), 7, record("tip a")),)),
    "a spot check": Spot(seed("nonce"), record("first"), record("last")),
    "a proof of holding": Proof(seed("nonce"), seed("digest")),
    "a proof that cannot be given": Proof(seed("nonce"), b""),
    "peers": Peers(NAME, (("12D3KooWQ", ("/ip4/192.0.2.1/tcp/4401",)),)),
    "credit": Credit(262144),
    "a goodbye": Bye(Breach.FLOOD, "too much"),
    "a knock": Knock(seed("tag"), seed("one") + seed("two")),
    "a door that opens": Door(DoorState.OPEN, seed("tag"), record("network"), record("grant")),
    "an invitation that is used up": Door(DoorState.USED, seed("tag"), b"", b""),
    "an invitation that was ended": Door(DoorState.ENDED, seed("tag"), b"", b""),
    "an invitation that is too late": Door(DoorState.LATE, seed("tag"), b"", b""),
    "a knock at a wall": Door(DoorState.UNKNOWN, b"", b"", b""),
    "agreements told of": Agreements((record("agreement"), record("another agreement"))),
    "a message of a kind that may be ignored": Optional(200),
}
"""Bodies that are right."""

_TIP: Value = [log("a"), 7, record("a")]
WRONG: dict[str, tuple[Breach, bytes]] = {
    "nothing": (Breach.ENCODING, b""),
    "bytes after the message": (Breach.ENCODING, encode([12, NAME]) + b"\x00"),
    "a length that is not the shortest": (Breach.ENCODING, b"\x92\x0b\xc5\x00\x08" + NAME),
    "nil for a field": (Breach.ENCODING, b"\x92\x0b\xc0"),
    "a float for a number": (Breach.ENCODING, b"\x92\x12\xcb\x40\x59" + bytes(6)),
    "a text that is not ASCII": (Breach.ENCODING, b"\x93\x13\xa7W-FLOOD\xa2\xc3\xbc"),
    "a message of a kind that may be ignored, but not canonical": (Breach.ENCODING, b"\x92\xcc\xc8\xc0"),
    "a map instead of an array": (Breach.SHAPE, encode({"code": 1})),
    "an empty array": (Breach.SHAPE, encode([])),
    "a text as the code": (Breach.SHAPE, encode(["hello"])),
    "true as the code": (Breach.SHAPE, encode([True])),
    "a code below 0": (Breach.SHAPE, encode([-1])),
    "a code above 255": (Breach.SHAPE, encode([256])),
    "code 0": (Breach.UNKNOWN, encode([0])),
    "a code below 128 that is not known": (Breach.UNKNOWN, encode([23, b"x"])),
    "no agreement told of": (Breach.SHAPE, encode([22, []])),
    "a field too few": (Breach.SHAPE, encode([15, seed("nonce"), record("a")])),
    "a field too many": (Breach.SHAPE, encode([11, NAME, NAME])),
    "true for a number": (Breach.SHAPE, encode([18, True])),
    "a text for bytes": (Breach.SHAPE, encode([11, "12345678"])),
    "a name of 7 bytes": (Breach.SHAPE, encode([11, NAME[:7]])),
    "a hello without versions": (Breach.SHAPE, encode([1, [], seed("nonce"), [], 0, []])),
    "version 0": (Breach.SHAPE, encode([1, [0], seed("nonce"), [], 0, []])),
    "a nonce of 31 bytes": (Breach.SHAPE, encode([1, [1], seed("nonce")[:31], [], 0, []])),
    "a feature of 33 characters": (Breach.SHAPE, encode([1, [1], seed("nonce"), ["x" * 33], 0, []])),
    "too much credit in a hello": (Breach.SHAPE, encode([1, [1], seed("nonce"), [], 67108865, []])),
    "17 addresses": (Breach.SHAPE, encode([1, [1], seed("nonce"), [], 0, ["/ip4"] * 17])),
    "an address of 257 characters": (Breach.SHAPE, encode([1, [1], seed("nonce"), [], 0, ["x" * 257]])),
    "an agent of 31 bytes": (Breach.SHAPE, encode([2, seed("agent")[:31], seed("key"), bytes(64)])),
    "a signature of 63 bytes": (Breach.SHAPE, encode([2, seed("agent"), seed("key"), bytes(63)])),
    "seven tags": (Breach.SHAPE, encode([3, [seed("tag")] * 7])),
    "1,032 tags": (Breach.SHAPE, encode([3, [seed("tag")] * 1032])),
    "a span of no bytes": (Breach.SHAPE, encode([4, 2, [[NAME, b"", seed("print")]], []])),
    "a span that counts a nibble too many": (Breach.SHAPE, encode([4, 2, [[NAME, b"\x03\xab", seed("print")]], []])),
    "a span with a used last half": (Breach.SHAPE, encode([4, 2, [[NAME, b"\x01\xab", seed("print")]], []])),
    "a span of 65 nibbles": (Breach.SHAPE, encode([4, 2, [[NAME, b"\x41" + bytes(32), seed("print")]], []])),
    "two fingerprints": (Breach.SHAPE, encode([4, 2, [[NAME, WHOLE, bytes(64)]], []])),
    "a fingerprint of 31 bytes": (Breach.SHAPE, encode([4, 2, [[NAME, WHOLE, bytes(31)]], []])),
    "a round below 0": (Breach.SHAPE, encode([4, -1, [], []])),
    "an item without tips": (Breach.SHAPE, encode([4, 2, [], [[NAME, WHOLE, True, [[log("a"), 3, []]]]]])),
    "an item of rank 4": (Breach.SHAPE, encode([4, 2, [], [[NAME, WHOLE, True, [[log("a"), 4, [[1, record("a")]]]]]]])),
    "1 for true": (Breach.SHAPE, encode([4, 2, [], [[NAME, WHOLE, 1, []]]])),
    "a want of nothing": (Breach.SHAPE, encode([5, [], True])),
    "33 marks": (Breach.SHAPE, encode([5, [[log("a"), [[1, record("a")]] * 33]], True])),
    "a mark of seq 0": (Breach.SHAPE, encode([5, [[log("a"), [[0, record("a")]]]], True])),
    "a run of nothing": (Breach.SHAPE, encode([6, [], bytes(64), 0])),
    "a run of 513 headers": (Breach.SHAPE, encode([6, [b"header"] * 513, bytes(64), 0])),
    "an empty header": (Breach.SHAPE, encode([6, [b""], bytes(64), 0])),
    "part 3": (Breach.SHAPE, encode([6, [b"header"], bytes(64), 3])),
    "a question for no private parts": (Breach.SHAPE, encode([8, []])),
    "an empty private part": (Breach.SHAPE, encode([9, [[record("a"), b""]], [], []])),
    "a private part of 65,537 bytes": (Breach.SHAPE, encode([9, [[record("a"), bytes(65537)]], [], []])),
    "no tips told": (Breach.SHAPE, encode([10, []])),
    "1,025 tips told": (Breach.SHAPE, encode([10, [_TIP] * 1025])),
    "a question for no records": (Breach.SHAPE, encode([13, []])),
    "a digest of 31 bytes": (Breach.SHAPE, encode([16, seed("nonce"), bytes(31)])),
    "a peer without a name": (Breach.SHAPE, encode([17, NAME, [["", []]]])),
    "65 peers": (Breach.SHAPE, encode([17, NAME, [["12D3KooWQ", []]] * 65])),
    "no credit": (Breach.SHAPE, encode([18, 0])),
    "a goodbye with another code": (Breach.SHAPE, encode([19, "W-WHAT", ""])),
    "a knock without a proof": (Breach.SHAPE, encode([20, seed("tag")])),
    "a knock with a tag of 31 bytes": (Breach.SHAPE, encode([20, seed("tag")[:31], bytes(64)])),
    "a door in another state": (Breach.SHAPE, encode([21, "ajar", seed("tag"), b"", b""])),
    "a door that opens to no network": (Breach.SHAPE, encode([21, "open", seed("tag"), b"", record("grant")])),
    "a closed door that tells the network": (
        Breach.SHAPE,
        encode([21, "used", seed("tag"), record("network"), record("grant")]),
    ),
    "a wall with a tag": (Breach.SHAPE, encode([21, "unknown", seed("tag"), b"", b""])),
    "a goodbye of 201 characters": (Breach.SHAPE, encode([19, "W-FLOOD", "x" * 201])),
}
"""Bodies that are wrong, each with the breach that is written down by hand."""


def message_cases() -> list[Json]:
    """Bodies: `expected` is the array as JSON (bytes in hex), or the breach stands in `reason`."""
    cases: list[Json] = []
    for description, message in MESSAGES.items():
        body = codec.encode(message)
        assert codec.decode(body) == message, description
        expected = plain(msgspec.msgpack.decode(body))
        cases.append({"description": description, "valid": True, "input": body.hex(), "expected": expected})
    for description, (breach, body) in WRONG.items():
        assert breach_of(body) is breach, description
        cases.append({"description": description, "valid": False, "input": body.hex(), "reason": breach.value})
    return cases


def breach_of(body: bytes) -> Breach | None:
    """How meshproto refuses a body, None if it does not."""
    try:
        codec.decode(body)
    except Breached as breached:
        return breached.breach
    return None


def session_cases() -> list[Json]:
    """Transcripts, proofs, tags and names."""
    key, agent = SigningKey.from_seed(seed("device")), record("agent")
    words = session.transcript("12D3KooWdialler", "12D3KooWanswerer", seed("nonce 1"), seed("nonce 2"))
    given: dict[str, Json] = {
        "dialler": "12D3KooWdialler",
        "answerer": "12D3KooWanswerer",
        "dialler_nonce": seed("nonce 1").hex(),
        "answerer_nonce": seed("nonce 2").hex(),
        "agent": agent.hex(),
        "key": key.public.hex(),
        "scope": record("network").hex(),
    }
    found: dict[str, Json] = {
        "transcript": words.hex(),
        "dialler_signature": session.sign_hello(key, words, session.DIALLER, agent).hex(),
        "answerer_signature": session.sign_hello(key, words, session.ANSWERER, agent).hex(),
        "dialler_tag": session.tag(record("network"), words, session.DIALLER).hex(),
        "answerer_tag": session.tag(record("network"), words, session.ANSWERER).hex(),
        "name": session.name_of(record("network"), words).hex(),
    }
    proof: Json = {
        "description": "the proof that two headers are held",
        "valid": True,
        "input": {"nonce": seed("nonce").hex(), "headers": [b"one".hex(), b"two".hex()]},
        "expected": {"digest": session.holding_proof(seed("nonce"), (b"one", b"two")).hex()},
    }
    one: Json = {"description": "one session", "valid": True, "input": given, "expected": found}
    return [one, proof, _invitation_case(words), *_worthless_proofs(words)]


def _invitation_case(words: bytes) -> Json:
    """An invitation: its key, and how both sides show that they know it."""
    agent, key = record("agent"), session.invitation_key(seed("secret")[:16])
    return {
        "description": "an invitation",
        "valid": True,
        "input": {"secret": seed("secret")[:16].hex(), "transcript": words.hex(), "agent": agent.hex()},
        "expected": {
            "key": key.public.hex(),
            "dialler_door": session.door_tag(key.public, words, session.DIALLER).hex(),
            "answerer_door": session.door_tag(key.public, words, session.ANSWERER).hex(),
            "dialler_knock": session.sign_knock(key, words, session.DIALLER, agent).hex(),
            "answerer_knock": session.sign_knock(key, words, session.ANSWERER, agent).hex(),
        },
    }


def _worthless_proofs(words: bytes) -> list[Json]:
    """Proofs that were true elsewhere: none holds for the dialler of this session who speaks for this agent."""
    agent, here = record("agent"), session.DIALLER
    key = SigningKey.from_seed(seed("device"))
    later = session.transcript("12D3KooWdialler", "12D3KooWanswerer", seed("nonce 1"), seed("nonce 3"))
    relayed = session.transcript("12D3KooWmallory", "12D3KooWanswerer", seed("nonce 1"), seed("nonce 2"))
    hellos = {
        "a proof recorded in an earlier session": session.sign_hello(key, later, here, agent),
        "a proof passed on by somebody in between": session.sign_hello(key, relayed, here, agent),
        "a proof thrown back": session.sign_hello(key, words, session.ANSWERER, agent),
        "a proof for another agent": session.sign_hello(key, words, here, record("other")),
        "a proof by another key": session.sign_hello(SigningKey.from_seed(seed("other")), words, here, agent),
        "a knock as a proof": session.sign_knock(key, words, here, agent),
    }
    knocks = {
        "a knock recorded in an earlier session": session.sign_knock(key, later, here, agent),
        "a knock passed on by somebody in between": session.sign_knock(key, relayed, here, agent),
        "a knock for another agent": session.sign_knock(key, words, here, record("other")),
        "a knock with another secret": session.sign_knock(SigningKey.from_seed(seed("other")), words, here, agent),
        "a proof as a knock": session.sign_hello(key, words, here, agent),
    }
    assert not any(session.is_hello(key.public, words, here, agent, each) for each in hellos.values())
    assert not any(session.is_knock(key.public, words, here, agent, each) for each in knocks.values())
    given: dict[str, Json] = {"transcript": words.hex(), "agent": agent.hex(), "key": key.public.hex()}
    told: list[Json] = []
    for reason, signatures in ((Breach.HELLO.value, hellos), ("unknown", knocks)):
        for description, signature in signatures.items():
            input_: Json = {**given, "role": here.hex(), "signature": signature.hex()}
            told.append({"description": description, "valid": False, "input": input_, "reason": reason})
    return told


def fingerprint_cases() -> list[Json]:
    """Fingerprints of small and large sets, with branches and full logs."""
    sizes = {"no log": 0, "one log": 1, "sixteen logs": 16, "seventeen logs": 17, "a thousand logs": 1_000}
    cases = [
        _fingerprints(name, {log(f"{at}"): [record(f"{at}")] for at in range(size)}) for name, size in sizes.items()
    ]
    branches = {log("a"): [record("left"), record("right")], log("b"): [record("b")]}
    cases.append(_fingerprints("a log with two branches", branches))
    cases.append(_fingerprints("a log with eight branches", {log("a"): [record(f"{at}") for at in range(8)]}))
    near = {LogId(bytes(30) + at.to_bytes(2, "big")): [record(f"{at}")] for at in range(40)}
    cases.append(_fingerprints("logs whose ids agree in sixty nibbles", near))
    return cases


def round_cases() -> list[Json]:
    """Whole rounds: what both sides hold, every step in order, and what each finds that the other has otherwise."""
    common = {log(f"{at}"): record(f"{at}") for at in range(40)}
    one = log("0")
    return [
        _round("equal sets", common, common),
        _round("one side has nothing", {}, common),
        _round("the other side has nothing", common, {}),
        _round("one log is further on one side", common, {**common, one: record("newer")}),
        _round("one log is missing on one side", common, {key: tip for key, tip in common.items() if key != one}),
        _round(
            "few logs, all different", dict(list(common.items())[:3]), {log(f"{at}"): record("x") for at in range(3)}
        ),
    ]


def _fingerprints(description: str, tips: Mapping[LogId, list[RecordId]]) -> Json:
    full = {each for each, ids in tips.items() if len(ids) >= 8}
    digests = {each: index.full_digest(each) if each in full else index.tips_digest(ids) for each, ids in tips.items()}
    whole = index.Index(digests.items())
    spans = (WHOLE, *index.parts_of(WHOLE), index.span_of((0, 0, 0)))
    return {
        "description": description,
        "valid": True,
        "input": {"logs": [[each.hex(), [tip.hex() for tip in ids]] for each, ids in sorted(tips.items())]},
        "expected": {"fingerprints": {span.hex(): whole.fingerprint(span).hex() for span in spans}},
    }


def _round(description: str, opener: Mapping[LogId, RecordId], other: Mapping[LogId, RecordId]) -> Json:
    """Play a round between two sides whose logs all have one tip of seq 5 ("newer": 6)."""
    sides = [_side(opener), _side(other)]
    step: Compare | None = reconcile.opening(sides[0], 2)
    steps: list[Json] = []
    found: list[list[str]] = [[], []]
    turn = 1
    while step is not None:
        body = codec.encode(step)
        steps.append(body.hex())
        answered = reconcile.answer(sides[turn], step)
        found[turn] += [item.log.hex() for _, item in answered.differing]
        step, turn = answered.reply, 1 - turn
    return {
        "description": description,
        "valid": True,
        "input": {"name": NAME.hex(), "opener": _listed(opener), "other": _listed(other)},
        "expected": {"steps": steps, "opener_finds": [*sorted(found[0])], "other_finds": [*sorted(found[1])]},
    }


def _side(logs: Mapping[LogId, RecordId]) -> reconcile.Side:
    def item_of(each: LogId) -> Item:
        return Item(each, 3, (Mark(_seq(logs[each]), logs[each]),))

    return reconcile.Side({NAME: index.Index(logs.items())}, item_of, 1 << 20)


def _seq(tip: RecordId) -> int:
    return 6 if tip == record("newer") else 5


def _listed(logs: Mapping[LogId, RecordId]) -> Json:
    return [[each.hex(), _seq(tip), tip.hex()] for each, tip in sorted(logs.items())]


def plain(value: object) -> Json:
    """A decoded value as JSON: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(each) for each in value]
    assert isinstance(value, str | int)
    return value
