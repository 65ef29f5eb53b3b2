"""Cases for the facts of each type (02-types)."""

from meshproto.records.ids import digest33, ext, key33
from meshproto.records.reasons import Reason
from meshproto.records.record import build_header
from meshproto.types import coordination, identity, repair, value
from scripts.vectors import agreement_types
from scripts.vectors.authority_types import MISSING, REFUSED, TAKEN
from scripts.vectors.cases import NOON, Case, Raw, key, person, seed, work

_A, _B, _C = sorted(seed(f"id {each}") for each in "abc")
_ALICE = person("alice").id
_DIGEST = digest33(seed("digest"))
_WHEN = ("2025-11-20", "2025-11-21")
_FIELD, _VALUE, _LIST, _RULE = Reason.I_FIELD, Reason.I_VALUE, Reason.I_LIST, Reason.I_RULE
_PERSON = identity.person(key=key("alice").public, nonce=bytes(16))
_NETWORK = identity.network(founders=[_A, _B], nonce=bytes(16), is_open=True)
_CHARTER: Raw = _NETWORK["charter"]
_THANKS = value.recognition(to=[_A, _B])
_PROJECT = coordination.project(starts="2025-01-01", ends="2025-12-31")
_RICH = value.contribution(
    kind="work",
    qty=value.Measure(125, 2, "HUR"),
    when=_WHEN,
    project=ext(_A),
    of=_B,
    value=value.Money(5000, "EUR"),
    shares={_ALICE: 600, _A: 400},
    classified_as=["https://credit.niso.org/contributor-roles/software/"],
    beneficiaries=[_C],
    evidence=[value.Evidence(seed("file"), 1234, "image/png")],
    comp="deferred",
    stream="love",
    ext_ref=("git", bytes(20)),
    ext_more=[bytes([1]) * 20, bytes(20)],
)
_MORE = {"ext_ref": ["git", bytes(20)], "ext_more": [bytes([each]) * 20 for each in range(199)]}


def cases() -> list[Case]:
    """All cases about facts."""
    found = [
        _case(f"{type_}: {name}", type_, facts, None)
        for type_, name, facts in (*_TAKEN, *TAKEN, *agreement_types.TAKEN)
    ]
    for type_, base, wrong in (*_REFUSED, *REFUSED, *agreement_types.REFUSED):
        found += [_case(f"{type_}: {name}", type_, {**base, **new}, reason) for name, new, reason in wrong]
    missing = [("agent", _PERSON, "root"), ("recognition", _THANKS, "to"), ("contribution", work(), "when"), *MISSING]
    missing += agreement_types.MISSING
    for type_, base, name in missing:
        facts = {each: fact for each, fact in base.items() if each != name}
        found.append(_case(f"{type_}: without {name}", type_, facts, _FIELD))
    found.append(_case("agent: without a kind", "agent", {"nonce": bytes(16)}, _FIELD))
    found.append(_case("agent: that speaks for another", "agent", _PERSON, _RULE, agent=_A))
    found.append(_case("agent: with a grant", "agent", _NETWORK, _RULE, auth=[_A]))
    rotate = next(facts for type_, _, facts in TAKEN if type_ == "rotate")
    found.append(_case("rotate: by a grant", "rotate", rotate, _RULE, auth=[_A]))
    for name, facts, genesis in agreement_types.ODD_PLACES:
        found.append(_case(f"agreement: {name}", "agreement", facts, _RULE, genesis=genesis))
    return found


def _case(
    name: str,
    type_: str,
    facts: Raw,
    reason: Reason | None,
    *,
    agent: bytes = b"",
    auth: Raw = (),
    genesis: bool | None = None,
) -> Case:
    if genesis is None:
        genesis = type_ == "agent" or (type_ == "agreement" and "prev" not in facts)
    header = build_header(
        scope=b"" if genesis else _C,
        key=key("alice").public,
        seq=1,
        prev=b"",
        deps=(),
        at=NOON,
        type=type_,
        agent=agent or (b"" if type_ == "agent" else _ALICE),
        auth=auth,
        facts=facts,
        private=None,
    )
    return Case(name, {"op": "facts", "input": header.hex()}, reason)


def _charter(new: dict[str, Raw]) -> dict[str, Raw]:
    return {"charter": {**_CHARTER, **new}}


