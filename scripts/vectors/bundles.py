"""Cases for bundles (05-bundle)."""

from collections.abc import Sequence

from meshproto.bundle.items import MAGIC, MAX_FRAME, MAX_SCOPES
from meshproto.bundle.merkle import merkle_root
from meshproto.bundle.writer import Part, write_bundle
from meshproto.records.encoding import Value, encode
from meshproto.records.log import Run
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, read_header
from scripts.vectors.cases import NOON, Case, changed, key, log_of, person, private_part, record, seed, work

_HEAD: list[Value] = ["head", 1, NOON, []]


def cases() -> list[Case]:
    """All cases about bundles."""
    return [*_taken(), *_frames(), *_order()]


def _taken() -> list[Case]:
    alice, signer = person("alice"), key("alice")
    part = private_part("Planted trees")
    records = [alice]
    for _ in range(4):
        facts = work(len(records))
        records.append(
            record(signer, "contribution", facts, before=records[-1], scope=alice.id, agent=alice.id, private=part)
        )
    bob = person("bob")
    parts = [
        Part(_run([bob], "bob"), {}, ()),
        Part(_run(records[:3], "alice"), {records[1].id: part}, [records[2].id]),
        Part(_run(records[3:], "alice"), {records[4].id: part}, ()),
    ]
    whole = b"".join(write_bundle(NOON, sorted([alice.id, bob.id]), parts))
    rest = b"".join(write_bundle(NOON, [alice.id], parts[2:]))
    later, earlier = (each.to_bytes(8, "big") for each in (NOON, NOON - 1))
    return [
        _case("two people, parts held, erased and missing", whole),
        _case("nothing at all", b"".join(write_bundle(NOON, [], []))),
        _case("a run whose past is not in the bundle", rest),
        _case("cut after the last run", whole[: whole.rindex(b"\x96\xa3end") - 4], Reason.B_TORN),
        _case("cut inside a run", whole[:400], Reason.B_TORN),
        _case("one byte missing", whole[:-1], Reason.B_TORN),
        _case("a byte after the end", whole + b"\x00", Reason.B_TRAIL),
        _case("one bit of the sum changed", whole[:-1] + bytes([whole[-1] ^ 1]), Reason.B_SUM),
        _case("the time of the head changed", whole.replace(later, earlier, 1), Reason.B_SUM),
    ]


def _frames() -> list[Case]:
    run = _run_frame([person("alice")], "alice")
    return [
        _case("an empty file", b"", Reason.B_TORN),
        _case("the beginning of the magic", MAGIC[:5], Reason.B_TORN),
        _case("another file", b"meshnode/2 bundle\n", Reason.B_MAGIC),
        _case("a shorter other file", b"mesh?", Reason.B_MAGIC),
        _case("only the magic", MAGIC, Reason.B_TORN),
        _case("a length that is too great", MAGIC + (MAX_FRAME + 1).to_bytes(4, "big"), Reason.B_FRAME),
        _case("a frame of no bytes", MAGIC + bytes(4), Reason.E_END),
        _case("a frame that is no array", _file(raw=[encode({"a": 1})]), Reason.B_SHAPE),
        _case("an empty frame", _file([]), Reason.B_SHAPE),
        _case("a frame without a text", _file([1]), Reason.B_SHAPE),
        _case("a frame that is not canonical", _file(raw=[b"\x91\xd9\x04head"]), Reason.E_LONG),
        _case("a run before the head", _file(run, _HEAD), Reason.B_ORDER),
        _case("two heads", _file(_HEAD, _HEAD), Reason.B_ORDER),
        _case("an unknown frame", _file(_HEAD, ["blob", b""]), Reason.B_KIND),
        _case("a head without anything", _file(["head"]), Reason.B_VERSION),
        _case("version 2", _file(["head", 2]), Reason.B_VERSION),
        _case("version true", _file(["head", True, 0, []]), Reason.B_VERSION),
        _case("a head of four elements", _file(["head", 1, 0, [], 0]), Reason.B_SHAPE),
        _case("a head made before 1970", _file(["head", 1, -1, []]), Reason.B_SHAPE),
        _case("a head whose time is a text", _file(["head", 1, "now", []]), Reason.B_SHAPE),
        _case("a scope of 31 bytes", _file(["head", 1, 0, [bytes(31)]]), Reason.B_SHAPE),
        _case("4097 scopes", _file(["head", 1, 0, [seed("scope")] * (MAX_SCOPES + 1)]), Reason.B_SHAPE),
    ]


