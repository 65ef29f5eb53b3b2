"""Cases for headers and private parts (01-records 3 and 4)."""

from meshproto.records.limits import MAX_HEADER
from meshproto.records.reasons import Reason
from scripts.vectors.cases import Case, Raw, changed, key, pack, person, private_part, record, seed, work

V, SCOPE, KEY, SEQ, PREV, DEPS, AT, TYPE, AGENT, AUTH, FACTS, PRIVATE = range(12)
_ONE, _TWO, _THREE = sorted(seed(f"id {each}") for each in "abc")


def cases() -> list[Case]:
    """All cases about headers."""
    return [*_taken(), *_refused(), *_shapes()]


def private_cases() -> list[Case]:
    """All cases about private parts."""
    alice = person("alice")
    part = private_part("Zażółć gęślą jaźń")
    unsalted = pack({"title": "no salt"})
    long_salt = pack({"salt": bytes(17)})
    unsorted = pack({"title": "b", "salt": bytes(16)})
    found = [
        ("a title in several scripts", _with_part(part), part, None),
        ("a record without a private part", alice.raw, part, Reason.V_NONE),
        ("one byte too many", _with_part(part), part + b"\x00", Reason.V_SIZE),
        ("one bit changed", _with_part(part), part[:-1] + bytes([part[-1] ^ 1]), Reason.V_DIGEST),
        ("keys not sorted", _with_part(unsorted), unsorted, Reason.E_ORDER),
        ("not a map", _with_part(b"\x90"), b"\x90", Reason.V_SHAPE),
        ("no salt", _with_part(unsalted), unsalted, Reason.V_SALT),
        ("a salt of 17 bytes", _with_part(long_salt), long_salt, Reason.V_SALT),
        ("a salt that is a text", _with_part(pack({"salt": "0" * 16})), pack({"salt": "0" * 16}), Reason.V_SALT),
        ("a header that is refused", alice.raw[:-1], part, Reason.E_END),
    ]
    return [
        Case(name, {"op": "private", "header": header.hex(), "input": raw.hex()}, reason)
        for name, header, raw, reason in found
    ]


def _usual() -> bytes:
    """A contribution of alice's with all there can be in a header."""
    alice = person("alice")
    header = record(
        key("alice"),
        "contribution",
        work(project=_ONE, ext_ref=("git", bytes(range(20)))),
        before=alice,
        scope=alice.id,
        agent=alice.id,
        deps=(_ONE, _TWO),
        private=private_part("Some work"),
    )
    return header.raw


def _with_part(raw: bytes) -> bytes:
    alice = person("alice")
    return record(key("alice"), "contribution", work(), before=alice, scope=alice.id, agent=alice.id, private=raw).raw


def _taken() -> list[Case]:
    usual = _usual()
    found = [
        ("a person's genesis", person("alice").raw),
        ("a contribution", usual),
        ("no deps, no private part", changed({DEPS: [], PRIVATE: None}, usual)),
        ("the first record of a log in another's scope", changed({SEQ: 1, PREV: b""}, usual)),
        ("at 0", changed({AT: 0}, usual)),
        ("the highest numbers", changed({AT: 2**53 - 1, SEQ: 2**53 - 1}, usual)),
        ("32 deps", changed({DEPS: sorted(seed(f"dep {each}") for each in range(32))}, usual)),
        ("16 grants, in any order and even twice", changed({AUTH: [_TWO, _ONE] * 8}, usual)),
        ("an unknown type", changed({TYPE: "z" + "_9" * 15}, usual)),
        ("facts named nowhere", changed({FACTS: {"new": [1, {"deep": _THREE}], "true": True}}, usual)),
        ("an id in facts that is a key of a map and so names nothing", changed({FACTS: {"a" * 32: 1}}, usual)),
        ("a private part of 64 KiB", changed({PRIVATE: [_ONE, 65536]}, usual)),
        ("an agreement's genesis, which speaks for an agent", changed({SCOPE: b"", SEQ: 1, PREV: b""}, usual)),
        ("facts of 64 KiB", changed({FACTS: {"a": bytes(65536 - 3 - 3)}}, usual)),
    ]
    return [Case(name, _ask(raw)) for name, raw in found]


def _refused() -> list[Case]:
    return [Case(name, _ask(changed(fields, _usual())), reason) for name, fields, reason in _WRONG_FIELDS]


def _shapes() -> list[Case]:
    usual = _usual()
    found = [
        ("longer than 68 KiB", bytes(MAX_HEADER + 1), Reason.E_SIZE),
        ("cut short", usual[:-1], Reason.E_END),
        ("a byte after the end", usual + b"\x00", Reason.E_TRAIL),
        ("not an array", pack({"v": 1}), Reason.H_SHAPE),
        ("an empty array", pack([]), Reason.H_SHAPE),
        ("eleven fields", pack([1, *([b""] * 10)]), Reason.H_SHAPE),
        ("thirteen fields", pack([1, *([b""] * 12)]), Reason.H_SHAPE),
        ("another version with another number of fields", pack([2, b""]), Reason.H_VERSION),
        ("the version as a long integer", b"\x9c\xcc\x01" + usual[2:], Reason.E_LONG),
    ]
    return [Case(name, _ask(raw), reason) for name, raw, reason in found]


