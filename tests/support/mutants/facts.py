"""Facts of every type that are right by themselves, naming records of the mesh they are made for."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.support.mutants.encoding import Value


@dataclass(frozen=True)
class Known:
    """What a record may name: ids by the type of the record, persons among them, and where it stands itself."""

    by_type: Mapping[str, Sequence[bytes]]
    persons: Sequence[bytes]
    author: bytes
    scope: bytes
    outside: Sequence[bytes]
    """What stands for records that must not be named: 33 bytes, tag 3."""


def facts_of(kind: str, known: Known, chance: random.Random) -> dict[str, Value]:
    """Facts of that type; those of a type that is not known are a map of one."""
    return _MAKERS[kind](known, chance) if kind in _MAKERS else {"say": "anything"}


def person(key: bytes, nonce: bytes, chance: random.Random) -> dict[str, Value]:
    """The facts of a person's genesis."""
    facts: dict[str, Value] = {"kind": "person", "nonce": nonce, "root": b"\x02" + key}
    if chance.random() < 0.2:
        digests = sorted(b"\x01" + chance.randbytes(32) for _ in range(chance.choice((1, 2, 3))))
        facts["recovery"] = {"digests": list(digests), "need": chance.choice((1, len(digests), 2))}
    return facts


def network(founders: Sequence[bytes], nonce: bytes, chance: random.Random) -> dict[str, Value]:
    """The facts of a network's genesis; small quotas are frequent."""
    charter: dict[str, Value] = {
        "founders": [*sorted(founders)],
        "quorum": [*chance.choice(((1, 1),) * 30 + ((2, 3), (501, 1000), (1, 2)))],
        "join": "open" if chance.random() < 0.7 else "invite",
        "log_records": chance.choice((1, 2, 3, 5, *(1000,) * 12)),
        "log_bytes": chance.choice((300, 700, 1500, *(10**6,) * 12)),
    }
    if chance.random() < 0.1:
        charter |= {"units": [{"code": "HOUR", "exp": 2}], "sensitive": ["care"], "blob_limit": 0, "engine": "v1"}
    return {"kind": "network", "nonce": nonce, "charter": charter}


def _ids(known: Known, chance: random.Random, *kinds: str) -> list[bytes]:
    return [id_ for kind in kinds or tuple(known.by_type) for id_ in known.by_type.get(kind, ())]


def _some(pool: Sequence[bytes], chance: random.Random, most: int = 3) -> list[Value]:
    return [*sorted(set(chance.sample(list(pool), min(len(pool), chance.randint(0, most)))))]


def _id_or_ext(known: Known, chance: random.Random, *kinds: str) -> Value:
    pool = [*_ids(known, chance, *kinds), *known.outside]
    return chance.choice(pool) if pool else b"\x03" + bytes(32)


def _contribution(known: Known, chance: random.Random) -> dict[str, Value]:
    facts: dict[str, Value] = {
        "kind": chance.choice(("work", "care", "money", "idea")),
        "qty": {"n": chance.choice((1, 60, 1500)), "s": chance.choice((0, 0, 2)), "u": chance.choice(("MIN", "HUR"))},
        "when": {"from": "2025-11-20", "to": chance.choice(("2025-11-20", "2025-11-21"))},
    }
    more: dict[str, Callable[[], Value]] = {
        "project": lambda: _id_or_ext(known, chance, "project"),
        "of": lambda: _id_or_ext(known, chance, "contribution"),
        "value": lambda: {"amt": chance.choice((0, 100, 99999)), "cur": chance.choice(("EUR", "HOURS"))},
        "shares": lambda: _shares(known, chance),
        "beneficiaries": lambda: _some(known.persons, chance),
        "inputs": lambda: _some(_ids(known, chance), chance),
        "outputs": lambda: _some(_ids(known, chance), chance),
        "licence": lambda: "CC-BY-4.0",
        "evidence": lambda: [{"sha256": b"\x01" + bytes(32), "size": 5, "media": "text/plain"}],
        "classified_as": lambda: ["https://example.org/work"],
        "warrants": lambda: ["own_work"],
        "comp": lambda: chance.choice(("paid", "gift")),
        "stream": lambda: "love",
        "fulfills": lambda: _id_or_ext(known, chance),
        "ext_ref": lambda: ["git", chance.randbytes(20)],
        "ext_more": lambda: [chance.randbytes(20) for _ in range(chance.choice((0, 1, 2, 199, 200)))],
    }
    for name, make in more.items():
        if chance.random() < 0.12:
            facts[name] = make()
    return facts