def _order() -> list[Case]:
    alice, signer = person("alice"), key("alice")
    part = private_part("Some work")
    work_done = record(signer, "contribution", work(), before=alice, scope=alice.id, agent=alice.id, private=part)
    log = log_of(signer, alice, 3)
    stray = record(signer, "checkpoint", {"engine": "x"}, scope=person("bob").id, agent=alice.id, before=alice)
    jump = read_header(changed({4: alice.id}, log[2].raw))
    rival = record(signer, "contribution", work(7), before=log[1], scope=alice.id, agent=alice.id)
    last, branch = _run_frame(log[2:], "alice"), _run_frame([rival], "alice")
    first = [_HEAD, _run_frame([alice], "alice")]
    second = [*first, _run_frame([work_done], "alice")]
    private: list[Value] = ["private", work_done.id, part]
    root = merkle_root([alice.id])
    bobs = _run_frame([person("bob")], "bob")
    again: list[Value] = ["erased", [work_done.id]]
    found: list[tuple[str, bytes, Reason]] = [
        ("a run without a signature", _file(_HEAD, ["run", [alice.raw]]), Reason.B_SHAPE),
        ("a run whose header is a text", _file(_HEAD, ["run", ["a"], bytes(64)]), Reason.B_SHAPE),
        ("a forged run", _file(_HEAD, ["run", [alice.raw], bytes(64)]), Reason.S_SIG),
        ("a run that continues another log", _file(*first, _run_frame([stray], "alice")), Reason.L_LOG),
        ("a run whose number does not follow", _file(*first, _run_frame([jump], "alice")), Reason.L_SEQ),
        ("a record twice", _file(*first, first[1]), Reason.B_TWICE),
        ("a run before the one it continues", _file(_HEAD, last, _run_frame(log[:2], "alice")), Reason.B_PREV),
        ("a run before one that holds it and more", _file(_HEAD, last, _run_frame(log, "alice")), Reason.B_TWICE),
        ("a branch before the middle of what it leaves", _file(_HEAD, branch, _run_frame(log, "alice")), Reason.B_PREV),
        ("a run before another log that it names", _file(_HEAD, _run_frame([stray], "alice"), first[1]), Reason.B_PREV),
        ("a private part of three elements", _file(*second, [*private, 1]), Reason.B_SHAPE),
        ("a private part that is a text", _file(*second, ["private", work_done.id, "a"]), Reason.B_SHAPE),
        ("a private part of a record without one", _file(*first, ["private", alice.id, part]), Reason.B_ORDER),
        ("a private part before its run", _file(*first, private), Reason.B_ORDER),
        (
            "a private part after the next run",
            _file(*second, bobs, private),
            Reason.B_ORDER,
        ),
        ("a private part twice", _file(*second, private, private), Reason.B_ORDER),
        ("another private part", _file(*second, ["private", work_done.id, private_part("Some wine")]), Reason.V_DIGEST),
        (
            "an erased part that is held",
            _file(*second, private, ["erased", []], again),
            Reason.B_SHAPE,
        ),
        ("an erased part of an unknown record", _file(*second, ["erased", [seed("unknown")]]), Reason.B_ORDER),
        ("an erased id of 31 bytes", _file(*second, ["erased", [bytes(31)]]), Reason.B_SHAPE),
        ("erased without a list", _file(*second, ["erased"]), Reason.B_SHAPE),
        ("an end of four elements", _file(*first, ["end", 1, 1, 0]), Reason.B_SHAPE),
        ("a wrong number of records", _file(*first, ["end", 1, 2, 0, root, bytes(32)]), Reason.B_COUNT),
        ("a number of records that is true", _file(*first, ["end", 1, True, 0, root, bytes(32)]), Reason.B_COUNT),
        ("a wrong root", _file(*first, ["end", 1, 1, 0, seed("root"), bytes(32)]), Reason.B_ROOT),
        ("a wrong sum", _file(*first, ["end", 1, 1, 0, root, bytes(32)]), Reason.B_SUM),
    ]
    return [_case(name, raw, reason) for name, raw, reason in found]


def _run(records: Sequence[Record], name: str) -> Run:
    return Run(tuple(records), key(name).sign(records[-1].id))


def _run_frame(records: Sequence[Record], name: str) -> list[Value]:
    run = _run(records, name)
    return ["run", [each.raw for each in run.records], run.signature]


def _file(*frames: list[Value], raw: Sequence[bytes] = ()) -> bytes:
    encoded = [*raw, *(encode(each) for each in frames)]
    return MAGIC + b"".join(len(each).to_bytes(4, "big") + each for each in encoded)


def _case(description: str, raw: bytes, reason: Reason | None = None) -> Case:
    return Case(description, {"op": "bundle", "input": raw.hex()}, reason)
