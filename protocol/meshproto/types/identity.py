"""Who acts: `agent`, `countersign`, `grant` and `profile`.

Of organisations, invitations, devices and other countersignatures this version knows nothing yet: such
records are unknown, not wrong (`is_understood`).
"""

from collections.abc import Sequence
from typing import cast

from meshproto.records.ids import DIGEST, EXT, KEY, digest33, key33
from meshproto.records.limits import MAX_INT, MAX_TYPE
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import (
    Facts,
    Field,
    Schema,
    array,
    boolean,
    code,
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
JOIN_ROLES = ("core", "occasional", "client", "observer")
"""Roles one may give oneself in an open network. A steward has power over others, so nobody appoints himself."""

DEFAULT_LOG_RECORDS = 1_000_000
"""Records one log may have in a network whose charter says nothing else: a lifetime of commits."""
DEFAULT_LOG_BYTES = 1024**3
"""Bytes of headers one log may have in a network whose charter says nothing else."""

_TYPE = matching(rf"[a-z][a-z0-9_]{{0,{MAX_TYPE - 1}}}")
_RECOVERY = mapping(Field("digests", ids(tagged(DIGEST), least=1, most=16)), Field("need", integer(1, 16)))
_CHARTER = mapping(
    Field("founders", ids(least=1)),
    Field("quorum", ratio),
    Field("join", code("invite", "open")),
    Field("log_records", integer(1)),
    Field("log_bytes", integer(1)),
    Field("sensitive", array(_TYPE), optional=True),
    Field("blob_limit", integer(0), optional=True),
    Field(
        "units",
        array(mapping(Field("code", matching(r"[A-Z][A-Z0-9]{2,11}")), Field("exp", integer(0, 6)))),
        optional=True,
    ),
    Field("face", record_id, optional=True),
    Field("engine", text(), optional=True),
)


def _speaks_for_itself(record: Record) -> None:
    if record.agent or record.auth:
        raise Refused(Reason.I_RULE, "agent")


def _root_signs(record: Record) -> None:
    if record.facts["root"] != key33(record.key):
        raise Refused(Reason.I_RULE, "root")


def _recovery_is_possible(record: Record) -> None:
    recovery = cast(dict[str, object], record.facts.get("recovery"))
    if recovery and cast(int, recovery["need"]) > len(cast(list[bytes], recovery["digests"])):
        raise Refused(Reason.I_RULE, "recovery.need")


def _quorum_is_a_majority(record: Record) -> None:
    num, den = record.facts["charter"]["quorum"]
    if not den < 2 * num <= 2 * den:
        raise Refused(Reason.I_RULE, "charter.quorum")


PERSON = Schema(
    (
        Field("kind", code("person")),
        Field("nonce", octets(NONCE_SIZE, NONCE_SIZE)),
        Field("root", tagged(KEY)),
        Field("recovery", _RECOVERY, optional=True),
    ),
    (_speaks_for_itself, _root_signs, _recovery_is_possible),
)
NETWORK = Schema(
    (
        Field("kind", code("network")),
        Field("nonce", octets(NONCE_SIZE, NONCE_SIZE)),
        Field("charter", _CHARTER),
        Field("forked_from", tagged(EXT), optional=True),
    ),
    (_speaks_for_itself, _quorum_is_a_majority),
)
COUNTERSIGN = Schema(
    (
        Field("target", record_id),
        Field("decision", code("accept", "decline", "object")),
        Field("as", text(MAX_TYPE), optional=True),
        Field("seen_digest", tagged(DIGEST), optional=True),
    )
)
GRANT = Schema(
    (
        Field("to", record_id),
        Field("role", code(*JOIN_ROLES)),
        Field("scopes", array(_TYPE), optional=True),
        Field("may_delegate", boolean, optional=True),
    )
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