def _ask(raw: bytes) -> dict[str, object]:
    return {"op": "header", "input": raw.hex()}


_WRONG_FIELDS: list[tuple[str, dict[int, Raw], Reason]] = [
    ("version 2", {V: 2}, Reason.H_VERSION),
    ("version true", {V: True}, Reason.H_VERSION),
    ("no version", {V: None}, Reason.H_VERSION),
    ("a scope of 31 bytes", {SCOPE: bytes(31)}, Reason.H_SCOPE),
    ("a scope that is a text", {SCOPE: "a" * 32}, Reason.H_SCOPE),
    ("no scope: nil instead of an empty bin", {SCOPE: None}, Reason.H_SCOPE),
    ("an empty key", {KEY: b""}, Reason.H_KEY),
    ("a key of 33 bytes", {KEY: bytes(33)}, Reason.H_KEY),
    ("seq 0", {SEQ: 0}, Reason.H_SEQ),
    ("a negative seq", {SEQ: -1}, Reason.H_SEQ),
    ("seq true", {SEQ: True}, Reason.H_SEQ),
    ("a genesis with seq 2", {SCOPE: b""}, Reason.H_GENESIS),
    ("seq 2 without prev", {PREV: b""}, Reason.H_PREV),
    ("seq 1 with prev", {SEQ: 1}, Reason.H_PREV),
    ("a prev of 16 bytes", {PREV: bytes(16)}, Reason.H_PREV),
    ("a prev that is a text", {PREV: "a" * 32}, Reason.H_PREV),
    ("deps not sorted", {DEPS: [_TWO, _ONE]}, Reason.H_DEPS),
    ("a dep twice", {DEPS: [_ONE, _ONE]}, Reason.H_DEPS),
    ("prev among the deps", {DEPS: [_ONE], PREV: _ONE}, Reason.H_DEPS),
    ("33 deps", {DEPS: sorted(seed(f"dep {each}") for each in range(33))}, Reason.H_DEPS),
    ("an empty dep", {DEPS: [b""]}, Reason.H_DEPS),
    ("a map of deps", {DEPS: {}}, Reason.H_DEPS),
    ("at before 1970", {AT: -1}, Reason.H_AT),
    ("at as a text", {AT: "2025-11-21"}, Reason.H_AT),
    ("an empty type", {TYPE: ""}, Reason.H_TYPE),
    ("a type that begins with a figure", {TYPE: "1st"}, Reason.H_TYPE),
    ("a type with a capital", {TYPE: "Agent"}, Reason.H_TYPE),
    ("a type of 33 characters", {TYPE: "a" * 33}, Reason.H_TYPE),
    ("a type that is a bin", {TYPE: b"agent"}, Reason.H_TYPE),
    ("no agent outside a genesis", {AGENT: b""}, Reason.H_AGENT),
    ("an agent of 33 bytes", {AGENT: bytes(33)}, Reason.H_AGENT),
    ("a genesis with an agent of 5 bytes", {SCOPE: b"", SEQ: 1, PREV: b"", AGENT: bytes(5)}, Reason.H_AGENT),
    ("17 grants", {AUTH: [_ONE] * 17}, Reason.H_AUTH),
    ("a grant of 31 bytes", {AUTH: [bytes(31)]}, Reason.H_AUTH),
    ("facts that are an array", {FACTS: []}, Reason.H_FACTS),
    ("no facts", {FACTS: None}, Reason.H_FACTS),
    ("facts of 64 KiB and a byte", {FACTS: {"a": bytes(65536 - 3 - 2)}}, Reason.H_FACTS),
    ("nil in facts", {FACTS: {"a": None}}, Reason.E_NIL),
    ("a float in facts", {FACTS: {"a": 1.5}}, Reason.E_FLOAT),
    ("an umlaut in facts", {FACTS: {"a": "\u00e4"}}, Reason.E_ASCII),
    ("facts not sorted", {FACTS: {"b": 1, "a": 1}}, Reason.E_ORDER),
    ("a private part of no bytes", {PRIVATE: [_ONE, 0]}, Reason.H_PRIVATE),
    ("a private part of 64 KiB and a byte", {PRIVATE: [_ONE, 65537]}, Reason.H_PRIVATE),
    ("a private part without a size", {PRIVATE: [_ONE]}, Reason.H_PRIVATE),
    ("a private part whose digest has 31 bytes", {PRIVATE: [bytes(31), 1]}, Reason.H_PRIVATE),
    ("a private part that is an empty bin", {PRIVATE: b""}, Reason.H_PRIVATE),
    ("two wrong fields: the first counts", {SEQ: 0, AT: -1}, Reason.H_SEQ),
    ("a wrong field and a wrong encoding: the encoding counts", {V: 2, FACTS: {"a": None}}, Reason.E_NIL),
]
