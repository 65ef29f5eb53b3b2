"""The portable CV: credentials about somebody's work and memberships, in a presentation that they sign.

They are signed by the key of one device, named by `did:key`. What makes them more than one's own word is the evidence:
the records as they were signed in the mesh, by oneself and by those who confirmed the work, which anybody can check
with nothing but the file (`report.py`).
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from meshnode.credentials.keys import did_of
from meshnode.credentials.proof import ASSERTS, AUTHENTICATES, Document, Json, sign
from meshproto.records.ids import to_text
from meshproto.records.signatures import SigningKey

CONTEXT: list[Json] = ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:meshnode:terms:"}]
"""The first is the standard's; the second gives all other words an address, so that no reader drops them."""
WORK, MEMBERSHIP = "ContributionCredential", "MembershipCredential"
EVIDENCE = "SignedRecords"


class Signed(NamedTuple):
    """Headers of one log in a row, and the signature on the last of them."""

    tip: bytes
    headers: tuple[bytes, ...]
    signature: bytes


class Issuer(NamedTuple):
    """Whose key signs, and when; `asked` is the challenge and domain of whoever wants to see the presentation."""

    key: SigningKey
    now: str
    asked: Mapping[str, str]


def urn(record: bytes) -> str:
    """How a record or an agent is named in credentials."""
    return f"urn:cid:{to_text(record)}"


def decimal(n: int, scale: int) -> str:
    """A quantity as it was signed, without loss: `12.50`. Numbers of JSON would round."""
    digits = str(abs(n)).rjust(scale + 1, "0")
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{text}" if n < 0 else text


def credential(kind: str, subject: Document, evidence: Iterable[Signed], issuer: Issuer) -> dict[str, Json]:
    """A credential that somebody issues about themselves."""
    entries: list[Json] = [_evidence(each) for each in evidence]
    document: dict[str, Json] = {
        "@context": CONTEXT,
        "type": ["VerifiableCredential", kind],
        "issuer": did_of(issuer.key.public),
        "validFrom": issuer.now,
        "credentialSubject": subject,
    }
    if entries:
        document["evidence"] = entries
    return sign(document, issuer.key, ASSERTS, issuer.now)


def presentation(credentials: Sequence[Document], issuer: Issuer) -> dict[str, Json]:
    """All credentials in one document, signed as shown by whoever holds the key."""
    document: dict[str, Json] = {
        "@context": CONTEXT,
        "type": ["VerifiablePresentation"],
        "holder": did_of(issuer.key.public),
        "verifiableCredential": [*credentials],
    }
    return sign(document, issuer.key, AUTHENTICATES, issuer.now, **issuer.asked)


def _evidence(signed: Signed) -> dict[str, Json]:
    return {
        "id": urn(signed.tip),
        "type": [EVIDENCE],
        "headers": [_base64(each) for each in signed.headers],
        "signature": _base64(signed.signature),
    }


def _base64(raw: bytes) -> str:
    """Multibase `u`: base64 for addresses, without padding."""
    return "u" + urlsafe_b64encode(raw).decode("ascii").rstrip("=")