def _shares(known: Known, chance: random.Random) -> Value:
    whose = sorted({known.author, *chance.sample(known.persons, 1)})
    return [[id_, chance.choice((1, 300, 500, 501))] for id_ in whose]


def _recognition(known: Known, chance: random.Random) -> dict[str, Value]:
    facts: dict[str, Value] = {
        "to": _some(known.persons, chance) or [known.author],
        "kind": chance.choice(("thanks", "skill")),
    }
    if chance.random() < 0.3:
        facts |= {"for": _id_or_ext(known, chance, "contribution"), "skill": "patience"}
    return facts


def _profile(known: Known, chance: random.Random) -> dict[str, Value]:
    return {"supersedes": _some(_ids(known, chance, "profile"), chance, 2), "languages": ["de"]}


def _project(known: Known, chance: random.Random) -> dict[str, Value]:
    facts: dict[str, Value] = {"state": "active", "supersedes": _some(_ids(known, chance, "project"), chance, 2)}
    if chance.random() < 0.2:
        facts |= {"starts": "2025-01-01", "ends": chance.choice(("2025-01-01", "2026-12-31", "2024-12-31"))}
    return facts


def _correction(known: Known, chance: random.Random) -> dict[str, Value]:
    often = ("contribution",) if chance.random() < 0.7 else ()
    targets = _ids(known, chance, *often) or [known.scope]
    facts: dict[str, Value] = {
        "target": chance.choice(targets),
        "kind": chance.choice(("delta", "retract", "replace", "replace")),
        "reason": chance.choice(("error", "duplicate")),
    }
    if facts["kind"] == "delta" or chance.random() < 0.03:
        facts["qty"] = {
            "n": chance.choice((-30, 10, -(10**6))),
            "s": chance.choice((0, 1, 3)),
            "u": chance.choice(("MIN", "HUR")),
        }
        if chance.random() < 0.3:
            facts["value"] = {"amt": -50, "cur": "EUR"}
    if chance.random() < (0.6 if facts["kind"] == "replace" else 0.05):
        facts["supersedes"] = _some(_ids(known, chance, "correction"), chance, 2)
    return facts


def _erasure(known: Known, chance: random.Random) -> dict[str, Value]:
    targets = _some(_ids(known, chance, "contribution"), chance) + _some(known.outside, chance, 1)
    return {
        "targets": sorted(targets or [known.scope], key=lambda each: each if isinstance(each, bytes) else b""),
        "part": chance.choice(("private", "private", "blobs", "agent_private")),
        "basis": "mistake",
    }


_MAKERS: Mapping[str, Callable[[Known, random.Random], dict[str, Value]]] = {
    "agent": lambda known, chance: person(bytes(32), bytes(16), chance),
    "countersign": lambda known, chance: {"target": known.scope, "decision": "accept"},
    "grant": lambda known, chance: {"to": known.author, "role": chance.choice(("core", "observer"))},
    "profile": _profile,
    "project": _project,
    "contribution": _contribution,
    "recognition": _recognition,
    "correction": _correction,
    "erasure": _erasure,
    "checkpoint": lambda known, chance: {"engine": "meshnode/1"},
}

TYPES = tuple(_MAKERS)
