"""Checking a credential or presentation from its file alone: its proofs, its dates, and what its evidence shows.

The proof says that the holder of a key said all this. The evidence says more: that a record of such work was signed,
and who signed that they had seen it. What is claimed and not shown by evidence is counted apart.
"""

import json
from base64 import urlsafe_b64decode
from binascii import Error as BinasciiError
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from meshnode.credentials.cv import EVIDENCE, decimal
from meshnode.credentials.proof import ASSERTS, AUTHENTICATES, Document, Json, ProofRefused, Proven, check, moment
from meshproto.records.ids import IdError, RecordId, from_text
from meshproto.records.log import check_run
from meshproto.records.reasons import Refused
from meshproto.records.record import Record
from meshproto.types.catalogue import check_facts

LARGEST = 64 << 20
"""Bytes of a file: ten times the largest that is written here."""
DEEPEST = 32
"""Objects and lists inside each other; more is mischief."""
MOST_CREDENTIALS = 1_000
_URN = "urn:cid:"


@dataclass(slots=True)
class Claims:
    """How much is claimed, and how much of it the evidence shows."""

    contributions: int = 0
    shown: int = 0
    """Contributions whose signed record is there and says the same."""
    confirmations: int = 0
    seen: int = 0
    """Confirmations whose signed record is there and says the same."""
    witnesses: set[str] = field(default_factory=set)
    """Whose confirmations are shown."""
    records: int = 0
    """Signed records that are there and hold."""


@dataclass(slots=True)
class Credential:
    """One credential whose proof holds."""

    kinds: list[str]
    issuer: str
    subject: str
    proven: Proven
    own_key: bool
    """The key that signed is the issuer's by its very name; else somebody has to know that it is theirs."""
    valid_from: str
    claims: Claims


@dataclass(slots=True)
class Report:
    """A file whose every proof holds."""

    kind: str
    """`presentation` or `credential`."""
    holder: str
    proven: Proven
    credentials: list[Credential]


def examine(raw: bytes, now: datetime) -> Report:
    """Check a whole file. Raises ProofRefused with what is wrong."""
    document = read(raw)
    kinds = _texts(document.get("type"))
    if "VerifiableCredential" in kinds:
        one = _credential(document, now)
        return Report("credential", one.issuer, one.proven, [one])
    if "VerifiablePresentation" not in kinds:
        raise ProofRefused("it is neither a verifiable credential nor a presentation of some")
    proven = _first(check(document, now), AUTHENTICATES)
    holder = _id(document.get("holder"))
    if holder != proven.did:
        raise ProofRefused("it was signed by another key than its holder's")
    found = document.get("verifiableCredential", [])
    listed = found if isinstance(found, list) else [found]
    if len(listed) > MOST_CREDENTIALS:
        raise ProofRefused(f"it holds more than {MOST_CREDENTIALS} credentials")
    credentials = [_credential(each, now) for each in listed if isinstance(each, Mapping)]
    if len(credentials) != len(listed):
        raise ProofRefused("something in it is no credential")
    return Report("presentation", holder, proven, credentials)


def read(raw: bytes) -> Document:
    """Parse JSON strictly: no name twice in one object, no numbers that are none. Raises ProofRefused."""
    if len(raw) > LARGEST:
        raise ProofRefused(f"it has more than {LARGEST >> 20} MiB")
    try:
        found = json.loads(raw, object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ProofRefused(f"it is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise ProofRefused("it is no JSON object")
    _measure(found, DEEPEST)
    return found


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has a name twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _measure(value: Json, left: int) -> None:
    if not left:
        raise ProofRefused("it is nested too deeply")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for each in inner:
        _measure(each, left - 1)


def _credential(document: Document, now: datetime) -> Credential:
    kinds = _texts(document.get("type"))
    if "VerifiableCredential" not in kinds:
        raise ProofRefused("something in it is no credential")
    proven = _first(check(document, now), ASSERTS)
    begins, ends = document.get("validFrom"), document.get("validUntil")
    if begins is not None and moment(str(begins)) > now:
        raise ProofRefused(f"a credential is valid only from {begins}")
    if ends is not None and moment(str(ends)) < now:
        raise ProofRefused(f"a credential was valid until {ends}")
    subject, issuer = document.get("credentialSubject"), _id(document.get("issuer"))
    return Credential(
        kinds=[each for each in kinds if each != "VerifiableCredential"],
        issuer=issuer,
        subject=_id(subject),
        proven=proven,
        own_key=issuer == proven.did,
        valid_from=str(begins or ""),
        claims=_claims(subject if isinstance(subject, Mapping) else {}, _evidence(document.get("evidence"))),
    )


def _first(proofs: tuple[Proven, ...], purpose: str) -> Proven:
    """The proof made for this purpose. Raises ProofRefused."""
    found = next((each for each in proofs if each.purpose == purpose), None)
    if found is None:
        raise ProofRefused(f"its proof was made for another purpose than {purpose}")
    return found


def _evidence(found: Json) -> dict[bytes, Record]:
    """The records that are there whole and signed. Raises ProofRefused if one does not hold."""
    records: dict[bytes, Record] = {}
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, Mapping) and EVIDENCE in _texts(each.get("type")):
            try:
                headers = [_bytes(header) for header in _texts(each.get("headers"))]
                run = check_run(headers, _bytes(str(each.get("signature"))))
            except (Refused, ValueError, BinasciiError) as error:
                raise ProofRefused(f"a record in its evidence does not hold: {error}") from None
            records.update((record.id, record) for record in run.records if check_facts(record) is None)
    return records


def _claims(subject: Document, records: Mapping[bytes, Record]) -> Claims:
    claims, agent, entries = Claims(records=len(records)), _record(subject), subject.get("contribution", [])
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, Mapping):
            continue
        claims.contributions += 1
        work = _record(entry)
        claims.shown += _shows_work(records.get(work), entry, agent)
        words = entry.get("confirmedBy", [])
        for word in words if isinstance(words, list) else []:
            if isinstance(word, Mapping):
                claims.confirmations += 1
                if _shows_word(records.get(_record({"id": word.get("record")})), word, work):
                    claims.seen += 1
                    claims.witnesses.add(_id(word))
    return claims


def _shows_work(record: Record | None, entry: Document, agent: bytes) -> bool:
    """Whether a record says what is claimed: whose work, of what kind, and how much unless that was corrected."""
    if record is None or record.type != "contribution" or entry.get("corrected"):
        return False
    qty, shares = record.facts.get("qty", {}), record.facts.get("shares", ())
    if agent != record.author and agent not in [each[0] for each in shares]:
        return False
    said = (decimal(qty.get("n", 0), qty.get("s", 0)), qty.get("u"), record.facts.get("kind"))
    return said == tuple(entry.get(name) for name in ("quantity", "unit", "kind"))


def _shows_word(record: Record | None, word: Document, work: bytes) -> bool:
    """Whether a record says that this agent confirms this work."""
    if record is None or record.type != "attestation" or record.author != _record(word):
        return False
    return record.facts.get("subject") == work and record.facts.get("verdict") == "confirm"


def _record(named: Document) -> bytes:
    """The id that stands in a `urn:cid:`; empty if none does."""
    try:
        return from_text(_id(named).removeprefix(_URN))
    except IdError:
        return RecordId(b"")


def _id(value: Json) -> str:
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def _texts(value: Json) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _bytes(text: str) -> bytes:
    if not text.startswith("u"):
        raise ValueError("it is not base64 with a u before it")
    return urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
