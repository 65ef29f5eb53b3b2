"""Facts of the types by which authority is given and ended (02-types 2 to 4): what is taken and what is refused."""

from meshproto.records.ids import digest33, ext, key33
from meshproto.records.reasons import Reason
from meshproto.types import authority, identity
from meshproto.types.recovery import recovery_digest
from meshproto.types.value import Money
from scripts.vectors.cases import Raw, key, person, seed

_A, _B, _C = sorted(seed(f"id {each}") for each in "abc")
_ALICE = person("alice").id
_DIGEST = digest33(seed("digest"))
_PHONE = key33(key("phone").public)
_FIELD, _VALUE, _LIST, _RULE = Reason.I_FIELD, Reason.I_VALUE, Reason.I_LIST, Reason.I_RULE
_FIRM = identity.organisation(founders=[_A, _B], nonce=bytes(16))
_JOIN = identity.join(_ALICE)
_RICH_GRANT = authority.grant(
    _PHONE,
    "core",
    scopes=["contribution"],
    most=Money(100, "EUR"),
    until="2026-01-01",
    project=ext(_A),
    uses=1000,
    may_delegate=True,
)
_HOLDERS = [key("one"), key("two")]
_RECOVERY = ([recovery_digest(each.public) for each in _HOLDERS], 2)
# The case's key, alice's, is the new root.
_ROTATE = authority.rotate(key("alice").public, _A, _HOLDERS, recovery=_RECOVERY, ends=[_B], seen=[_C])
_CHARTER = authority.resolution(
    "charter", prev=[_A], charter={"founders": [_A], "quorum": [3, 4], "join": "open", "sensitive": ["grant"]}
)
_ORDER = authority.resolution("order", orders=[["grant", _DIGEST]])
_REMOVE = authority.resolution("remove", about=[_A])
_PROOF = authority.accept_invitation(_A, _ALICE, key("phone"))

