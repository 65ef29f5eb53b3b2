"""What a file of credentials proves, and what it only claims."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from meshnode.credentials.cv import MEMBERSHIP, WORK, Issuer, Signed, credential, decimal, presentation, urn
from meshnode.credentials.keys import did_of
from meshnode.credentials.proof import ASSERTS, AUTHENTICATES, ProofRefused, sign
from meshnode.credentials.report import DEEPEST, LARGEST, MOST_CREDENTIALS, examine
from meshproto.records.record import Record
from meshproto.types import evaluation, value
from meshproto.types.value import Measure
from tests.support.json_ld import expanded, statements, terms
from tests.support.scribe import Scribe

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ANA, BEN = Scribe("Ana"), Scribe("Ben")
STUDIO = ANA.found("studio")
FACTS = value.contribution(kind="work", qty=Measure(125, 1, "HUR"), when=("2026-03-02", "2026-03-02"))
WORK_DONE = ANA.write(STUDIO, "contribution", FACTS)
WORD = BEN.write(STUDIO, "attestation", evaluation.attestation(WORK_DONE.id))
NO = BEN.write(STUDIO, "attestation", evaluation.attestation(WORK_DONE.id, verdict="reject"))
ISSUER = Issuer(ANA.key, "2026-03-08T00:00:00Z", {"challenge": "abc", "domain": "acme.example"})


def signed(scribe: Scribe, record: Record) -> Signed:
    return Signed(record.id, (record.raw,), scribe.key.sign(record.id))


EVIDENCE = [signed(ANA, WORK_DONE), signed(BEN, WORD), signed(BEN, NO)]


def entry(**changed: Any) -> dict[str, Any]:
    """What Ana claims of her work."""
    told = {
        "id": urn(WORK_DONE.id), "kind": "work", "from": "2026-03-02", "to": "2026-03-02", "quantity": "12.5",
        "unit": "HUR", "standing": "acknowledged", "confirmedBy": [word()],
    }  # fmt: skip
    return {**told, **changed}


def word(**changed: Any) -> dict[str, Any]:
    return {"id": urn(BEN.agent), "record": urn(WORD.id), "as": "peer", **changed}


def work(contributions: list[Any], evidence: list[Signed] = EVIDENCE) -> dict[str, Any]:
    subject: dict[str, Any] = {"id": urn(ANA.agent), "network": {"id": urn(STUDIO)}, "contribution": contributions}
    return credential(WORK, subject, evidence, ISSUER)


def raw(document: object) -> bytes:
    return json.dumps(document).encode()


def test_a_presentation_tells_who_shows_it_to_whom_and_what_is_proven() -> None:
    report = examine(raw(presentation([work([entry()])], ISSUER)), NOW)
    assert (report.kind, report.holder) == ("presentation", did_of(ANA.key.public))
    assert (report.proven.challenge, report.proven.domain) == ("abc", "acme.example")
    (one,) = report.credentials
    assert (one.kinds, one.own_key, one.subject) == ([WORK], True, urn(ANA.agent))
    claims = one.claims
    assert (claims.contributions, claims.shown, claims.confirmations, claims.seen) == (1, 1, 1, 1)
    assert (claims.witnesses, claims.records) == ({urn(BEN.agent)}, 3)


@pytest.mark.parametrize(
    "claimed",
    [
        entry(quantity="125"),
        entry(unit="MIN"),
        entry(kind="care"),
        entry(corrected=True),
        entry(id=urn(WORD.id)),
        entry(id="urn:cid:bafkrei"),
        entry(id=7),
    ],
)
def test_work_that_its_record_does_not_show_is_only_claimed(claimed: dict[str, Any]) -> None:
    (one,) = examine(raw(work([claimed])), NOW).credentials
    assert (one.claims.contributions, one.claims.shown) == (1, 0)


def test_work_of_somebody_else_is_only_claimed_unless_one_has_a_share() -> None:
    subject: dict[str, Any] = {"id": urn(BEN.agent), "contribution": [entry()]}
    (one,) = examine(raw(credential(WORK, subject, EVIDENCE, ISSUER)), NOW).credentials
    assert one.claims.shown == 0
    facts = value.contribution(
        kind="work",
        qty=Measure(125, 1, "HUR"),
        when=("2026-03-02", "2026-03-02"),
        shares={ANA.agent: 600, BEN.agent: 400},
    )
    both = ANA.write(STUDIO, "contribution", facts)
    subject = {"id": urn(BEN.agent), "contribution": [entry(id=urn(both.id), confirmedBy=[])]}
    (one,) = examine(raw(credential(WORK, subject, [signed(ANA, both)], ISSUER)), NOW).credentials
    assert one.claims.shown == 1


@pytest.mark.parametrize(
    "told",
    [
        word(id=urn(ANA.agent)),
        word(record=urn(NO.id)),
        word(record=urn(WORK_DONE.id)),
        word(record=urn(STUDIO)),
        word(record=None),
        "Ben",
    ],
)
def test_a_confirmation_that_no_record_shows_is_only_claimed(told: Any) -> None:
    (one,) = examine(raw(work([entry(confirmedBy=[told])])), NOW).credentials
    assert (one.claims.seen, one.claims.witnesses) == (0, set())


def test_without_evidence_everything_is_only_claimed() -> None:
    (one,) = examine(raw(work([entry(), 7], [])), NOW).credentials
    assert (one.claims.contributions, one.claims.shown, one.claims.seen, one.claims.records) == (1, 0, 0, 0)


def test_evidence_that_was_changed_is_refused() -> None:
    forged = Signed(WORK_DONE.id, (WORK_DONE.raw,), BEN.key.sign(WORK_DONE.id))
    with pytest.raises(ProofRefused, match="evidence does not hold"):
        examine(raw(work([entry()], [forged])), NOW)
    for bad in ("m12", "u*", 7):
        entries: Any = [{"type": "SignedRecords", "headers": [bad], "signature": bad}]
        document = sign({"type": "VerifiableCredential", "evidence": entries}, ANA.key, ASSERTS, "x")
        with pytest.raises(ProofRefused, match="evidence does not hold"):
            examine(raw(document), NOW)


def test_the_credential_of_an_issuer_that_is_no_key_leaves_open_whose_the_key_is() -> None:
    document = sign(
        {"type": ["VerifiableCredential", "Alumni"], "issuer": {"id": "https://vc.example"}}, ANA.key, ASSERTS, "x"
    )
    report = examine(raw(document), NOW)
    assert (report.kind, report.credentials[0].own_key, report.holder) == ("credential", False, "https://vc.example")


def shown(**changed: Any) -> Any:
    """A presentation in which something is changed before it is signed."""
    document: dict[str, Any] = {
        "type": "VerifiablePresentation",
        "holder": did_of(ANA.key.public),
        "verifiableCredential": [work([])],
    }
    return sign({**document, **changed}, ANA.key, AUTHENTICATES, "x")


def stated(**changed: Any) -> Any:
    return sign({"type": "VerifiableCredential", "issuer": "x", **changed}, ANA.key, ASSERTS, "x")


FILES: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"{", "no JSON"),
    (lambda: b"[" * 100_000, "no JSON"),
    (lambda: b"\xff", "no JSON"),
    (lambda: b"[]", "no JSON object"),
    (lambda: b'{"a": 1, "a": 2}', "a name twice"),
    (lambda: b'{"a": NaN}', "no number"),
    (lambda: b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "too deeply"),
    (lambda: b" " * (LARGEST + 1), "MiB"),
    (lambda: b'{"type": "Person"}', "neither"),
    (lambda: raw(shown(holder="did:key:z6Mk")), "another key than its holder's"),
    (lambda: raw(shown(verifiableCredential=["x"])), "no credential"),
    (lambda: raw(shown(verifiableCredential=[{"type": "x"}])), "no credential"),
    (lambda: raw(shown(verifiableCredential=[1] * (MOST_CREDENTIALS + 1))), "more than"),
    (lambda: raw(shown(verifiableCredential=[{**work([]), "issuer": "did:x"}])), "does not hold"),
    (lambda: raw({**shown(), "verifiableCredential": []}), "does not hold"),
    (lambda: raw(sign({"type": "VerifiableCredential"}, ANA.key, AUTHENTICATES, "x")), "another purpose"),
    (lambda: raw(stated(validFrom="2026-03-10T00:00:00Z")), "valid only from"),
    (lambda: raw(stated(validUntil="2026-03-08T00:00:00Z")), "valid until"),
    (lambda: raw(stated(validFrom="tomorrow")), "no moment"),
    (lambda: raw(stated(validFrom="2026-03-01T00:00:00")), "time zone"),
]


@pytest.mark.parametrize(("file", "why"), FILES)
def test_what_does_not_verify_is_refused_with_a_reason(file: Callable[[], bytes], why: str) -> None:
    with pytest.raises(ProofRefused, match=why):
        examine(file(), NOW)


def test_a_processor_that_is_not_ours_understands_every_word() -> None:
    member: dict[str, Any] = {
        "id": urn(ANA.agent),
        "network": {"id": urn(STUDIO)},
        "membership": [{"role": "core", "since": "x"}],
    }
    document = presentation([work([entry(title="Code")]), credential(MEMBERSHIP, member, [], ISSUER)], ISSUER)
    (found,) = expanded(document)
    assert found["@type"] == ["https://www.w3.org/2018/credentials#VerifiablePresentation"]
    ours = {"contribution", "quantity", "unit", "standing", "confirmedBy", "record", "title", "membership", "headers"}
    assert {f"urn:meshnode:terms:{each}" for each in ours} <= terms(document)
    assert any(urn(WORK_DONE.id) in line and "12.5" in line for line in statements(document))


def test_quantities_are_written_without_loss() -> None:
    assert [decimal(*each) for each in ((125, 1), (1, 3), (-5, 2), (7, 0), (0, 2))] == [
        "12.5",
        "0.001",
        "-0.05",
        "7",
        "0.00",
    ]