_TAKEN: list[tuple[str, str, Raw]] = [
    ("agent", "a person", _PERSON),
    (
        "agent",
        "a person who can be recovered",
        identity.person(key=key("alice").public, nonce=bytes(16), recovery=([seed("one"), seed("two")], 2)),
    ),
    ("agent", "a network", _NETWORK),
    (
        "agent",
        "a network forked from another, with all there is",
        {
            **_NETWORK,
            "charter": {
                **_CHARTER,
                "sensitive": ["grant"],
                "blob_limit": 0,
                "units": [{"code": "HOURS", "exp": 2}],
                "face": _A,
                "engine": "ve/1",
                "quorum": [1, 1],
            },
            "forked_from": ext(_A),
        },
    ),
    ("profile", "a profile", identity.profile(languages=["pl", "de-AT"], skills=["https://esco.example/x"])),
    ("profile", "with names elsewhere", {"supersedes": [_A, _B], "kind": "maker", "also_known_as": [_C]}),
    ("contribution", "the least there must be", work()),
    ("contribution", "nearly all there can be", _RICH),
    (
        "contribution",
        "a result under a licence",
        {**work(), "inputs": [_A], "outputs": sorted([_A, ext(_B)]), "licence": "MIT"},
    ),
    ("contribution", "one entry for the 200 commits of a day", {**work(), **_MORE}),
    ("contribution", "with warrants and a fact that is not known", {**work(), "warrants": ["own_work"], "new": [1]}),
    ("recognition", "thanks to two", _THANKS),
    ("recognition", "a skill seen in some work", value.recognition(to=[_A], kind="skill", for_=ext(_B), skill="x:y")),
    ("project", "a project of one year", {**_PROJECT, "part_of": _A, "client": _B}),
    ("project", "of one day", coordination.project(starts="2024-02-29", ends="2024-02-29", supersedes=[_A])),
    ("correction", "ten minutes less", repair.delta(_A, qty=value.Measure(-10, 0, "MIN"))),
    ("correction", "more money", repair.delta(_A, value=value.Money(100, "EUR"), reason="agreed")),
    ("correction", "a retraction", repair.retract(_A, reason="duplicate")),
    ("correction", "other words", repair.replace(_A, supersedes=[_B])),
    ("erasure", "of records here and elsewhere", repair.erasure([_A, ext(_B)])),
    ("checkpoint", "that joins heads", repair.checkpoint()),
    ("checkpoint", "that tells a digest", repair.checkpoint(_DIGEST)),
]
_REFUSED: list[tuple[str, dict[str, Raw], list[tuple[str, dict[str, Raw], Reason]]]] = [
    ("future", {}, [("a type of a later version", {"a": 1}, Reason.U_TYPE)]),
    (
        "agent",
        dict(_PERSON),
        [
            ("a kind of a later version", {"kind": "machine"}, Reason.U_TYPE),
            ("a kind that is a number", {"kind": 1}, _FIELD),
            ("a nonce of 15 bytes", {"nonce": bytes(15)}, _VALUE),
            ("a nonce that is a text", {"nonce": "a" * 16}, _FIELD),
            ("a root without a tag", {"root": bytes(32)}, _FIELD),
            ("a root tagged as a digest", {"root": _DIGEST}, _FIELD),
            ("another's root", {"root": key33(key("bob").public)}, _RULE),
            ("recovery by two of one", {"recovery": {"digests": [_DIGEST], "need": 2}}, _RULE),
            ("recovery by none", {"recovery": {"digests": [], "need": 1}}, _LIST),
            ("recovery that is a list", {"recovery": [_DIGEST]}, _FIELD),
        ],
    ),
    (
        "agent",
        dict(_NETWORK),
        [
            ("a network without a charter", {"charter": {}}, _FIELD),
            ("a charter that is a list", {"charter": []}, _FIELD),
            ("no founders", _charter({"founders": []}), _LIST),
            ("founders not sorted", _charter({"founders": [_B, _A]}), _LIST),
            ("half is no majority", _charter({"quorum": [1, 2]}), _RULE),
            ("more than all", _charter({"quorum": [3, 2]}), _RULE),
            ("a quorum not in lowest terms", _charter({"quorum": [4, 6]}), _VALUE),
            ("a quorum over nothing", _charter({"quorum": [1, 0]}), _VALUE),
            ("a quorum of true", _charter({"quorum": [True, 1]}), _FIELD),
            ("a quorum of three", _charter({"quorum": [1, 2, 3]}), _FIELD),
            ("joining by wish", _charter({"join": "wish"}), _VALUE),
            ("no room for a record", _charter({"log_records": 0}), _VALUE),
            ("forked from an id", {"forked_from": _A}, _FIELD),
        ],
    ),
    ("profile", {"supersedes": []}, [("superseding a thing twice", {"supersedes": [_A, _A]}, _LIST)]),
    (
        "contribution",
        dict(_RICH),
        [
            ("of an unknown kind", {"kind": "luck"}, _VALUE),
            ("of no quantity", {"qty": {"n": 0, "s": 0, "u": "MIN"}}, _VALUE),
            ("of seven decimals", {"qty": {"n": 1, "s": 7, "u": "MIN"}}, _VALUE),
            ("in an unknown shape of unit", {"qty": {"n": 1, "s": 0, "u": "minutes"}}, _VALUE),
            ("without a unit", {"qty": {"n": 1, "s": 0}}, _FIELD),
            ("on a day that is none", {"when": {"from": "2025-02-29", "to": "2025-03-01"}}, _VALUE),
            ("on a day written otherwise", {"when": {"from": "20250228", "to": "2025-03-01"}}, _VALUE),
            ("in the year 0", {"when": {"from": "0000-01-01", "to": "2025-03-01"}}, _VALUE),
            ("on a day that is a number", {"when": {"from": 20250228, "to": "2025-03-01"}}, _FIELD),
            ("that ends before it begins", {"when": {"from": "2025-03-02", "to": "2025-03-01"}}, _RULE),
            ("for a project told by 31 bytes", {"project": bytes(31)}, _FIELD),
            ("for a project told by a digest", {"project": _DIGEST}, _FIELD),
            ("in a currency of two letters", {"value": {"amt": 1, "cur": "EU"}}, _VALUE),
            ("worth less than nothing", {"value": {"amt": -1, "cur": "EUR"}}, _VALUE),
            ("shares of more than all", {"shares": sorted([[_ALICE, 600], [_A, 401]])}, _RULE),
            ("shares without the author's", {"shares": [[_A, 1]]}, _RULE),
            ("shares not sorted", {"shares": sorted([[_ALICE, 1], [_A, 1]], reverse=True)}, _LIST),
            ("a share of nothing", {"shares": [[_ALICE, 0]]}, _VALUE),
            ("a share of three", {"shares": [[_ALICE, 1, 1]]}, _FIELD),
            ("no shares at all", {"shares": []}, _LIST),
            ("257 beneficiaries", {"beneficiaries": sorted(seed(f"{each}") for each in range(257))}, _LIST),
            ("evidence without a digest", {"evidence": [{"size": 1, "media": "image/png"}]}, _FIELD),
            ("evidence of an odd medium", {"evidence": [{"sha256": _DIGEST, "size": 1, "media": "png"}]}, _VALUE),
            ("results without a licence", {"outputs": [_A]}, _RULE),
            ("a reference of 32 bytes, which would be an id", {"ext_ref": ["git", _A]}, _VALUE),
            ("a reference of no bytes", {"ext_ref": ["git", b""]}, _VALUE),
            ("a reference of no scheme", {"ext_ref": [b"", b"1"]}, _FIELD),
            ("a reference of one", {"ext_ref": ["git"]}, _FIELD),
            ("200 further references", {"ext_more": [bytes(20)] * 200}, _LIST),
            ("a further reference of 32 bytes", {"ext_more": [bytes(20), _A]}, _VALUE),
            ("a further reference that is a text", {"ext_more": ["a"]}, _FIELD),
            ("further references that are one", {"ext_more": bytes(20)}, _FIELD),
            ("a text of 257 bytes", {"classified_as": ["a" * 257]}, _VALUE),
            ("two failures: the first field counts", {"ext_ref": [], "comp": "?"}, _VALUE),
        ],
    ),
    ("contribution", work(), [("further references without a first", {"ext_more": [bytes(20)]}, _RULE)]),
    (
        "recognition",
        dict(_THANKS),
        [
            ("to nobody", {"to": []}, _LIST),
            ("to a person named by ext", {"to": [ext(_A)]}, _FIELD),
            ("of an unknown kind", {"kind": "like"}, _VALUE),
        ],
    ),
    (
        "project",
        dict(_PROJECT),
        [
            ("in no state", {"state": "open"}, _VALUE),
            ("that ends before it starts", {"ends": "2024-12-31"}, _RULE),
        ],
    ),
    (
        "correction",
        repair.retract(_A),
        [
            ("a retraction with a figure", {"qty": {"n": 1, "s": 0, "u": "MIN"}}, _RULE),
            ("a delta without a figure", {"kind": "delta"}, _RULE),
            ("a retraction that supersedes", {"supersedes": [_B]}, _RULE),
            ("for no known reason", {"reason": "mood"}, _VALUE),
        ],
    ),
    (
        "erasure",
        repair.erasure([_A]),
        [
            ("of nothing", {"targets": []}, _LIST),
            ("of a digest", {"targets": [_DIGEST]}, _FIELD),
            ("of all that an agent wrote", {"part": "agent_private"}, Reason.U_TYPE),
            ("on no basis", {"basis": "whim"}, _VALUE),
        ],
    ),
    ("checkpoint", {"engine": "meshnode/1"}, [("with a digest of 32 bytes", {"digest": _A}, _FIELD)]),
]
