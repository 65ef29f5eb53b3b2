"""Who may act for whom, and no longer: `grant`, `revoke`, `countersign`, `rotate` and `resolution`."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import cast

from meshproto.records.encoding import Value, encode
from meshproto.records.ids import DIGEST, EXT, KEY, digest33, key33
from meshproto.records.limits import MAX_TYPE, MAX_USES
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.records.signatures import SIGNATURE_SIZE, SigningKey
from meshproto.types.identity import AMENDMENT, RECOVERY, TYPE, quorum_is_a_majority, recovery_is_possible, root_signs
from meshproto.types.schema import (
    Facts,
    Field,
    Schema,
    array,
    boolean,
    check_each,
    code,
    day,
    either,
    ids,
    integer,
    mapping,
    money,
    octets,
    record_id,
    tagged,
    text,
)
from meshproto.types.value import Money

JOIN_CONTEXT = b"meshnode/1 join"
"""What an invitation's key signs begins with: then come the grant and the joiner."""
ROTATE_CONTEXT = b"meshnode/1 rotate"
"""What recovery keys sign begins with: then come the facts without the signatures."""
SEEN_CONTEXT = b"meshnode/1 seen"

JOIN_ROLES = ("core", "occasional", "client", "observer")
"""Roles one may give oneself in an open network. A steward has power over others, so nobody appoints himself."""
ROLES = ("device", "staff", "steward", *JOIN_ROLES, "relay")
LATER_OUTCOMES = ("amend",)
"""What resolutions may decide of which this version knows nothing."""

_SIGNATURE = octets(SIGNATURE_SIZE, SIGNATURE_SIZE)


def _order(value: Value) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(Reason.I_FIELD)
    check_each(((TYPE, value[0]), (tagged(DIGEST), value[1])))


def _has_no_grants(record: Record) -> None:
    if record.auth:
        raise Refused(Reason.I_RULE, "auth")


def _each_key_signs(record: Record) -> None:
    if len(record.facts["sigs"]) != len(record.facts["keys"]):
        raise Refused(Reason.I_RULE, "sigs")


def _outcome_has_its_facts(record: Record) -> None:
    facts = record.facts
    outcome = facts["outcome"]
    if outcome == "remove" and not facts.get("about"):
        raise Refused(Reason.I_RULE, "about")
    if ("charter" in facts) is not (outcome == "charter"):
        raise Refused(Reason.I_RULE, "charter")


def _orders_are_given(record: Record) -> None:
    if ("orders" in record.facts) is not (record.facts["outcome"] == "order"):
        raise Refused(Reason.I_RULE, "orders")


GRANT = Schema(
    (
        Field("to", either(tagged(KEY), record_id)),
        Field("role", code(*ROLES)),
        Field("scopes", array(TYPE), optional=True),
        Field(
            "limits",
            mapping(
                Field("max", money(0), optional=True),
                Field("until", day, optional=True),
                Field("project", tagged(EXT), optional=True),
                Field("uses", integer(1, MAX_USES), optional=True),
            ),
            optional=True,
        ),
        Field("may_delegate", boolean, optional=True),
    )
)
REVOKE = Schema(
    (
        Field("targets", ids(least=1)),
        Field("reason", code("resign", "end", "cause", "compromise", "lost")),
        Field("seen", ids(tagged(DIGEST)), optional=True),
    )
)
COUNTERSIGN = Schema(
    (
        Field("target", record_id),
        Field("decision", code("accept", "decline", "object")),
        Field("as", text(MAX_TYPE), optional=True),
        Field("seen_digest", tagged(DIGEST), optional=True),
        Field("proof", _SIGNATURE, optional=True),
    )
)
ROTATE = Schema(
    (
        Field("root", tagged(KEY)),
        Field("after", record_id),
        Field("keys", ids(tagged(KEY), least=1, most=16)),
        Field("sigs", array(_SIGNATURE, least=1, most=16)),
        Field("recovery", RECOVERY, optional=True),
        Field("ends", ids(), optional=True),
        Field("seen", ids(tagged(DIGEST)), optional=True),
    ),
    (_has_no_grants, root_signs, _each_key_signs, recovery_is_possible),
)
RESOLUTION = Schema(
    (
        Field("outcome", code("remove", "charter", "dissolve", "order")),
        Field("prev", ids()),
        Field("about", ids(), optional=True),
        Field("charter", AMENDMENT, optional=True),
        Field("orders", array(_order, least=1), optional=True),
    ),
    (_outcome_has_its_facts, quorum_is_a_majority, _orders_are_given),
)


