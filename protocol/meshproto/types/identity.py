"""Who acts: `agent` (persons, organisations, networks) and `profile`."""

from collections.abc import Sequence
from typing import cast

from meshproto.records.ids import DIGEST, EXT, KEY, digest33, key33
from meshproto.records.limits import MAX_INT, MAX_LIST, MAX_TYPE
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import (
    Facts,
    Field,
    Schema,
    array,
    code,
    code_or,
    ids,
    integer,
    mapping,
    matching,
    octets,
    ratio,
    record_id,
    tagged,
    text,
)

NONCE_SIZE = 16
DEFAULT_LOG_RECORDS = 1_000_000
"""Records one log may have in a network whose charter says nothing else: a lifetime of commits."""
DEFAULT_LOG_BYTES = 1024**3
"""Bytes of headers one log may have in a network whose charter says nothing else."""

TYPE = matching(rf"[a-z][a-z0-9_]{{0,{MAX_TYPE - 1}}}")
RECOVERY = mapping(Field("digests", ids(tagged(DIGEST), least=1, most=16)), Field("need", integer(1, 16)))
"""The digests of the keys that may replace a root, and how many of them are needed."""

_FOUNDERS, _QUORUM = Field("founders", ids(least=1)), Field("quorum", ratio)
_ADMISSION = (Field("join", code("invite", "open")), Field("log_records", integer(1)), Field("log_bytes", integer(1)))
_EVERYWHERE = (Field("sensitive", array(TYPE), optional=True), Field("blob_limit", integer(0), optional=True))
_OF_NETWORKS = (
    Field(
        "units",
        array(mapping(Field("code", matching(r"[A-Z][A-Z0-9]{2,11}")), Field("exp", integer(0, 6)))),
        optional=True,
    ),
    Field("face", record_id, optional=True),
    Field("engine", text(), optional=True),
    Field(
        "default_ack",
        mapping(Field("min", integer(1, MAX_LIST)), Field("by", code_or(ids(least=1), "members"))),
        optional=True,
    ),
)
_NETWORK_CHARTER = (_FOUNDERS, _QUORUM, *_ADMISSION, *_EVERYWHERE, *_OF_NETWORKS)
AMENDMENT = mapping(*(Field(each.name, each.check, optional=True) for each in _NETWORK_CHARTER))
"""What a charter may say anew; the rest of it stays."""


def _speaks_for_itself(record: Record) -> None:
    if record.agent or record.auth:
        raise Refused(Reason.I_RULE, "agent")


def root_signs(record: Record) -> None:
    """Rule: the root that the facts name is the key that signs."""
    if record.facts["root"] != key33(record.key):
        raise Refused(Reason.I_RULE, "root")


def recovery_is_possible(record: Record) -> None:
    """Rule: not more keys are needed than there are."""
    recovery = cast(dict[str, object], record.facts.get("recovery"))
    if recovery and cast(int, recovery["need"]) > len(cast(list[bytes], recovery["digests"])):
        raise Refused(Reason.I_RULE, "recovery.need")


def quorum_is_a_majority(record: Record) -> None:
    """Rule: two quorums always share a founder."""
    num, den = record.facts.get("charter", {}).get("quorum", (1, 1))
    if not den < 2 * num <= 2 * den:
        raise Refused(Reason.I_RULE, "charter.quorum")


PERSON = Schema(
    (
        Field("kind", code("person")),
        Field("nonce", octets(NONCE_SIZE, NONCE_SIZE)),
        Field("root", tagged(KEY)),
        Field("recovery", RECOVERY, optional=True),
    ),
    (_speaks_for_itself, root_signs, recovery_is_possible),
)
ORGANISATION = Schema(
    (
        Field("kind", code("organization")),
        Field("nonce", octets(NONCE_SIZE, NONCE_SIZE)),
        Field("charter", mapping(_FOUNDERS, _QUORUM, *_EVERYWHERE)),
    ),
    (_speaks_for_itself, quorum_is_a_majority),
)
NETWORK = Schema(
    (
        Field("kind", code("network")),
        Field("nonce", octets(NONCE_SIZE, NONCE_SIZE)),
        Field("charter", mapping(*_NETWORK_CHARTER)),
        Field("forked_from", tagged(EXT), optional=True),
    ),
    (_speaks_for_itself, quorum_is_a_majority),
)
PROFILE = Schema(
    (
        Field("supersedes", ids()),
        Field("kind", text(MAX_TYPE), optional=True),
        Field("languages", array(text(35)), optional=True),
        Field("skills", array(text()), optional=True),
        Field("also_known_as", ids(), optional=True),
    )
)


def person(*, key: bytes, nonce: bytes, recovery: tuple[Sequence[bytes], int] | None = None) -> Facts:
    """Facts of a person's genesis; `recovery` is (SHA-256 digests of the recovery keys, how many are needed)."""
    facts: Facts = {"kind": "person", "nonce": nonce, "root": key33(key)}
    if recovery is not None:
        digests, need = recovery
        facts["recovery"] = {"digests": [*sorted(digest33(each) for each in digests)], "need": need}
    return facts


def organisation(
    *, founders: Sequence[bytes], nonce: bytes, quorum: tuple[int, int] = (2, 3), sensitive: Sequence[str] = ()
) -> Facts:
    """Facts of an organisation's genesis; `sensitive` are types it signs only by a resolution of its founders."""
    charter: Facts = {"founders": [*sorted(set(founders))], "quorum": [*quorum]}
    if sensitive:
        charter["sensitive"] = [*sensitive]
    return {"kind": "organization", "nonce": nonce, "charter": charter}


def network(
    *,
    founders: Sequence[bytes],
    nonce: bytes,
    is_open: bool,
    quorum: tuple[int, int] = (2, 3),
    log_records: int = DEFAULT_LOG_RECORDS,
    log_bytes: int = DEFAULT_LOG_BYTES,
) -> Facts:
    """Facts of a network's genesis; it comes to life when every founder has accepted it."""
    charter: Facts = {
        "founders": [*sorted(set(founders))],
        "quorum": [*quorum],
        "join": "open" if is_open else "invite",
        "log_records": min(log_records, MAX_INT),
        "log_bytes": min(log_bytes, MAX_INT),
    }
    return {"kind": "network", "nonce": nonce, "charter": charter}


def accept(target: bytes) -> Facts:
    """Facts of a countersignature that says yes to `target`."""
    return {"target": target, "decision": "accept"}


def join(agent: bytes, role: str = "core") -> Facts:
    """Facts of the grant with which `agent` joins an open network."""
    return {"to": agent, "role": role}


def profile(
    *,
    supersedes: Sequence[bytes] = (),
    languages: Sequence[str] = (),
    skills: Sequence[str] = (),
) -> Facts:
    """Facts of a profile; name, bio and contact go into its private part."""
    facts: Facts = {"supersedes": [*sorted(set(supersedes))]}
    if languages:
        facts["languages"] = [*languages]
    if skills:
        facts["skills"] = [*skills]
    return facts