TAKEN: list[tuple[str, str, Raw]] = [
    ("agent", "an organisation", _FIRM),
    (
        "agent",
        "an organisation with all there is",
        {**_FIRM, "charter": {"founders": [_A], "quorum": [1, 1], "sensitive": ["grant"], "blob_limit": 0}},
    ),
    ("grant", "joining an open network", {**_JOIN, "scopes": ["contribution"], "may_delegate": False}),
    *(("grant", f"with the role {role}", authority.grant(_A, role)) for role in authority.ROLES),
    ("grant", "of all there is, to a key", _RICH_GRANT),
    ("grant", "for nothing, without limits", {**authority.grant(_A, "staff", scopes=[]), "limits": {}}),
    ("revoke", "of two grants", authority.revoke([_A, _B], reason="lost", seen=[_C])),
    *(
        ("revoke", f"for the reason {reason}", authority.revoke([_A], reason=reason))
        for reason in ("resign", "end", "cause", "compromise")
    ),
    ("countersign", "an accept", identity.accept(_C)),
    ("countersign", "an accept of what was shown", {**identity.accept(_C), "as": "founder", "seen_digest": _DIGEST}),
    ("countersign", "a decline", {"target": _A, "decision": "decline"}),
    ("countersign", "an objection", {"target": _A, "decision": "object"}),
    ("countersign", "with the proof of an invitation", _PROOF),
    ("rotate", "with all there is", _ROTATE),
    ("rotate", "with the least there must be", authority.rotate(key("alice").public, _A, _HOLDERS[:1])),
    ("resolution", "that removes", _REMOVE),
    ("resolution", "that changes the charter and ends a grant", {**_CHARTER, "about": [_B]}),
    (
        "resolution",
        "that changes all of a charter",
        {
            **_CHARTER,
            "charter": {
                "log_records": 1,
                "log_bytes": 1,
                "blob_limit": 0,
                "units": [{"code": "HOURS", "exp": 2}],
                "face": _A,
                "engine": "ve/1",
            },
        },
    ),
    ("resolution", "that dissolves", authority.resolution("dissolve", prev=[_A, _B])),
    ("resolution", "that orders", _ORDER),
]
REFUSED: list[tuple[str, Raw, list[tuple[str, dict[str, Raw], Reason]]]] = [
    (
        "agent",
        dict(_FIRM),
        [
            ("an organisation without a charter", {"charter": 1}, _FIELD),
            ("an organisation without founders", {"charter": {"founders": [], "quorum": [1, 1]}}, _LIST),
            ("an organisation without a quorum", {"charter": {"founders": [_A]}}, _FIELD),
            ("an organisation with half of its founders", {"charter": {"founders": [_A], "quorum": [1, 2]}}, _RULE),
            ("an organisation with a short nonce", {"nonce": bytes(15)}, _VALUE),
        ],
    ),
    (
        "grant",
        dict(_RICH_GRANT),
        [
            ("to a digest", {"to": _DIGEST}, _FIELD),
            ("to a text", {"to": "bob"}, _FIELD),
            ("as king", {"role": "king"}, _VALUE),
            ("as a number", {"role": 1}, _FIELD),
            ("of a scope with a capital", {"scopes": ["Grant"]}, _VALUE),
            ("of a scope that is a number", {"scopes": [1]}, _FIELD),
            ("scopes that are a text", {"scopes": "grant"}, _FIELD),
            ("limits that are a list", {"limits": []}, _FIELD),
            ("of less than nothing", {"limits": {"max": {"amt": -1, "cur": "EUR"}}}, _VALUE),
            ("of money without a currency", {"limits": {"max": {"amt": 1}}}, _FIELD),
            ("until a day that is none", {"limits": {"until": "2025-02-30"}}, _VALUE),
            ("for a project by its id", {"limits": {"project": _A}}, _FIELD),
            ("for no uses", {"limits": {"uses": 0}}, _VALUE),
            ("for 1001 uses", {"limits": {"uses": 1001}}, _VALUE),
            ("for as many uses as one wants", {"limits": {"uses": "all"}}, _FIELD),
            ("that may perhaps be passed on", {"may_delegate": 1}, _FIELD),
        ],
    ),
    (
        "revoke",
        authority.revoke([_A]),
        [
            ("of nothing", {"targets": []}, _LIST),
            ("of a key", {"targets": [_PHONE]}, _FIELD),
            ("of one grant twice", {"targets": [_A, _A]}, _LIST),
            ("for a mood", {"reason": "mood"}, _VALUE),
            ("without a reason it may be told by", {"reason": 1}, _FIELD),
            ("that has seen an id", {"seen": [_A]}, _FIELD),
            ("that has seen things in no order", {"seen": [digest33(_B), digest33(_A)]}, _LIST),
            ("that has seen 257 things", {"seen": sorted(digest33(seed(f"{each}")) for each in range(257))}, _LIST),
        ],
    ),
    (
        "countersign",
        dict(_PROOF),
        [
            ("of a digest", {"target": _DIGEST}, _FIELD),
            ("that is of two minds", {"decision": "perhaps"}, _VALUE),
            ("as a number", {"as": 1}, _FIELD),
            ("as nobody", {"as": ""}, _VALUE),
            ("of what was shown, by its id", {"seen_digest": _A}, _FIELD),
            ("with a short proof", {"proof": bytes(63)}, _VALUE),
            ("with a proof in words", {"proof": "a" * 64}, _FIELD),
        ],
    ),
    (
        "rotate",
        dict(_ROTATE),
        [
            ("to a root without a tag", {"root": bytes(32)}, _FIELD),
            ("to another's root", {"root": _PHONE}, _RULE),
            ("after a digest", {"after": _DIGEST}, _FIELD),
            ("by no key", {"keys": []}, _LIST),
            ("by the digest of a key", {"keys": [_DIGEST]}, _FIELD),
            ("by keys in no order", {"keys": [key33(bytes([2]) * 32), key33(bytes([1]) * 32)]}, _LIST),
            ("by 17 keys", {"keys": [key33(bytes([each]) * 32) for each in range(17)]}, _LIST),
            ("without signatures", {"sigs": []}, _LIST),
            ("with a short signature", {"sigs": [bytes(63), bytes(64)]}, _VALUE),
            ("with fewer signatures than keys", {"sigs": [bytes(64)]}, _RULE),
            ("recovered by two of one next time", {"recovery": {"digests": [_DIGEST], "need": 2}}, _RULE),
            ("recovered by none next time", {"recovery": {"digests": [], "need": 1}}, _LIST),
            ("that ends a key", {"ends": [_PHONE]}, _FIELD),
            ("that has seen an id", {"seen": [_A]}, _FIELD),
        ],
    ),
    (
        "resolution",
        dict(_REMOVE),
        [
            ("with an outcome of which nothing is known yet", {"outcome": "amend"}, Reason.U_TYPE),
            ("with an outcome of agreements and not its facts", {"outcome": "uphold"}, _FIELD),
            ("with no such outcome", {"outcome": "party"}, _VALUE),
            ("that removes nobody", {"about": []}, _RULE),
            ("that follows a digest", {"prev": [_DIGEST]}, _FIELD),
            ("that follows one twice", {"prev": [_A, _A]}, _LIST),
            ("that removes by a charter", {"charter": {}}, _RULE),
            ("that removes by order", {"orders": [["grant", _DIGEST]]}, _RULE),
            ("that orders an order of three", {"orders": [["grant", _DIGEST, 1]]}, _FIELD),
            ("that orders by an id", {"orders": [["grant", _A]]}, _FIELD),
            ("that orders a type with a capital", {"orders": [["Grant", _DIGEST]]}, _VALUE),
            ("that orders nothing", {"orders": []}, _LIST),
            ("that changes the charter to nothing", {"outcome": "charter"}, _RULE),
            ("that orders without orders", {"outcome": "order"}, _RULE),
        ],
    ),
    (
        "resolution",
        dict(_CHARTER),
        [
            ("with a charter that is a list", {"charter": []}, _FIELD),
            ("with a charter of no founders", {"charter": {"founders": []}}, _LIST),
            ("with a charter by half", {"charter": {"quorum": [1, 2]}}, _RULE),
            ("with a charter for joining by wish", {"charter": {"join": "wish"}}, _VALUE),
            (
                "with a charter by which nobody acknowledges",
                {"charter": {"default_ack": {"min": 0, "by": "members"}}},
                _VALUE,
            ),
            (
                "with a charter by which clients acknowledge",
                {"charter": {"default_ack": {"min": 1, "by": "client"}}},
                _VALUE,
            ),
            (
                "with a charter by which an empty list acknowledges",
                {"charter": {"default_ack": {"min": 1, "by": []}}},
                _LIST,
            ),
            ("with a charter that acknowledges by a number", {"charter": {"default_ack": {"min": 1, "by": 1}}}, _FIELD),
        ],
    ),
]
MISSING: list[tuple[str, Raw, str]] = [
    *(("grant", _RICH_GRANT, name) for name in ("to", "role")),
    *(("revoke", authority.revoke([_A]), name) for name in ("targets", "reason")),
    *(("countersign", _PROOF, name) for name in ("target", "decision")),
    *(("rotate", _ROTATE, name) for name in ("root", "after", "keys", "sigs")),
    *(("resolution", _REMOVE, name) for name in ("outcome", "prev")),
]
"""Facts without which a record of that type is none."""