def seen_hash(record_id: bytes) -> bytes:
    """What a revoke calls the newest record it knows of a log: only who holds the record knows which it is."""
    # SPEC 04-fold 5.2: whose *seen-hash* 0x01 ‖ SHA-256("meshnode/1 seen" ‖ its id) is in `seen` of r
    return digest33(sha256(SEEN_CONTEXT + record_id).digest())


def rotation_message(facts: Mapping[str, Value]) -> bytes:
    """What each recovery key signs of a rotate, after ROTATE_CONTEXT."""
    return encode({name: fact for name, fact in facts.items() if name != "sigs"})


def order_digest(facts: Facts) -> bytes:
    """How a resolution names the facts of a record that it orders."""
    return digest33(sha256(encode(facts)).digest())


def grant(
    to: bytes,
    role: str,
    *,
    scopes: Sequence[str] | None = None,
    most: Money | None = None,
    until: str | None = None,
    project: bytes | None = None,
    uses: int | None = None,
    may_delegate: bool = False,
) -> Facts:
    """Facts of a grant; `to` is an agent's id or a key of 33 bytes, `project` an ext, `uses` for invitations."""
    limits = {"max": most and most.facts(), "until": until, "project": project, "uses": uses}
    given: Facts = {name: cast(Value, each) for name, each in limits.items() if each is not None}
    facts: Facts = {"to": to, "role": role}
    if scopes is not None:
        facts["scopes"] = [*scopes]
    if given:
        facts["limits"] = given
    return {**facts, "may_delegate": True} if may_delegate else facts


def device(key: bytes, *, may_delegate: bool = False) -> Facts:
    """Facts of the grant by which a second device signs for the same agent; `key` are its 32 bytes."""
    return grant(key33(key), "device", may_delegate=may_delegate)


def invitation(key: bytes, role: str = "core", *, uses: int = 1, until: str | None = None) -> Facts:
    """Facts of the grant that lets whoever holds the secret half of `key` join a network."""
    return grant(key33(key), role, uses=uses, until=until)


def accept_invitation(target: bytes, joiner: bytes, secret: SigningKey) -> Facts:
    """Facts of a countersignature by which `joiner` accepts an invitation and proves to hold its secret."""
    proof = secret.sign_bytes(JOIN_CONTEXT, target + joiner)
    return {"target": target, "decision": "accept", "proof": proof}


def revoke(targets: Iterable[bytes], *, reason: str = "end", seen: Iterable[bytes] = ()) -> Facts:
    """Facts that end grants; `seen` are the ids of the newest records known of logs that used them."""
    facts: Facts = {"targets": [*sorted(set(targets))], "reason": reason}
    hashes = sorted({seen_hash(each) for each in seen})
    return {**facts, "seen": [*hashes]} if hashes else facts


def rotate(
    root: bytes,
    after: bytes,
    holders: Iterable[SigningKey],
    *,
    recovery: tuple[Sequence[bytes], int] | None = None,
    ends: Iterable[bytes] = (),
    seen: Iterable[bytes] = (),
) -> Facts:
    """Facts that make `root` (32 bytes) the key of its person, signed by recovery keys; `recovery` as for a person."""
    signers = sorted(holders, key=lambda each: each.public)
    facts: Facts = {"root": key33(root), "after": after, "keys": [key33(each.public) for each in signers]}
    if recovery is not None:
        facts["recovery"] = {"digests": [*sorted(digest33(each) for each in recovery[0])], "need": recovery[1]}
    lists = {"ends": sorted(set(ends)), "seen": sorted({seen_hash(each) for each in seen})}
    facts.update({name: [*each] for name, each in lists.items() if each})
    message = rotation_message(facts)
    return {**facts, "sigs": [each.sign_bytes(ROTATE_CONTEXT, message) for each in signers]}


def resolution(outcome: str, *, prev: Iterable[bytes] = (), about: Iterable[bytes] = (), **more: Value) -> Facts:
    """Facts of a decision of the founders; `more` are `charter` or `orders`."""
    facts: Facts = {"outcome": outcome, "prev": [*sorted(set(prev))], **more}
    ends = sorted(set(about))
    return {**facts, "about": [*ends]} if ends else facts
